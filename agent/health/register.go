package health

// register are the troubles of the register itself: its sales, its books, its
// wallets, and what became of the paper.
var register = []Entry{
	{
		Code: "register.no_sale", Act: Cashier,
		Title: "金額が入っていません", TitleEN: "No amount yet",
		Text: "コードを読み取りましたが、会計がありません。", TextEN: "A code was scanned, but there is no sale.",
		Remedy: "先に金額を入れてから、読み取ってください。", RemedyEN: "Enter the amount first, then scan.",
	},
	{
		Code: "register.busy", Act: Cashier,
		Title: "前の会計が途中です", TitleEN: "Another sale is under way",
		Text: "前の会計の処理が終わっていません。", TextEN: "The sale before this one is not finished.",
		Remedy: "終わるまでお待ちください。", RemedyEN: "Wait until it is finished.",
	},
	{
		Code: "register.in_doubt", Act: Cashier,
		Title: "結果を確認中です", TitleEN: "The result is being checked",
		Text: "この会計の結果を確認しているため、読み取りを受け付けません。", TextEN: "The result of this sale is being checked, so no code is taken for it.",
		Remedy: "結果が出るまで、もう一度読み取らないでください。", RemedyEN: "Do not scan again before there is a result.",
	},
	{
		Code: "register.code_again", Act: Cashier,
		Title: "ほかの会計で使ったコードです", TitleEN: "This code was used for another sale",
		Text: "このコードは、ほかの会計で読み取り済みです。二重払いを防ぐため、使いませんでした。", TextEN: "This code was scanned for another sale. It was not sent, so that nobody pays twice.",
		Remedy: "お客様に新しいコードを表示してもらい、読み取ってください。", RemedyEN: "Ask the customer for a fresh code, and scan that.",
	},
	{
		Code: "register.not_standing", Act: Cashier,
		Title: "この会計は終わっています", TitleEN: "This sale is not open",
		Text: "操作した会計は、いま開いている会計ではありません。", TextEN: "It is not the sale that is open now.",
		Remedy: "取引一覧で結果を確かめてください。", RemedyEN: "Look up its result in the list of charges.",
	},
	{
		Code: "register.no_receipt", Act: Cashier,
		Title: "レシートはありません", TitleEN: "There is no receipt",
		Text: "支払いが完了していない取引には、レシートがありません。", TextEN: "A charge that is not paid has no receipt.",
		Remedy: "取引の状態を確かめてください。", RemedyEN: "Look at the state of the charge.",
	},
	{
		Code: "register.locked", Act: Cashier,
		Title: "ロック中", TitleEN: "Locked",
		Text: "担当者がサインインしていません。", TextEN: "Nobody is signed in.",
		Remedy: "担当者の暗証番号を入れてください。", RemedyEN: "Enter your PIN.",
	},
	{
		Code: "register.failed", Act: Engineer,
		Title: "端末の内部エラー", TitleEN: "The register failed",
		Text: "端末の内部で問題が起きたため、読み取りを受け付けられませんでした。何も送っていません。", TextEN: "Something went wrong inside the register, and the scan was not taken. Nothing was sent.",
		Remedy: "もう一度読み取ってください。続くときは、保守担当者に知らせてください。", RemedyEN: "Scan again. If it goes on, tell your engineer.",
	},
	{
		Code: "charge.alarm", Act: Manager,
		Title: "帳簿と違う返事", TitleEN: "An answer contradicts the books",
		Text: "決済サービスの返事が、この端末の記録と食い違っています。", TextEN: "An answer of the wallet says the opposite of what is in the books.",
		Remedy: "取引一覧を開き、決済サービスの記録と照らし合わせてください。", RemedyEN: "Open the charge, and compare it with the books of the wallet.",
	},
	{
		Code: "disk.full", Act: Engineer,
		Title: "保存先の空きがありません", TitleEN: "The disk is nearly full",
		Text: "記録を保存する空きが足りないため、新しい会計を始められません。進行中の会計は続きます。", TextEN: "There is too little room for the books, so no new sale can start. What is under way goes on.",
		Remedy: "不要なファイルを消して、空きを増やしてください。", RemedyEN: "Remove what is not needed from the disk.",
	},
	{
		Code: "disk.slow", Act: Engineer,
		Title: "保存に時間がかかっています", TitleEN: "The disk is slow",
		Text: "記録の保存が遅いため、会計も遅くなります。", TextEN: "Writing the books takes long, and so does every sale.",
		Remedy: "ディスクの状態と交換時期を確かめてください。", RemedyEN: "Check the disk; it may be wearing out.",
	},
	{
		Code: "journal.dead", Act: Engineer,
		Title: "記録を保存できません", TitleEN: "The books cannot be written",
		Text: "取引を記録できなくなったため、会計を止めました。", TextEN: "Charges cannot be written down any more, so selling has stopped.",
		Remedy: "ディスクを確かめて、端末のサービスを再起動してください。記録は残っています。", RemedyEN: "Check the disk, and restart the agent. What was written is safe.",
	},
	{
		Code: "wallet.unreachable", Act: Manager,
		Title: "決済サービスにつながりません", TitleEN: "The wallet cannot be reached",
		Text: "いまは、この決済サービスに接続できません。", TextEN: "There is no connection to this wallet at the moment.",
		Remedy: "ほかの支払い方法をご案内し、店内の通信を確かめてください。", RemedyEN: "Offer another way to pay, and check the network of the shop.",
	},
	{
		Code: "wallet.stopped", Act: Manager,
		Title: "決済サービスが停止中です", TitleEN: "The wallet has stopped",
		Text: "決済サービスからの指示で、受付を止めています。", TextEN: "The wallet has told its shops to stop taking payments.",
		Remedy: "再開の知らせがあるまで、ほかの支払い方法をご案内ください。", RemedyEN: "Offer another way to pay until the wallet lifts the stop.",
	},
	{
		Code: "wallet.missing", Act: Engineer,
		Title: "設定にない決済サービスの取引", TitleEN: "A charge of a wallet that is not configured",
		Text: "未完了の取引がありますが、その決済サービスが設定から外されています。", TextEN: "A charge is not settled, but its wallet is no longer in the settings.",
		Remedy: "取引が終わるまで、その決済サービスの設定を戻してください。", RemedyEN: "Put that wallet back into the settings until the charge is settled.",
	},
	{
		Code: "clock.back", Act: Engineer,
		Title: "時計が戻りました", TitleEN: "The clock went back",
		Text: "端末の時計が前の時刻に戻りました。", TextEN: "The clock of the register shows an earlier time than before.",
		Remedy: "時刻合わせ(NTP)の設定を確かめてください。", RemedyEN: "Check the time service (NTP).",
	},
	{
		Code: "printer.unprinted", Act: Cashier,
		Title: "レシート未印刷", TitleEN: "Receipt not printed",
		Text: "お支払いは完了しましたが、レシートを印刷できませんでした。", TextEN: "The customer has paid, but the receipt was not printed.",
		Remedy: "プリンタを確かめて、再印刷してください。", RemedyEN: "Look at the printer, and print it again.",
	},
	{
		Code: "printer.unknown", Act: Cashier,
		Title: "印刷されたか分かりません", TitleEN: "Perhaps not printed",
		Text: "レシートが最後まで印刷されたか、確認できません。", TextEN: "Nobody can tell whether the whole receipt came out.",
		Remedy: "紙を見て、出ていなければ再印刷してください。", RemedyEN: "Look at the paper, and print it again if it is not there.",
	},
	{
		Code: "printer.none", Act: Manager,
		Title: "プリンタの設定がありません", TitleEN: "No printer is set",
		Text: "この端末には、プリンタが設定されていません。", TextEN: "This register has no printer in its settings.",
		Remedy: "画面のレシートをご利用ください。", RemedyEN: "Use the receipt on the screen.",
	},
	{
		Code: "scanner.noise", Act: Cashier,
		Title: "読み取りの雑音", TitleEN: "Noise from the scanner",
		Text: "スキャナから、コードではない信号が届きました。", TextEN: "The scanner sent something that is no code.",
		Remedy: "もう一度読み取ってください。続くときは、ケーブルを確かめてください。", RemedyEN: "Scan again. If it goes on, check the cable.",
	},
}
