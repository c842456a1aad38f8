package health

// devices are why a device is not simply ready: "device." and the reason in
// the vocabulary of devices; "device.", the kind and the reason where the
// sentence for that kind is another.
var devices = []Entry{
	{
		Code: "device.paper_near_end", Act: Cashier,
		Title: "用紙が残りわずか", TitleEN: "Paper is low",
		Text: "用紙がもうすぐなくなります。印字はまだできます。", TextEN: "The paper is near its end. Printing still works.",
		Remedy: "次の手すきに、新しいロール紙に替えてください。", RemedyEN: "Put in a new roll at the next quiet moment.",
	},
	{
		Code: "device.paper_out", Act: Cashier,
		Title: "用紙切れ", TitleEN: "Out of paper",
		Text: "用紙がなくなりました。お支払いには影響ありません。", TextEN: "There is no paper left. Payments are not affected.",
		Remedy: "新しいロール紙を入れて、レシートを再印刷してください。", RemedyEN: "Put in a new roll, and print the receipt again.",
	},
	{
		Code: "device.cover_open", Act: Cashier,
		Title: "カバーが開いています", TitleEN: "The cover is open",
		Text: "プリンタのカバーが開いているため、印字できません。", TextEN: "The printer does not print while its cover is open.",
		Remedy: "カチッと音がするまで、カバーを閉めてください。", RemedyEN: "Close the cover until it clicks.",
	},
	{
		Code: "device.cutter", Act: Cashier,
		Title: "カッターの異常", TitleEN: "The cutter is stuck",
		Text: "用紙のカッターが止まっています。", TextEN: "The paper cutter does not move.",
		Remedy: "電源を切り、詰まった紙を取り除いて、もう一度電源を入れてください。", RemedyEN: "Switch the printer off, take out jammed paper, and switch it on again.",
	},
	{
		Code: "device.head_hot", Act: Cashier,
		Title: "プリンタが熱くなっています", TitleEN: "The printer is too hot",
		Text: "印字ヘッドが熱いため、冷えるまで印字を休んでいます。", TextEN: "The print head is hot and rests until it has cooled down.",
		Remedy: "数分待ってください。自動で再開します。", RemedyEN: "Wait a few minutes. It goes on by itself.",
	},
	{
		Code: "device.offline", Act: Cashier,
		Title: "機器がオフラインです", TitleEN: "The device is offline",
		Text: "機器の電源は入っていますが、受付を止めています。", TextEN: "The device is on, but does not take anything.",
		Remedy: "機器の表示とボタンを確かめてください。", RemedyEN: "Look at the lamps and buttons of the device.",
	},
	{
		Code: "device.no_reply", Act: Cashier,
		Title: "機器の応答がありません", TitleEN: "The device does not answer",
		Text: "つながっていますが、応答がありません。", TextEN: "It is connected, but does not answer.",
		Remedy: "電源を入れ直してください。直らなければ、保守担当者に知らせてください。", RemedyEN: "Switch it off and on. If that does not help, tell your engineer.",
	},
	{
		Code: "device.permission", Act: Engineer,
		Title: "機器を開く権限がありません", TitleEN: "No permission to open the device",
		Text: "端末のソフトに、この機器を使う権限がありません。", TextEN: "The software may not open this device.",
		Remedy: "posctl doctor を実行し、udev の規則とグループを確かめてください。", RemedyEN: "Run posctl doctor; look at the udev rules and the groups.",
	},
	{
		Code: "device.busy", Act: Engineer,
		Title: "ほかのソフトが使用中です", TitleEN: "Another program uses the device",
		Text: "ほかのソフトが、この機器を先に開いています。", TextEN: "Another program has opened this device first.",
		Remedy: "そのソフトを終了するか、設定でどちらかを外してください。", RemedyEN: "Close that program, or take the device out of one of the two settings.",
	},
	{
		Code: "device.unplugged", Act: Cashier,
		Title: "ケーブルが抜けています", TitleEN: "Unplugged",
		Text: "使用中に、機器の接続が切れました。", TextEN: "The connection to the device was lost while it was in use.",
		Remedy: "ケーブルを差し直してください。自動でつながります。", RemedyEN: "Plug the cable in again. It reconnects by itself.",
	},
	{
		Code: "device.not_found", Act: Cashier,
		Title: "機器が見つかりません", TitleEN: "Not found",
		Text: "設定された機器がつながっていません。", TextEN: "The device in the settings is not connected.",
		Remedy: "ケーブルと電源を確かめてください。", RemedyEN: "Check the cable and the power.",
	},
	{
		Code: "device.wrong_model", Act: Engineer,
		Title: "機種が設定と違います", TitleEN: "Another model than configured",
		Text: "つながっている機器が、設定された機種ではないようです。", TextEN: "What is connected does not look like the model in the settings.",
		Remedy: "設定の機種を、実際の機器に合わせてください。", RemedyEN: "Set the model to the device that is really there.",
	},
	{
		Code: "device.not_configured", Act: Engineer,
		Title: "設定されていません", TitleEN: "Not configured",
		Text: "この役割の機器が設定されていません。", TextEN: "No device is set for this role.",
		Remedy: "設定ファイルに機器を追加してください。", RemedyEN: "Add the device to the configuration.",
	},
	{
		Code: "device.cannot_tell", Act: Cashier,
		Title: "状態を取得できません", TitleEN: "The device cannot tell its state",
		Text: "この機種は、自分の状態を知らせることができません。", TextEN: "This model has no way to report how it is.",
		Remedy: "目で見て確かめてください。", RemedyEN: "Look at it yourself.",
	},
	{
		Code: "device.unrecoverable", Act: Engineer,
		Title: "機器の故障", TitleEN: "The device is broken",
		Text: "機器が、修理の必要な異常を知らせています。", TextEN: "The device reports a fault that it cannot recover from.",
		Remedy: "電源を入れ直し、直らなければ修理を手配してください。", RemedyEN: "Switch it off and on; if the fault stays, have it repaired.",
	},
	{
		Code: "device.feed_button", Act: Cashier,
		Title: "紙送り中", TitleEN: "The feed button is pressed",
		Text: "紙送りボタンが押されています。", TextEN: "The paper feed button is being pressed.",
		Remedy: "ボタンを離してください。", RemedyEN: "Let go of the button.",
	},
	{
		Code: "device.not_allowed", Act: Manager,
		Title: "登録と違う機器です", TitleEN: "Not the device that was set up",
		Text:   "登録した機器と同じ番号ですが、差し込み口か機器の種類が違います。安全のため、使っていません。",
		TextEN: "A device carries the ids of the one that was set up, but is at another socket or of another kind. It is not used, to be safe.",
		Remedy: "元の差し込み口に戻してください。誰も動かしていないときは、その機器を抜いて、保守担当者に知らせてください。", RemedyEN: "Put it back into its own socket. If nobody moved it, pull it out and tell your engineer.",
	},
	{
		Code: "device.ambiguous", Act: Engineer,
		Title: "同じ機器が二台あります", TitleEN: "Two devices fit",
		Text: "設定に合う機器が二台つながっているため、どちらも使っていません。", TextEN: "Two devices that fit the settings are plugged in, so neither is used.",
		Remedy: "余分な一台を抜くか、製造番号か差し込み口を設定に書いてください。", RemedyEN: "Pull one out, or name the serial number or the socket in its address.",
	},
	{
		Code: "device.drawer_open", Act: Cashier,
		Title: "引き出しが開いたままです", TitleEN: "The cash drawer stays open",
		Text: "現金の引き出しが、しばらく開いたままになっています。", TextEN: "The cash drawer has been open for a while.",
		Remedy: "引き出しを閉めてください。", RemedyEN: "Shut the drawer.",
	},
	{
		Code: "device.drawer_stuck", Act: Manager,
		Title: "引き出しが開きません", TitleEN: "The cash drawer did not open",
		Text: "開ける信号を送りましたが、引き出しが閉まったままです。", TextEN: "The drawer got its pulse, and stayed shut.",
		Remedy: "鍵がかかっていないか、プリンタとのケーブルが差さっているかを確かめてください。", RemedyEN: "Check that it is not locked, and that its cable is plugged into the printer.",
	},
	{
		Code: "device.printer.offline", Act: Cashier,
		Title: "プリンタがオフラインです", TitleEN: "The printer is offline",
		Text: "プリンタが受付を止めています。レシートは印刷できません。", TextEN: "The printer does not take anything; no receipt can be printed.",
		Remedy: "カバー、用紙、プリンタのボタンを確かめてください。", RemedyEN: "Check the cover, the paper and the buttons of the printer.",
	},
	{
		Code: "device.printer.no_reply", Act: Cashier,
		Title: "プリンタの応答がありません", TitleEN: "The printer does not answer",
		Text: "プリンタから応答がありません。お支払いは続けられます。", TextEN: "The printer does not answer. Payments go on.",
		Remedy: "プリンタの電源を入れ直し、レシートを再印刷してください。", RemedyEN: "Switch the printer off and on, and print the receipt again.",
	},
	{
		Code: "device.printer.unplugged", Act: Cashier,
		Title: "プリンタの接続が切れました", TitleEN: "The printer was unplugged",
		Text: "プリンタの接続が切れました。お支払いは続けられます。", TextEN: "The connection to the printer was lost. Payments go on.",
		Remedy: "ケーブルを差し直し、レシートを再印刷してください。", RemedyEN: "Plug the cable in again, and print the receipt again.",
	},
	{
		Code: "device.printer.not_found", Act: Cashier,
		Title: "プリンタが見つかりません", TitleEN: "The printer is not found",
		Text: "プリンタがつながっていません。お支払いは続けられます。", TextEN: "No printer is connected. Payments go on.",
		Remedy: "プリンタの電源とケーブルを確かめてください。", RemedyEN: "Check the power and the cable of the printer.",
	},
	{
		Code: "device.printer.cannot_tell", Act: Cashier,
		Title: "印字を確認できない機種です", TitleEN: "This printer cannot confirm",
		Text: "このプリンタは、用紙切れや印字の完了を知らせることができません。", TextEN: "This printer cannot tell whether it has paper or has printed.",
		Remedy: "レシートが出たことを、目で見て確かめてください。", RemedyEN: "See for yourself that the receipt came out.",
	},
	{
		Code: "device.scanner.no_reply", Act: Cashier,
		Title: "スキャナの応答がありません", TitleEN: "The scanner does not answer",
		Text: "スキャナから応答がありません。コードを読み取れません。", TextEN: "The scanner does not answer; no code can be read.",
		Remedy: "スキャナのケーブルを差し直してください。直らなければ、保守担当者に知らせてください。", RemedyEN: "Plug the scanner out and in. If that does not help, tell your engineer.",
	},
	{
		Code: "device.scanner.unplugged", Act: Cashier,
		Title: "スキャナの接続が切れました", TitleEN: "The scanner was unplugged",
		Text: "スキャナの接続が切れました。コードを読み取れません。", TextEN: "The connection to the scanner was lost; no code can be read.",
		Remedy: "ケーブルを差し直してください。自動で使えるようになります。", RemedyEN: "Plug the cable in again. It works again by itself.",
	},
	{
		Code: "device.scanner.not_found", Act: Cashier,
		Title: "スキャナが見つかりません", TitleEN: "The scanner is not found",
		Text: "スキャナがつながっていません。コードを読み取れません。", TextEN: "No scanner is connected; no code can be read.",
		Remedy: "スキャナのケーブルを確かめてください。", RemedyEN: "Check the cable of the scanner.",
	},
	{
		Code: "device.scanner.cannot_tell", Act: Cashier,
		Title: "動作を確認できないスキャナです", TitleEN: "This scanner cannot confirm",
		Text: "このスキャナは、動いているかどうかを知らせません。", TextEN: "This scanner does not report whether it works.",
		Remedy: "何かのバーコードを読み取って、反応するか確かめてください。", RemedyEN: "Scan any barcode to see whether it answers.",
	},
}
