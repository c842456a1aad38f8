package reference_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// A register whose disk died has another key under the same name; what it
// signed with the old one is still its word.
func TestARegisterEnrolledAnew(t *testing.T) {
	s, _, register := issuing(t)
	s.ping(t, s.register)
	fresh, stranger := pair(t)(s.authority.Client("S0001", "T01")), pair(t)(s.authority.Client("S0001", "T01"))
	line := s.client(t, fresh)
	for i, key := range []tls.Certificate{register, fresh} {
		r := sign(t, asked(fmt.Sprint("S0001-T01-1-", i), s.signed(t, oda.Base64), 100), time.Now(), key)
		if got := s.ask(t, line, r); got.answer.Status != wire.Approved {
			t.Errorf("with key %d: %+v", i, got)
		}
	}
	unproved(t, "a key that never connected", s.ask(t, line, sign(t, asked("S0001-T01-1-7", s.signed(t, oda.Base64), 100), time.Now(), stranger)))
	s.balanced(t)
}

// A register is met by its first call, whichever it is, and before a wallet
// that was started anew.
func TestKeysAreMetByEveryCallAndKept(t *testing.T) {
	dir, authority := t.TempDir(), newAuthority(t)
	path := filepath.Join(dir, "ledger.db")
	store := onDisk(t, path)
	s, _, _ := issuingOver(t, store, dir, authority)
	calls := [][2]string{
		{"GET", wire.PathPing}, {"GET", wire.PathBulletin}, {"GET", "/v1/charges/x?nonce=q"}, {"GET", wire.PathReconciliation},
		{"POST", wire.PathCharges}, {"POST", wire.PathRefunds}, {"GET", "/no/such/call"},
	}
	var forwards []wire.ChargeRequest
	for i, call := range calls {
		terminal := fmt.Sprint("T1", i)
		register := pair(t)(authority.Client("S0001", terminal))
		must(t, s.client(t, register), call[0], s.URL()+call[1], nil)
		r := asked("S0001-"+terminal+"-1-1", s.signed(t, oda.Base45), 100)
		r.Terminal = terminal
		forwards = append(forwards, sign(t, r, time.Now(), register))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := errors.Join(s.Stop(ctx), store.Close()); err != nil {
		t.Fatal(err)
	}
	s, _, _ = issuingOver(t, onDisk(t, path), dir, authority)
	for i, r := range forwards {
		if got := s.charge(t, r); got.answer.Status != wire.Approved {
			t.Errorf("%s %s: %+v", calls[i][0], calls[i][1], got)
		}
	}
	s.balanced(t)
}

// full is a store whose disk is full, until it is not.
type full struct {
	ledger.Store
	on atomic.Bool
}

func (f *full) Update(do func(ledger.Tx) error) error {
	if f.on.Load() {
		return errors.New("the disk is full")
	}
	return f.Store.Update(do)
}

// A register whose key cannot be kept gets no bulletin, and so takes nothing
// without a network that nobody else could bring in.
func TestAKeyThatCannotBeKept(t *testing.T) {
	store := &full{Store: ledger.NewMemory()}
	s, _, _ := issuingOver(t, store, t.TempDir(), newAuthority(t))
	s.ping(t, s.register)
	store.on.Store(true)
	line := s.client(t, pair(t)(s.authority.Client("S0001", "T02")))
	for _, path := range []string{wire.PathBulletin, wire.PathPing} {
		if r := must(t, line, "GET", s.URL()+path, nil); r.status != http.StatusServiceUnavailable || r.problem.Type != wire.ProblemBusy {
			t.Errorf("%s: %+v, want 503", path, r)
		}
	}
	s.ping(t, s.register) // whose key was kept before
	store.on.Store(false)
	s.ping(t, line)
}
