package main

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/wallet/wire"
)

// beside is another register of the store, at the same wallet.
func (p *place) beside(t *testing.T, terminal string) *place {
	t.Helper()
	b := newPlace(t, p.more)
	authority, err := os.ReadFile(p.at("ca.crt"))
	check(t, err)
	check(t, os.WriteFile(b.at("ca.crt"), authority, 0o600))
	check(t, errors.Join(os.Remove(b.at("register.crt")), os.Remove(b.at("register.key"))))
	register, err := p.ca.Client(storeID, terminal)
	check(t, err)
	check(t, register.Write(b.at("register.crt"), b.at("register.key")))
	b.edit(t, b.walletAddr, p.walletAddr)
	b.edit(t, `terminal = "T01"`, `terminal = "`+terminal+`"`)
	b.ca, b.walletAddr = p.ca, p.walletAddr
	return b
}

// announced lets the register pin the wallet's bulletins, and waits for one.
func (p *place) announced(t *testing.T) {
	t.Helper()
	var state wire.BulletinState
	check(t, p.try(http.MethodGet, wire.PathTryBulletin, nil, &state))
	key, err := base64.StdEncoding.DecodeString(state.Key)
	check(t, err)
	p.pin(t, key)
}

// phoneShows are fresh signed codes of the customer.
func (p *place) phoneShows(t *testing.T, n int) (codes []string) {
	t.Helper()
	for range n {
		var m wire.MintedCode
		check(t, p.try(http.MethodPost, wire.PathTrySigned, wire.SignedCodeRequest{}, &m))
		codes = append(codes, m.Code)
	}
	return codes
}

// stopWallet ends the wallet as an operator would.
func stopWallet(t *testing.T, c *child) {
	t.Helper()
	check(t, c.cmd.Process.Signal(os.Interrupt))
	c.kill()
}

// offline takes so many charges of 700 yen while the wallet is away.
func (p *place) offline(t *testing.T, codes []string) {
	t.Helper()
	for _, code := range codes {
		if s, no := p.costs(t, 700, code); s.State != "queued" {
			t.Fatalf("%+v, %+v", s, no)
		}
	}
}

func (p *place) waiting(t *testing.T) control.Queue {
	t.Helper()
	q, err := p.local().Queue(context.Background(), 0)
	check(t, err)
	return q
}

// state is how a charge stands in the books of a register; empty when it does
// not know it.
func (p *place) state(t *testing.T, key string) string {
	t.Helper()
	c, err := p.local().Charge(context.Background(), key)
	var no *control.Error
	if errors.As(err, &no) && no.Status == http.StatusNotFound {
		return ""
	}
	check(t, err)
	return c.State
}

func refusedWith(t *testing.T, err error, why string) {
	t.Helper()
	var no *control.Error
	if !errors.As(err, &no) || no.Why != why {
		t.Errorf("got %v, want %s", err, why)
	}
}

// onceEach holds the wallet's books: each key stands approved, with one debit,
// and all accounts add up.
func (p *place) onceEach(t *testing.T, keys []string) {
	t.Helper()
	all := p.standings(t)
	for _, key := range keys {
		if s := all[key]; s.Status != wire.Approved || s.Debits != 1 {
			t.Errorf("at the wallet %s is %s, debited %d times", key, s.Status, s.Debits)
		}
	}
	if len(all) != len(keys) {
		t.Errorf("the wallet has %d keys, want %d", len(all), len(keys))
	}
	var trial wire.Trial
	check(t, p.try(http.MethodGet, wire.PathTryTrial, nil, &trial))
	if trial.Sum != 0 || trial.Negative != 0 || trial.Wrong != 0 {
		t.Errorf("the wallet's books are %+v", trial)
	}
}

// One register takes payments without a network, and its queue leaves with a
// file for another one, which collects them: once each, whatever is brought
// twice, also when the first register comes back with an older copy of its disk
// and collects as well.
func TestAQueueChangesHands(t *testing.T) {
	ctx := context.Background()
	a := newPlace(t, "")
	wallet := a.startWallet(t)
	a.announced(t)
	agentA := a.start(t)
	eventually(t, "the bulletin has come", func() bool { return a.bulletin(t).Version > 0 })
	b := a.beside(t, "T02")
	b.start(t)
	name, err := b.local().QueueRecipient(ctx)
	check(t, err)
	_, err = a.local().ExportQueue(ctx, control.NewExport{Recipients: []string{name.Recipient}})
	refusedWith(t, err, "handover.empty")
	codes := a.phoneShows(t, 3)
	stopWallet(t, wallet)
	a.offline(t, codes)
	var keys []string
	for _, c := range a.waiting(t).Charges {
		keys = append(keys, c.Key)
	}
	agentA.kill()
	backup := t.TempDir()
	check(t, os.CopyFS(backup, os.DirFS(a.at("data"))))
	agentA = a.start(t)

	_, err = a.local().ExportQueue(ctx, control.NewExport{Passphrase: "too short"})
	refusedWith(t, err, "handover.receiver")
	file, err := a.local().ExportQueue(ctx, control.NewExport{Recipients: []string{name.Recipient}})
	check(t, err)
	if file.Count != 3 || file.Amount != 2100 || file.Left != 0 || file.Stay != 0 {
		t.Errorf("exported %+v", file)
	}
	_, err = a.local().ExportQueue(ctx, control.NewExport{Recipients: []string{name.Recipient}})
	refusedWith(t, err, "handover.empty")
	for _, c := range a.waiting(t).Charges {
		if c.Moved.IsZero() || c.State != "forwarding" {
			t.Errorf("after it left: %+v", c)
		}
	}
	agentA.kill() // between the file and its import
	_, err = b.local().ImportQueue(ctx, control.NewImport{File: file.File[:len(file.File)-1]})
	refusedWith(t, err, "handover.damaged")
	got, err := b.local().ImportQueue(ctx, control.NewImport{File: file.File})
	if check(t, err); got.Taken != 3 || got.Known != 0 || got.Amount != 2100 || len(got.Refused) != 0 || got.Terminal != "T01" {
		t.Errorf("imported %+v", got)
	}
	got, err = b.local().ImportQueue(ctx, control.NewImport{File: file.File})
	if check(t, err); got.Taken != 0 || got.Known != 3 {
		t.Errorf("imported again %+v", got)
	}
	if q := b.waiting(t); q.Count != 0 || q.Carried != 3 || q.Brought != 2100 || len(q.Charges) != 3 || !q.Charges[0].Carried {
		t.Errorf("the other register has %+v", q)
	}

	wallet = a.startWallet(t)
	eventually(t, "the other register has collected", func() bool { return b.waiting(t).Carried == 0 })
	for _, key := range keys {
		if s := b.state(t, key); s != "approved" {
			t.Errorf("there %s is %s", key, s)
		}
	}
	a.onceEach(t, keys)
	agentA = a.start(t)
	_, err = a.local().ImportQueue(ctx, control.NewImport{File: file.File})
	refusedWith(t, err, "handover.not_for_us")
	eventually(t, "the first register knows that it was collected", func() bool { return a.waiting(t).Count == 0 })

	agentA.kill()
	check(t, os.RemoveAll(a.at("data")))
	check(t, os.CopyFS(a.at("data"), os.DirFS(backup)))
	for _, name := range []string{"codes", "sales", "offline", "queue", "people"} {
		check(t, os.Chmod(a.at("data/"+name+".key.secret"), 0o600))
	}
	a.start(t)
	eventually(t, "the older copy has collected as well", func() bool { return a.waiting(t).Count == 0 })
	for _, key := range keys {
		if s := a.state(t, key); s != "approved" {
			t.Errorf("in the older copy %s is %s", key, s)
		}
	}
	a.onceEach(t, keys)
	stopWallet(t, wallet)
}

// The file is lost: the register collects by itself again. Found again, the
// file changes nothing; and at the register that made it, it brings back what
// has left.
func TestALostQueueFile(t *testing.T) {
	ctx := context.Background()
	a := newPlace(t, "")
	wallet := a.startWallet(t)
	a.announced(t)
	a.start(t)
	eventually(t, "the bulletin has come", func() bool { return a.bulletin(t).Version > 0 })
	codes := a.phoneShows(t, 2)
	stopWallet(t, wallet)
	a.offline(t, codes)
	const words = "correct horse battery"
	me, err := a.local().QueueRecipient(ctx)
	check(t, err)
	file, err := a.local().ExportQueue(ctx, control.NewExport{Passphrase: words})
	check(t, err)
	_, err = a.local().ImportQueue(ctx, control.NewImport{File: file.File, Passphrase: "another horse battery"})
	refusedWith(t, err, "handover.not_for_us")
	got, err := a.local().ImportQueue(ctx, control.NewImport{File: file.File, Passphrase: words})
	if check(t, err); got.Back != 2 || got.Taken != 0 {
		t.Errorf("brought back %+v", got)
	}
	var keys []string
	for _, c := range a.waiting(t).Charges {
		if keys = append(keys, c.Key); !c.Moved.IsZero() {
			t.Errorf("brought back, and still moved: %+v", c)
		}
	}
	again, err := a.local().ExportQueue(ctx, control.NewExport{Recipients: []string{me.Recipient}})
	if check(t, err); again.Count != 2 || again.ID == file.ID {
		t.Errorf("exported again %+v", again)
	}
	more, err := a.local().ExportQueue(ctx, control.NewExport{Recipients: []string{me.Recipient}, Again: true})
	if check(t, err); more.Count != 2 {
		t.Errorf("exported once more %+v", more)
	}
	wallet = a.startWallet(t)
	if _, err := a.local().Forward(ctx); err != nil {
		t.Error(err)
	}
	r, err := a.local().ReclaimQueue(ctx)
	if check(t, err); r.Count != 2 {
		t.Errorf("reclaimed %d", r.Count)
	}
	eventually(t, "it was collected", func() bool { return a.waiting(t).Count == 0 })
	got, err = a.local().ImportQueue(ctx, control.NewImport{File: more.File})
	if check(t, err); got.Known != 2 || got.Taken+got.Back != 0 {
		t.Errorf("found again %+v", got)
	}
	a.onceEach(t, keys)
	for _, key := range keys {
		c, err := a.local().Charge(ctx, key)
		check(t, err)
		var notes []string
		for _, s := range c.Steps {
			notes = append(notes, s.Note)
		}
		if told := strings.Join(notes, "|"); !strings.Contains(told, "left with queue file "+file.ID) || !strings.Contains(told, "taken back") {
			t.Errorf("the journal of %s says %s", key, told)
		}
	}
	stopWallet(t, wallet)
}
