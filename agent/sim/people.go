package sim

import (
	"fmt"
	"slices"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/wallet/wire"
)

// play lets an act happen.
func (w *World) play(a act) {
	if a.fault != faults {
		w.struck(a.fault, a.ident())
	}
	w.tracef("act", "%d: %s", a.n, a)
	if a.till < 0 {
		return
	}
	t := w.tills[a.till]
	switch a.do {
	case doAway, doBack:
		w.wallets[a.house].away = a.do == doAway
	case doFull, doRoom:
		t.full.Store(a.do == doFull)
	case doSkew:
		t.skew.Store(int64(a.skew))
	case doClose:
		t.closes(a.long)
	case doCrash:
		if t.run != nil {
			t.run.crash("at any time")
		}
	case doLeave:
		t.restart()
	case doCopy:
		t.copied = t.store.Snapshot()
	case doRestore:
		t.restore(a.fault == MarkRemoved)
	default:
		if t.run != nil && t.run.ready {
			t.person(a)
		}
	}
}

// person is what somebody at the till does. None of it waits: people do the
// next thing whatever became of the last.
func (t *till) person(a act) {
	reg := t.run.reg
	switch a.do {
	case doOpen:
		if t.seen.state.Doubtful() {
			t.w.struck(NextInDoubt, a.ident())
		}
		t.sale = a.sale
		if a.n%8 == 0 {
			t.run.saveMark()
		}
		s := sale.Sale{ID: a.sale, Amount: money.Yen(a.yen), BusinessDate: "2026-11-25", At: t.now(), Operator: "hanako"}
		go func() { _, _ = reg.Open(s, charge.ByCashier) }()
	case doCancel:
		id := t.sale
		go func() { _, _ = reg.Cancel(id, charge.ByCashier, "hanako") }()
	case doScan:
		d := roll(t.w.plan.seed, "code", uint64(a.n), 0)
		code, err := "", error(nil)
		if a.who > 0 && a.fault != PoorCustomer {
			code, err = t.shows(a)
		} else {
			code, err = t.w.wallets[a.house].books.code(&d, a.fault == PoorCustomer)
		}
		if err != nil {
			t.w.fail("wallet", "no code: %v", err)
			return
		}
		if a.fault == StaleCode {
			run := t.run
			t.w.agenda.at(t.w.now()+61*time.Second+time.Duration(d.below(1000)), a.ident(), func() { run.scan(code) })
			return
		}
		t.code = code
		t.run.scan(code)
	case doScanAgain:
		t.run.scan(t.again(a))
	case doRush:
		t.rush(a)
	case doExport:
		go t.run.export(a.file)
	case doImport:
		go t.run.takeIn(t.w.file(a.file))
	case doReclaim:
		go t.run.reclaim(nil)
	case doShow:
		id := t.sale
		go func() { _, _ = reg.Present(id, "", "hanako") }()
	case doPay:
		t.pays(a)
	case doManage:
		t.manage(a)
	case doRefund:
		t.refund(a)
	case doTwin:
		if other := t.w.tills[(t.n+1)%len(t.w.tills)]; other.run != nil {
			other.run.scan(t.code)
		}
	}
}

// manage is a manager who decides one of the charges that the register cannot
// bring to its end alone. "Shown paid" is decided only where a phone shows it.
func (t *till) manage(a act) {
	d := roll(t.w.plan.seed, "manager", uint64(a.n), 0)
	open, err := t.run.book.Charges(book.Filter{States: []charge.State{charge.Pending, charge.InDoubt, charge.Owed, charge.Queued, charge.Forwarding}})
	open = slices.DeleteFunc(open, func(row book.Row) bool {
		return (row.State == charge.Queued || row.State == charge.Forwarding) && row.Reason != charge.ReasonOffline
	})
	if err != nil || len(open) == 0 {
		return
	}
	rec := open[d.below(len(open))].Record
	decision, fault := agent.NotPaid, ManagerNotPaid
	switch {
	case rec.Reason == charge.ReasonOffline && !d.chance(0.3):
		return
	case rec.Reason == charge.ReasonOffline:
		decision, fault = agent.WriteOff, ManagerWroteOff
	case rec.State == charge.Owed:
		decision, fault = agent.GaveBack, ManagerGave
	case rec.State == charge.InDoubt && t.w.paid(rec):
		decision, fault = agent.ShownPaid, ManagerPaid
	}
	t.w.struck(fault, a.ident())
	t.w.tracef("manager", "%s %s", decision, rec.Key)
	reg := t.run.reg
	go func() { _, _ = reg.Resolve(rec.Key, decision, "manager") }()
}

// refund is a manager who gives money of a payment back, all of it or a part.
// Now and then another one does the same at that moment, or the button is
// pressed twice.
func (t *till) refund(a act) {
	d := roll(t.w.plan.seed, "refund", uint64(a.n), 0)
	paid, err := t.run.book.Charges(book.Filter{States: []charge.State{charge.Approved, charge.Owed}})
	paid = slices.DeleteFunc(paid, func(row book.Row) bool { return row.Kind == charge.Refund })
	if err != nil || len(paid) == 0 {
		return
	}
	rec := paid[d.below(len(paid))].Record
	want := agent.Refunding{Of: rec.Key, Amount: rec.Amount, By: charge.ByManager, Operator: "manager", Wish: fmt.Sprint("wish ", a.n)}
	if d.chance(0.3) {
		want.Amount.Minor = 1 + int64(d.below(int(rec.Amount.Minor)))
	}
	reg := t.run.reg
	ask := func(want agent.Refunding) {
		t.w.tracef("refund", "%s of %s, %s", want.Amount, rec.Key, want.Wish)
		go func() { _, _ = reg.Refund(want) }()
	}
	ask(want)
	soon := t.w.now() + d.between(time.Microsecond, 2*time.Millisecond)
	switch d.pick(50, 30, 20) {
	case 1:
		t.w.struck(RefundAtOnce, a.ident())
		want.Wish += " of another"
	case 2:
		t.w.struck(RefundTapped, a.ident())
	default:
		return
	}
	t.w.agenda.at(soon, a.ident(), func() { ask(want) })
}

// paid tells what the customer's phone shows.
func (w *World) paid(rec charge.Record) bool {
	for _, h := range w.wallets {
		if h.id == rec.Wallet {
			r := h.books.inquire(w.now(), string(rec.Key), "")
			return r.answer != nil && r.answer.Status == wire.Approved
		}
	}
	return false
}

// scan is the scanner's word.
func (r *run) scan(code string) {
	if code == "" || r.dead.Load() {
		return
	}
	select {
	case r.scans <- scanner.Scan{Data: []byte(code), Device: "scanner", At: r.till.now()}:
	default: // nobody takes scans: the register is still starting
	}
}

// watch looks at every screen that has changed. What it once says may be
// handed over is handed over.
func (w *World) watch() {
	for _, t := range w.tills {
		r := t.run
		if r == nil || !r.ready || r.dead.Load() {
			continue
		}
		changed := r.reg.Changed()
		if changed == t.watched {
			continue
		}
		t.watched = changed
		v, ok := r.reg.Standing()
		if v.Refusal != nil && !v.Refusal.At.Equal(t.refused) {
			t.refused = v.Refusal.At
			t.turnedAway(v)
		}
		now := shown{v.Charge.Key, v.Charge.State}
		if !ok || now == t.seen {
			continue
		}
		t.seen = now
		w.tracef("screen", "%s %s %s", t.id, now.key, now.state)
		if v.Charge.Goods() == charge.HandOver {
			t.goods[now.key] = true
		}
	}
}
