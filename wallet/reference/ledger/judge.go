package ledger

import (
	"strings"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// Payment is what the books know of a payment that is to be judged. Amounts are
// minor units.
type Payment struct {
	Customer string
	Store    string
	Amount   int64
	Spent    int64 // in the 24 hours before
	Largest  int64 // of the last payments that were approved; 0: there was none
	Fresh    int64 // came from a card or a bank in the 24 hours before, and is not spent
}

// Verdict is what becomes of a payment.
type Verdict string

// The verdicts.
const (
	Goes  Verdict = ""      // as every other
	Asks  Verdict = "asks"  // it waits for the customer's yes on the phone
	Stays Verdict = "stays" // it is declined, and the register hears no reason of it
)

// Judge judges payments online, in their transaction: it looks at memory alone.
// What was put aside for a phone's certificate is not judged again: it is small,
// and the phone may be away.
type Judge interface {
	// Looks tells whether Says is to be asked about a payment: most go by.
	Looks(customer string, yen int64) bool
	Says(p Payment) Verdict
}

// looked is how many of a customer's last keys are looked at.
const looked = 50

func (l *Ledger) judged(tx Tx, st Standing, now time.Time) (Verdict, error) {
	if l.o.Judge == nil || st.Customer == "" || !l.o.Judge.Looks(st.Customer, st.Amount.Minor) {
		return Goes, nil
	}
	p := Payment{Customer: st.Customer, Store: st.Store, Amount: st.Amount.Minor}
	var err error
	if p.Spent, err = tx.Spent(st.Customer, now.Add(-day)); err != nil {
		return Goes, err
	}
	last, err := tx.OfCustomer(st.Customer, now, looked)
	if err != nil {
		return Goes, err
	}
	for _, one := range last {
		switch {
		case one.Status != wire.Approved:
		case one.Kind == wire.KindCharge:
			p.Largest = max(p.Largest, one.Amount.Minor)
		case one.Kind == wire.KindTopup && strings.HasPrefix(one.Store, SourcePrefix) && now.Sub(one.At) < day:
			p.Fresh += one.Amount.Minor
		}
	}
	p.Fresh = max(0, p.Fresh-p.Spent)
	return l.o.Judge.Says(p), nil
}
