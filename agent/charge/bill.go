package charge

import "errors"

// Why a part of a bill is not taken.
var (
	// ErrBillOver: the bill is paid, or was given up.
	ErrBillOver = errors.New("the bill is paid or given up")
	// ErrPartOpen: whether another part is paid is not known yet.
	ErrPartOpen = errors.New("a part of the bill is not settled: wait for it or cancel it")
	// ErrOverBill: more than what is left of the bill.
	ErrOverBill = errors.New("the part is more than what is left of the bill")
	// ErrBillMoved: another part came or went between reading and writing.
	ErrBillMoved = errors.New("the bill has changed meanwhile: look at it and try again")
	// ErrPartsPaid: a bill is given up only when nobody has paid a part of it.
	ErrPartsPaid = errors.New("parts of the bill are paid: give each back first")
)

// Covers is what the records of one part of a bill, refunds of it among them,
// pay of the bill: what was handed over for, less what went back or may still
// go back, in minor units. open tells that one of them may yet be paid, so that
// nobody can say how much is left.
func Covers(ofPart []Record) (minor int64, open bool) {
	for _, rec := range ofPart {
		switch {
		case rec.Kind == Refund:
			continue
		case rec.State == Prepared, rec.State.Doubtful():
			open = true
			continue
		case !Stands(rec.State):
			continue
		}
		minor += rec.Amount.Minor
		for _, back := range BackOf(rec.Key, ofPart) {
			minor -= back.Amount.Minor
		}
	}
	return max(minor, 0), open
}

// Stands tells that goods are gone, or may go, for a payment in a state.
func Stands(s State) bool { return s.Goods() == HandOver || s == Unpaid }

// BackOf are the refunds of a payment that gave money back or may still do.
func BackOf(key Key, records []Record) (out []Record) {
	for _, rec := range records {
		if rec.Kind == Refund && rec.Of == key && rec.State != Declined && rec.State != Abandoned {
			out = append(out, rec)
		}
	}
	return out
}
