package receipt

import (
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/closing"
)

// zWords are the words of closings.
var zWords = map[Language]zVocabulary{
	Japanese: {
		title: "精算(Z) 第%d号", date: "営業日", at: "精算日時", entries: "記録番号", net: "純売上", byWallet: "決済サービス別", waiting: "未了のまま繰越",
		reason: "繰越の理由: ", equal: "照合一致", notCompared: "照合できず", differ: "不一致 %d件",
		float: "釣銭準備金", other: "他の現金入出金", cash: "この端末の現金入出金", expected: "現金在高(計算)", counted: "現金在高(実査)", over: "過不足",
		pointsUsed: "うちポイント利用", pointsEarned: "付与ポイント",
		notCounted: "現金は数えていません。", hash: "控えのSHA-256",
		classes: map[closing.Class]string{
			closing.Paid: "決済済み", closing.Cash: "現金(分割払い)", closing.Offline: "オフライン受付", closing.Refunded: "返金", closing.Returned: "返金(売上外)", closing.TopUps: "チャージ",
			closing.Open: "処理未了", closing.Owed: "要返金", closing.Unpaid: "未収", closing.Brought: "他端末の受付分",
		},
		kinds: map[charge.Kind]string{charge.Payment: "支払", charge.Refund: "返金", charge.Topup: "チャージ", charge.Cash: "現金"},
		states: map[charge.State]string{
			charge.Prepared: "準備中", charge.Sent: "送信中", charge.Pending: "確認待ち", charge.InDoubt: "照会中", charge.Queued: "後で請求", charge.Forwarding: "請求中",
			charge.Approved: "成立", charge.Reversing: "取消中", charge.Owed: "要返金", charge.Unpaid: "未収", charge.Declined: "不成立", charge.Abandoned: "中止", charge.Reversed: "取消済み",
		},
	},
	English: {
		title: "CLOSING Z %d", date: "Business day", at: "Closed at", entries: "Journal", net: "NET", byWallet: "By wallet", waiting: "Carried forward, not settled",
		reason: "Why it was closed: ", equal: "agrees", notCompared: "not compared", differ: "%d differ",
		float: "Float", other: "Other cash", cash: "Cash of this register", expected: "Cash expected", counted: "Cash counted", over: "OVER/SHORT",
		pointsUsed: "Of it by points", pointsEarned: "Points granted",
		notCounted: "The cash was not counted.", hash: "SHA-256 of the document",
		classes: map[closing.Class]string{
			closing.Paid: "Paid", closing.Cash: "Cash, parts of bills", closing.Offline: "Taken offline", closing.Refunded: "Refunded", closing.Returned: "Given back (no sale)", closing.TopUps: "Top-ups",
			closing.Open: "Not settled", closing.Owed: "Owed", closing.Unpaid: "Unpaid", closing.Brought: "Other registers'",
		},
		kinds: map[charge.Kind]string{charge.Payment: "payment", charge.Refund: "refund", charge.Topup: "top-up", charge.Cash: "cash"},
		states: map[charge.State]string{
			charge.Prepared: "prepared", charge.Sent: "sent", charge.Pending: "waiting", charge.InDoubt: "in doubt", charge.Queued: "queued", charge.Forwarding: "collecting",
			charge.Approved: "approved", charge.Reversing: "undoing", charge.Owed: "owed", charge.Unpaid: "unpaid", charge.Declined: "declined", charge.Abandoned: "given up", charge.Reversed: "undone",
		},
	},
}
