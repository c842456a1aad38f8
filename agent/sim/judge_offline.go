package sim

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/wallet/wire"
)

// identity is what a key stands for, for ever.
type identity struct {
	register string
	amount   int64
	currency string
	code     string
}

// identify notes what a wallet is asked for under a key, and with which code.
func (w *World) identify(c call) {
	q := identity{c.charge.Store + "-" + c.charge.Terminal, c.charge.Amount, c.charge.Currency, c.charge.Code}
	code, signed := w.signed[q.code]
	if signed { // whatever carries it
		q.code = fmt.Sprint(code.signature)
	}
	if before, known := w.asked[c.key]; known && before != q {
		w.fail("a key stands for one thing", "%s was asked for as %+v, and then as %+v", c.key, before, q)
	}
	w.asked[c.key] = q
	if signed && !slices.Contains(w.paying[code.signature], c.key) {
		w.paying[code.signature] = append(w.paying[code.signature], c.key)
	}
}

// marked judges a forward that is about to leave: that it may have left is on
// the disk by then.
func (t *till) marked(m *message) {
	one := t.taken[charge.Key(m.key)]
	switch {
	case one == nil:
		t.w.fail("only what was taken is forwarded", "%s forwards %s", t.id, m.key)
	case one.state != charge.Forwarding:
		t.w.fail("a forward is on the disk before it leaves", "%s is %s there", m.key, one.state)
	case one.moved && t.w.now()-one.left > 10*time.Millisecond: // one that was on its way out by then has left
		t.w.fail("what has left is collected elsewhere", "%s forwards %s", t.id, m.key)
	}
}

// forwards judges a forward that leaves: one of this register's own was never
// sent before, or the wallet has said since then that it does not know it.
func (t *till) forwards(m *message) {
	one := t.taken[charge.Key(m.key)]
	if one == nil || one.carried {
		return
	}
	if one.sent {
		t.w.fail("a forward is asked about before it is repeated", "%s was sent before, and nobody knows what became of it", m.key)
	}
	one.sent = true
}

// hears is an answer that a register gets.
func (t *till) hears(m *message, ev authorize.Evidence) {
	one := t.taken[charge.Key(m.key)]
	if one != nil && m.kind == "inquire" && ev.Status == http.StatusNotFound {
		one.sent = false
	}
}

// onceEach judges the codes that phones have signed: each has paid once.
func (w *World) onceEach(holds map[string]int64) {
	for code, keys := range w.paying {
		paid := 0
		for _, key := range keys {
			if holds[key] > 0 {
				paid++
			}
		}
		if paid > 1 {
			w.fail("a code pays once", "counter %d of phone %.8s has paid for %v", code.counter, code.device, keys)
		}
	}
}

// ended judges a charge that was taken without a network: it was collected, or
// the wallet has said no, or a manager has written it off.
func (t *till) ended(rec charge.Record, status wire.Status) {
	switch {
	case rec.State == charge.Approved:
		t.w.came("collected")
	case rec.State == charge.Unpaid && rec.Reason == charge.ReasonWrittenOff:
		t.w.came("written off")
	case rec.State == charge.Unpaid && status == wire.Declined:
		t.w.came("unpaid")
	default:
		t.w.fail("what was taken without a network ends", "%s is %s (%s), and %q at the wallet", rec.Key, rec.State, rec.Reason, status)
	}
}

// reconcile compares the days with the wallet where a manager has written
// something off: a yes that never came back is found so.
func (w *World) reconcile() {
	for _, t := range w.tills {
		off := slices.ContainsFunc(rowsOf(t), func(rec charge.Record) bool { return rec.Reason == charge.ReasonWrittenOff })
		if !off || t.run == nil {
			continue
		}
		reg, done := t.run.reg, make(chan struct{})
		go func() {
			defer close(done)
			for day := base.Truncate(24 * time.Hour); !day.After(w.wall()); day = day.AddDate(0, 0, 1) {
				_, _ = reg.Reconcile(context.Background(), day.Format(time.DateOnly))
			}
		}()
		for over := false; !over; {
			w.agenda.run(w.now()+time.Second, w.watch)
			select {
			case <-done:
				over = true
			default:
			}
		}
	}
}

func rowsOf(t *till) (out []charge.Record) {
	for _, rec := range t.rows(t.store) {
		out = append(out, rec)
	}
	return out
}

// brought judges a charge that another register took and this one took in: it
// ends here as it does at the wallet, unless a manager has written it off here,
// or the one that took it has found an older copy of its books in which it was
// not taken yet, and has had it reversed.
func (t *till) brought(rec charge.Record) {
	held := t.w.held[string(rec.Key)]
	_, terminal, _, _, _ := rec.Key.Parts()
	takenBack := t.w.stands[string(rec.Key)] == wire.Reversed &&
		slices.ContainsFunc(t.w.tills, func(o *till) bool { return o.id == terminal && o.restored })
	switch {
	case takenBack:
		t.w.came("file: reversed by an older copy")
	case rec.State.Open():
		t.w.fail("nothing stays open", "%s, which was brought to %s, is %s", rec.Key, t.id, rec.State)
	case rec.State == charge.Approved && held != rec.Amount.Minor, rec.State == charge.Unpaid && held > 0 && rec.Reason != charge.ReasonWrittenOff:
		t.w.fail("both books are equal", "%s is %s (%s) at %s, and the wallet holds %d", rec.Key, rec.State, rec.Reason, t.id, held)
	}
}
