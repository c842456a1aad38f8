package health

// links are the steps between a device and its driver: "link." and the step.
// The title is its name, the text what is looked at, the remedy what to do
// when it is broken and no better word is known.
var links = []Entry{
	{
		Code: "link.kernel", Act: Engineer,
		Title: "機器の認識", TitleEN: "Seen by the kernel",
		Text: "設定された機器が、端末から見えているかどうかです。", TextEN: "Whether the machine sees the device that is set up.",
		Remedy: "ケーブルと電源を確かめ、posctl devices find で調べてください。", RemedyEN: "Check cable and power; posctl devices find shows what the machine sees.",
	},
	{
		Code: "link.udev", Act: Engineer,
		Title: "udev の規則", TitleEN: "Prepared by udev",
		Text: "udev が権限を設定し、ほかのソフトに触らせないようにしているかどうかです。", TextEN: "Whether udev has set its rights and told other programs to keep off.",
		Remedy: "posagent の udev の規則を入れて、機器を差し直してください。", RemedyEN: "Install posagent's udev rules, and plug the device in again.",
	},
	{
		Code: "link.node", Act: Engineer,
		Title: "機器のファイル", TitleEN: "Its file is there",
		Text: "機器を開くためのファイルがあるかどうかです。", TextEN: "Whether there is a file by which it can be opened.",
		Remedy: "機器を差し直してください。", RemedyEN: "Plug the device in again.",
	},
	{
		Code: "link.permission", Act: Engineer,
		Title: "権限", TitleEN: "May be opened",
		Text: "端末のソフトが、そのファイルを開いてよいかどうかです。", TextEN: "Whether the software may open that file.",
		Remedy: "posagent のユーザをグループ pos に入れてください。", RemedyEN: "Put the user of posagent into the group pos.",
	},
	{
		Code: "link.network", Act: Engineer,
		Title: "ネットワーク", TitleEN: "Within reach",
		Text: "機器までネットワークがつながっているかどうかです。", TextEN: "Whether there is a way to it on the network.",
		Remedy: "LANケーブルとアドレスを確かめてください。", RemedyEN: "Check the network cable and the address.",
	},
	{
		Code: "link.open", Act: Engineer,
		Title: "接続", TitleEN: "Open",
		Text: "端末のソフトが、機器を開いているかどうかです。", TextEN: "Whether the software has it open.",
		Remedy: "ほかのソフトが使っていないか確かめてください。", RemedyEN: "See whether another program uses it.",
	},
	{
		Code: "link.protocol", Act: Engineer,
		Title: "通信", TitleEN: "Speaks the same language",
		Text: "機器が、設定された機種の言葉で答えるかどうかです。", TextEN: "Whether it answers in the language of its profile.",
		Remedy: "機種、速度、通信方式の設定を、実際の機器に合わせてください。", RemedyEN: "Set model, speed and interface to those of the device.",
	},
	{
		Code: "link.status", Act: Cashier,
		Title: "状態", TitleEN: "Able to work",
		Text: "用紙やカバーなど、機器が働ける状態かどうかです。", TextEN: "Whether it can do its work: paper, cover and so on.",
		Remedy: "機器の表示を確かめてください。", RemedyEN: "Look at the display of the device.",
	},
}

// hardware is what the machine itself has to say.
var hardware = []Entry{
	{
		Code: "hardware.stranger", Act: Manager,
		Title: "登録のない機器がつながっています", TitleEN: "A device that nobody set up",
		Text:   "登録した機器と同じ番号を名乗る、登録のない機器がつながっています。使ってはいません。",
		TextEN: "Something that carries the ids of a device of this register is plugged in elsewhere, or as something else. It is not used.",
		Remedy: "心当たりがなければ、抜いて保守担当者に知らせてください。", RemedyEN: "If nobody knows it, pull it out and tell your engineer.",
	},
}
