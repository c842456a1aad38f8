package ledger

import (
	"crypto/sha256"
	"errors"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/wire"
)

// decideSigned is the first word on a key whose code a phone has signed. A code
// that is proved is spent by it, whatever it is.
func (l *Ledger) decideSigned(tx Tx, st *Standing, o order, raw oda.Raw, now time.Time) error {
	at := now
	if o.Mode == wire.Forwarded {
		at = o.AcceptedAt
	}
	reason, genuine := l.prove(raw, at, st.Amount.Minor)
	if !genuine {
		st.decline(reason)
		return nil
	}
	use, err := l.meet(tx, st, o, raw, now)
	if err != nil || st.Status != "" {
		return err
	}
	use.At = now
	if reason == "" {
		if reason, err = l.mayPay(tx, *st, o, at, now); err != nil {
			return err
		}
	}
	if reason != "" {
		st.decline(reason)
	} else if err := l.take(tx, st, o, now); err != nil {
		return err
	}
	use.Forward = o.Mode == wire.Forwarded && st.Status == wire.Approved
	return tx.PutUse(use)
}

// prove asks oda whether a register could have taken the code at a time. What
// is genuine but came at the wrong time or for too much was shown all the same.
func (l *Ledger) prove(raw oda.Raw, at time.Time, amount int64) (reason wire.Reason, genuine bool) {
	_, err := oda.Verify(raw, at, amount, l.trust, l.certificates)
	if err == nil {
		return "", true
	}
	code, unread := oda.Parse(raw)
	if unread != nil {
		return wire.CodeUnknown, false
	}
	_, forged := oda.Verify(raw, code.Offer.IssuedAt, 1, l.trust, l.certificates)
	return signedReason(err), forged == nil
}

// meet finds whose a genuine code is, and declines one whose counter was spent
// before and one of a certificate that these books do not know.
func (l *Ledger) meet(tx Tx, st *Standing, o order, raw oda.Raw, now time.Time) (Use, error) {
	code, err := oda.Parse(raw)
	if err != nil {
		return Use{}, err
	}
	c, err := tx.Certificate(code.Certificate.Serial)
	if errors.Is(err, ErrNotFound) { // of books that were put back from an older copy
		st.decline(wire.CodeUnknown)
		return Use{}, nil
	}
	if err != nil {
		return Use{}, err
	}
	st.Customer, st.Serial = c.Customer, c.Serial
	use := Use{
		Device: sha256.Sum256(code.Certificate.DeviceKey), Counter: code.Offer.Counter,
		Key: st.Key, Register: o.Store + "-" + o.Terminal, Amount: st.Amount,
	}
	spent, err := tx.Use(use.Device, use.Counter)
	if err == nil {
		st.decline(wire.CodeUsed)
		return use, l.fork(tx, spent, *st, now)
	}
	if !errors.Is(err, ErrNotFound) {
		return Use{}, err
	}
	return use, nil
}

// fork ends a phone whose counter stands in two codes: a phone counts up, so
// two of them have one key. Neither pays from now on; what registers took before
// is still collected, and the customer's next phone ends the matter.
func (l *Ledger) fork(tx Tx, spent Use, st Standing, now time.Time) error {
	first, err := tx.Standing(spent.Key)
	if err != nil || first.Code == st.Code {
		return err
	}
	phone, err := tx.Device(spent.Device)
	if err != nil || !phone.Ended.IsZero() {
		return err
	}
	l.forked.Store(true)
	return l.endDevices(tx, []Device{phone}, now)
}

// Forked tells once that a phone was ended since it was last asked, because its
// key was on two phones: registers must hear of it. An end that was not kept in
// the end is told, too.
func (l *Ledger) Forked() bool { return l.forked.Swap(false) }

// mayPay is all that speaks against a code which a register could have taken:
// its certificate was stopped before, the time is over, or it is too much.
func (l *Ledger) mayPay(tx Tx, st Standing, o order, at, now time.Time) (wire.Reason, error) {
	c, err := tx.Certificate(st.Serial)
	if err != nil {
		return "", err
	}
	forward := o.Mode == wire.Forwarded
	switch {
	case st.Amount.Currency != l.o.Currency:
		return wire.InsufficientFunds, nil
	case !c.Denied.IsZero() && !at.Before(c.Denied):
		return wire.Blocked, nil
	case !forward && now.After(o.ValidUntil), forward && now.After(at.Add(l.o.ForwardWithin)):
		return wire.Expired, nil // the clock of a register after a long outage ends no forward
	case forward: // it was under way before any stop
		return "", l.mayForward(tx, o, now)
	case l.o.Denied != nil && l.o.Denied(c.Token):
		return wire.Blocked, nil
	case l.stopped(st.Kind):
		return wire.Stopped, nil
	}
	return "", nil
}

// signedReason is how the contract says why oda refuses a code.
func signedReason(err error) wire.Reason {
	switch {
	case errors.Is(err, oda.CertificateNotYet), errors.Is(err, oda.CertificateExpired), errors.Is(err, oda.Expired), errors.Is(err, oda.Future):
		return wire.CodeExpired
	case errors.Is(err, oda.OverCodeMax), errors.Is(err, oda.OverChargeMax):
		return wire.OverLimit
	}
	return wire.CodeUnknown
}
