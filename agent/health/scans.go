package health

// scans are what the scanner sent and is no code: "scan." and the word of the
// scanner's driver. Nothing of it was taken for a code, and the sale goes on.
var scans = []Entry{
	{
		Code: "scan.noise", Act: Cashier,
		Title: "読み取りの雑音", TitleEN: "Noise from the scanner",
		Text: "スキャナから、コードではない信号が届きました。", TextEN: "The scanner sent something that is no code.",
		Remedy: "もう一度読み取ってください。続くときは、ケーブルを確かめてください。", RemedyEN: "Scan again. If it goes on, check the cable.",
	},
	{
		Code: "scan.half_frame", Act: Cashier,
		Title: "読み取りが途中で切れました", TitleEN: "Half a code came",
		Text: "コードの一部しか届きませんでした。", TextEN: "Only a part of the code arrived.",
		Remedy: "もう一度読み取ってください。続くときは、ケーブルを確かめてください。", RemedyEN: "Scan again. If it goes on, check the cable.",
	},
	{
		Code: "scan.checksum", Act: Cashier,
		Title: "読み取りが欠けました", TitleEN: "A part of the code got lost",
		Text: "届いたコードの長さか検査文字が合いません。", TextEN: "The length or the check character of the code does not fit.",
		Remedy: "もう一度読み取ってください。続くときは、ケーブルを替えてください。", RemedyEN: "Scan again. If it goes on, change the cable.",
	},
	{
		Code: "scan.overflow", Act: Cashier,
		Title: "長すぎるコードです", TitleEN: "The code is too long",
		Text: "支払いコードには長すぎる内容が届きました。", TextEN: "What arrived is too long for a payment code.",
		Remedy: "お客様に決済アプリの支払い画面を出してもらってください。", RemedyEN: "Ask the customer to open the pay screen of the app.",
	},
	{
		Code: "scan.unmarked", Act: Engineer,
		Title: "スキャナの設定が違います", TitleEN: "The scanner is set up otherwise",
		Text: "コードの前に付くはずの印がありません。", TextEN: "The mark that this model puts before a code is missing.",
		Remedy: "スキャナの設定とプロファイルを合わせてください。", RemedyEN: "Make the settings of the scanner and its profile agree.",
	},
	{
		Code: "scan.foreign", Act: Engineer,
		Title: "別の機器の信号です", TitleEN: "Not from this scanner",
		Text: "このスキャナからは来ないはずの信号が届きました。", TextEN: "Something arrived that this scanner does not send.",
		Remedy: "つないだ機器と設定を確かめてください。", RemedyEN: "Check what is connected, and the settings.",
	},
	{
		Code: "scan.typed", Act: Cashier,
		Title: "手で打った入力です", TitleEN: "Typed by hand",
		Text: "スキャナではなく、人がキーを打ったような入力です。", TextEN: "The keys came as a hand presses them, not as a scanner does.",
		Remedy: "スキャナで読み取ってください。続くときは、設定の gap_ms を保守担当者に見てもらってください。", RemedyEN: "Use the scanner. If it goes on, let an engineer look at gap_ms in the profile.",
	},
	{
		Code: "scan.unread", Act: Cashier,
		Title: "読み取りが間に合いませんでした", TitleEN: "The scan came too early",
		Text: "前の読み取りを処理している間に、次のコードが届きました。", TextEN: "Another code arrived while the one before was being handled.",
		Remedy: "もう一度読み取ってください。", RemedyEN: "Scan again.",
	},
}
