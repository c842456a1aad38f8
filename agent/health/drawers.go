package health

// drawers are what became of the wish to open the cash drawer: "drawer." and
// the word in the vocabulary of drawers.
var drawers = []Entry{
	{
		Code: "drawer.opened", Act: Cashier,
		Title: "引き出しが開きました", TitleEN: "The drawer is open",
		Text: "現金の引き出しが開いています。", TextEN: "The cash drawer is open.",
		Remedy: "使い終わったら閉めてください。", RemedyEN: "Shut it when you are done.",
	},
	{
		Code: "drawer.sent", Act: Cashier,
		Title: "引き出しを開ける信号を送りました", TitleEN: "The drawer got its pulse",
		Text: "開ける信号を送りました。開いたかどうかは分かりません。", TextEN: "The pulse was sent. Whether the drawer has opened cannot be told.",
		Remedy: "目で見て確かめてください。", RemedyEN: "See for yourself.",
	},
	{
		Code: "drawer.stuck", Act: Cashier,
		Title: "引き出しが閉まったままです", TitleEN: "The drawer stayed shut",
		Text: "開ける信号を送りましたが、引き出しが開きません。", TextEN: "The pulse was sent, and the drawer did not open.",
		Remedy: "鍵とケーブルを確かめ、鍵で開けてください。", RemedyEN: "Check its lock and its cable, and open it with the key.",
	},
	{
		Code: "drawer.refused", Act: Cashier,
		Title: "引き出しを開けられません", TitleEN: "The drawer cannot be opened",
		Text: "引き出しをつないだプリンタが使えないため、信号を送れませんでした。", TextEN: "No pulse was sent: the printer that the drawer hangs on cannot be reached.",
		Remedy: "プリンタの電源とケーブルを確かめ、引き出しは鍵で開けてください。", RemedyEN: "Check the power and the cable of the printer, and open the drawer with its key.",
	},
}
