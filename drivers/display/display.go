// Package display is what the rest of the system says to a customer display of
// two lines of twenty characters. It knows no money: amounts are texts.
//
// Invariant: Say knows every What in both languages, and nothing it says is
// wider than the display.
package display

// Columns is how many half-width characters a line holds.
const Columns = 20

// Row is one line: a text at each edge. What does not fit is cut off the left
// one.
type Row struct{ Left, Right string }

// Screen is what the customer reads.
type Screen [2]Row

// What is what a display can say.
type What string

const (
	Welcome  What = "welcome"  // nobody is being served
	Amount   What = "amount"   // what is to be paid; show the code
	TopUp    What = "topup"    // what is to be added; show the code
	Wait     What = "wait"     // the wallet is being asked
	Phone    What = "phone"    // the customer must confirm on the phone
	Read     What = "read"     // a code is shown elsewhere, which the customer must read
	Paid     What = "paid"     // done
	Declined What = "declined" // the wallet has said no
	Staff    What = "staff"    // not known, or undone: the staff will help
)

// Say is what a display shows: the amount as a text, such as "¥1,234", and a
// sentence in a language, "ja" or "en". Japanese is in half-width katakana,
// which is all that these displays have.
func Say(what What, amount, language string) Screen {
	w := words()[what]
	text := w.ja
	if language == "en" {
		text = w.en
	}
	if what == Welcome {
		amount = ""
	}
	return Screen{{Left: text[0], Right: amount}, {Left: text[1]}}
}

func words() map[What]struct{ ja, en [2]string } {
	return map[What]struct{ ja, en [2]string }{
		Welcome:  {[2]string{"ｲﾗｯｼｬｲﾏｾ", ""}, [2]string{"WELCOME", ""}},
		Amount:   {[2]string{"ｺﾞｳｹｲ", "ｺｰﾄﾞｦ ﾐｾﾃｸﾀﾞｻｲ"}, [2]string{"TOTAL", "PLEASE SHOW CODE"}},
		TopUp:    {[2]string{"ﾁｬｰｼﾞ", "ｺｰﾄﾞｦ ﾐｾﾃｸﾀﾞｻｲ"}, [2]string{"TOP-UP", "PLEASE SHOW CODE"}},
		Wait:     {[2]string{"ｶｸﾆﾝﾁｭｳ", "ｵﾏﾁｸﾀﾞｻｲ"}, [2]string{"CHECKING", "PLEASE WAIT"}},
		Phone:    {[2]string{"ｶｸﾆﾝ", "ｽﾏﾎｦ ｶｸﾆﾝｼﾃｸﾀﾞｻｲ"}, [2]string{"CONFIRM", "CONFIRM ON PHONE"}},
		Read:     {[2]string{"ｺﾞｳｹｲ", "ｺｰﾄﾞｦ ﾖﾐﾄｯﾃｸﾀﾞｻｲ"}, [2]string{"TOTAL", "PLEASE READ CODE"}},
		Paid:     {[2]string{"ｶﾝﾘｮｳ", "ｱﾘｶﾞﾄｳｺﾞｻﾞｲﾏｼﾀ"}, [2]string{"DONE", "THANK YOU"}},
		Declined: {[2]string{"ﾃﾞｷﾏｾﾝﾃﾞｼﾀ", "ﾎｶﾉﾎｳﾎｳﾃﾞ ｵﾈｶﾞｲｼﾏｽ"}, [2]string{"NOT ACCEPTED", "USE ANOTHER WAY"}},
		Staff:    {[2]string{"ｶｸﾆﾝｼﾃｲﾏｽ", "ｶｶﾘｲﾝﾆ ｵﾏｶｾｸﾀﾞｻｲ"}, [2]string{"CHECKING", "STAFF WILL HELP"}},
	}
}
