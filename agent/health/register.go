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
		Code: "charge.not_decidable", Act: Manager,
		Title: "いまは決められません", TitleEN: "This cannot be decided now",
		Text: "取引の状態が変わったか、この取引には使えない決定です。何も変えていません。", TextEN: "The charge has moved on, or the decision is not one for it. Nothing was changed.",
		Remedy: "取引をもう一度開き、いまの状態を確かめてください。", RemedyEN: "Open the charge again, and look where it stands now.",
	},
	{
		Code: "charge.owed", Act: Manager,
		Title: "返金する取引があります", TitleEN: "A customer is owed money",
		Text: "売上がない取引で、お客様のお金を預かったままです。決済サービスでは取り消せませんでした。", TextEN: "A charge has no sale, the customer's money is still at the wallet, and the wallet does not undo it.",
		Remedy: "取引を開いて返金するか、手渡しで返したことを記録してください。", RemedyEN: "Open the charge and refund it, or record that it was given back by hand.",
	},
	{
		Code: "charge.unpaid", Act: Manager,
		Title: "未回収の取引があります", TitleEN: "A sale was not paid",
		Text: "商品を渡した取引で、お金を受け取れていません。", TextEN: "The goods of a charge are gone, and its money did not come.",
		Remedy: "取引を開いて、お客様への連絡や決済サービスへの照会を検討してください。", RemedyEN: "Open the charge, and ask the wallet or the customer about it.",
	},
	{
		Code: "charge.reversing_long", Act: Manager,
		Title: "取消が終わりません", TitleEN: "A charge is not undone yet",
		Text: "一時間以上、決済サービスが取消を確定していません。端末は続けています。", TextEN: "For more than an hour no wallet has confirmed that a charge is undone. The register goes on.",
		Remedy: "決済サービスの窓口に問い合わせてください。お客様には、返金を確認中と伝えてください。", RemedyEN: "Ask the help desk of the wallet, and tell the customer that the money is on its way back.",
	},
	{
		Code: "books.restored", Act: Engineer,
		Title: "古い記録で動いています", TitleEN: "The books are an older copy",
		Text: "記録が以前の写しに戻っています。その後の取引は、決済サービスの記録にだけあります。", TextEN: "The books went back to an earlier copy. What happened since is only in the books of the wallets.",
		Remedy: "決済サービスとの照合を行い、足りない取引を取り込んでください。", RemedyEN: "Reconcile with the wallets, and adopt the charges that are missing here.",
	},
	{
		Code: "clock.off", Act: Engineer,
		Title: "時計がずれています", TitleEN: "The clock is wrong",
		Text: "端末の時計が、決済サービスの時計と三十秒以上ずれています。期限内のコードも期限切れになることがあります。", TextEN: "The clock of the register differs from the wallet's by more than 30 seconds. Good codes may then count as expired.",
		Remedy: "時刻合わせ(NTP)の設定を確かめてください。", RemedyEN: "Check the time service (NTP).",
	},
	{
		Code: "wallet.paused", Act: Cashier,
		Title: "この決済サービスは一時休止中です", TitleEN: "This wallet is paused",
		Text: "決済サービスの返事が続けて届かないため、いまは送りません。何も送っておらず、会計はそのままです。", TextEN: "The wallet has left too many requests without an answer, so nothing is sent to it for now. The sale stays as it is.",
		Remedy: "ほかの決済アプリか現金をご案内ください。返事が戻ると、自動で再開します。", RemedyEN: "Ask for another wallet or cash. It is used again by itself as soon as it answers.",
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
