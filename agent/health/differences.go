package health

// differences are how the books of the register and of a wallet differ about
// one key: "difference." and the word of the report.
var differences = []Entry{
	{
		Code: "difference.missing_there", Act: Manager,
		Title: "決済サービスにない支払い", TitleEN: "Paid here, unknown to the wallet",
		Text: "端末では支払い済みですが、決済サービスに記録がありません。", TextEN: "The register says paid, and the wallet has no such payment.",
		Remedy: "お金は入りません。お客様が分かれば、あらためて支払いをお願いしてください。", RemedyEN: "No money will come. If you know the customer, ask to be paid again.",
	},
	{
		Code: "difference.reversed_there", Act: Manager,
		Title: "決済サービスで取り消し済み", TitleEN: "Paid here, undone at the wallet",
		Text: "端末では支払い済みですが、決済サービスでは取り消されています。", TextEN: "The register says paid, and the wallet has refused it or given it back.",
		Remedy: "お金は入りません。決済サービスの窓口に理由を確かめてください。", RemedyEN: "No money will come. Ask the wallet's help desk why.",
	},
	{
		Code: "difference.paid_there", Act: Manager,
		Title: "売上がないのに支払い済み", TitleEN: "Not paid here, paid at the wallet",
		Text: "端末では支払われていませんが、決済サービスではお金が引かれています。", TextEN: "No sale stands for it here, and the wallet has taken the customer's money.",
		Remedy: "端末が取り消して、お客様に返します。", RemedyEN: "The register undoes it, and the customer gets the money back.",
	},
	{
		Code: "difference.paid_after_all", Act: Manager,
		Title: "あとから確認できました", TitleEN: "Done after all",
		Text: "済んでいないことになっていましたが、決済サービスでは済んでいます。", TextEN: "It counted as not done, and the wallet has done it.",
		Remedy: "手渡しで受け取ったお金や返したお金があれば、確かめてください。", RemedyEN: "If money went over the counter for it meanwhile, look into that.",
	},
	{
		Code: "difference.unknown_here", Act: Manager,
		Title: "端末に記録がない支払い", TitleEN: "Paid at the wallet, unknown here",
		Text: "決済サービスにあって、端末の記録にない支払いです。", TextEN: "The wallet has a payment that the books of this register do not know.",
		Remedy: "売上を確かめてください。売上がなければ、返金してください。", RemedyEN: "Find the sale that it belongs to. If there is none, refund it.",
	},
	{
		Code: "difference.nothing_owed", Act: Manager,
		Title: "返すお金は残っていません", TitleEN: "Owed here, not held by the wallet",
		Text: "返金が必要とされていましたが、決済サービスはお金を持っていません。", TextEN: "Money was owed to the customer here, and the wallet does not hold it.",
		Remedy: "返金する前に、決済サービスの記録を確かめてください。", RemedyEN: "Look at the wallet's own pages before you give anything back.",
	},
	{
		Code: "difference.paid_twice", Act: Manager,
		Title: "二つの決済サービスで支払い済み", TitleEN: "Paid at two wallets",
		Text: "同じ取引が、二つの決済サービスで支払われています。", TextEN: "Two wallets have taken money for the same charge.",
		Remedy: "どちらかの決済サービスで返金してもらってください。", RemedyEN: "Have one of the two give the money back.",
	},
	{
		Code: "difference.never_asked", Act: Manager,
		Title: "依頼していない支払い", TitleEN: "Paid at a wallet that was not asked",
		Text: "この取引では依頼していない決済サービスが、支払い済みとしています。", TextEN: "A wallet says approved, and nothing of this charge was ever sent to it.",
		Remedy: "その決済サービスの窓口に確かめてください。端末の記録は変えていません。", RemedyEN: "Ask that wallet's help desk. The books of the register stay as they are.",
	},
	{
		Code: "difference.not_credited", Act: Manager,
		Title: "チャージが入金されていません", TitleEN: "Cash taken, not credited",
		Text: "現金を受け取ったチャージが、決済サービスには入金されていません。", TextEN: "The register took cash for a top-up, and the wallet has not credited it.",
		Remedy: "お客様が分かれば、現金を返して記録してください。", RemedyEN: "If you know the customer, give the cash back and record that.",
	},
	{
		Code: "difference.back_and_there", Act: Manager,
		Title: "現金を返したチャージが入金済み", TitleEN: "Cash given back, and credited",
		Text: "現金を手渡しで返したチャージが、決済サービスでは入金されています。", TextEN: "The cash of a top-up was given back by hand, and the wallet has credited it.",
		Remedy: "決済サービスの窓口に、入金の取り消しを頼んでください。", RemedyEN: "Ask the wallet's help desk to take the credit back.",
	},
	{
		Code: "difference.not_given", Act: Manager,
		Title: "返金が届いていません", TitleEN: "Refunded here, not at the wallet",
		Text: "端末では返金済みですが、決済サービスに返金の記録がありません。", TextEN: "The register says refunded, and the wallet has not given the money back.",
		Remedy: "決済サービスの窓口に確かめてください。返すまで、お客様は損をしたままです。", RemedyEN: "Ask the wallet's help desk. Until it is given back, the customer is out of pocket.",
	},
	{
		Code: "difference.given_there", Act: Manager,
		Title: "二重に返金したかもしれません", TitleEN: "Refunded at the wallet, closed here",
		Text: "端末では終わった返金が、決済サービスでは実行されています。", TextEN: "The refund was closed here without giving money back, and the wallet gave it back.",
		Remedy: "手渡しなどで、もう一度返していないか確かめてください。", RemedyEN: "See whether the money was given back another way as well.",
	},
	{
		Code: "difference.unlike", Act: Manager,
		Title: "内容が食い違っています", TitleEN: "Amount or kind differ",
		Text: "同じ番号の取引で、金額か種類が決済サービスと違います。", TextEN: "The same key stands for another amount, currency or kind at the wallet.",
		Remedy: "何も直していません。決済サービスと保守担当者に知らせてください。", RemedyEN: "Nothing was changed. Tell the wallet and your engineer.",
	},
	{
		Code: "difference.open_here", Act: Manager,
		Title: "端末で処理中", TitleEN: "Not settled here yet",
		Text: "端末での処理が、まだ終わっていません。", TextEN: "The register has not brought this to its end yet.",
		Remedy: "端末が自動で進めます。あとでもう一度照合してください。", RemedyEN: "The register goes on by itself. Compare the day again later.",
	},
	{
		Code: "difference.open_there", Act: Manager,
		Title: "決済サービスで処理中", TitleEN: "Not settled at the wallet yet",
		Text: "決済サービスでの処理が、まだ終わっていません。", TextEN: "The wallet has not brought this to its end yet.",
		Remedy: "あとでもう一度照合してください。", RemedyEN: "Compare the day again later.",
	},
}

// done are what a reconciliation did about a difference: "done." and the word
// of the report.
var done = []Entry{
	{
		Code: "done.corrected", Act: Manager,
		Title: "記録を直しました", TitleEN: "Corrected",
		Text: "端末の記録を、決済サービスに合わせました。", TextEN: "The books of the register follow the wallet's now.",
		Remedy: "下の説明に従ってください。", RemedyEN: "See what else there is to do.",
	},
	{
		Code: "done.adopted", Act: Manager,
		Title: "記録に加えました", TitleEN: "Adopted",
		Text: "端末の記録に加えました。", TextEN: "The payment is in the books of the register now.",
		Remedy: "売上を確かめてください。", RemedyEN: "Find its sale.",
	},
	{
		Code: "done.confirmed", Act: Manager,
		Title: "問題ありません", TitleEN: "It is right as it is",
		Text: "もう一度問い合わせたところ、決済サービスの答えは端末の記録と同じでした。", TextEN: "Asked once more, the wallet said what the register says.",
		Remedy: "操作は要りません。", RemedyEN: "Nothing is to be done.",
	},
	{
		Code: "done.unanswered", Act: Manager,
		Title: "確認できませんでした", TitleEN: "Nothing was changed: no answer",
		Text: "もう一度問い合わせましたが、決済サービスの答えがありませんでした。", TextEN: "The wallet did not say it again when it was asked.",
		Remedy: "あとでもう一度照合してください。", RemedyEN: "Compare the day again later.",
	},
	{
		Code: "done.moved", Act: Manager,
		Title: "照合中に変わりました", TitleEN: "Nothing was changed: it moved",
		Text: "照合している間に、取引が動きました。", TextEN: "The charge moved while the books were compared.",
		Remedy: "もう一度照合してください。", RemedyEN: "Compare the day again.",
	},
	{
		Code: "done.out_of_time", Act: Manager,
		Title: "時間切れです", TitleEN: "Nothing was changed: the time was up",
		Text: "時間が足りず、この取引までは調べられませんでした。", TextEN: "The time for the comparison was over before this was looked at.",
		Remedy: "もう一度照合してください。続きから進みます。", RemedyEN: "Compare the day again: it goes on with what is left.",
	},
	{
		Code: "done.settling", Act: Manager,
		Title: "処理中です", TitleEN: "Under way",
		Text: "まだ終わっていないため、何も直していません。", TextEN: "It is not settled, so nothing was changed.",
		Remedy: "終わってから、もう一度照合してください。", RemedyEN: "Compare again when it is settled.",
	},
	{
		Code: "done.manager", Act: Manager,
		Title: "店長の判断が必要です", TitleEN: "For the manager",
		Text: "決まった直し方がないため、何も直していません。", TextEN: "No rule knows what is right, so nothing was changed.",
		Remedy: "下の説明に従ってください。", RemedyEN: "Do what is said below.",
	},
}
