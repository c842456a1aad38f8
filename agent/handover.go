package agent

import (
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/paycode"
)

// A charge that left with a queue file should be collected by whoever has it
// within a day, and well before the 72 hours after which no wallet pays it.
const (
	movedTooLong = 24 * time.Hour
	movedTooOld  = 48 * time.Hour // since it was taken
)

// stays counts a charge that is not collected.
func (d *drained) stays(due charge.Due, now time.Time) {
	if d.left++; due.Moved.IsZero() {
		return
	}
	if d.moved++; now.Sub(due.Moved) > movedTooLong || now.Sub(due.Accepted) > movedTooOld {
		d.late++
	}
}

// movedLong keeps the trouble that charges left and nobody collects them. The
// wallet was asked about each just now, so that only a whole round takes it
// away.
func (r *Register) movedLong(wallet string, d drained) {
	switch {
	case d.late > 0:
		r.trouble("offline.moved", wallet, fmt.Sprintf("%d charges left with queue files and are not collected", d.late))
	case d.whole:
		r.clear("offline.moved", wallet)
	}
}

// notHeard keeps the trouble that a wallet will not hear of a charge: it says
// neither yes nor no, and sending it again helps nothing. So it is with a
// signature by a key that the wallet does not know.
func (r *Register) notHeard(w Wallet, due charge.Due, a charge.Answer) {
	if a.Event == charge.Lose && a.Reason == charge.ReasonRejected {
		r.trouble("offline.rejected", string(due.Key), fmt.Sprintf("%s of wallet %s: %s", due.Amount, w.ID, a.Note))
		return
	}
	if !Unknown(a) {
		r.clear("offline.rejected", string(due.Key))
	}
}

// Rejected tells whether the wallet will not hear of a charge as it is in the
// books.
func (r *Register) Rejected(key charge.Key) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, yes := r.troubles[troubleKey("offline.rejected", string(key))]
	return yes
}

// Reread is told of charges that the books moved by themselves, as those that
// left with a queue file or came back: whoever sees one reads how it stands now.
func (r *Register) Reread(keys []charge.Key) {
	for _, key := range keys {
		r.reread(key)
	}
}

func (r *Register) reread(key charge.Key) {
	defer r.pens.take(key)()
	rec, err := r.parts.Memory.Charge(key)
	if err != nil {
		r.log.Error("a charge that changed hands cannot be read", "charge", string(key), "error", err)
		return
	}
	r.exposed.moved()
	r.watch(rec)
	r.show(rec)
}

// SendAgain sends a carried charge once more that was written off here, because
// somebody has brought it again: its yes may have been lost on the way. The
// wallet says for ever how the key stands, and a yes heals the charge. It does
// not wait.
func (r *Register) SendAgain(due charge.Due, code paycode.Secret) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w, known := r.wallets[due.Wallet]
	if !known || w.Forwards == nil || due.State != charge.Unpaid || !due.Carried || r.leaving || r.life.Err() != nil {
		return
	}
	r.work.Go(func() {
		if a := w.Forwards.Forward(r.traced(due.Record), due, code); a.Event == charge.Approve {
			if err := r.collected(due.Record, a); err != nil {
				r.log.Error("what was written off is paid, and cannot be written down", "charge", string(due.Key), "error", err)
			}
		}
	})
}
