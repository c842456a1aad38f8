package health

// scans are what the scanner sent and is no code: "scan." and the word of the
// scanner's driver. Nothing of it was taken for a code, and the sale goes on.
var scans = []Entry{
	{
		Code: "scan.test_good", Act: Cashier,
		Title: "読み取れました", TitleEN: "A code was read",
		Text: "スキャナがコードを読み取りました。テストなので、請求はしていません。", TextEN: "The scanner has read a code. It was a test: nothing was charged.",
		Remedy: "このままお使いください。", RemedyEN: "It is ready for use.",
	},
	{
		Code: "scan.test_none", Act: Manager,
		Title: "読み取れませんでした", TitleEN: "No code was read",
		Text: "二十秒の間に、コードが読み取られませんでした。", TextEN: "No code was read within twenty seconds.",
		Remedy: "コードを近づけてもう一度試してください。光らないときは、ケーブルと設定を確かめてください。", RemedyEN: "Hold a code closer and try again. If the scanner stays dark, check its cable and its settings.",
	},
	{
		Code: "scan.test_busy", Act: Cashier,
		Title: "いまはテストできません", TitleEN: "No test now",
		Text: "会計の途中か、ほかの読み取りの途中です。", TextEN: "A sale is open, or codes are being read for something else.",
		Remedy: "会計を終えてからテストしてください。", RemedyEN: "Finish it, then test.",
	},
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
