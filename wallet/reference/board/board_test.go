package board_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/bulletin"
	"github.com/posagent/posagent/wallet/reference/board"
	"github.com/posagent/posagent/wallet/wire"
)

func open(t *testing.T, dir string, now func() time.Time) *board.Board {
	t.Helper()
	b, err := board.Open(dir, "own", now)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// said is the signed bulletin, opened as a register does.
func said(t *testing.T, b *board.Board) bulletin.Bulletin {
	t.Helper()
	data, _, _, err := b.Current()
	if err != nil {
		t.Fatal(err)
	}
	got, err := bulletin.Open(data, []ed25519.PublicKey{b.Key()}, "own", "S0001")
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func order(t *testing.T, b *board.Board, o wire.BulletinOrder) {
	t.Helper()
	if err := b.Order(o); err != nil {
		t.Fatal(err)
	}
}

// Every order is a higher version, wakes whoever waits, and survives a restart
// under the same key.
func TestOrders(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, time.Now)
	first := said(t, b)
	_, tag, changed, _ := b.Current()
	order(t, b, wire.BulletinOrder{Function: wire.FunctionTopUp, On: true})
	select {
	case <-changed:
	default:
		t.Error("whoever waits is not woken")
	}
	if _, now, _, _ := b.Current(); now == tag {
		t.Error("the tag is the same")
	}
	order(t, b, wire.BulletinOrder{Token: "00112233445566ff", On: true})
	order(t, b, wire.BulletinOrder{Token: "00112233445566ff", On: true})
	second := said(t, b)
	if !second.Stops.TopUp || second.Stops.Pay || second.Version <= first.Version || len(second.Denied.Tokens) != 1 {
		t.Errorf("it says %+v", second)
	}
	if !b.Stopped(wire.KindTopup) || b.Stopped(wire.KindCharge) || b.Stopped(wire.KindRefund) {
		t.Error("the ledger would stop something else")
	}
	again := open(t, dir, time.Now)
	third := said(t, again)
	if !again.Key().Equal(b.Key()) || third.Stops != second.Stops || third.Version <= second.Version {
		t.Errorf("after a restart it says %+v", third)
	}
	order(t, again, wire.BulletinOrder{Function: wire.FunctionTopUp})
	order(t, again, wire.BulletinOrder{Token: "00112233445566ff"})
	if state := again.State(); len(state.Stopped)+len(state.Denied) != 0 || state.Version <= third.Version {
		t.Errorf("after all was lifted it says %+v", state)
	}
}

// A folder that was put back from a backup does not say an old version anew.
func TestAnOlderFolder(t *testing.T) {
	dir, clock := t.TempDir(), time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	now := func() time.Time { return clock }
	b := open(t, dir, now)
	backup, err := os.ReadFile(filepath.Join(dir, board.SaidFile))
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		order(t, b, wire.BulletinOrder{Function: wire.FunctionPay, On: true})
	}
	last := said(t, b).Version
	if err := os.WriteFile(filepath.Join(dir, board.SaidFile), backup, 0o600); err != nil {
		t.Fatal(err)
	}
	clock = clock.Add(time.Minute)
	if got := said(t, open(t, dir, now)).Version; got <= last {
		t.Errorf("the version goes back from %d to %d", last, got)
	}
}

// It is issued anew long before it expires.
func TestIssuedAnew(t *testing.T) {
	clock := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	b := open(t, t.TempDir(), func() time.Time { return clock })
	first := said(t, b)
	clock = clock.Add(7 * time.Hour)
	second := said(t, b)
	if second.Version <= first.Version || !second.Expires.After(first.Expires) {
		t.Errorf("after 7 hours it says %+v", second)
	}
}

func TestWrongOrders(t *testing.T) {
	b := open(t, t.TempDir(), time.Now)
	before := said(t, b)
	for _, o := range []wire.BulletinOrder{{}, {Function: "everything", On: true}, {Function: wire.FunctionPay, Token: "00112233445566ff"}} {
		if err := b.Order(o); !errors.Is(err, board.ErrOrder) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if err := b.Order(wire.BulletinOrder{Token: "hanako", On: true}); err == nil {
		t.Error("a token that is none is denied")
	}
	if after := said(t, b); after.Version != before.Version {
		t.Error("a wrong order changed something")
	}
}

// The key is for the wallet alone, and a damaged file is never written over.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	open(t, dir, time.Now)
	info, err := os.Stat(filepath.Join(dir, board.KeyFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key has mode %v, %v", info.Mode(), err)
	}
	for _, name := range []string{board.SaidFile, board.KeyFile} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("torn"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := board.Open(dir, "own", time.Now); err == nil {
			t.Errorf("%s is damaged, and nobody says so", name)
		}
		if text, err := os.ReadFile(path); err != nil || !bytes.Equal(text, []byte("torn")) {
			t.Errorf("%s was written over", name)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || slices.ContainsFunc(left, func(p string) bool { return filepath.Ext(p) != ".key" && filepath.Ext(p) != ".json" }) {
		t.Errorf("drafts are left: %v, %v", left, err)
	}
}
