// Package topup turns money of a card or a bank into money of a customer: it
// judges the wish, asks the source, and has the ledger book what was taken. It
// knows no card number; the source does.
//
// Invariant: what a source has taken is booked once, and nothing is booked that
// it did not take. The wish is on the disk before the source hears of it, and
// whatever ends between the two, it is gone on with under the same key.
package topup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/posagent/posagent/wallet/reference/risk"
)

// State is how far a top-up is.
type State string

// The states; the source is asked in the first, and the ledger in the third.
const (
	Asked    State = "asked"
	Refused  State = "refused"
	Taken    State = "taken"
	Credited State = "credited"
)

// Row is a top-up.
type Row struct {
	Key      string // what source and ledger know it by; it follows from customer and id
	Customer string
	Source   string // card or bank
	Amount   int64  // yen
	State    State
	At       time.Time
}

// Source is where the money comes from.
type Source interface {
	// Take takes an amount. Asked again with a key it answers as it did before. An
	// error is that nobody knows: it will be asked again.
	Take(ctx context.Context, key string, yen int64) (taken bool, err error)
	// End is that nothing is to be taken under a key: taken tells that it was
	// already, and else it never will be, whatever is still on its way.
	End(ctx context.Context, key string, yen int64) (taken bool, err error)
}

// Books book what was taken, once for a key.
type Books interface {
	Credit(key, customer, source string, yen int64) error
}

// Store keeps top-ups.
type Store interface {
	// Begin gives the row that has the key, or has judge look at what the customer
	// began since a time, and keeps the new row if that gives no error: all as one.
	Begin(row Row, since time.Time, judge func(recent []Row) error) (Row, error)
	Move(key string, from, to State) error
	Open() ([]Row, error) // asked or taken
}

// What is wrong with a wish.
var (
	ErrInvalid  = errors.New("a top-up is for 1 to 100,000 yen from a source that there is, under an id of its own")
	ErrConflict = errors.New("this id was used for another top-up")
	ErrLimit    = errors.New("that is too much, or too often: try again later")
	ErrHeld     = errors.New("nothing is topped up for a day after the way in was reset")
	ErrStopped  = errors.New("top-ups are stopped")
)

// Most is the most of one top-up; window is in which they are counted, and life
// how long a wish is carried out: who has waited for longer has gone.
const (
	Most   = 100_000
	window = 24 * time.Hour
	life   = 10 * time.Minute
)

// Options are what a desk is made of. All but Log must be given.
type Options struct {
	Store   Store
	Books   Books
	Sources map[string]Source
	Stopped func() bool
	Held    func(customer string) error // ErrHeld or another reason why nothing is taken for a customer now; nil is none
	Rules   func() risk.Rules
	Clock   func() time.Time
	Log     *slog.Logger
}

// Desk takes wishes. It is safe for many goroutines.
type Desk struct{ o Options }

// New makes a desk.
func New(o Options) *Desk {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Desk{o}
}

// Wish is what a customer asks for. The phone has signed it, and a second factor
// was given a short time ago: so the milder half of what rules may want is there.
type Wish struct {
	ID        string // of the phone's making; the same id is the same wish
	Customer  string
	Source    string
	Amount    int64
	Device    time.Duration // how long the phone has paid
	Agreed    bool          // another phone, or a person, has agreed to it
	Recovered time.Duration // since the way in was reset; negative: never
}

// Ask judges a wish and carries it out as far as it goes now. What is still asked
// or taken is gone on with by Resume, or by the same wish again.
func (d *Desk) Ask(ctx context.Context, w Wish) (Row, error) {
	if w.ID == "" || len(w.ID) > 64 || w.Customer == "" || d.o.Sources[w.Source] == nil || w.Amount < 1 || w.Amount > Most {
		return Row{}, ErrInvalid
	}
	now := d.o.Clock()
	sum := sha256.Sum256([]byte(w.Customer + "\n" + w.ID))
	wanted := Row{Key: "topup-" + hex.EncodeToString(sum[:12]), Customer: w.Customer, Source: w.Source, Amount: w.Amount, State: Asked, At: now}
	row, err := d.o.Store.Begin(wanted, now.Add(-window), func(recent []Row) error { return d.judge(w, recent, now) })
	if err != nil {
		return Row{}, err
	}
	if row.Source != w.Source || row.Amount != w.Amount {
		return Row{}, ErrConflict
	}
	return d.goOn(ctx, row)
}

// may is asked before money is taken, each time.
func (d *Desk) may(customer string) error {
	if d.o.Stopped() {
		return ErrStopped
	}
	return d.o.Held(customer)
}

func (d *Desk) judge(w Wish, recent []Row, now time.Time) error {
	if err := d.may(w.Customer); err != nil {
		return err
	}
	f := risk.Facts{Act: risk.TopUp, Amount: w.Amount, Device: w.Device, Agreed: w.Agreed, Recovered: w.Recovered}
	for _, r := range recent {
		if now.Sub(r.At) < 10*time.Minute { // refused ones, too: who tries cards tries them fast
			f.TopUps++
		}
		if r.State != Refused {
			f.ToppedUp += r.Amount
		}
	}
	v := risk.Decide(f, d.o.Rules())
	switch v.Do {
	case risk.Allow, risk.StepUp:
		return nil
	case risk.Hold:
		return ErrHeld
	}
	d.o.Log.Warn("a top-up was declined", "customer", w.Customer, "reasons", v.Reasons)
	return ErrLimit
}

// goOn is each step that is left. A source or ledger that does not answer leaves
// the row where it is. What may not be taken any more is ended at its source, and
// booked all the same if it was taken before.
func (d *Desk) goOn(ctx context.Context, row Row) (Row, error) {
	if row.State == Asked {
		ask := d.o.Sources[row.Source].Take
		if why := d.may(row.Customer); why != nil || d.o.Clock().Sub(row.At) > life {
			ask = d.o.Sources[row.Source].End
		}
		taken, err := ask(ctx, row.Key, row.Amount)
		if err != nil {
			d.o.Log.Warn("a source did not answer: it is asked again", "key", row.Key, "source", row.Source, "error", err)
			return row, nil
		}
		next := Refused
		if taken {
			next = Taken
		}
		if err := d.o.Store.Move(row.Key, Asked, next); err != nil {
			return row, err
		}
		row.State = next
	}
	if row.State == Taken {
		if err := d.o.Books.Credit(row.Key, row.Customer, row.Source, row.Amount); err != nil {
			return row, fmt.Errorf("book what %s has taken for %s: %w; it is tried again", row.Source, row.Key, err)
		}
		if err := d.o.Store.Move(row.Key, Taken, Credited); err != nil {
			return row, err
		}
		row.State = Credited
	}
	return row, nil
}

// Resume goes on with all that was begun and did not end. A source that was taken
// out of the configuration leaves its rows where they are, and says so.
func (d *Desk) Resume(ctx context.Context) error {
	open, err := d.o.Store.Open()
	if err != nil {
		return err
	}
	var all []error
	for _, row := range open {
		if d.o.Sources[row.Source] == nil {
			all = append(all, fmt.Errorf("top-up %s waits for the source %q, which is not there any more", row.Key, row.Source))
			continue
		}
		_, err := d.goOn(ctx, row)
		all = append(all, err)
	}
	return errors.Join(slices.DeleteFunc(all, func(err error) bool { return err == nil })...)
}
