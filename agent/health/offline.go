package health

// offline are why something is not taken without a network, and what is wrong
// with what was. What remains of a limit is added to its sentence.
var offline = []Entry{
	{
		Code: "offline.top_up", Act: Cashier,
		Title: "チャージはできません", TitleEN: "No top-ups offline",
		Text: "通信がない間は、チャージを受け付けません。", TextEN: "Top-ups are not taken without a network.",
		Remedy: "現金を返し、通信が戻ってからやり直してください。", RemedyEN: "Give the cash back, and do it when the network is there again.",
	},
	{
		Code: "offline.stopped", Act: Cashier,
		Title: "オフラインでは受け付けられません", TitleEN: "Not taken offline",
		Text: "この決済サービスの支払いは、いま通信なしでは受け付けられません。", TextEN: "Payments of this wallet are not taken without a network just now.",
		Remedy: "ほかの決済アプリか現金をご案内ください。", RemedyEN: "Ask for another wallet or cash.",
	},
	{
		Code: "offline.code", Act: Cashier,
		Title: "確認できないコード", TitleEN: "The code does not prove itself",
		Text: "コードの署名か期限が正しくないため、通信なしでは受け付けられません。", TextEN: "The signature or the time of the code is not right, so it is not taken without a network.",
		Remedy: "お客様の決済アプリで、新しいコードを表示してもらってください。", RemedyEN: "Ask the customer to show a new code.",
	},
	{
		Code: "offline.clock", Act: Engineer,
		Title: "時計を確かめてください", TitleEN: "The clock is not trusted",
		Text: "端末の時計が正しいか分からないため、通信なしでは受け付けられません。", TextEN: "Whether the clock is right is not known, so nothing is taken without a network.",
		Remedy: "時計を合わせるか、通信を戻してください。", RemedyEN: "Set the clock, or bring the network back.",
	},
	{
		Code: "offline.per_charge", Act: Cashier,
		Title: "一回の上限を超えています", TitleEN: "Too much for one charge",
		Text: "通信がない間に一回で受け付けられる額を超えています。", TextEN: "It is more than is taken at once without a network.",
		Remedy: "現金をご案内ください。", RemedyEN: "Ask for cash.",
	},
	{
		Code: "offline.per_token", Act: Cashier,
		Title: "お客様ごとの上限です", TitleEN: "The customer's limit",
		Text: "このお客様から、通信がない間に受け付けられる額を超えています。", TextEN: "It is more than is taken from one customer without a network.",
		Remedy: "現金をご案内ください。", RemedyEN: "Ask for cash.",
	},
	{
		Code: "offline.certificate", Act: Cashier,
		Title: "お客様の残りが足りません", TitleEN: "The phone affords no more",
		Text: "お客様のアプリが、通信なしで使える額を超えています。", TextEN: "It is more than the customer's wallet affords without a network.",
		Remedy: "現金をご案内ください。", RemedyEN: "Ask for cash.",
	},
	{
		Code: "offline.outstanding", Act: Cashier,
		Title: "この端末の上限です", TitleEN: "The register's limit",
		Text: "通信がない間にこの端末で受け付けられる合計を超えています。", TextEN: "It is more than this register takes altogether without a network.",
		Remedy: "現金をご案内ください。通信が戻ると、また受け付けられます。", RemedyEN: "Ask for cash. When the network is back, it takes again.",
	},
	{
		Code: "offline.count", Act: Cashier,
		Title: "この端末の件数の上限です", TitleEN: "The register's count",
		Text: "通信がない間にこの端末で受け付けられる件数に達しました。", TextEN: "This register takes no more charges without a network.",
		Remedy: "現金をご案内ください。通信が戻ると、また受け付けられます。", RemedyEN: "Ask for cash. When the network is back, it takes again.",
	},
	{
		Code: "offline.age", Act: Manager,
		Title: "通信がない時間が長すぎます", TitleEN: "Offline for too long",
		Text: "最初に受け付けた支払いから時間がたちすぎたため、もう受け付けられません。", TextEN: "The oldest charge has waited for too long, so no more are taken without a network.",
		Remedy: "通信を戻してください。", RemedyEN: "Bring the network back.",
	},
	{
		Code: "offline.denied", Act: Cashier,
		Title: "このお客様の受付はできません", TitleEN: "Not from this customer",
		Text: "このお客様からは、通信がない間は受け付けられません。", TextEN: "Nothing is taken from this customer without a network.",
		Remedy: "現金をご案内ください。", RemedyEN: "Ask for cash.",
	},
	{
		Code: "offline.unsigned", Act: Engineer,
		Title: "請求に署名できません", TitleEN: "Forwards cannot be signed",
		Text: "端末の証明書の鍵では、通信なしで受け付けた支払いを請求できません。お金の請求が止まっています。", TextEN: "With the key of this register's certificate nothing can be asked for that was taken without a network.",
		Remedy: "P-256またはEd25519の鍵で、端末を登録し直してください。", RemedyEN: "Enrol the register anew, with a key on P-256 or of Ed25519.",
	},
	{
		Code: "offline.waiting", Act: Manager,
		Title: "請求が長く待っています", TitleEN: "Money waits to be collected",
		Text: "通信なしで受け付けた支払いの請求が、12時間以上できていません。72時間を過ぎると、決済サービスは支払いません。", TextEN: "A charge that was taken without a network has not been collected for 12 hours. After 72 hours the wallet does not pay it.",
		Remedy: "通信を戻してください。posctl queue list で一覧できます。", RemedyEN: "Bring the network back. posctl queue list tells which they are.",
	},
	{
		Code: "offline.moved", Act: Manager,
		Title: "持ち出した支払いが請求されていません", TitleEN: "Moved payments are not collected",
		Text: "ファイルで持ち出した支払いが、24時間たっても請求されていません。", TextEN: "Payments that left with a queue file have not been collected for 24 hours.",
		Remedy: "そのファイルを別の端末に取り込んでください。ファイルがないときは、この端末で posctl queue reclaim を実行すると、ここで請求します。", RemedyEN: "Import the file at another register. If it is lost, posctl queue reclaim collects them here.",
	},
	{
		Code: "offline.rejected", Act: Engineer,
		Title: "請求が受け付けられません", TitleEN: "The wallet will not hear of it",
		Text: "通信なしで受け付けた支払いの請求を、決済サービスが受け付けません。承認も拒否もされていません。", TextEN: "The wallet does not take the forward of a payment that was taken without a network. It says neither yes nor no.",
		Remedy: "この端末か、受け付けた端末の証明書と登録を確かめてください。受け付けた端末をつなぐか、その端末のファイルを取り込み直すと、請求できることがあります。", RemedyEN: "Look at the enrolment of the register that took it. Connecting that register, or importing its queue file once more, may help.",
	},
	{
		Code: "offline.unreadable", Act: Engineer,
		Title: "受け付けたコードが読めません", TitleEN: "A taken code cannot be read",
		Text: "通信なしで受け付けた支払いのコードを、読み出せません。お金の請求が止まっています。", TextEN: "The code of a charge that was taken without a network cannot be read, and its money is not asked for.",
		Remedy: "端末の秘密の鍵のファイルをバックアップから戻してください。", RemedyEN: "Put the register's secret files back from the backup.",
	},
}
