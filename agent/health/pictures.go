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
		Code: "picture.too_big", Act: Cashier,
		Title: "画像が大きすぎます", TitleEN: "The picture is too big",
		Text: "画像の大きさが、受け付けられる上限を超えています。", TextEN: "The picture is larger than this register takes.",
		Remedy: "小さめの画像で送ってください。", RemedyEN: "Send a smaller picture.",
	},
	{
		Code: "picture.not_a_picture", Act: Cashier,
		Title: "画像ではありません", TitleEN: "Not a picture",
		Text: "届いたファイルは、PNG でも JPEG でもありません。", TextEN: "The file is neither PNG nor JPEG.",
		Remedy: "PNG か JPEG の画像を送ってください。", RemedyEN: "Send a PNG or JPEG picture.",
	},
	{
		Code: "picture.not_configured", Act: Engineer,
		Title: "画像の読み取りは使えません", TitleEN: "Pictures are not read here",
		Text: "この端末は、画像からコードを読み取る設定になっていません。", TextEN: "This register is not set up to read codes from pictures.",
		Remedy: "スキャナで読み取ってください。", RemedyEN: "Use the scanner.",
	},
}
