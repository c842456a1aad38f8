package health

// reasons are why a charge is where it is: "reason." and the word in the
// books. They tell what happened, not how it ended: the state tells that, and
// a charge may be paid long after an answer was late. They are safe to read
// out to a customer: what a wallet thinks of a customer stays between the two.
var reasons = []Entry{
	{
		Code: "reason.insufficient_funds", Act: Cashier,
		Title: "残高不足", TitleEN: "Not enough money",
		Text: "決済アプリの残高が足りません。", TextEN: "There is not enough money in the app.",
		Remedy: "チャージしてもらうか、ほかの支払い方法をご案内ください。", RemedyEN: "Ask the customer to add money, or offer another way to pay.",
	},
	{
		Code: "reason.code_expired", Act: Cashier,
		Title: "コードの期限切れ", TitleEN: "The code has expired",
		Text: "コードの有効時間が過ぎています。", TextEN: "The code was shown for too long.",
		Remedy: "新しいコードを表示してもらい、もう一度読み取ってください。", RemedyEN: "Ask for a fresh code and scan again.",
	},
	{
		Code: "reason.code_used", Act: Cashier,
		Title: "使用済みのコード", TitleEN: "The code was used before",
		Text: "このコードは、すでに使われています。", TextEN: "This code has been used already.",
		Remedy: "支払い画面を開き直してもらい、新しいコードを読み取ってください。", RemedyEN: "Ask the customer to open the pay screen anew, and scan the new code.",
	},
	{
		Code: "reason.code_unknown", Act: Cashier,
		Title: "確認できないコード", TitleEN: "The wallet does not know the code",
		Text: "決済サービスが、このコードを確認できませんでした。", TextEN: "The wallet does not know this code.",
		Remedy: "決済アプリの支払い画面を開き直してもらってください。", RemedyEN: "Ask the customer to open the pay screen of the app anew.",
	},
	{
		Code: "reason.limit", Act: Cashier,
		Title: "利用上限", TitleEN: "Over a limit",
		Text: "お支払いの上限を超えています。", TextEN: "The amount is over a limit of the payment.",
		Remedy: "お客様に決済アプリの上限を確かめてもらうか、ほかの支払い方法をご案内ください。", RemedyEN: "Ask the customer to look at the limits in the app, or offer another way to pay.",
	},
	{
		Code: "reason.blocked", Act: Cashier,
		Title: "お取り扱いできません", TitleEN: "Not available",
		Text: "このお支払いは、お取り扱いできませんでした。", TextEN: "This payment is not available.",
		Remedy: "ほかの支払い方法をご案内ください。詳しいことは決済アプリの窓口でお答えします。", RemedyEN: "Offer another way to pay. The help desk of the app can tell more.",
	},
	{
		Code: "reason.stopped", Act: Cashier,
		Title: "受付停止中", TitleEN: "The wallet has paused payments",
		Text: "この決済サービスは、いま支払いの受付を止めています。", TextEN: "This wallet takes no payments at the moment.",
		Remedy: "ほかの支払い方法をご案内ください。", RemedyEN: "Offer another way to pay.",
	},
	{
		Code: "reason.rejected", Act: Manager,
		Title: "取引の拒否", TitleEN: "The wallet refused the request",
		Text: "決済サービスが、この端末からの依頼を受け付けませんでした。", TextEN: "The wallet did not take the request of this register.",
		Remedy: "ほかの支払い方法をご案内ください。続くときは店長に知らせてください。", RemedyEN: "Offer another way to pay. If it goes on, tell the manager.",
	},
	{
		Code: "reason.declined", Act: Cashier,
		Title: "お支払いできません", TitleEN: "Declined",
		Text: "決済サービスが、お支払いを承認しませんでした。", TextEN: "The wallet did not approve the payment.",
		Remedy: "決済アプリの案内を見てもらうか、ほかの支払い方法をご案内ください。", RemedyEN: "Ask the customer to look at the app, or offer another way to pay.",
	},
	{
		Code: "reason.timeout", Act: Cashier,
		Title: "返事が間に合いません", TitleEN: "No answer in time",
		Text: "決済サービスの返事が時間内に届きませんでした。", TextEN: "The wallet did not answer in time.",
		Remedy: "結果が出るまで、端末が自動で照会します。", RemedyEN: "The register asks again by itself until there is a result.",
	},
	{
		Code: "reason.unreachable", Act: Cashier,
		Title: "つながりません", TitleEN: "The wallet cannot be reached",
		Text: "決済サービスにつながりませんでした。", TextEN: "The wallet could not be reached.",
		Remedy: "画面の案内に従ってください。続くときは、店内の通信を確かめてください。", RemedyEN: "Follow the screen. If it goes on, check the network of the shop.",
	},
	{
		Code: "reason.bad_answer", Act: Cashier,
		Title: "返事が読めません", TitleEN: "The answer made no sense",
		Text: "決済サービスから届いた返事を読み取れませんでした。", TextEN: "The answer of the wallet could not be understood.",
		Remedy: "結果が出るまで、端末が自動で確かめます。", RemedyEN: "The register finds out the result by itself.",
	},
	{
		Code: "reason.answer_other", Act: Manager,
		Title: "別の取引の返事です", TitleEN: "The answer was for something else",
		Text: "この取引のものではない返事が届いたため、使いませんでした。", TextEN: "An answer came that belongs to something else, so it was not used.",
		Remedy: "結果は端末が自動で確かめます。同じことが続くときは、保守担当者に知らせてください。", RemedyEN: "The register finds out the result by itself. If it happens again, tell your engineer.",
	},
	{
		Code: "reason.cancelled", Act: Cashier,
		Title: "取り消しました", TitleEN: "Cancelled",
		Text: "お店の操作で取り消しました。", TextEN: "The shop cancelled it.",
		Remedy: "必要なら、会計をやり直してください。", RemedyEN: "Start the sale again if it is needed.",
	},
	{
		Code: "reason.gave_up", Act: Cashier,
		Title: "時間切れで取り消します", TitleEN: "Given up after a while",
		Text: "時間内に結果が分からなかったため、お支払いを取り消すことにしました。", TextEN: "No result came for a while, so the payment is undone.",
		Remedy: "商品は渡さず、ほかの支払い方法をご案内ください。", RemedyEN: "Keep the goods, and offer another way to pay.",
	},
	{
		Code: "reason.restart", Act: Cashier,
		Title: "端末の再起動", TitleEN: "The register was restarted",
		Text: "取引の途中で、端末が再起動しました。", TextEN: "The register was restarted in the middle of this charge.",
		Remedy: "取引一覧で結果を確かめてください。", RemedyEN: "See the result in the list of charges.",
	},
	{
		Code: "reason.code_shown", Act: Cashier,
		Title: "コードを提示中", TitleEN: "A code is shown",
		Text: "お客様に、画面のコードを決済アプリで読み取ってもらっています。", TextEN: "The customer has to read the code on the display with the app, and to pay.",
		Remedy: "支払いが確認できるまで、商品を渡さないでください。", RemedyEN: "Keep the goods until it says that it is paid.",
	},
	{
		Code: "reason.confirm_on_phone", Act: Cashier,
		Title: "お客様の確認待ち", TitleEN: "The customer must confirm",
		Text: "お客様の決済アプリで、確認の操作が必要です。", TextEN: "The customer has to confirm the payment in the app.",
		Remedy: "画面の案内に従って操作してもらってください。", RemedyEN: "Ask the customer to follow the phone.",
	},
	{
		Code: "reason.idle", Act: Cashier,
		Title: "会計の時間切れ", TitleEN: "The sale got too old",
		Text: "長いあいだ支払いがなかったため、この会計を閉じました。お金は動いていません。", TextEN: "Nobody paid for a long time, so the sale was closed. No money was moved.",
		Remedy: "必要なら、金額から入れ直してください。", RemedyEN: "Enter the amount again if it is needed.",
	},
}
