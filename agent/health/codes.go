package health

// codes are the refusals of what a customer or a cashier held under the
// scanner: "code." and the word of the refusal. Nothing was sent and nothing
// was taken in any of them, and the sale goes on.
var codes = []Entry{
	{
		Code: "code.empty", Act: Cashier,
		Title: "何も読み取れませんでした", TitleEN: "Nothing was read",
		Text: "スキャナは動きましたが、中身のある文字がありませんでした。", TextEN: "The scanner answered, but without any text.",
		Remedy: "もう一度、画面全体が入るように読み取ってください。", RemedyEN: "Scan again with the whole code in view.",
	},
	{
		Code: "code.too_long", Act: Cashier,
		Title: "支払いコードではありません", TitleEN: "Not a payment code",
		Text: "読み取った内容が長すぎます。支払いコードではありません。", TextEN: "What was read is too long for a payment code.",
		Remedy: "お客様に決済アプリの支払い画面を出してもらってください。", RemedyEN: "Ask the customer to open the pay screen of the app.",
	},
	{
		Code: "code.not_text", Act: Cashier,
		Title: "読み取りが乱れました", TitleEN: "The reading was garbled",
		Text: "文字ではないものが混ざっています。", TextEN: "What was read is not plain text.",
		Remedy: "もう一度読み取ってください。続くときは、スキャナの設定を保守担当者に見てもらってください。", RemedyEN: "Scan again. If it goes on, let an engineer look at the scanner's settings.",
	},
	{
		Code: "code.merchant_code", Act: Cashier,
		Title: "お店用のコードです", TitleEN: "This is a shop's code",
		Text: "お客様が読み取るための、お店用のコードです。", TextEN: "It is a shop's code, which customers scan.",
		Remedy: "お客様に「支払い」画面を出してもらってください。", RemedyEN: "Ask the customer to open the “Pay” screen.",
	},
	{
		Code: "code.web_address", Act: Cashier,
		Title: "ホームページのコードです", TitleEN: "This is a web address",
		Text: "ホームページのアドレスが入ったコードです。", TextEN: "The code holds a web address.",
		Remedy: "お客様に、決済アプリの支払いコードを出してもらってください。", RemedyEN: "Ask the customer for the payment code of the app.",
	},
	{
		Code: "code.product", Act: Cashier,
		Title: "商品のバーコードです", TitleEN: "This is a product barcode",
		Text: "商品のバーコードを読み取りました。支払いには使えません。", TextEN: "A barcode of goods was scanned; nobody can pay with it.",
		Remedy: "お客様のスマートフォンのコードを読み取ってください。", RemedyEN: "Scan the code on the customer's phone.",
	},
	{
		Code: "code.bill", Act: Cashier,
		Title: "払込票のバーコードです", TitleEN: "This is a payment slip",
		Text: "公共料金などの払込票です。この端末では受け付けていません。", TextEN: "It is a payment slip of a utility, which this register does not take.",
		Remedy: "収納代行の手順で受け付けてください。", RemedyEN: "Take it the way your shop takes bills.",
	},
	{
		Code: "code.offline_code", Act: Cashier,
		Title: "オフライン用のコードです", TitleEN: "This is an offline code",
		Text: "通信できないとき用のコードです。この端末では受け付けていません。", TextEN: "It is a code for paying without network, which this register does not take.",
		Remedy: "お客様に、通常の支払いコードを出してもらってください。", RemedyEN: "Ask the customer for the ordinary payment code.",
	},
	{
		Code: "code.bad_code", Act: Cashier,
		Title: "コードが欠けています", TitleEN: "The code is damaged",
		Text: "支払いコードのようですが、内容が欠けているか壊れています。", TextEN: "It looks like a payment code, but part of it is missing or broken.",
		Remedy: "画面を明るくして、新しいコードを表示してもらい、もう一度読み取ってください。", RemedyEN: "Ask for a bright screen and a fresh code, and scan again.",
	},
	{
		Code: "code.store_copy", Act: Cashier,
		Title: "店舗控えのコードです", TitleEN: "This is a store copy",
		Text: "店舗控えのコードで、支払いコードではありません。取り込むには posctl queue import --scan を使います。", TextEN: "It is no payment code. This is a store copy: posctl queue import --scan takes it in.",
		Remedy: "お客様に、支払いコードを出してもらってください。", RemedyEN: "Ask the customer for the payment code.",
	},
	{
		Code: "code.no_wallet", Act: Cashier,
		Title: "取り扱いのない決済サービスです", TitleEN: "This wallet is not accepted here",
		Text: "支払いコードですが、当店では取り扱いのない決済サービスです。", TextEN: "It is a payment code of a wallet that this shop does not take.",
		Remedy: "ほかの支払い方法をご案内ください。", RemedyEN: "Offer another way to pay.",
	},
	{
		Code: "code.unknown", Act: Cashier,
		Title: "分からないコードです", TitleEN: "Unknown code",
		Text: "どの決済サービスのコードか分かりません。", TextEN: "No wallet is known for this code.",
		Remedy: "支払い画面のコードかどうかを確かめて、もう一度読み取ってください。", RemedyEN: "Make sure that it is the code of the pay screen, and scan again.",
	},
}
