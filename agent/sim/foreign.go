package sim

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// traits are how a wallet of others behaves.
type traits struct {
	prefix       string        // of its customers' codes
	digits       int           // that follow
	tombstones   bool          // a reversed key that was never seen is blocked; else the reversal "succeeds" and is forgotten
	autoClose    time.Duration // closes by itself what the customer did not confirm
	reverseAfter time.Duration // refuses to reverse earlier than this after the payment
	busyConfirm  bool          // refuses to reverse while the customer is confirming
	confirms     float64       // part of the payments that the customer confirms on the phone
	generous     bool          // gives back whatever a shop asks for, and counts nothing
}

// foreign is a wallet of others: our wire, their habits.
type foreign struct {
	w      *World
	house  *house
	traits traits
	rows   map[string]*row
	keys   []string // in the order of their first word
	minted int
	poor   map[string]bool // codes of customers who cannot pay
}

type row struct {
	standing
	currency string
	reason   wire.Reason
	born     time.Duration
	paid     time.Duration
	decides  time.Duration // when the customer decides; 0: never
	verdict  wire.Status
}

func (f *foreign) charge(now time.Duration, q wire.ChargeRequest) reply {
	if r := f.at(now, q.Key); r != nil {
		if r.amount != q.Amount {
			return problem(http.StatusConflict, wire.ProblemConflict)
		}
		return f.answer(r, q.Nonce)
	}
	r := &row{standing: standing{key: q.Key, amount: q.Amount}, currency: q.Currency, born: now}
	f.rows[q.Key] = r
	f.keys = append(f.keys, q.Key)
	if f.poor[q.Code] {
		r.status, r.reason = wire.Declined, wire.InsufficientFunds
		return f.answer(r, q.Nonce)
	}
	d := roll(f.w.plan.seed, "confirm", f.w.faceOf(q.Key).who, 0)
	if !d.chance(f.traits.confirms) {
		f.pay(r, now)
		return f.answer(r, q.Nonce)
	}
	at, yes := f.w.decides(&d, f.w.faceOf(q.Key).who, f.traits.autoClose)
	r.status, r.verdict = wire.Pending, wire.Declined
	if yes {
		r.verdict = wire.Approved
	}
	if at > 0 {
		r.decides = now + at
	}
	return f.answer(r, q.Nonce)
}

func (f *foreign) pay(r *row, at time.Duration) {
	r.status, r.paid = wire.Approved, at
	r.debits++
}

// at is a row as it stands by now: what the customer decided and what the
// wallet closed by itself has happened.
func (f *foreign) at(now time.Duration, key string) *row {
	r := f.rows[key]
	if r == nil || r.status != wire.Pending {
		return r
	}
	closes := r.born + f.traits.autoClose
	switch {
	case r.decides > 0 && r.decides <= min(now, closes):
		if r.status = r.verdict; r.status == wire.Approved {
			f.pay(r, r.decides)
		} else {
			r.reason = wire.Refused
		}
	case closes <= now:
		r.status = wire.Reversed
	}
	return r
}

func (f *foreign) answer(r *row, nonce string) reply {
	kind := wire.KindCharge
	if r.of != "" {
		kind = wire.KindRefund
	}
	a := wire.Answer{
		Key: r.key, Kind: kind, Status: r.status, Amount: r.amount, Currency: r.currency,
		Nonce: nonce, Reason: r.reason, At: f.w.wall(),
	}
	if r.status == wire.Approved {
		a.Receipt = "F" + r.key
	}
	return says(a)
}

// forward: these wallets have no codes that prove anything.
func (f *foreign) forward(string, wire.ChargeRequest) reply {
	return problem(http.StatusBadRequest, wire.ProblemInvalid)
}

func (f *foreign) list(url.Values) reply {
	return problem(http.StatusBadRequest, wire.ProblemInvalid)
}

func (f *foreign) inquire(now time.Duration, key, nonce string) reply {
	r := f.at(now, key)
	if r == nil {
		return problem(http.StatusNotFound, wire.ProblemUnknownKey)
	}
	return f.answer(r, nonce)
}

func (f *foreign) reverse(now time.Duration, key string, q wire.ReversalRequest) reply {
	r := f.at(now, key)
	if r == nil {
		r = &row{standing: standing{key: key, amount: q.Amount, status: wire.Reversed}, currency: q.Currency, born: now}
		if f.traits.tombstones {
			f.rows[key] = r
			f.keys = append(f.keys, key)
		}
		return f.answer(r, q.Nonce)
	}
	switch r.status {
	case wire.Pending:
		if f.traits.busyConfirm {
			return problem(http.StatusConflict, wire.ProblemConfirmPending)
		}
		r.status = wire.Reversed
	case wire.Approved:
		if now < r.paid+f.traits.reverseAfter {
			return problem(http.StatusServiceUnavailable, wire.ProblemBusy)
		}
		if ends := f.house.terms.Window.Ends(base.Add(r.paid)); !ends.IsZero() && f.w.wall().After(ends) {
			return problem(http.StatusConflict, wire.ProblemCannotReverse)
		}
		if f.given(key) > 0 {
			return problem(http.StatusConflict, wire.ProblemCannotReverse)
		}
		r.status = wire.Reversed
		r.backs++
	}
	return f.answer(r, q.Nonce)
}

func (f *foreign) refund(now time.Duration, q wire.RefundRequest) reply {
	if r := f.at(now, q.Key); r != nil {
		if r.amount != q.Amount || r.of != q.ChargeKey {
			return problem(http.StatusConflict, wire.ProblemConflict)
		}
		return f.answer(r, q.Nonce)
	}
	r := &row{standing: standing{key: q.Key, of: q.ChargeKey, amount: q.Amount, status: wire.Declined}, currency: q.Currency, reason: wire.NotRefundable, born: now}
	f.rows[q.Key] = r
	f.keys = append(f.keys, q.Key)
	of := f.at(now, q.ChargeKey)
	switch {
	case of == nil || of.status != wire.Approved:
	case !f.traits.generous && f.given(of.key)+q.Amount > of.amount:
		r.reason = wire.OverRefund
	default:
		r.status, r.reason = wire.Approved, ""
		r.backs++
	}
	return f.answer(r, q.Nonce)
}

// given is what was given back of a payment by refunds.
func (f *foreign) given(key string) (sum int64) {
	for _, k := range f.keys {
		if r := f.rows[k]; r.of == key && r.status == wire.Approved {
			sum += r.amount
		}
	}
	return sum
}

func (f *foreign) code(_ *dice, poor bool) (string, error) {
	f.minted++
	code := fmt.Sprintf("%s%0*d", f.traits.prefix, f.traits.digits, f.minted)
	if poor {
		if f.poor == nil {
			f.poor = make(map[string]bool)
		}
		f.poor[code] = true
	}
	return code, nil
}

func (f *foreign) standings(now time.Duration) ([]standing, error) {
	var out []standing
	for _, key := range f.keys {
		out = append(out, f.at(now, key).standing)
	}
	return out, nil
}

func (f *foreign) check() error { return nil }
