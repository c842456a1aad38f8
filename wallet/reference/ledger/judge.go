package ledger

import "time"

// Payment is what the books know of a payment that is to be judged. Amounts are
// minor units.
type Payment struct {
	Customer string
	Store    string
	Amount   int64
	Spent    int64 // in the 24 hours before
	Largest  int64 // of the payments of 90 days that were approved; 0: there was none
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

// remembered is how far back the largest payment is looked for.
const remembered = 90 * day

func (l *Ledger) judged(tx Tx, st Standing, now time.Time) (Verdict, error) {
	if l.o.Judge == nil || st.Customer == "" || !l.o.Judge.Looks(st.Customer, st.Amount.Minor) {
		return Goes, nil
	}
	p := Payment{Customer: st.Customer, Store: st.Store, Amount: st.Amount.Minor}
	var err error
	if p.Spent, err = tx.Spent(st.Customer, now.Add(-day)); err != nil {
		return Goes, err
	}
	if p.Largest, err = tx.Largest(st.Customer, now.Add(-remembered)); err != nil {
		return Goes, err
	}
	brought, err := tx.Brought(st.Customer, now.Add(-day))
	if err != nil {
		return Goes, err
	}
	p.Fresh = max(0, brought-p.Spent)
	return l.o.Judge.Says(p), nil
}
