package agent

import (
	"errors"
	"slices"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// settle brings a charge that is pending, in doubt or being reversed to its
// end in the background. One settler per charge: a second call only wakes it.
func (r *Register) settle(rec charge.Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.patient[rec.Key]; p != nil {
		select {
		case p.poke <- struct{}{}:
		default:
		}
		return
	}
	if r.leaving || r.life.Err() != nil {
		return // the next start goes on
	}
	p := &patience{poke: make(chan struct{}, 1)}
	r.patient[rec.Key] = p
	r.work.Go(func() { r.settling(rec.Key, p) })
}

// settling asks, gives up and reverses until the charge is settled, or the
// register leaves.
func (r *Register) settling(key charge.Key, p *patience) {
	defer r.settled(key)
	began := map[charge.State]time.Time{}
	tries := map[charge.State]int{}
	for r.life.Err() == nil {
		rec, err := r.parts.Memory.Charge(key)
		if err != nil {
			r.unread(key, p, err)
			continue
		}
		if began[rec.State].IsZero() {
			began[rec.State] = r.parts.Now()
		}
		n := tries[rec.State]
		tries[rec.State]++
		switch rec.State {
		case charge.Pending, charge.InDoubt:
			err = r.inquire(rec, p, n, began)
		case charge.Reversing:
			err = r.reverse(rec, p, n)
		default:
			r.ended(rec)
			return
		}
		if errors.Is(err, errUnread) {
			r.unread(key, p, err)
		} else if err != nil {
			return // the journal cannot write; the next start goes on from what it holds
		}
	}
}

// unread waits before a charge that could not be read is looked at again: not
// for ever, because nobody else looks after it.
func (r *Register) unread(key charge.Key, p *patience, err error) {
	r.log.Error("a charge cannot be read while it is being settled", "charge", string(key), "error", err)
	r.pause(p, 10*time.Second, time.Time{})
}

func (r *Register) settled(key charge.Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.patient, key)
	r.announce()
}

// ended prints the receipt of a charge that was found to be paid.
func (r *Register) ended(rec charge.Record) {
	r.log.Info("charge settled", "charge", string(rec.Key), "state", string(rec.State), "reason", string(rec.Reason))
	if rec.State == charge.Approved && rec.Paper == charge.Unprinted {
		r.print(rec)
	}
}

// inquire waits for the n-th pause, asks how the key stands, and gives the
// charge up when it has been in doubt for too long.
func (r *Register) inquire(rec charge.Record, p *patience, n int, began map[charge.State]time.Time) error {
	w, known := r.wallets[rec.Wallet]
	if !known {
		r.trouble("wallet.missing", rec.Wallet, "charge "+string(rec.Key)+" is open at a wallet that is not configured")
		r.pause(p, time.Minute, time.Time{})
		return nil
	}
	end := began[rec.State].Add(w.Terms.GiveUp)
	if rec.State == charge.Pending {
		end = began[rec.State].Add(w.Terms.GiveUpPending)
	}
	if first := began[charge.InDoubt]; !first.IsZero() {
		// A charge that goes back and forth between the two is not patient for ever.
		end = earlier(end, first.Add(w.Terms.GiveUpPending))
	}
	pause := w.Terms.InquiryPause(n, r.parts.Spread())
	if left := end.Sub(r.parts.Now()); left < pause {
		pause = max(left, 0)
	}
	if poked := r.pause(p, pause, end); poked {
		return nil
	}
	if !r.parts.Now().Before(end) {
		step := charge.Step{Event: charge.Cancel, By: charge.ByTimer, Reason: charge.ReasonGaveUp, At: r.parts.Now()}
		after, err := r.undo(rec.Key, step)
		if err == nil && after.State == charge.Reversing {
			r.printDoubt(after)
		}
		return err
	}
	return r.heard(rec, w.Ask.Inquire(r.life, rec))
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// reverse asks every wallet of the route that has not confirmed yet, and
// waits before the next round when one is still missing.
func (r *Register) reverse(rec charge.Record, p *patience, n int) error {
	pause := time.Minute
	if len(rec.Route) == 0 {
		r.trouble("wallet.missing", "", "charge "+string(rec.Key)+" must be reversed, but no wallet is configured")
	}
	for _, id := range rec.Route {
		if slices.Contains(rec.Confirmed, id) {
			continue
		}
		w, known := r.wallets[id]
		if !known {
			r.trouble("wallet.missing", id, "charge "+string(rec.Key)+" must be reversed at a wallet that is not configured")
			continue
		}
		pause = min(pause, w.Terms.ReversePause(n, r.parts.Spread()))
		if err := r.heard(rec, w.Ask.Reverse(r.life, rec)); err != nil {
			return err
		}
	}
	now, err := r.parts.Memory.Charge(rec.Key)
	if err == nil && now.State == charge.Reversing {
		r.pause(p, pause, time.Time{})
	}
	return nil
}

// heard writes an answer of the background. What says nothing new (nothing
// left, or the same silence as before) is only logged, or a wallet that is
// away for a day would fill the journal. Nor does silence hide why a charge is
// being reversed.
func (r *Register) heard(rec charge.Record, a charge.Answer) error {
	if r.life.Err() != nil {
		return nil // cut off by our own leaving: no word about the wallet
	}
	r.log.Info("asked the wallet again", "charge", string(rec.Key), "wallet", a.Wallet, "event", string(a.Event),
		"reason", string(a.Reason), "state", string(rec.State), "took", a.Took, "note", a.Note)
	r.mu.Lock()
	r.count.answer(a)
	r.reach(a)
	r.mu.Unlock()
	silent := a.Event == charge.Miss || a.Event == charge.Lose && (a.Reason == rec.Reason || rec.State == charge.Reversing)
	if silent || a.Event == charge.Wait && rec.State == charge.Pending {
		return nil
	}
	_, err := r.write(rec.Key, a.Step)
	return err
}

// pause waits, shows until when, and tells whether someone poked.
func (r *Register) pause(p *patience, d time.Duration, end time.Time) (poked bool) {
	r.mu.Lock()
	p.next, p.end = r.parts.Now().Add(d), end
	r.announce()
	r.mu.Unlock()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-r.life.Done():
		return true
	case <-p.poke:
		return true
	case <-timer.C:
		return false
	}
}
