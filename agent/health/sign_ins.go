package health

// signIns are why somebody could not sign in. None of them tells whether the
// operator exists.
var signIns = []Entry{
	{
		Code: "sign_in.wrong", Act: Cashier,
		Title: "担当者か暗証番号が違います", TitleEN: "Operator or PIN is wrong",
		Text: "担当者か暗証番号が違うため、サインインできませんでした。", TextEN: "This operator and this PIN do not belong together.",
		Remedy: "確かめて、もう一度入れてください。", RemedyEN: "Check both, and try again.",
	},
	{
		Code: "sign_in.which", Act: Cashier,
		Title: "担当者を選んでください", TitleEN: "Choose the operator",
		Text: "暗証番号だけでは、どの担当者か分かりません。", TextEN: "The PIN alone does not say who it is.",
		Remedy: "先に担当者を選び、暗証番号を入れてください。", RemedyEN: "Choose the operator first, then enter the PIN.",
	},
	{
		Code: "sign_in.waiting", Act: Cashier,
		Title: "しばらく待ってください", TitleEN: "Wait for a while",
		Text: "暗証番号の間違いが続いたため、しばらくサインインできません。", TextEN: "There were too many wrong PINs, so nobody can sign in for a while.",
		Remedy: "5分ほど待ってから、もう一度入れてください。", RemedyEN: "Wait about five minutes, then try again.",
	},
}
