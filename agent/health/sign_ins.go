package health

// signIns are why somebody could not sign in, or not look at what people did. None tells whether the
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
	{
		Code: "sign_in.locked", Act: Manager,
		Title: "この担当者は止められています", TitleEN: "This operator is locked",
		Text: "暗証番号の間違いが10回続いたため、この担当者はサインインできません。", TextEN: "There were ten wrong PINs in a row for this operator.",
		Remedy: "店長がサインインして「posctl users unlock 担当者」で解除してください。", RemedyEN: "A manager lets the operator in again: posctl users unlock ID.",
	},
	{
		Code: "sign_in.register_locked", Act: Manager,
		Title: "この端末は止められています", TitleEN: "This register is locked",
		Text: "暗証番号の間違いが続いたため、店長しかサインインできません。", TextEN: "There were too many wrong PINs, so only a manager can sign in.",
		Remedy: "店長が暗証番号でサインインすると、ほかの人も使えるようになります。", RemedyEN: "When a manager signs in with the PIN, all others can again.",
	},
	{
		Code: "operator.self", Act: Manager,
		Title: "自分では解除できません", TitleEN: "Nobody lets themselves in again",
		Text: "止められた本人は、自分の停止を解除できません。", TextEN: "An operator who is locked cannot open the lock.",
		Remedy: "ほかの店長か、端末のposctlで解除してください。", RemedyEN: "Another manager does it, or posctl at the machine.",
	},
	{
		Code: "wish.conflict", Act: Engineer,
		Title: "番号が別の操作のものです", TitleEN: "The key stands for something else",
		Text: "同じ操作の番号で、内容の違う依頼がすでにありました。", TextEN: "This idempotency key came before with another body.",
		Remedy: "新しい操作には、新しい番号を使ってください。", RemedyEN: "Use a new key for a new wish.",
	},
	{
		Code: "journal.under_way", Act: Manager,
		Title: "記録を検査しています", TitleEN: "The journal is being verified",
		Text: "記録の検査がもう始まっています。", TextEN: "Somebody is verifying the journal already.",
		Remedy: "終わるのを待って、もう一度お試しください。", RemedyEN: "Wait for the end, and try again.",
	},
	{
		Code: "journal.out_of_time", Act: Manager,
		Title: "記録の検査が終わりません", TitleEN: "The journal took too long",
		Text: "一分では、記録を最後まで検査できませんでした。", TextEN: "A minute was not enough to verify the whole journal.",
		Remedy: "「posctl journal export」で書き出し、audit.pyで検査してください。", RemedyEN: "Export it with posctl journal export, and check the file with audit.py.",
	},
	{
		Code: "journal.unreadable", Act: Engineer,
		Title: "記録を読めません", TitleEN: "The journal cannot be read",
		Text: "データベースから記録を読めませんでした。", TextEN: "The database does not give the journal.",
		Remedy: "「posctl doctor」でディスクを調べてください。", RemedyEN: "Look at the disk with posctl doctor.",
	},
	{
		Code: "sign_in.uncounted", Act: Engineer,
		Title: "サインインを記録できません", TitleEN: "Sign-ins cannot be counted",
		Text: "間違いの回数をディスクに書けないため、サインインできません。", TextEN: "Wrong PINs cannot be written to the disk, so nobody is let in.",
		Remedy: "ディスクの空きと権限を確かめてください。", RemedyEN: "Look at the room on the disk and at who may write in the data directory.",
	},
}
