package health

// bills are refusals around bills that are paid in parts, and formal receipts.
var bills = []Entry{
	{
		Code: "bill.unknown", Act: Engineer,
		Title: "その会計はありません", TitleEN: "There is no such bill",
		Text: "分割の会計が見つかりません。", TextEN: "The bill was not found.",
		Remedy: "番号を確かめてください。", RemedyEN: "Check its id.",
	},
	{
		Code: "bill.not_possible", Act: Engineer,
		Title: "分割のお支払いはできません", TitleEN: "Nothing is paid in parts here",
		Text: "この端末は、分割のお支払いを受け付けません。", TextEN: "This register takes no bills in parts.",
		Remedy: "一度にお支払いいただいてください。", RemedyEN: "Take the whole amount at once.",
	},
	{
		Code: "bill.conflict", Act: Engineer,
		Title: "別の会計と重なっています", TitleEN: "It stands for another bill",
		Text: "同じ番号で、金額の違う会計があります。", TextEN: "This key or reference stands for another bill or part.",
		Remedy: "新しい番号を使ってください。", RemedyEN: "Use a new one.",
	},
	{
		Code: "bill.over", Act: Cashier,
		Title: "この会計は終わっています", TitleEN: "The bill is closed",
		Text: "もう支払いが済んだか、取りやめた会計です。", TextEN: "It is paid, or was given up.",
		Remedy: "新しい会計を始めてください。", RemedyEN: "Open a new one.",
	},
	{
		Code: "bill.part_open", Act: Cashier,
		Title: "前のお支払いの結果を待っています", TitleEN: "A part is not settled yet",
		Text: "結果が分からないお支払いがあります。", TextEN: "Nobody knows yet whether another part is paid.",
		Remedy: "結果が出るのを待つか、そのお支払いを取り消してください。現金も受け取らないでください。", RemedyEN: "Wait for it or cancel it. Take no cash for it meanwhile.",
	},
	{
		Code: "bill.too_much", Act: Cashier,
		Title: "残りより多い金額です", TitleEN: "It is more than what is left",
		Text: "会計の残りを超えています。", TextEN: "The part is more than what is left of the bill.",
		Remedy: "残りの金額までで入れ直してください。", RemedyEN: "Enter what is left or less.",
	},
	{
		Code: "bill.too_many", Act: Cashier,
		Title: "分けすぎです", TitleEN: "Too many parts",
		Text: "一つの会計を分けられる回数を超えました。", TextEN: "A bill has only so many parts.",
		Remedy: "店長に知らせてください。お支払い済みの分は返金できます。", RemedyEN: "Call the manager: what was paid can be given back.",
	},
	{
		Code: "bill.short", Act: Cashier,
		Title: "お預りが足りません", TitleEN: "Too little was handed over",
		Text: "お預りの金額が、お支払いの金額より少なくなっています。", TextEN: "What was handed over is less than the part.",
		Remedy: "金額を確かめてください。", RemedyEN: "Check both amounts.",
	},
	{
		Code: "bill.moved", Act: Cashier,
		Title: "会計が変わりました", TitleEN: "The bill has changed",
		Text: "ほかのお支払いや返金が先に入りました。", TextEN: "Another part or a refund came first.",
		Remedy: "残りの金額を見て、もう一度行ってください。", RemedyEN: "Look at what is left, and try again.",
	},
	{
		Code: "bill.parts_paid", Act: Manager,
		Title: "お支払い済みの分があります", TitleEN: "Parts of it are paid",
		Text: "お支払い済みの分がある会計は、取りやめられません。", TextEN: "A bill is given up only when nobody has paid a part of it.",
		Remedy: "先に、お支払い済みの分をそれぞれ返金してください。", RemedyEN: "Give each part back first.",
	},
	{
		Code: "formal.not_possible", Act: Engineer,
		Title: "領収書は発行できません", TitleEN: "There are no formal receipts",
		Text: "この端末は、領収書を発行しません。", TextEN: "This register issues none.",
		Remedy: "保守担当者に連絡してください。", RemedyEN: "Call your engineer.",
	},
	{
		Code: "formal.issued", Act: Manager,
		Title: "領収書は発行済みです", TitleEN: "It has been issued already",
		Text: "領収書は、一つの会計に一枚だけです。", TextEN: "A sale has one formal receipt.",
		Remedy: "店長は、再発行と印字した控えを出せます。", RemedyEN: "A manager can print one more, marked as a copy.",
	},
	{
		Code: "formal.none", Act: Cashier,
		Title: "領収書はまだありません", TitleEN: "There is none yet",
		Text: "この会計の領収書は、まだ発行されていません。", TextEN: "No formal receipt of this sale was issued.",
		Remedy: "宛名と但し書きを入れて発行してください。", RemedyEN: "Issue it, with addressee and purpose.",
	},
	{
		Code: "formal.not_sold", Act: Cashier,
		Title: "領収書を出せない取引です", TitleEN: "Nothing was received for it",
		Text: "お支払いが済んでいないか、返金済みか、商品の会計ではありません。", TextEN: "It is not paid, was given back, or is no sale of goods.",
		Remedy: "お支払いの結果を確かめてください。", RemedyEN: "Look at what became of the payment.",
	},
	{
		Code: "formal.copy", Act: Manager,
		Title: "再発行は店長が行います", TitleEN: "A copy is for the manager",
		Text: "領収書の再発行には、店長の権限が必要です。", TextEN: "Who copies a formal receipt needs a manager's leave.",
		Remedy: "店長を呼んでください。", RemedyEN: "Call the manager.",
	},
}
