package health

// registerLinks are the troubles of registers that ask by a line or a folder.
var registerLinks = []Entry{
	{
		Code: "register_link.down", Act: Engineer,
		Title: "レジとの接続がありません", TitleEN: "No line to the register",
		Text: "金額連動のレジとの回線を開けません。画面からの会計はできます。", TextEN: "The line on which the register asks for sales cannot be opened. Sales from the pages go on.",
		Remedy: "ケーブルと設定（[link]）を確かめてください。つながれば自動で再開します。", RemedyEN: "Check the cable and [link] of the configuration. It goes on by itself once it can be opened.",
	},
}
