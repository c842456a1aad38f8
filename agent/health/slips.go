package health

// slips are why a store copy is not printed, or not taken in.
var slips = []Entry{
	{
		Code: "slip.none", Act: Cashier,
		Title: "店舗控えはありません", TitleEN: "There is no store copy",
		Text: "店舗控えは、通信なしで受け付けて、まだ請求できていない取引にだけあります。", TextEN: "Only a charge that was taken without a network and is not collected yet has a store copy.",
		Remedy: "取引の状態を確かめてください。", RemedyEN: "Look at the state of the charge.",
	},
	{
		Code: "slip.no_scanner", Act: Manager,
		Title: "スキャナの設定がありません", TitleEN: "No scanner is set",
		Text: "この端末には、スキャナが設定されていません。", TextEN: "This register has no scanner in its settings.",
		Remedy: "控えを写真に撮り、posctl queue import --image で取り込んでください。", RemedyEN: "Take a photo of the copy: posctl queue import --image.",
	},
	{
		Code: "slip.unreadable", Act: Manager,
		Title: "店舗控えのコードではありません", TitleEN: "Not the code of a store copy",
		Text: "読み取ったものは店舗控えのコードではないか、途中で切れています。", TextEN: "What was read is not the code of a store copy, or not all of it.",
		Remedy: "店舗控えのコード全体を、もう一度読み取ってください。", RemedyEN: "Read the whole code of the store copy again.",
	},
	{
		Code: "slip.store", Act: Manager,
		Title: "別の店の控えです", TitleEN: "It is of another store",
		Text: "この控えは、別の店が受け付けた支払いのものです。", TextEN: "The payment on this copy was taken by another store.",
		Remedy: "受け付けた店の端末で取り込んでください。", RemedyEN: "Take it in at a register of that store.",
	},
	{
		Code: "slip.wallet", Act: Engineer,
		Title: "設定のない決済サービスです", TitleEN: "The wallet is not configured here",
		Text: "控えにある決済サービスが、この端末に設定されていません。", TextEN: "The wallet on this copy is not one that this register has.",
		Remedy: "設定に [[wallet]] を加えるか、設定のある端末で取り込んでください。", RemedyEN: "Add it to the configuration, or take the copy in at a register that has it.",
	},
	{
		Code: "slip.untrusted", Act: Engineer,
		Title: "コードを確かめられません", TitleEN: "The code cannot be judged yet",
		Text: "この端末は、決済サービスからの通知をまだ受け取っていないため、控えのコードを確かめられません。", TextEN: "This register has heard nothing of that wallet yet, and cannot tell whether the code is genuine.",
		Remedy: "通信をつなぐか、posctl bulletin import で通知を取り込んでください。", RemedyEN: "Bring the network back, or bring a bulletin: posctl bulletin import.",
	},
	{
		Code: "slip.code", Act: Manager,
		Title: "本物のコードではありません", TitleEN: "The code is not genuine",
		Text: "控えのコードは、その時刻と金額でお客様のアプリが署名したものではありません。", TextEN: "No customer's phone has signed the code on this copy for that time and amount.",
		Remedy: "控えを保管して、決済サービスに連絡してください。", RemedyEN: "Keep the copy, and call the wallet.",
	},
	{
		Code: "slip.clock", Act: Engineer,
		Title: "受付時刻が未来です", TitleEN: "It was taken later than now",
		Text: "控えの受付時刻が、この端末の時計より先です。", TextEN: "By the clock of this register, the payment on this copy has not been taken yet.",
		Remedy: "時計を合わせてから、もう一度読み取ってください。", RemedyEN: "Set the clock, and read it again.",
	},
	{
		Code: "slip.other_code", Act: Manager,
		Title: "別のコードの控えが取り込み済みです", TitleEN: "Another code was taken in",
		Text: "同じ取引番号で、別のコードの控えが先に取り込まれています。どちらかが正しくありません。", TextEN: "Another copy with the same number and another code was taken in before. One of the two is not genuine.",
		Remedy: "両方の控えを保管してください。請求が受け付けられないと表示されたら、この控えをもう一度読み取ってください。", RemedyEN: "Keep both. If the register says that the wallet will not hear of it, bring this one once more.",
	},
	{
		Code: "slip.books", Act: Manager,
		Title: "帳簿と合いません", TitleEN: "The books say otherwise",
		Text: "この取引番号は、この端末の帳簿では別の支払いのものか、この端末がまだ使っていないものです。", TextEN: "In the books of this register that number stands for another payment, or for none yet.",
		Remedy: "控えを保管して、保守担当者に連絡してください。", RemedyEN: "Keep the copy, and call your engineer.",
	},
}
