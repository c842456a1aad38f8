package charge

import (
	"fmt"
	"strings"
)

// Points are those of a wallet's customer that an approval moved. Of a payment,
// Used is the part of the amount that they paid, in minor units, and Earned
// were granted for it; of a refund, Used went back to the customer and Earned
// were taken back. Left is what the customer had then. They are the wallet's
// promotion: the shop is owed, and owes, the whole amount, and the tax on it is
// the same.
type Points struct{ Used, Earned, Left int64 }

// mostPoints bounds what is believed of a wallet, so that sums of a day stay
// numbers.
const mostPoints = 1_000_000_000_000

// Any tells that points were moved.
func (p Points) Any() bool { return p.Used != 0 || p.Earned != 0 }

// Sound tells whether points can be those of an approval over an amount, in
// minor units.
func (p Points) Sound(amount int64) bool {
	return p.Used >= 0 && p.Used <= amount && p.Earned >= 0 && p.Earned <= mostPoints && p.Left >= 0 && p.Left <= mostPoints
}

const pointsForm = "points: %d used, %d earned, %d left"

// Note is how the journal says it; empty for none.
func (p Points) Note() string {
	if !p.Any() {
		return ""
	}
	return fmt.Sprintf(pointsForm, p.Used, p.Earned, p.Left)
}

// PointsOf reads the end of the note of a wallet's approval; none where it does
// not say.
func PointsOf(note string) (p Points) {
	if i := strings.LastIndex(note, "; "); i >= 0 {
		note = note[i+2:]
	}
	if _, err := fmt.Sscanf(note, pointsForm, &p.Used, &p.Earned, &p.Left); err != nil || p.Note() != note {
		return Points{}
	}
	return p
}
