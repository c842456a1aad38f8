package health

// settings are why a change of the settings is not made.
var settings = []Entry{
	{
		Code: "config.changed", Act: Manager,
		Title: "設定が変わっています", TitleEN: "The settings have changed",
		Text: "見たあとで、ほかの人が設定を変えました。", TextEN: "Somebody changed them since you looked.",
		Remedy: "もう一度設定を開いてください。", RemedyEN: "Open the settings again.",
	},
	{
		Code: "config.pending", Act: Manager,
		Title: "確認待ちの変更があります", TitleEN: "A change waits",
		Text: "前の変更がまだ確認されていません。", TextEN: "The change before is not confirmed yet.",
		Remedy: "確認するか、元に戻してください。", RemedyEN: "Confirm it or roll it back first.",
	},
	{
		Code: "config.none", Act: Manager,
		Title: "確認待ちの変更はありません", TitleEN: "No change waits",
		Text: "時間切れで元に戻ったか、確認済みです。", TextEN: "It was rolled back in time, or confirmed already.",
		Remedy: "変更の履歴を見てください。", RemedyEN: "Look at the list of changes.",
	},
	{
		Code: "config.invalid", Act: Manager,
		Title: "設定が正しくありません", TitleEN: "The settings are not right",
		Text: "何も変わっていません。", TextEN: "Nothing was changed.",
		Remedy: "示された行を直してください。", RemedyEN: "Put the lines right that are named.",
	},
	{
		Code: "config.locked", Act: Manager,
		Title: "ここからは変えられません", TitleEN: "It is not changed from here",
		Text: "この項目は端末でだけ変えられます。", TextEN: "This is set at the machine only.",
		Remedy: "保守担当者に頼んでください。", RemedyEN: "Ask an engineer.",
	},
	{
		Code: "config.overridden", Act: Manager,
		Title: "ほかのファイルが優先されます", TitleEN: "Another file wins",
		Text: "保守担当者のファイルに同じ項目があります。", TextEN: "A file of an engineer sets the same.",
		Remedy: "保守担当者に頼んでください。", RemedyEN: "Ask an engineer.",
	},
	{
		Code: "config.edited", Act: Manager,
		Title: "再起動が必要です", TitleEN: "A restart is needed",
		Text: "設定ファイルが端末で変更されました。", TextEN: "A file of settings was edited at the machine.",
		Remedy: "保守担当者に再起動を頼んでください。", RemedyEN: "Ask an engineer to restart the register.",
	},
	{
		Code: "config.probe", Act: Manager,
		Title: "機器が応答しません", TitleEN: "The device does not answer",
		Text: "設定は元に戻しました。", TextEN: "The settings were put back.",
		Remedy: "電源、ケーブル、アドレスを確かめてください。", RemedyEN: "Look at power, cable and address.",
	},
	{
		Code: "config.unknown", Act: Manager,
		Title: "その番号の設定はありません", TitleEN: "There is no such generation",
		Text: "その番号の設定は残っていません。", TextEN: "No generation of that number is kept, or it never stood.",
		Remedy: "変更の履歴から選んでください。", RemedyEN: "Choose one of the list.",
	},
	{
		Code: "config.unwritten", Act: Manager,
		Title: "設定を保存できません", TitleEN: "The settings cannot be written",
		Text: "ディスクに書けませんでした。", TextEN: "The disk did not take them.",
		Remedy: "保守担当者に見てもらってください。", RemedyEN: "Ask an engineer.",
	},
	{
		Code: "config.busy", Act: Manager,
		Title: "印字中です", TitleEN: "A receipt is being printed",
		Text: "レシートの印字が終わるまで、機器を替えられません。", TextEN: "Devices are not exchanged while a receipt is on its way.",
		Remedy: "印字が終わってから、もう一度試してください。", RemedyEN: "Try again when it is printed.",
	},
	{
		Code: "config.leaving", Act: Manager,
		Title: "終了しています", TitleEN: "The register is stopping",
		Text: "終了の途中なので、設定を変えられません。", TextEN: "Nothing is changed while it stops.",
		Remedy: "起動してから、もう一度試してください。", RemedyEN: "Try again when it has started.",
	},
	{
		Code: "config.match", Act: Manager,
		Title: "設定を先に見てください", TitleEN: "Look at the settings first",
		Text: "どの設定から変えるのかが分かりません。", TextEN: "It is not said which settings the change was made from.",
		Remedy: "もう一度設定を開いてください。", RemedyEN: "Open the settings again.",
	},
}
