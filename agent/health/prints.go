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
		Code: "print.sent", Act: Cashier,
		Title: "プリンタに送りました", TitleEN: "Sent to the printer",
		Text: "プリンタに全部送りました。この機種は、印刷できたかどうかを知らせません。", TextEN: "All of it was sent. This model does not say whether it was printed.",
		Remedy: "紙が出たことを、目で見て確かめてください。", RemedyEN: "See for yourself that the paper came out.",
	},
	{
		Code: "print.unknown", Act: Cashier,
		Title: "印刷できたか分かりません", TitleEN: "Perhaps printed",
		Text: "印刷の途中で、プリンタからの返事がなくなりました。", TextEN: "The printer went silent while it was printing.",
		Remedy: "紙を見て、出ていなければもう一度印刷してください。", RemedyEN: "Look at the paper, and print again if it is not there.",
	},
	{
		Code: "print.failed", Act: Cashier,
		Title: "印刷できませんでした", TitleEN: "Not printed",
		Text: "プリンタが受け付けなかったため、何も印刷していません。", TextEN: "The printer did not take it, and nothing was printed.",
		Remedy: "用紙、カバー、電源、ケーブルを確かめてください。", RemedyEN: "Check the paper, the cover, the power and the cable.",
	},
}
