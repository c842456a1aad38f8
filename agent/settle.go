package agent

import (
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// settle brings a charge to its end in the background: one that is pending, in
// doubt, being collected or being reversed. One settler per charge: a second
// call only wakes it.
func (r *Register) settle(rec charge.Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.patient[rec.Key]; p != nil {
		p.wake()
		return
	}
	if r.leaving || r.life.Err() != nil {
		return // the next start goes on
	}
	p := &patience{poke: make(chan struct{}, 1)}
	r.patient[rec.Key] = p
	r.work.Go(func() { r.settling(rec.Key, p) })
}

// wake lets the settler of a charge look at it again, if it has one.
func (r *Register) wake(key charge.Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.patient[key]; p != nil {
		p.wake()
	}
}

func (p *patience) wake() {
	select {
	case p.poke <- struct{}{}:
	default:
	}
}

// course is what a settler remembers of its charge, from this start of the
// register on.
type course struct {
	began map[charge.State]time.Time
	tries map[charge.State]int
	undo  map[string]*Reversal // by wallet
	waits charge.State         // of the attempt that patience.due is for
}

// settling asks, gives up and reverses until the charge is settled, or the
// register leaves.
func (r *Register) settling(key charge.Key, p *patience) {
	defer r.settled(key, p)
	look := true // until it was done, for a charge of restored books
	c := &course{began: map[charge.State]time.Time{}, tries: map[charge.State]int{}, undo: map[string]*Reversal{}}
	for r.life.Err() == nil {
		rec, err := r.parts.Memory.Charge(key)
		if err != nil {
			r.unread(key, p, err)
			continue
		}
		if look && r.mayBePaidSince(rec) {
			done, err := r.lookFirst(rec, p, c.tries[rec.State])
			if c.tries[rec.State]++; done {
				look, c.tries = false, map[charge.State]int{}
			}
			if err != nil && !errors.Is(err, errUnread) {
				return
			}
			continue
		}
		look = false
		if rec.Shown() && rec.State == charge.Pending { // its end is that of the code, however often an answer was lost
			delete(c.began, charge.InDoubt)
		}
		if c.began[rec.State].IsZero() {
			c.began[rec.State] = r.parts.Now()
		}
		n := c.tries[rec.State]
		if p.due.IsZero() || c.waits != rec.State { // a poke counts as no try
			c.tries[rec.State]++
			c.waits, p.due = rec.State, time.Time{}
		} else {
			n--
		}
		switch WorkOn(rec) {
		case Inquiring:
			err = r.inquire(rec, p, n, c.began)
		case Collecting:
			err = r.collect(rec, p, n)
		case Undoing:
			err = r.reverse(rec, p, c)
		case Repeating:
			err = r.give(rec, p, n)
		default:
			r.ended(rec)
			return
		}
		if errors.Is(err, errUnread) {
			r.unread(key, p, err)
		} else if err != nil {
			return // the journal cannot write, or nobody can be asked; the next start goes on
		}
	}
}

// unread waits before a charge that could not be read is looked at again: not
// for ever, because nobody else looks after it.
func (r *Register) unread(key charge.Key, p *patience, err error) {
	r.log.Error("a charge cannot be read while it is being settled", "charge", string(key), "error", err)
	r.pause(p, 10*time.Second, time.Time{})
}

// settled is the end of a settler, unless somebody has woken it since it
// looked: nobody else would look at the charge before the next start.
func (r *Register) settled(key charge.Key, p *patience) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.announce()
	select {
	case <-p.poke:
		if !r.leaving && r.life.Err() == nil {
			r.work.Go(func() { r.settling(key, p) })
			return
		}
	default:
	}
	delete(r.patient, key)
	delete(r.left, key)
	delete(r.shown, key)
}

// ended prints the receipt of a charge that was found to be paid, or the slip
// of what has gone back.
func (r *Register) ended(rec charge.Record) {
	if rec.Kind == charge.Refund {
		r.given(rec)
		r.printSlip(rec)
		return
	}
	r.logOf(rec.SaleID).Info("charge settled", "charge", string(rec.Key), "state", string(rec.State), "reason", string(rec.Reason))
	if rec.State == charge.Approved && rec.Paper == charge.Unprinted && rec.Reason != charge.ReasonRecovered {
		r.print(rec)
	}
	r.printSlip(rec)
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
	end, pause := givenUp(rec, w.Terms, began), w.Terms.InquiryPause(n, r.parts.Spread())
	if rec.Shown() {
		pause = w.Terms.ShowPause(n, r.parts.Spread())
	}
	if poked := r.until(p, pause, end); poked {
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
	return r.heard(rec, r.inquired(w, rec))
}

// givenUp is when a charge is given up that waits for its customer or for an
// answer: a register begins to count anew at each start.
func givenUp(rec charge.Record, t charge.Terms, began map[charge.State]time.Time) time.Time {
	end := began[rec.State].Add(t.GiveUp)
	if rec.Shown() {
		shown := shownEnds(rec, t, began[rec.State])
		if rec.State == charge.Pending {
			return shown
		}
		return earlier(end, shown)
	}
	if rec.State == charge.Pending {
		end = began[rec.State].Add(t.GiveUpPending)
	}
	if first := began[charge.InDoubt]; !first.IsZero() {
		// A charge that goes back and forth between the two is not patient for ever.
		end = earlier(end, first.Add(t.GiveUpPending))
	}
	return end
}

// inquired makes one inquiry, which is as good as a probe.
func (r *Register) inquired(w Wallet, rec charge.Record) charge.Answer {
	a := w.Ask.Inquire(r.traced(rec), rec)
	r.mu.Lock()
	defer r.mu.Unlock()
	if b := r.breakers[w.ID]; b != nil {
		b.asked = r.parts.Now()
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// errNobody means that the wallet of a charge is not configured: the next
// start looks again.
var errNobody = errors.New("the wallet is not configured")

// collect waits for the n-th pause and asks how a charge stands whose goods
// are gone. It is never given up: that is for the manager.
func (r *Register) collect(rec charge.Record, p *patience, n int) error {
	w, known := r.wallets[rec.Wallet]
	if !known {
		r.trouble("wallet.missing", rec.Wallet, "charge "+string(rec.Key)+" is to be collected from a wallet that is not configured")
		return errNobody
	}
	if poked := r.until(p, w.Terms.CollectPause(n, r.parts.Spread()), time.Time{}); poked {
		return nil
	}
	r.takesLong(rec, r.parts.Now())
	return r.heard(rec, r.inquired(w, rec))
}

// heard writes an answer of the background. What says nothing new is only
// logged.
func (r *Register) heard(rec charge.Record, a charge.Answer) error {
	if !r.listen(rec, a) {
		return nil
	}
	return r.learn(rec, a)
}

// collected is heard for what is collected in a queue: many at once that say
// nothing of how long a customer would wait, so they pause no wallet.
func (r *Register) collected(rec charge.Record, a charge.Answer) error {
	if r.life.Err() != nil {
		return nil
	}
	r.told(rec, a)
	r.mu.Lock()
	r.count.answer(a)
	r.timeSigned(a.Theirs)
	r.mu.Unlock()
	return r.learn(rec, a)
}

// learn writes down what is new in an answer.
func (r *Register) learn(rec charge.Record, a charge.Answer) error {
	defer r.pens.take(rec.Key)()
	now, err := r.parts.Memory.Charge(rec.Key) // a manager may have decided meanwhile
	if err != nil {
		return fmt.Errorf("%w: %w", errUnread, err)
	}
	if Silent(now, a) {
		return nil
	}
	after, err := r.apply(rec.Key, a.Step)
	if err == nil {
		r.show(after)
	}
	return err
}

// listen logs and counts an answer of the background, and tells whether it is
// one: what our own leaving cut off is no word about the wallet.
func (r *Register) listen(rec charge.Record, a charge.Answer) bool {
	if r.life.Err() != nil {
		return false
	}
	r.told(rec, a)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count.answer(a)
	r.keepShown(rec, a)
	if b := r.breakers[a.Wallet]; b != nil && b.newest == "" {
		b.newest = rec.Key // nothing was sold since the start
	}
	r.reach(a)
	return true
}

func (r *Register) told(rec charge.Record, a charge.Answer) {
	r.logOf(rec.SaleID).Info("asked the wallet again", "charge", string(rec.Key), "wallet", a.Wallet, "event", string(a.Event),
		"reason", string(a.Reason), "state", string(rec.State), "took", a.Took, "note", a.Note)
}

// Silent tells that an answer says nothing new of a charge: nothing left, the
// same silence as before, or "the customer must confirm" once more. A wallet
// that is away for a day would fill the journal. Nor does silence hide why a
// charge is being reversed or collected.
func Silent(rec charge.Record, a charge.Answer) bool {
	kept := rec.State == charge.Reversing || rec.State == charge.Forwarding
	switch a.Event {
	case charge.Miss:
		return true
	case charge.Lose:
		return kept || a.Reason == rec.Reason
	case charge.Wait:
		return kept || rec.State == charge.Pending
	}
	return false
}

// until is pause before an attempt that is due after d, but not after end: who
// pokes meanwhile does not push it away.
func (r *Register) until(p *patience, d time.Duration, end time.Time) (poked bool) {
	if p.due.IsZero() {
		p.due = r.parts.Now().Add(d)
	}
	at := p.due
	if !end.IsZero() {
		at = earlier(at, end)
	}
	if poked = r.pause(p, max(at.Sub(r.parts.Now()), 0), end); !poked {
		p.due = time.Time{}
	}
	return poked
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
