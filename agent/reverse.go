package agent

import (
	"slices"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/planted"
)

// tooLong is when a person is told that a reversal, a refund or the collecting
// of money does not end.
const tooLong = time.Hour

// Reversal is how far the reversal of a charge at one wallet has come in this
// run of the register. All times are of the running clock: a stored one would
// trust that nobody set the clock meanwhile, so after a restart the waits
// begin again.
type Reversal struct {
	Began time.Time     // the charge began to be reversed
	Left  time.Time     // a request of the charge may last have left
	Tries int           // reversals that were sent
	Asked time.Time     // when the last of them came to its end
	Pause time.Duration // after it
	Early bool          // it was confirmed before the wallet had gone quiet
}

// Next is when the next reversal is sent, which is now or has been when it is
// due, and whether a confirmation of one that is sent then counts. A wallet
// that keeps no tombstones still approves a request which its network held
// back, after a reversal that found nothing: an early reversal gives the
// customer the money back soon, and the one after the quiet time is the proof.
func (v Reversal) Next(t charge.Terms, now time.Time) (at time.Time, counts bool) {
	at = v.Began
	if v.Tries > 0 {
		at = v.Asked.Add(v.Pause)
	}
	at = later(at, v.Left.Add(t.ReverseAfter))
	quiet := later(v.Began, v.Left).Add(t.Quiet)
	if v.Early && !v.Left.After(v.Asked) {
		at = later(at, quiet)
	}
	counts = t.Quiet == 0 || !later(at, now).Before(quiet) || planted.Has(planted.NoQuietTime)
	return at, counts
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// reverse asks every wallet of the route that has not confirmed and that is
// due, each at its own pauses, or waits until the next one is.
func (r *Register) reverse(rec charge.Record, p *patience, c *course) error {
	if len(rec.Route) == 0 {
		r.trouble("wallet.missing", "", "charge "+string(rec.Key)+" must be reversed, but no wallet is configured")
	}
	now := r.parts.Now()
	wake, asked := earlier(now.Add(time.Minute), r.takesLong(rec, now)), false
	for _, id := range rec.Route {
		if slices.Contains(rec.Confirmed, id) {
			continue
		}
		w, known := r.wallets[id]
		if !known {
			r.trouble("wallet.missing", id, "charge "+string(rec.Key)+" must be reversed at a wallet that is not configured")
			continue
		}
		v := c.undo[id]
		if v == nil {
			v = &Reversal{Began: c.began[charge.Reversing]}
			c.undo[id] = v
		}
		v.Left = r.mayHaveLeft(rec.Key)
		if at, _ := v.Next(w.Terms, r.parts.Now()); at.After(r.parts.Now()) {
			wake = earlier(wake, at)
			continue
		}
		asked = true
		if err := r.reverseAt(w, rec, v); err != nil {
			return err
		}
	}
	if !asked {
		r.pause(p, wake.Sub(now), time.Time{})
	}
	return nil
}

// reverseAt sends one reversal to a wallet. The confirmation of an early one
// is not written.
func (r *Register) reverseAt(w Wallet, rec charge.Record, v *Reversal) error {
	_, counts := v.Next(w.Terms, r.parts.Now())
	a := w.Ask.Reverse(r.traced(rec), rec)
	v.Asked, v.Pause = r.parts.Now(), w.Terms.ReversePause(v.Tries, r.parts.Spread())
	v.Tries++
	if v.Early = a.Event == charge.Confirm && !counts; v.Early {
		r.listen(rec, a)
		return nil
	}
	return r.heard(rec, a)
}

// mayHaveLeft is when a request of a charge may last have left this register:
// now, while one is under way.
func (r *Register) mayHaveLeft(key charge.Key) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.desk.phase == asking && r.desk.charge.Key == key {
		return r.parts.Now()
	}
	if at, known := r.left[key]; known {
		return at
	}
	return r.born
}

// takesLong is when what the background does becomes something that a person
// must look at; once it is, that is a trouble, and the answer is far away.
func (r *Register) takesLong(rec charge.Record, now time.Time) time.Time {
	due := rec.ChangedAt.Add(tooLong)
	if now.Before(due) {
		return due
	}
	r.trouble(longOf(rec), string(rec.Key), detailOf(rec))
	return now.Add(tooLong)
}

// longOf is the trouble of a record whose state lasts too long.
func longOf(rec charge.Record) string {
	switch {
	case rec.State == charge.Reversing:
		return "charge.reversing_long"
	case rec.Kind == charge.Refund:
		return "refund.long"
	}
	return "charge.collecting_long"
}
