package health

// pairings are why a program on another machine is not paired.
var pairings = []Entry{
	{
		Code: "pairing.taken", Act: Manager,
		Title: "同じ名前の接続があります", TitleEN: "This name is in use",
		Text: "同じ名前のPOSがすでに接続を許可されています。", TextEN: "A program of this name is paired already.",
		Remedy: "別の名前にするか、先に posctl pair revoke で取り消してください。", RemedyEN: "Use another name, or revoke the old pairing with `posctl pair revoke` first.",
	},
	{
		Code: "pairing.unknown", Act: Manager,
		Title: "その名前の接続はありません", TitleEN: "No such pairing",
		Text: "使われている接続に、その名前のものはありません。", TextEN: "No pairing in use has this name.",
		Remedy: "posctl pair list で名前を確かめてください。", RemedyEN: "See `posctl pair list` for the names.",
	},
	{
		Code: "pairing.many", Act: Manager,
		Title: "許可された接続が多すぎます", TitleEN: "Too many pairings",
		Text: "これ以上POSの接続を許可できません。", TextEN: "No more programs can be paired.",
		Remedy: "使わない接続を posctl pair revoke で取り消してください。", RemedyEN: "Revoke those that nobody needs with `posctl pair revoke`.",
	},
	{
		Code: "pairing.invalid", Act: Manager,
		Title: "名前か期限が正しくありません", TitleEN: "The name or the time is not right",
		Text: "名前は英数字と「_」「-」の32文字まで、期限は1日から825日までです。", TextEN: "A name is 1 to 32 of 0-9, A-Z, a-z, _ and -, and a pairing lasts from 1 to 825 days.",
		Remedy: "直してからもう一度実行してください。", RemedyEN: "Put it right and try again.",
	},
}
