package health

// alerts are the troubles that are found by looking at the register from time
// to time, and what becomes of telling people of them.
var alerts = []Entry{
	{
		Code: "charge.doubt_long", Act: Manager,
		Title: "結果の分からない取引が残っています", TitleEN: "A result has been unknown for long",
		Text: "決済サービスの返事がないまま、結果の分からない取引があります。端末は問い合わせを続けています。", TextEN: "The wallet has not said what became of a charge. The register goes on asking.",
		Remedy: "「未確定」の一覧を開き、お客様の画面と決済サービスで確かめてください。", RemedyEN: "Open the list of unresolved charges, and look at the customer's phone or ask the wallet.",
	},
	{
		Code: "offline.queue_old", Act: Manager,
		Title: "請求が待っています", TitleEN: "Payments wait to be collected",
		Text: "通信なしで受け付けた支払いの請求が、決めた時間を過ぎても終わっていません。", TextEN: "Payments that were taken without a network have waited for longer than the settings say.",
		Remedy: "店内の通信を確かめてください。posctl queue list で一覧できます。", RemedyEN: "Check the network of the shop. `posctl queue list` tells which they are.",
	},
	{
		Code: "disk.low", Act: Engineer,
		Title: "保存先の空きが少なくなっています", TitleEN: "The disk is filling up",
		Text: "記録を保存する空きが少なくなっています。なくなると、新しい会計を始められません。", TextEN: "There is little room left for the books. When it is gone, no new sale can start.",
		Remedy: "不要なファイルを消して、空きを増やしてください。", RemedyEN: "Remove what is not needed from the disk.",
	},
	{
		Code: "certificate.expires", Act: Engineer,
		Title: "証明書の期限が近づいています", TitleEN: "A certificate ends soon",
		Text: "この端末の証明書の期限が切れると、決済サービスやPOSと接続できなくなります。", TextEN: "When a certificate of this register has ended, there is no connection with the wallet or the POS any more.",
		Remedy: "決済サービスの証明書は posctl enrol で、POSの接続は posctl pair new で更新してください。", RemedyEN: "Renew a wallet's certificate with `posctl enrol`, and a program's with `posctl pair new`.",
	},
	{
		Code: "alert.mail", Act: Engineer,
		Title: "お知らせのメールを送れません", TitleEN: "Alerts cannot be mailed",
		Text: "メールサーバがお知らせを受け取りません。画面には表示しています。", TextEN: "The mail relay does not take the alerts. They are on the screen.",
		Remedy: "「posctl alerts test」で理由を確かめ、設定の alerts を直してください。届けば自動で再開します。", RemedyEN: "`posctl alerts test` tells why: see [alerts] in the settings. When a test arrives, it goes on.",
	},
	{
		Code: "alert.unknown", Act: Manager,
		Title: "そのお知らせはありません", TitleEN: "No such alert",
		Text: "その番号のお知らせはないか、すでに解消しています。", TextEN: "No alert with this number stands.",
		Remedy: "お知らせの一覧で番号を確かめてください。", RemedyEN: "See the list of alerts for the number.",
	},
}
