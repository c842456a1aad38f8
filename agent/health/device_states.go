package health

// deviceStates are how a device is when it gives no reason: "device.state." and
// the state.
var deviceStates = []Entry{
	{
		Code: "device.state.absent", Act: Cashier,
		Title: "接続されていません", TitleEN: "Not connected",
		Text: "機器がつながっていません。", TextEN: "The device is not connected.",
		Remedy: "ケーブルと電源を確かめてください。", RemedyEN: "Check the cable and the power.",
	},
	{
		Code: "device.state.connecting", Act: Cashier,
		Title: "接続中", TitleEN: "Connecting",
		Text: "機器につないでいます。", TextEN: "The device is being connected.",
		Remedy: "少しお待ちください。", RemedyEN: "Wait a moment.",
	},
	{
		Code: "device.state.ready", Act: Cashier,
		Title: "使えます", TitleEN: "Ready",
		Text: "正常に動いています。", TextEN: "It works.",
		Remedy: "操作は要りません。", RemedyEN: "Nothing needs to be done.",
	},
	{
		Code: "device.state.degraded", Act: Cashier,
		Title: "要確認", TitleEN: "Works, but look at it",
		Text: "使えますが、確認が必要です。", TextEN: "It works, but someone should look at it.",
		Remedy: "機器の表示を確かめてください。", RemedyEN: "Look at the display of the device.",
	},
	{
		Code: "device.state.blocked", Act: Cashier,
		Title: "止まっています", TitleEN: "Stopped",
		Text: "人の手当てを待って、止まっています。", TextEN: "It has stopped until somebody helps.",
		Remedy: "機器を見て、止まった原因を取り除いてください。", RemedyEN: "Look at the device, and remove what stops it.",
	},
	{
		Code: "device.state.faulted", Act: Engineer,
		Title: "異常", TitleEN: "Faulty",
		Text: "機器が正しく動いていません。", TextEN: "The device does not work properly.",
		Remedy: "電源を入れ直してください。直らなければ、保守担当者に知らせてください。", RemedyEN: "Switch it off and on. If that does not help, tell your engineer.",
	},
	{
		Code: "device.state.disabled", Act: Manager,
		Title: "使わない設定です", TitleEN: "Switched off in the settings",
		Text: "設定で使わないことになっています。", TextEN: "The settings say that it is not used.",
		Remedy: "使うときは、設定を変えてください。", RemedyEN: "Change the settings to use it.",
	},
}
