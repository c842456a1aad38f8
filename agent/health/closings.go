package health

// closings are why a register is not closed.
var closings = []Entry{
	{
		Code: "closing.not_possible", Act: Engineer,
		Title: "この端末では精算できません", TitleEN: "This register cannot be closed",
		Text: "精算の記録がない設定で動いています。", TextEN: "It runs without the books that a closing needs.",
		Remedy: "保守担当者に連絡してください。", RemedyEN: "Call your engineer.",
	},
	{
		Code: "closing.sale", Act: Manager,
		Title: "会計の途中です", TitleEN: "A customer is at the register",
		Text: "支払いを待っている会計があります。", TextEN: "A sale waits for its payment.",
		Remedy: "会計を終えるか取り消してから、もう一度精算してください。", RemedyEN: "Finish or cancel it, and close once more.",
	},
	{
		Code: "closing.clock", Act: Engineer,
		Title: "時計が前回の精算より前です", TitleEN: "The clock is behind the last closing",
		Text: "端末の時計が、前回の精算より前の時刻を示しています。", TextEN: "The register's clock shows a time before the last Z.",
		Remedy: "時計を合わせてから、もう一度精算してください。", RemedyEN: "Set the clock, and close once more.",
	},
	{
		Code: "closing.done", Act: Manager,
		Title: "この営業日は精算済みです", TitleEN: "This day is closed already",
		Text: "精算(Z)は1営業日に1回です。精算のあとの取引は、次の精算に入ります。", TextEN: "There is one Z for a business day. What came after it counts in the next one.",
		Remedy: "精算の一覧を確かめてください。再発行もできます。", RemedyEN: "Look at the list of closings. It can be printed once more.",
	},
	{
		Code: "closing.order", Act: Manager,
		Title: "先に精算する営業日があります", TitleEN: "Another day comes first",
		Text: "まだ精算していない、前の営業日があります。", TextEN: "An earlier business day is not closed yet, or nothing was begun on this one.",
		Remedy: "日付を指定せずに精算すると、古い営業日から精算します。", RemedyEN: "Close without a date: the oldest day is taken.",
	},
	{
		Code: "closing.left", Act: Manager,
		Title: "終わっていない取引があります", TitleEN: "Something is not settled",
		Text: "結果の分からない取引、未請求のオフライン取引、要返金、または決済サービスとの不一致が残っています。", TextEN: "A charge is in doubt, waits to be collected or is owed, or a wallet's list could not be had or differs.",
		Remedy: "取引を片づけるか、理由を付けて繰り越してください。", RemedyEN: "Settle them, or close with a reason: they are carried forward.",
	},
	{
		Code: "closing.unknown", Act: Manager,
		Title: "その精算はありません", TitleEN: "There is no such closing",
		Text: "その番号の精算は、この端末にありません。", TextEN: "This register has no Z of that number.",
		Remedy: "精算の一覧を確かめてください。", RemedyEN: "Look at the list of closings.",
	},
	{
		Code: "training.sale", Act: Cashier,
		Title: "会計の途中です", TitleEN: "A customer is at the register",
		Text: "支払いを待っている会計があります。", TextEN: "A sale waits for its payment.",
		Remedy: "会計を終えるか取り消してから、練習を切り替えてください。", RemedyEN: "Finish or cancel it, and switch the training then.",
	},
	{
		Code: "training.open", Act: Manager,
		Title: "終わっていない取引があります", TitleEN: "Something is not settled",
		Text: "端末が結果を待っている取引があります。練習の間は、決済サービスに問い合わせできません。", TextEN: "The register waits for the result of a charge. During the training it asks no wallet.",
		Remedy: "取引一覧で、全部の結果が出てから練習を始めてください。", RemedyEN: "See the list of charges, and begin the training when all have ended.",
	},
}
