package health

// handover is why charges that were taken without a network do not change
// hands.
var handover = []Entry{
	{
		Code: "handover.empty", Act: Manager,
		Title: "持ち出す支払いはありません", TitleEN: "Nothing to export",
		Text: "請求を待っている支払いがないか、すべて持ち出し済みです。", TextEN: "No payment waits to be collected, or all have left with an earlier file.",
		Remedy: "前のファイルをなくしたときは、--again を付けてください。", RemedyEN: "If that file is lost, export with --again.",
	},
	{
		Code: "handover.receiver", Act: Manager,
		Title: "受け取る端末を指定してください", TitleEN: "Say who may open the file",
		Text: "ファイルを開ける端末か、12文字以上の合言葉が必要です。", TextEN: "A queue file is sealed for a register by its recipient, or with a passphrase of at least 12 characters.",
		Remedy: "取り込む端末で posctl queue recipient を実行すると、端末の名前が分かります。", RemedyEN: "Run posctl queue recipient at the register that is to take it in.",
	},
	{
		Code: "handover.not_for_us", Act: Manager,
		Title: "この端末では開けません", TitleEN: "This register cannot open it",
		Text: "ファイルは別の端末に宛てたものか、合言葉が違います。", TextEN: "The file is sealed for another register, or with another passphrase.",
		Remedy: "合言葉を確かめるか、この端末に宛てて書き出し直してください。", RemedyEN: "Ask for the passphrase, or export once more for this register.",
	},
	{
		Code: "handover.damaged", Act: Manager,
		Title: "ファイルが壊れています", TitleEN: "The file is damaged",
		Text: "ファイルが途中で切れているか、書き換えられています。何も取り込んでいません。", TextEN: "The file was changed or cut off. Nothing of it was taken in.",
		Remedy: "書き出した端末から、もう一度コピーしてください。", RemedyEN: "Copy it once more from where it was made.",
	},
	{
		Code: "handover.other_store", Act: Manager,
		Title: "別の店舗のファイルです", TitleEN: "Another store's file",
		Text: "このファイルの支払いは、別の店舗のものです。", TextEN: "The payments in this file are another store's.",
		Remedy: "その店舗の端末で取り込んでください。", RemedyEN: "Take it in at a register of that store.",
	},
	{
		Code: "handover.not_genuine", Act: Engineer,
		Title: "端末の署名が確かめられません", TitleEN: "Not signed by that register",
		Text: "ファイルの支払いが、書き出した端末の署名と合いません。何も取り込んでいません。", TextEN: "The payments are not as the register in the file has signed them. Nothing was taken in.",
		Remedy: "ファイルを取っておき、書き出した端末と保守の記録を調べてください。", RemedyEN: "Keep the file, and look at the register that it came from.",
	},
}
