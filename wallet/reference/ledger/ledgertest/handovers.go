package ledgertest

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// commits counts the transactions that may write.
type commits struct {
	ledger.Store
	n int
}

func (c *commits) Update(do func(ledger.Tx) error) error {
	c.n++
	return c.Store.Update(do)
}

// testMetKeys: a register's word is what it has signed with any key that it was
// met with, each of which costs one commit, once.
func testMetKeys(t *testing.T, open Open) {
	store := &commits{Store: open(t)}
	w := newIssuing(t, store, ledger.Options{})
	h := w.phone(t, "Hanako", 3000, 6000)
	first, second := till(t), till(t)
	_, third, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r := w.request("S0001-T01-1-1", h.text(t), 100)
	forward := signed(t, first, r, w.clock.Now())
	w.met(t, "S0001-T02", first) // of another register, until it is this one's as well
	if a, err := w.Forward(forward); !errors.Is(err, ledger.ErrInvalid) {
		t.Fatalf("by a key that this register was not met with: %+v, %v, want ErrInvalid", a, err)
	}
	before := store.n
	for range 3 {
		w.met(t, "S0001-T01", first, second, third)
	}
	if got := store.n - before; got != 3 {
		t.Errorf("three keys cost %d commits", got)
	}
	large, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range []any{large.Public(), nil, "key"} {
		if err := w.MeetRegister("S0001-T01", other); err != nil || store.n != before+3 {
			t.Errorf("a key of another kind, %T: %v, and %d commits", other, err, store.n-before)
		}
	}
	other := w.request("S0001-T02-1-1", h.text(t), 100)
	other.Terminal = "T02"
	if a, err := w.BringIn(signed(t, second, other, w.clock.Now())); !errors.Is(err, ledger.ErrInvalid) {
		t.Errorf("by a key of the store's other register: %+v, %v, want ErrInvalid", a, err)
	}
	if a, err := w.Forward(forward); err != nil || a.Status != wire.Approved {
		t.Fatalf("by the oldest key: %+v, %v", a, err)
	}

	again := wallet{ledger.New(store, ledger.Options{Clock: w.clock.Now}), w.clock} // the process was started anew
	again.met(t, "S0001-T01", second, first, third)
	if a, err := again.BringIn(forward); err != nil || a.Status != wire.Approved || store.n != before+5 {
		t.Errorf("after a restart: %+v, %v, and %d commits", a, err, store.n-before)
	}
	err = store.View(func(tx ledger.Tx) error {
		keys, err := tx.RegisterKeys("S0001-T01")
		if len(keys) != 3 || !keys[2].Since.Equal(w.clock.Now()) || keys[2].Register != "S0001-T01" || len(keys[2].Key) != 44 {
			t.Errorf("the keys are %+v", keys)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.checkBooks(t)
}

// testRegisterRollback: a key that could not be kept is not met, and is kept at
// the next sight.
func testRegisterRollback(t *testing.T, open Open) {
	store := open(t)
	old := ledger.RegisterKey{Register: "S-T", Key: []byte{1}, Since: time.Unix(1, 0).UTC()}
	broken := errors.New("power cut")
	keys := func() (all []ledger.RegisterKey) {
		t.Helper()
		err := store.View(func(tx ledger.Tx) (err error) {
			all, err = tx.RegisterKeys("S-T")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	for _, c := range []struct {
		ends error
		want int
	}{{broken, 0}, {nil, 1}, {broken, 1}} {
		err := store.Update(func(tx ledger.Tx) error {
			again, more := old, old
			again.Since, more.Key = again.Since.Add(time.Hour), []byte{2}
			err := errors.Join(tx.PutRegisterKey(old), tx.PutRegisterKey(again))
			if c.ends != nil {
				err = errors.Join(err, tx.PutRegisterKey(more))
			}
			return errors.Join(err, c.ends)
		})
		if !errors.Is(err, c.ends) || err != nil && err.Error() != broken.Error() {
			t.Fatalf("it says %v, want only %v", err, c.ends)
		}
		if got := keys(); len(got) != c.want || c.want == 1 && !got[0].Since.Equal(old.Since) {
			t.Errorf("%+v, want %d", got, c.want)
		}
	}
}

// testBringIn: another register of the store brings in what the first has
// signed, under the first one's key. Whoever asks, and how often, it is one
// charge; and without the signature nobody is told anything.
func testBringIn(t *testing.T, open Open) {
	w := newIssuing(t, open(t), ledger.Options{})
	key := till(t)
	h := w.phone(t, "Hanako", 3000, 6000)
	forward := signed(t, key, w.request("S0001-T01-1-1", h.text(t), 1000), w.clock.Now())
	w.refuses(t, map[string]wire.ChargeRequest{"a key that was never met": forward})
	w.met(t, "S0001-T01", key)
	forged := forgeries(t, h, forward)
	w.refuses(t, forged)
	if all, err := w.Standings(); err != nil || len(all) != 0 {
		t.Fatalf("kept: %+v, %v", all, err)
	}
	if a, err := w.BringIn(signed(t, key, forward, w.clock.Now().Add(time.Second))); !errors.Is(err, ledger.ErrEarly) {
		t.Errorf("from the future: %+v, %v, want ErrEarly", a, err)
	}
	w.clock.add(time.Hour)
	var receipt string
	for i, ask := range []func(wire.ChargeRequest) (wire.Answer, error){w.BringIn, w.Forward, w.BringIn} {
		a, err := ask(forward)
		if err != nil {
			t.Fatal(err)
		}
		approved.check(t, a)
		if i > 0 && a.Receipt != receipt {
			t.Errorf("the answer changed: %+v", a)
		}
		receipt = a.Receipt
	}
	w.refuses(t, forged) // also now that the key has its word
	if d := w.debits(t); len(d) != 1 || d[forward.Key] != 1 {
		t.Fatalf("debits %v", d)
	}
	w.owns(t, "Hanako", 4000, 5000)
	reversed.check(t, w.reverse(t, forward.Key, 1000))
	blocked := signed(t, key, w.request("S0001-T01-1-3", h.text(t), 700), w.clock.Now())
	reversed.check(t, w.reverse(t, blocked.Key, 700))
	for _, r := range []wire.ChargeRequest{forward, blocked} { // undone is undone, whoever comes
		a, err := w.BringIn(r)
		if err != nil {
			t.Fatal(err)
		}
		reversed.check(t, a)
	}
	w.owns(t, "Hanako", 4000, 6000)
	w.checkBooks(t)
}

// forgeries are what another register might make of a forward.
func forgeries(t failer, h *handset, forward wire.ChargeRequest) map[string]wire.ChargeRequest {
	t.Helper()
	all := map[string]wire.ChargeRequest{"signed by who brings it in": signed(t, till(t), forward, forward.AcceptedAt)}
	for name, change := range map[string]func(*wire.ChargeRequest){
		"no signature":     func(r *wire.ChargeRequest) { r.TerminalSignature = "" },
		"another amount":   func(r *wire.ChargeRequest) { r.Amount++ },
		"another time":     func(r *wire.ChargeRequest) { r.AcceptedAt = r.AcceptedAt.Add(-time.Second) },
		"another code":     func(r *wire.ChargeRequest) { r.Code = h.text(t) },
		"another key":      func(r *wire.ChargeRequest) { r.Key = "S0001-T01-1-2" },
		"another register": func(r *wire.ChargeRequest) { r.Key, r.Terminal = "S0001-T02-1-1", "T02" },
	} {
		r := forward
		change(&r)
		all[name] = r
	}
	return all
}

// refuses: nobody else may bring these in.
func (w wallet) refuses(t *testing.T, forged map[string]wire.ChargeRequest) {
	t.Helper()
	for name, r := range forged {
		if a, err := w.BringIn(r); !errors.Is(err, ledger.ErrInvalid) {
			t.Errorf("%s: %+v, %v, want ErrInvalid", name, a, err)
		}
	}
}

// testBringInQuota: what is brought in counts on the register that took it.
func testBringInQuota(t *testing.T, open Open) {
	w := newIssuing(t, open(t), ledger.Options{MostForwards: 2})
	key := till(t)
	w.met(t, "S0001-T01", key)
	h := w.phone(t, "Hanako", 3000, 6000)
	for i := range 3 {
		r := signed(t, key, w.request(fmt.Sprint("S0001-T01-1-", i), h.text(t), 10), w.clock.Now())
		a, err := w.BringIn(r)
		if got := errors.Is(err, ledger.ErrQuota); got != (i == 2) || !got && a.Status != wire.Approved {
			t.Errorf("forward %d: %+v, %v", i, a, err)
		}
	}
	other := w.request("S0001-T02-1-1", h.text(t), 10)
	other.Terminal = "T02"
	approved.check(t, w.forward(t, key, other, w.clock.Now()))
	w.checkBooks(t)
}

// testBringInCrowd: the register that took it, come back, and two others, all
// at once.
func testBringInCrowd(t *testing.T, open Open) {
	w := newIssuing(t, open(t), ledger.Options{})
	key := till(t)
	w.met(t, "S0001-T01", key)
	h := w.phone(t, "Hanako", 3000, 6000)
	for round := range 10 {
		r := signed(t, key, w.request(fmt.Sprint("S0001-T01-1-", round), h.text(t), 10), w.clock.Now())
		var mu sync.Mutex
		var all sync.WaitGroup
		receipts := map[string]int{}
		for i := range 12 {
			ask := w.BringIn
			if i%3 == 0 {
				ask = w.Forward
			}
			all.Go(func() {
				a, err := ask(r)
				if err != nil || a.Status != wire.Approved {
					t.Errorf("%+v, %v", a, err)
				}
				mu.Lock()
				defer mu.Unlock()
				receipts[a.Receipt]++
			})
		}
		all.Wait()
		if d := w.debits(t)[r.Key]; d != 1 || len(receipts) != 1 {
			t.Fatalf("%d debits and the receipts %v, want one", d, receipts)
		}
		w.owns(t, "Hanako", 4000, 6000-10*int64(round+1))
	}
	w.checkBooks(t)
}
