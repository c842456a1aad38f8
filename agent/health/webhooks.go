package health

// webhooks are the troubles of telling other programs.
var webhooks = []Entry{
	{
		Code: "webhook.off", Act: Engineer,
		Title: "外部への通知が止まっています", TitleEN: "Another program is not told any more",
		Text: "通知先が五日間受け取らないか、不要と答えたため、通知を止めました。取引には影響ありません。", TextEN: "A receiver took nothing for five days, or said that it is gone, so nothing is sent to it. Sales are not touched.",
		Remedy: "通知先を直してから「posctl webhooks enable」で再開してください。続きから送ります。", RemedyEN: "Mend the receiver, then run `posctl webhooks enable`. It goes on where it stopped.",
	},
}
