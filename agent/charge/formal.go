package charge

import (
	"errors"
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/posagent/posagent/agent/money"
)

// Formal is a formal receipt (領収書): to whom, for what, and over how much. A
// sale, or a bill with all its parts, has at most one.
type Formal struct {
	Number   int64  // 1, 2, 3 and so on, without gaps
	Subject  string // the bill's id, or the sale's
	Key      Key    // the charge on the paper
	To       string // addressee
	For      string // what for (但し書き)
	Amount   money.Amount
	Returned []int64 // what had gone back by then, oldest first, in minor units: it is not in Amount
	At       time.Time
	By       By
	Operator string
	Paper    Paper
	Copies   int // that a manager had printed after the first
}

// ErrFormalThere means that a sale has its formal receipt already.
var ErrFormalThere = errors.New("the sale has a formal receipt already")

// maxFormal is how many characters an addressee or a purpose may have: two
// lines of the narrowest paper.
const maxFormal = 32

// Check tells what is wrong with the words on a formal receipt.
func (f Formal) Check() error {
	for _, text := range []struct{ what, is string }{{"the addressee", f.To}, {"what it is for", f.For}} {
		if text.is == "" || utf8.RuneCountInString(text.is) > maxFormal {
			return fmt.Errorf("%s must have 1 to %d characters", text.what, maxFormal)
		}
		for _, r := range text.is {
			if r == utf8.RuneError || !unicode.IsPrint(r) && r != '\u3000' {
				return fmt.Errorf("%s has a character that cannot be printed", text.what)
			}
		}
	}
	return nil
}

// Note is how the journal tells of it. The addressee is not in it: the books
// have it, and the journal is handed to others.
func (f Formal) Note() string {
	return fmt.Sprintf("formal receipt %d of charge %s, %s", f.Number, f.Key, f.Amount)
}
