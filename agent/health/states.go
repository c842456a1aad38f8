package health

// states are where a charge stands: "state." and the word in the books. Each
// says where the customer's money is, and what to do with the goods.
var states = []Entry{
	{
		Code: "state.prepared", Act: Cashier,
		Title: "読み取り待ち", TitleEN: "Ready to scan",
		Text: "お金はまだ動いていません。", TextEN: "No money has been moved.",
		Remedy: "お客様の支払いコードを読み取ってください。", RemedyEN: "Scan the customer's payment code.",
	},
	{
		Code: "state.sent", Act: Cashier,
		Title: "決済中", TitleEN: "Asking the wallet",
		Text: "決済サービスの返事を待っています。", TextEN: "The wallet has been asked and has not answered yet.",
		Remedy: "商品はまだ渡さず、お待ちください。", RemedyEN: "Keep the goods and wait.",
	},
	{
		Code: "state.pending", Act: Cashier,
		Title: "お客様の操作待ち", TitleEN: "Waiting for the customer",
		Text: "お客様の決済アプリでの確認を待っています。", TextEN: "The wallet waits until the customer confirms on the phone.",
		Remedy: "お客様に確認の操作をお願いしてください。商品はまだ渡さないでください。", RemedyEN: "Ask the customer to confirm. Keep the goods.",
	},
	{
		Code: "state.indoubt", Act: Cashier,
		Title: "結果を確認中", TitleEN: "Checking the result",
		Text: "お金が引かれたかどうか、まだ分かりません。", TextEN: "Whether money was taken is not known yet.",
		Remedy: "商品は渡さず、もう一度読み取らないでください。端末が自動で照会します。", RemedyEN: "Keep the goods, and do not scan again. The register asks by itself.",
	},
	{
		Code: "state.queued", Act: Cashier,
		Title: "オフライン受付", TitleEN: "Taken offline",
		Text: "通信がないまま受け付けました。承認ではありません。お金は後で引かれます。", TextEN: "It was taken without network. It is not approved; the money is collected later.",
		Remedy: "商品を渡してください。", RemedyEN: "Hand over the goods.",
	},
	{
		Code: "state.forwarding", Act: Cashier,
		Title: "後から決済中", TitleEN: "Being collected",
		Text: "オフラインで受け付けた分を、決済サービスに請求しています。", TextEN: "What was taken offline is being collected from the wallet.",
		Remedy: "商品は渡してかまいません。操作は要りません。", RemedyEN: "Goods may be handed over. Nothing else is needed.",
	},
	{
		Code: "state.approved", Act: Cashier,
		Title: "支払い完了", TitleEN: "Paid",
		Text: "お支払いが完了しました。", TextEN: "The customer has paid.",
		Remedy: "商品とレシートを渡してください。", RemedyEN: "Hand over the goods and the receipt.",
	},
	{
		Code: "state.reversing", Act: Cashier,
		Title: "取消処理中", TitleEN: "Being undone",
		Text: "お支払いを取り消しています。引かれていたお金は、お客様に戻ります。", TextEN: "The payment is being undone. If money was taken, it goes back to the customer.",
		Remedy: "商品は渡さないでください。会計をやり直すと、戻るまでの間、お客様には二件に見えることがあります。", RemedyEN: "Keep the goods. If you start again, the customer may see two debits until the first is given back.",
	},
	{
		Code: "state.owed", Act: Manager,
		Title: "返金が必要です", TitleEN: "Money is owed to the customer",
		Text: "売上がないのに、お客様のお金が引かれたままです。", TextEN: "No sale stands, but the wallet still holds the customer's money.",
		Remedy: "商品は渡さず、店長がお客様への返金を手配してください。", RemedyEN: "Keep the goods. The manager sees that the customer gets the money back.",
	},
	{
		Code: "state.unpaid", Act: Manager,
		Title: "未回収", TitleEN: "Not paid",
		Text: "商品を渡しましたが、お金を受け取れませんでした。", TextEN: "The goods are gone, but the money did not come.",
		Remedy: "これ以上は渡さず、店長に知らせてください。", RemedyEN: "Hand over nothing more, and tell the manager.",
	},
	{
		Code: "state.declined", Act: Cashier,
		Title: "支払いできません", TitleEN: "Declined",
		Text: "お支払いは成立していません。お客様のお金は引かれていません。", TextEN: "The wallet said no. The customer's money was not taken.",
		Remedy: "商品は渡さず、もう一度読み取るか、ほかの支払い方法をご案内ください。", RemedyEN: "Keep the goods. Scan again or offer another way to pay.",
	},
	{
		Code: "state.abandoned", Act: Cashier,
		Title: "会計中止", TitleEN: "Given up before paying",
		Text: "支払いの前に会計を閉じました。お金は動いていません。", TextEN: "The sale was closed before anybody paid. No money was moved.",
		Remedy: "商品は渡さないでください。必要なら、会計をやり直してください。", RemedyEN: "Keep the goods. Start again if it is needed.",
	},
	{
		Code: "state.reversed", Act: Cashier,
		Title: "取消済み", TitleEN: "Undone",
		Text: "お支払いは取り消されました。お客様のお金は引かれていないか、戻されています。", TextEN: "The payment was undone. No money was taken, or it was given back.",
		Remedy: "商品は渡さないでください。必要なら、会計をやり直してください。", RemedyEN: "Keep the goods. Start again if it is needed.",
	},
}
