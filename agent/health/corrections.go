package health

// corrections are the reasons of what people and reconciliations decide
// afterwards about a charge, and of refunds.
var corrections = []Entry{
	{
		Code: "reason.recovered", Act: Manager,
		Title: "記録を補いました", TitleEN: "Recovered",
		Text: "決済サービスにあって、この端末になかった取引です。記録に加えました。", TextEN: "The wallet has this payment and the register had lost it. It was written down again.",
		Remedy: "売上と商品を確かめてください。売上がなければ、返金してください。", RemedyEN: "Find the sale that it belongs to. If there is none, refund it.",
	},
	{
		Code: "reason.reconciled", Act: Manager,
		Title: "照合で訂正", TitleEN: "Corrected when the day was compared",
		Text: "決済サービスの一覧に合わせて、記録を直しました。", TextEN: "The books now say what the wallet's list of the day says.",
		Remedy: "取引の履歴を確かめてください。", RemedyEN: "See the history of the charge.",
	},
	{
		Code: "reason.shown_paid", Act: Manager,
		Title: "お客様の画面で支払済み", TitleEN: "Shown as paid on the phone",
		Text: "お客様の画面が支払済みだったので、店長が商品を渡すと決めました。", TextEN: "The customer's phone said paid, so a manager let the goods go.",
		Remedy: "端末が、決済サービスの答えを待ち続けます。", RemedyEN: "The register keeps asking the wallet.",
	},
	{
		Code: "reason.offline", Act: Cashier,
		Title: "オフライン受付", TitleEN: "Taken offline",
		Text: "通信がないまま、署名されたコードで受け付けました。", TextEN: "It was taken without a network, on a code that the phone has signed.",
		Remedy: "通信が戻ると、端末が自動で請求します。", RemedyEN: "The register collects it by itself when the network is back.",
	},
	{
		Code: "reason.not_paid", Act: Manager,
		Title: "未払いと判断", TitleEN: "Decided as not paid",
		Text: "店長が、支払われていないと判断しました。", TextEN: "A manager decided that this was not paid.",
		Remedy: "引かれていた場合も、端末が取り消します。", RemedyEN: "If money was taken, the register gives it back.",
	},
	{
		Code: "reason.by_hand", Act: Manager,
		Title: "手渡しで返金", TitleEN: "Given back by hand",
		Text: "店長が、お客様に直接お金を返しました。", TextEN: "A manager gave the customer the money back.",
		Remedy: "決済サービスの側は引かれたままです。精算の控えを残してください。", RemedyEN: "The wallet still holds the payment. Keep a note of it with the closing of the day.",
	},
	{
		Code: "reason.written_off", Act: Manager,
		Title: "処理を打ち切り", TitleEN: "Written off",
		Text: "店長が、これ以上待たないと決めました。", TextEN: "A manager decided to wait no longer.",
		Remedy: "必要なら、決済サービスの窓口に問い合わせてください。", RemedyEN: "Ask the wallet's help desk if it matters.",
	},
	{
		Code: "reason.cannot_reverse", Act: Manager,
		Title: "取り消せません", TitleEN: "It cannot be undone any more",
		Text: "決済サービスでは、この支払いをもう取り消せません。", TextEN: "The wallet does not undo this payment any more.",
		Remedy: "返金の操作で、お客様にお金を返してください。", RemedyEN: "Give the money back with a refund.",
	},
	{
		Code: "reason.over_refund", Act: Manager,
		Title: "返金できる額を超えています", TitleEN: "More than what is left",
		Text: "返金の額が、支払いの残りを超えています。", TextEN: "The refund is more than what is left of the payment.",
		Remedy: "これまでの返金を確かめてください。", RemedyEN: "Look at what was given back before.",
	},
	{
		Code: "reason.not_refundable", Act: Manager,
		Title: "返金できない支払い", TitleEN: "Not refundable at the wallet",
		Text: "決済サービスでは、この支払いを返金できません。", TextEN: "The wallet gives nothing back for this payment.",
		Remedy: "お客様には、ほかの方法で返してください。", RemedyEN: "Give the money back another way.",
	},
	{
		Code: "reason.refunded", Act: Manager,
		Title: "返金済み", TitleEN: "Refunded",
		Text: "返金で、全額をお客様に返しました。", TextEN: "All of it was given back by refund.",
		Remedy: "操作は要りません。", RemedyEN: "Nothing else is needed.",
	},
	{
		Code: "reason.returned", Act: Manager,
		Title: "返品", TitleEN: "Goods were returned",
		Text: "お客様が商品を返したため、返金します。", TextEN: "The customer brought goods back.",
		Remedy: "返品を受け取ったことを確かめてください。", RemedyEN: "See that the goods are back.",
	},
	{
		Code: "reason.wrong_amount", Act: Manager,
		Title: "金額の誤り", TitleEN: "The amount was wrong",
		Text: "会計の金額が違っていたため、返金します。", TextEN: "The sale was over a wrong amount.",
		Remedy: "正しい金額を確かめてください。", RemedyEN: "Check the right amount.",
	},
	{
		Code: "reason.voided", Act: Cashier,
		Title: "取消", TitleEN: "Voided",
		Text: "支払いの全額を取り消します。お金は決済サービスから戻ります。", TextEN: "All of the payment is undone. The wallet gives the money back.",
		Remedy: "現金で返さないでください。", RemedyEN: "Give no cash.",
	},
	{
		Code: "reason.charged_twice", Act: Manager,
		Title: "二重の支払い", TitleEN: "Paid twice",
		Text: "同じ買い物が二度支払われたため、返金します。", TextEN: "The same goods were paid for twice.",
		Remedy: "もう一件の取引を確かめてください。", RemedyEN: "Look at the other charge as well.",
	},
}

// refunds are why a refund, a top-up or a comparison is not made, and what is
// wrong with one.
var refunds = []Entry{
	{
		Code: "refund.not_possible", Act: Manager,
		Title: "この方法では返金できません", TitleEN: "No refund this way",
		Text: "この決済サービスへの返金は、端末からはできません。", TextEN: "This register cannot give money back at that wallet.",
		Remedy: "決済サービスの管理画面か、手渡しで返してください。", RemedyEN: "Use the wallet's own pages, or give it back by hand.",
	},
	{
		Code: "refund.not_refundable", Act: Manager,
		Title: "返金できない状態です", TitleEN: "Nothing to give back",
		Text: "返金できるのは、支払いが完了した取引か、返金が必要な取引だけです。", TextEN: "Only a charge that is paid or owed to the customer can be refunded.",
		Remedy: "取引の状態を確かめてください。取消中なら、終わるまでお待ちください。", RemedyEN: "Look at the state of the charge. If it is being undone, wait for the end.",
	},
	{
		Code: "refund.too_much", Act: Manager,
		Title: "返金の額が多すぎます", TitleEN: "The refund is too much",
		Text: "返せる額は、支払いの額からこれまでの返金を引いた残りです。", TextEN: "What can be given back is what was paid, less what was given back already.",
		Remedy: "残りの額を確かめて、入れ直してください。", RemedyEN: "Check what is left, and enter that or less.",
	},
	{
		Code: "refund.too_many", Act: Manager,
		Title: "返金の回数が多すぎます", TitleEN: "Too many refunds",
		Text: "この取引は、もう何度も返金されています。", TextEN: "This charge has been refunded too often already.",
		Remedy: "残りは、手渡しか決済サービスの管理画面で返してください。", RemedyEN: "Give the rest back by hand, or on the wallet's own pages.",
	},
	{
		Code: "refund.books_restored", Act: Manager,
		Title: "先に照合が必要です", TitleEN: "Compare with the wallets first",
		Text: "この端末の記録は古いコピーです。すでに返金したかどうかが分かりません。", TextEN: "The books of this register are an older copy, and a refund of this payment may be missing in them.",
		Remedy: "コピー以降のすべての営業日を照合してから、返金してください。", RemedyEN: "Reconcile every day since the copy, then refund.",
	},
	{
		Code: "refund.recovered", Act: Manager,
		Title: "店長の操作が必要です", TitleEN: "A manager must refund this",
		Text: "この取引には、決済サービスの記録から取り込んだ返金があります。同じ返金かもしれません。", TextEN: "A refund of this payment was found at the wallet after the books had been put back. It may be this very one.",
		Remedy: "取引の返金を確かめ、別の返金であれば、店長がレジから返金してください。", RemedyEN: "Look at the refunds of the charge. If this is another one, a manager refunds it at the register.",
	},
	{
		Code: "refund.conflict", Act: Engineer,
		Title: "別の返金と同じ番号です", TitleEN: "The key stands for another refund",
		Text: "同じ操作の番号で、金額か支払いの違う返金がすでにあります。", TextEN: "There is a refund of another amount or payment under this very key.",
		Remedy: "新しい操作には、新しい番号を使ってください。", RemedyEN: "Use a new key for a new wish.",
	},
	{
		Code: "refund.declined", Act: Manager,
		Title: "返金が断られました", TitleEN: "A refund was declined",
		Text: "決済サービスが返金を断りました。お客様のお金は戻っていません。", TextEN: "The wallet said no to a refund. The customer has not got the money.",
		Remedy: "取引の履歴で理由を見て、もう一度返金するか、手渡しで返してください。", RemedyEN: "See the reason in its history, and refund again or give the money back by hand.",
	},
	{
		Code: "topup.too_much", Act: Manager,
		Title: "チャージの上限を超えています", TitleEN: "Over the limit of one top-up",
		Text: "一回のチャージで受け付けられる額を超えています。", TextEN: "This register does not take that much for one top-up.",
		Remedy: "金額を減らしてください。上限は設定の [topup] にあります。", RemedyEN: "Enter less. The limit is in the settings, under [topup].",
	},
	{
		Code: "reconcile.not_possible", Act: Engineer,
		Title: "照合できません", TitleEN: "Nothing to compare with",
		Text: "この端末では、決済サービスとの照合ができません。", TextEN: "This register cannot compare its books with a wallet's.",
		Remedy: "設定を確かめてください。", RemedyEN: "Check the settings.",
	},
	{
		Code: "reconcile.under_way", Act: Manager,
		Title: "照合中です", TitleEN: "A comparison is under way",
		Text: "ほかの照合がまだ終わっていません。", TextEN: "Another comparison with the wallets has not come to its end.",
		Remedy: "一分ほど待ってから、もう一度照合してください。", RemedyEN: "Wait a minute, then compare again.",
	},
}
