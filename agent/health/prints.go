package health

// prints are what became of one print, as far as the printer can tell:
// "print." and the word in the vocabulary of printers.
var prints = []Entry{
	{
		Code: "print.confirmed", Act: Cashier,
		Title: "印刷しました", TitleEN: "Printed",
		Text: "プリンタが、最後まで印刷したと知らせてきました。", TextEN: "The printer says that all of it is on paper.",
		Remedy: "紙を確かめてください。", RemedyEN: "Look at the paper.",
	},
	{
		Code: "print.processed", Act: Cashier,
		Title: "印刷を終えました", TitleEN: "The printer is done",
		Text: "プリンタが、最後まで処理したと知らせてきました。", TextEN: "The printer says that it has got through all of it.",
		Remedy: "紙が切れて出たことを確かめてください。", RemedyEN: "Check that the paper came out and was cut.",
	},
	{
		Code: "print.torn", Act: Cashier,
		Title: "印刷が途中で切れました", TitleEN: "Broken off while printing",
		Text: "印刷の途中で、プリンタとの接続が切れました。紙は最後まで出ていません。", TextEN: "The connection broke off in the middle; the paper is not whole.",
		Remedy: "途中までの紙は捨てて、もう一度印刷してください。", RemedyEN: "Throw the torn paper away, and print again.",
	},
	{
		Code: "print.sent", Act: Cashier,
		Title: "プリンタに送りました", TitleEN: "Sent to the printer",
		Text: "プリンタに全部送りました。この機種は、印刷できたかどうかを知らせません。", TextEN: "All of it was sent. This model does not say whether it was printed.",
		Remedy: "紙が出たことを、目で見て確かめてください。", RemedyEN: "See for yourself that the paper came out.",
	},
	{
		Code: "print.unknown", Act: Cashier,
		Title: "印刷できたか分かりません", TitleEN: "Perhaps printed",
		Text: "全部送りましたが、プリンタからの返事がありません。", TextEN: "All of it was sent, and then the printer went silent.",
		Remedy: "紙を見て、出ていなければもう一度印刷してください。", RemedyEN: "Look at the paper, and print again if it is not there.",
	},
	{
		Code: "print.failed", Act: Cashier,
		Title: "印刷できませんでした", TitleEN: "Not printed",
		Text: "プリンタが受け付けなかったため、何も印刷していません。", TextEN: "The printer did not take it, and nothing was printed.",
		Remedy: "用紙、カバー、電源、ケーブルを確かめてください。", RemedyEN: "Check the paper, the cover, the power and the cable.",
	},
}
