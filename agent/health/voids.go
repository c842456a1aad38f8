package health

// voids are why a payment cannot be voided. All of it or a part may still go
// back by refund.
var voids = []Entry{
	{
		Code: "void.part", Act: Cashier,
		Title: "取消はできません(全額のみ)", TitleEN: "Only all of it can be voided",
		Text: "取消は全額だけです。金額が違うか、すでに一部を返金しています。", TextEN: "A void takes back all of a payment. This is another amount, or a part has gone back already.",
		Remedy: "返金してください。", RemedyEN: "Make a refund instead.",
	},
	{
		Code: "void.not_ours", Act: Manager,
		Title: "この端末では取り消せません", TitleEN: "Not voided from here",
		Text: "ほかの端末で受け付けたか、記録を戻したあとに見つかった支払いです。", TextEN: "The payment was taken by another register, or found after the books were restored.",
		Remedy: "受け付けた端末で返金するか、店長が確かめてから返金してください。", RemedyEN: "Refund it at the register that took it, or after a manager has checked it.",
	},
	{
		Code: "void.day_over", Act: Cashier,
		Title: "営業日を過ぎています", TitleEN: "The business day is over",
		Text: "前の営業日の支払いは、取り消せません。", TextEN: "A payment of an earlier business day is not voided.",
		Remedy: "返金してください。", RemedyEN: "Make a refund instead.",
	},
	{
		Code: "void.window_over", Act: Cashier,
		Title: "取消の期限を過ぎています", TitleEN: "Too late to void",
		Text: "決済サービスが取消を受け付ける期限を過ぎています。", TextEN: "The wallet's time for undoing this payment is over.",
		Remedy: "返金してください。", RemedyEN: "Make a refund instead.",
	},
}
