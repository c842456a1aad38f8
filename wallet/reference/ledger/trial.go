package ledger

import (
	"fmt"
	"slices"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/wallet/wire"
)

// page is how many transactions are read at once.
const page = 1000

// Trial adds up the books from their postings alone and compares.
func (l *Ledger) Trial() (wire.Trial, error) {
	var t wire.Trial
	err := l.view(func(tx Tx) (err error) {
		t, err = trial(tx)
		return err
	})
	if err != nil {
		return wire.Trial{}, fmt.Errorf("trial balance: %w", err)
	}
	return t, nil
}

func trial(tx Tx) (wire.Trial, error) {
	var t wire.Trial
	byAccount := map[int64]int64{}
	byCurrency := map[money.Currency]int64{}
	err := eachTxn(tx, func(txn Txn) error {
		sums := map[money.Currency]int64{}
		for _, p := range txn.Postings {
			t.Postings++
			byAccount[p.Account] += p.Amount.Minor
			byCurrency[p.Amount.Currency] += p.Amount.Minor
			sums[p.Amount.Currency] += p.Amount.Minor
		}
		for _, sum := range sums {
			if sum != 0 {
				t.Wrong++
			}
		}
		return nil
	})
	if err != nil {
		return wire.Trial{}, err
	}
	for _, sum := range byCurrency {
		t.Sum += max(sum, -sum) // no currency makes up for another
	}
	accounts, err := tx.Accounts()
	if err != nil {
		return wire.Trial{}, err
	}
	held := map[money.Currency]int64{}
	for _, a := range accounts {
		t.Accounts++
		if a.Balance.Minor != byAccount[a.ID] {
			t.Wrong++
		}
		if a.Class.Bounded() && byAccount[a.ID] < 0 {
			t.Negative++
		}
		if a.Class == ClassHold {
			held[a.Balance.Currency] += byAccount[a.ID]
		}
	}
	waiting, err := tx.Pending()
	for _, st := range slices.DeleteFunc(waiting, Standing.presented) {
		held[st.Amount.Currency] -= st.Amount.Minor
	}
	for _, odd := range held { // money is held for what waits, and for nothing else
		if odd != 0 {
			t.Wrong++
		}
	}
	if err != nil {
		return wire.Trial{}, err
	}
	odd, err := oddReserves(tx, accounts)
	t.Wrong += odd
	return t, err
}

// oddReserves counts accounts of certificates that hold money which is not
// theirs: more than was put aside, or any after it has gone back.
func oddReserves(tx Tx, accounts []Account) (int, error) {
	all, err := tx.Certificates()
	if err != nil {
		return 0, err
	}
	most := map[string]int64{}
	for _, c := range all {
		if !c.Released {
			most[c.account()] = c.Limit.Minor
		}
	}
	odd := 0
	for _, a := range accounts {
		if a.Class == ClassReserve && a.Balance.Minor > most[a.Name] {
			odd++
		}
	}
	return odd, nil
}

// Standings are all keys in the order of their first word, with the debits
// counted from the postings and not from the status.
func (l *Ledger) Standings() ([]wire.Standing, error) {
	all := []wire.Standing{}
	err := l.view(func(tx Tx) error {
		debits, err := countDebits(tx)
		if err != nil {
			return err
		}
		rows, err := tx.Standings()
		for _, st := range rows {
			all = append(all, wire.Standing{
				Key: st.Key, Kind: st.Kind, Status: st.Status,
				Amount: st.Amount.Minor, Currency: string(st.Amount.Currency),
				Customer: st.Customer, Debits: debits[st.Key], At: st.At.UTC(), PointsUsed: st.PointsUsed, PointsEarned: st.PointsEarned,
			})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return all, nil
}

// countDebits is, for each key, how often a customer was debited less how
// often it was given back.
func countDebits(tx Tx) (map[string]int, error) {
	accounts, err := tx.Accounts()
	if err != nil {
		return nil, err
	}
	customers, holds := map[int64]bool{}, map[int64]bool{}
	for _, a := range accounts {
		holds[a.ID] = a.Class == ClassHold
		customers[a.ID] = (a.Class == ClassCustomer || a.Class == ClassReserve) && a.Balance.Currency != Points
	}
	debits := map[string]int{}
	err = eachTxn(tx, func(t Txn) error {
		n, moved := 0, false
		for _, p := range t.Postings {
			moved = moved || customers[p.Account] || holds[p.Account]
			switch {
			case t.Key == "" || !customers[p.Account]:
			case p.Amount.Minor < 0:
				n++
			default:
				n--
			}
		}
		switch { // points have paid for all of it
		case !moved && t.Cause == CauseCharge:
			n = 1
		case !moved && t.Key != "" && (t.Cause == CauseRefund || t.Cause == CauseReversal):
			n = -1
		}
		if n != 0 {
			debits[t.Key] += n
		}
		return nil
	})
	return debits, err
}

func eachTxn(tx Tx, do func(Txn) error) error {
	for after := int64(0); ; {
		txns, err := tx.Txns(after, page)
		if err != nil || len(txns) == 0 {
			return err
		}
		for _, t := range txns {
			if err := do(t); err != nil {
				return err
			}
			after = t.ID
		}
	}
}
