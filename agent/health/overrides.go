package health

// overrides are about a manager's leave for one sale to pass a limit of what
// is taken without a network.
var overrides = []Entry{
	{
		Code: "override.may", Act: Manager,
		Title: "店長の許可で受け付けられます", TitleEN: "A manager may let it pass",
		Text: "店長が許可すると、この会計だけ、この上限を超えて受け付けられます。", TextEN: "A manager may let this one sale pass this limit.",
		Remedy: "店長を呼んでください。", RemedyEN: "Call the manager.",
	},
	{
		Code: "override.given", Act: Cashier,
		Title: "店長が許可しました", TitleEN: "The manager lets it pass",
		Text: "この会計だけ、この上限を超えて受け付けます。読み取ったコードは使われていません。", TextEN: "This one sale may pass this limit. The code that was scanned has not been used.",
		Remedy: "お客様に、もう一度コードを出してもらってください。", RemedyEN: "Ask the customer to show the code again.",
	},
	{
		Code: "override.manager", Act: Manager,
		Title: "店長の暗証番号が必要です", TitleEN: "A manager's PIN is needed",
		Text: "この許可は、店長だけが出せます。何も変えていません。", TextEN: "Only a manager gives this leave. Nothing was changed.",
		Remedy: "店長に暗証番号を入れてもらってください。", RemedyEN: "Ask a manager to enter their PIN.",
	},
	{
		Code: "override.own", Act: Manager,
		Title: "自分の会計は許可できません", TitleEN: "Not for a sale of one's own",
		Text: "この会計を始めた担当者は、自分の依頼を許可できません。", TextEN: "Whoever opened this sale does not approve their own request.",
		Remedy: "ほかの店長に許可してもらうか、店長として入り直してください。", RemedyEN: "Ask another manager, or sign in as the manager and do it there.",
	},
	{
		Code: "override.not_reached", Act: Cashier,
		Title: "許可できる上限がありません", TitleEN: "There is no limit to lift",
		Text: "この会計では、その上限を超えていないか、店長が許可できる上限ではありません。", TextEN: "This sale has not met that limit, or it is none that a manager may lift.",
		Remedy: "先にコードを読み取ってください。それでも断られたら、現金をご案内ください。", RemedyEN: "Scan the code first. If it is refused all the same, ask for cash.",
	},
}
