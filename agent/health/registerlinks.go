package health

// registerLinks are the troubles of registers that ask by a line or a folder.
var registerLinks = []Entry{
	{
		Code: "register_link.down", Act: Engineer,
		Title: "レジとの接続がありません", TitleEN: "No line to the register",
		Text: "金額連動のレジとの回線、またはファイル連携のフォルダを開けません。画面からの会計はできます。", TextEN: "The line or the folder by which a register asks for sales cannot be opened. Sales from the pages go on.",
		Remedy: "ケーブルと設定（[link]、[file_drop]）を確かめてください。つながれば自動で再開します。", RemedyEN: "Check the cable and [link] and [file_drop] of the configuration. It goes on by itself once it can be opened.",
	},
}
