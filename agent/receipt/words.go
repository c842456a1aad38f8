package receipt

import "github.com/posagent/posagent/agent/sale"

// vocabulary is every word that a paper needs in one language. Japanese words
// are chosen from what CP932 printers have.
type vocabulary struct {
	receipt, training, again, offline, offlineNote string

	phone, invoice, register, staff, key, at, reference string

	item, pieces, each, count, total, tax, legend string
	rate                                          map[sale.Rate]string

	paid, waiting, number, code string

	doubt, notReceipt, amount, wallet string
	checking, undoing                 string
	customer, shop                    []string

	toPay, until, readIt string // of a code for the customer to read

	refund, original, originalAt, back, backTo, byHand, shared string
	void, voided, undoneAt, receiptVoid                        string
	topUp, credited, cash, noTax                               string

	pointsUsed, pointsEarned, pointsBack, pointsTaken, pointsLeft, points string

	part, partNote, bill, thisPart, leftOver string
	handed, change, undone                   string

	formal, formalNo, formalOf, formalFor, received, stamp string

	find string // above the code that finds the receipt again

	storeCopy, copy, notPaid, keep, takenAt, bring string
	missing                                        map[Missing]string
	noEvidence                                     string
}

// words are the vocabularies.
var words = map[Language]vocabulary{
	Japanese: {
		receipt: "レシート", training: "練習", again: "再発行(%d回目)", offline: "オフライン受付",
		offlineNote: "通信の復旧後に決済を確定します。",
		phone:       "電話 ", invoice: "登録番号 ", register: "レジ", staff: "担当", key: "取引番号", at: "日時", reference: "伝票番号",
		item: "お買上げ品", pieces: "  %d点", each: "  %s × %d点", count: "お買上げ点数 %d点", total: "合計", tax: "  (内消費税等)",
		legend: "※印は軽減税率(8%)対象商品です。",
		rate:   map[sale.Rate]string{sale.Standard: "10%対象", sale.Reduced: "8%対象※", sale.Exempt: "非課税"},
		paid:   "コード決済", waiting: "コード決済(後で確定)", number: "決済番号", code: "お客様コード",
		doubt: "処理未了伝票", notReceipt: "この伝票は領収書ではありません。", amount: "金額", wallet: "決済サービス",
		checking: "お支払いの結果を確認しています。引き落とされたかどうかは、まだ分かりません。",
		undoing:  "お支払いを取り消しています。引き落とされていた場合は、決済サービスから返金されます。",
		customer: []string{
			"お客様へ",
			"この伝票を保管し、決済アプリの取引履歴をご確認ください。",
			"お買上げになっていないのに引き落としが残るときは、この伝票を店舗にお持ちください。",
		},
		shop: []string{
			"お店の方へ",
			"1. 結果が出るまで商品を渡さないでください。",
			"2. 同じコードをもう一度読み取らないでください。",
			"3. 照会と取消は端末が自動で続けます。電源を切っても取引は失われません。",
			"4. 取引一覧で取引番号の結果を確認してください。",
		},
		toPay: "お支払い用コード", until: "有効期限", readIt: "決済アプリでこのコードを読み取って、お支払いください。",
		refund: "返金伝票", original: "元の取引番号", originalAt: "元の取引日時", back: "返金額", backTo: "返金先", byHand: "店頭で手渡し",
		shared: "税率ごとの金額は、返金前に残っていた金額の割合で分けています。",
		void:   "取消伝票", voided: "取消額", undoneAt: "取消日時", receiptVoid: "このお支払いは取り消しました。お渡しした領収書は無効です。",
		topUp: "チャージ伝票", credited: "チャージ額", cash: "現金", noTax: "チャージに消費税はかかりません。商品の領収書ではありません。",
		pointsUsed: "うちポイント利用", pointsEarned: "獲得ポイント", pointsBack: "うちポイントで返却", pointsTaken: "取消ポイント", pointsLeft: "ポイント残高", points: "%s pt",
		part: "一部お支払い票", partNote: "お会計の途中です。領収書ではありません。", bill: "お会計の合計", thisPart: "今回", leftOver: "残り",
		handed: "お預り", change: "お釣り", undone: "取消済み",
		formal: "領収書", formalNo: "No.", formalOf: "%s 様", formalFor: "但し %s として", received: "上記の金額を正に領収いたしました。", stamp: "収入印紙",
		find: "この取引を探すコード",

		storeCopy: "店舗控え", copy: "再発行", notPaid: "通信なしで受付 未入金",
		keep:    "お客様に渡さず、入金が確認できるまで現金と同じように保管してください。",
		takenAt: "受付日時", bring: "端末が壊れて請求できなくなったときは、この店の端末に下の命令でこのコードを読み取らせてください。",
		missing: map[Missing]string{
			NoCode: "この控えにはコードがありません。お客様のコードを読み出せませんでした。",
			NoKey:  "この控えにはコードがありません。この端末には、署名する鍵がありません。",
			NoForm: "この控えにはコードがありません。この取引は、コードで表せません。",
		},
		noEvidence: "この端末からしか請求できません。保守担当者に連絡してください。",
	},
	English: {
		receipt: "RECEIPT", training: "TRAINING", again: "COPY (reprint %d)", offline: "TAKEN OFFLINE",
		offlineNote: "The payment is completed when the network is back.",
		phone:       "Tel. ", invoice: "Registration no. ", register: "Register", staff: "Served by", key: "Transaction", at: "Date", reference: "Reference",
		item: "Goods", pieces: "  %d pcs", each: "  %s × %d", count: "Items: %d", total: "TOTAL", tax: "  (of which tax)",
		legend: "※ = reduced tax rate (8%)",
		rate:   map[sale.Rate]string{sale.Standard: "Taxed at 10%", sale.Reduced: "Taxed at 8%※", sale.Exempt: "Not taxed"},
		paid:   "Code payment", waiting: "Code payment (to be completed)", number: "Payment no.", code: "Customer code",
		doubt: "UNFINISHED PAYMENT", notReceipt: "This slip is not a receipt.", amount: "Amount", wallet: "Paid with",
		checking: "The result of the payment is being checked. Whether money was taken is not known yet.",
		undoing:  "The payment is being undone. If money was taken, the payment service gives it back.",
		customer: []string{
			"To the customer",
			"Keep this slip and look at the history of your payment app.",
			"If money stays taken although you did not get the goods, bring this slip to the shop.",
		},
		shop: []string{
			"To the shop",
			"1. Do not hand over the goods before there is a result.",
			"2. Do not scan the same code again.",
			"3. The register goes on asking and undoing by itself. Nothing is lost when it is switched off.",
			"4. Look up the result under the transaction number in the list of charges.",
		},
		toPay: "CODE TO PAY", until: "Valid until", readIt: "Read this code with your payment app, and pay.",
		refund: "REFUND", original: "Payment", originalAt: "Paid on", back: "REFUNDED", backTo: "Back to", byHand: "Paid out in the shop",
		shared: "The amounts per tax rate follow the shares that were left before this refund.",
		void:   "VOID", voided: "VOIDED", undoneAt: "Undone at", receiptVoid: "This payment was undone. The receipt that was given for it is void.",
		topUp: "TOP-UP", credited: "TOPPED UP", cash: "Cash", noTax: "There is no consumption tax on a top-up. This is no receipt for goods.",
		pointsUsed: "Of it by points", pointsEarned: "Points earned", pointsBack: "Of it as points", pointsTaken: "Points taken back", pointsLeft: "Points now", points: "%s pt",
		part: "PART PAYMENT", partNote: "The bill is not paid yet. This is no receipt.", bill: "The bill comes to", thisPart: "THIS PART", leftOver: "Left to pay",
		handed: "Handed", change: "Change", undone: "Undone",
		formal: "OFFICIAL RECEIPT", formalNo: "No.", formalOf: "To: %s", formalFor: "For: %s", received: "Received with thanks.", stamp: "Revenue stamp",
		find: "Scan to find this transaction",

		storeCopy: "STORE COPY", copy: "COPY", notPaid: "TAKEN OFFLINE, NOT YET PAID",
		keep:    "Not for the customer. Keep this like cash until the money is collected.",
		takenAt: "Taken at", bring: "If the register is lost, let a register of this store read this code:",
		missing: map[Missing]string{
			NoCode: "There is no code on this copy: the customer's code could not be read.",
			NoKey:  "There is no code on this copy: this register has no key to sign with.",
			NoForm: "There is no code on this copy: the charge cannot be written as one.",
		},
		noEvidence: "Only this register can collect it. Call your engineer.",
	},
}
