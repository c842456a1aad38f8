package health

// pictures are why no code came out of a picture of a camera.
var pictures = []Entry{
	{
		Code: "picture.none", Act: Cashier,
		Title: "コードが写っていません", TitleEN: "No code in the picture",
		Text: "画像の中に、コードが見つかりませんでした。", TextEN: "There is no code in the picture.",
		Remedy: "コード全体が写るように、明るい所で撮り直してください。", RemedyEN: "Take it again with the whole code in view and good light.",
	},
	{
		Code: "picture.several", Act: Cashier,
		Title: "コードがいくつも写っています", TitleEN: "Several codes in the picture",
		Text: "画像の中に、違うコードが二つ以上あります。", TextEN: "There are different codes in the picture.",
		Remedy: "支払いコードだけが写るように、撮り直してください。", RemedyEN: "Take it again with nothing but the payment code.",
	},
	{
		Code: "picture.part", Act: Cashier,
		Title: "コードの一部です", TitleEN: "Part of a code",
		Text: "このコードは、いくつかに分けられた内容の一部で、支払いコードではありません。", TextEN: "This code is one part of a message that is spread over several codes. It is no payment code.",
		Remedy: "お客様に、支払い画面のコードを表示していただいてください。", RemedyEN: "Ask the customer to open the screen for paying.",
	},
	{
		Code: "picture.too_big", Act: Cashier,
		Title: "画像が大きすぎます", TitleEN: "The picture is too big",
		Text: "画像の大きさが、受け付けられる上限を超えています。", TextEN: "The picture is larger than this register takes.",
		Remedy: "小さめの画像で送ってください。", RemedyEN: "Send a smaller picture.",
	},
	{
		Code: "picture.not_a_picture", Act: Cashier,
		Title: "画像ではありません", TitleEN: "Not a picture",
		Text: "届いたファイルは、PNG・JPEG・GIF のどれでもありません。", TextEN: "The file is neither PNG, JPEG nor GIF.",
		Remedy: "PNG・JPEG・GIF の画像を送ってください。", RemedyEN: "Send a PNG, JPEG or GIF picture.",
	},
	{
		Code: "picture.not_configured", Act: Engineer,
		Title: "画像の読み取りは使えません", TitleEN: "Pictures are not read here",
		Text: "この端末は、画像からコードを読み取る設定になっていません。", TextEN: "This register is not set up to read codes from pictures.",
		Remedy: "スキャナで読み取ってください。", RemedyEN: "Use the scanner.",
	},
}
