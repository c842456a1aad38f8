package agent

import (
	"io"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/sale"
)

// oneCharge are books with a single charge, whose every step is what the table
// says. taken runs when it was taken without a network, before anybody else is
// let at it.
type oneCharge struct {
	Journal
	Memory
	Offline
	rec   charge.Record
	taken func()
}

func (o *oneCharge) Charge(charge.Key) (charge.Record, error)             { return o.rec, nil }
func (o *oneCharge) CodeUsed(string) (rec charge.Record, _ bool, _ error) { return rec, false, nil }

func (o *oneCharge) Prove(paycode.Code, money.Amount, time.Time) (charge.Proof, error) {
	return charge.Proof{}, nil
}

func (o *oneCharge) Accept(_ charge.Key, step charge.Step, _ charge.Proof, _ ...charge.Limit) (charge.Record, error) {
	o.rec.State, _ = o.rec.Kind.Next(o.rec.State, step.Event)
	taken := o.rec
	o.taken()
	return taken, nil
}

func (o *oneCharge) Apply(_ charge.Key, steps ...charge.Step) (charge.Record, error) {
	for _, step := range steps {
		o.rec.State, _ = o.rec.Kind.Next(o.rec.State, step.Event)
	}
	return o.rec, nil
}

// The queue collects a charge as soon as it is durable, while the walk that has
// taken it still has to show it: what the cashier reads in the end is the newer
// of the two. The pens are held for as long as both are under way.
func TestACollectedChargeIsNotShownAsQueuedAgain(t *testing.T) {
	rec := charge.Record{Key: "S1-T1-1-1", Kind: charge.Payment, SaleID: "a", Amount: money.Yen(100), State: charge.Prepared}
	books := &oneCharge{rec: rec}
	r := New(Parts{
		Journal: books, Memory: books, Offline: books, Now: time.Now,
		HashCode: func(paycode.Secret) string { return "hash" }, Room: func() error { return nil },
	}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	r.desk = desk{sale: sale.Sale{ID: "a", Amount: rec.Amount}, charge: rec, standing: true}
	r.Obey(Bulletin{Wallet: "own", Version: 1, Expires: time.Now().Add(time.Hour)})
	collected := make(chan error, 1)
	books.taken = func() {
		books.rec.State = charge.Forwarding
		sent, now := books.rec, time.Now()
		go func() {
			collected <- r.learn(sent, charge.Answer{Step: charge.Step{Event: charge.Approve, Wallet: "own", By: charge.ByWallet, Asked: now, At: now}})
		}()
		for waits := false; !waits; runtime.Gosched() { // for the pen, which the walk has
			r.pens.mu.Lock()
			waits = r.pens.held[rec.Key].users == 2
			r.pens.mu.Unlock()
		}
		r.pens.mu.Lock() // the walk stops where it lays its pen down, and the queue goes on
	}
	walked := make(chan error, 1)
	go func() {
		walked <- r.withoutNetwork("a", Wallet{ID: "own", Ask: asksNothing{}, Forwards: asksNothing{}}, paycode.Code{Text: "OP1:X", Wallet: "own", Signed: true})
	}()
	for {
		changed := r.Changed()
		if v, _ := r.Standing(); v.Charge.State == charge.Approved {
			break
		}
		select {
		case <-changed:
		case err := <-walked:
			t.Fatalf("the walk ended before the charge was collected: %v", err)
		}
	}
	r.pens.mu.Unlock()
	if err := <-walked; err != nil {
		t.Fatal(err)
	}
	if err := <-collected; err != nil {
		t.Fatal(err)
	}
	if v, _ := r.Standing(); v.Charge.State != charge.Approved {
		t.Errorf("it is collected, and the cashier reads %s", v.Charge.State)
	}
}

// asksNothing is a wallet that is never asked.
type asksNothing struct {
	Authorizer
	Forwarder
}
