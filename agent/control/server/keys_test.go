package server_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
)

// keys are wishes that outlive a server, as those in the database do.
type keys struct {
	mu sync.Mutex
	at map[[16]byte]kept
}

type kept struct {
	body [16]byte
	said string
}

func (k *keys) Wish(id [16]byte) ([16]byte, string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.at[id].body, k.at[id].said, nil
}

func (k *keys) KeepWish(id, body [16]byte, said string, _ time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.at[id] = kept{body, said}
}

// What a key stands for outlives the server: the same request reads the same
// answer, and another one under its key is refused.
func TestKeysOutliveTheServer(t *testing.T) {
	store := &keys{at: map[[16]byte]kept{}}
	with := func(o *server.Options) { o.Wishes = store }
	s := start(t, with)
	id := s.prepare(t, "sale", 1280).ID
	want(t, s.scan(t, id, "bad", "nonsense"), http.StatusConflict)
	refusal := s.scan(t, id, "bad", "nonsense").problem(t).Why
	first := s.scan(t, id, "scan", goodCode)
	want(t, first, http.StatusOK)
	one, two := first.sale(t).ChargeKey, s.paid(t, 2)
	want(t, s.back(t, "back", one, 100), http.StatusOK)
	doubt := s.doubt(t, 3)
	want(t, s.resolve(t, doubt, "not_paid", ""), http.StatusAccepted)

	s.wallet.release()
	s.register.Leave()
	next := open(t, s.store, with)
	_, err := next.register.Recover()
	must(t, err)
	next.listen(t)
	asked := next.wallet.asked()
	again := next.scan(t, id, "scan", goodCode)
	want(t, again, http.StatusOK)
	if got := again.sale(t); got.State != "approved" || got.ChargeKey != one || next.wallet.asked() != asked {
		t.Errorf("%+v, and the wallet was asked %d times", got, next.wallet.asked()-asked)
	}
	if got := next.scan(t, id, "bad", "nonsense"); got.status != http.StatusConflict || got.problem(t).Why != refusal {
		t.Errorf("%s, and before %s", got.body, refusal)
	}
	next.scan(t, id, "scan", codeNumber(9)).why(t, http.StatusConflict, "wish.conflict")
	next.back(t, "back", two, 100).why(t, http.StatusConflict, "refund.conflict")
	next.back(t, "back", one, 101).why(t, http.StatusConflict, "refund.conflict")
	want(t, next.back(t, "back", one, 100), http.StatusOK)
	other := next.ask(t, "POST", "/v1/charges/"+doubt+"/resolve", control.Decision{Decision: "shown_paid"}, bearer("judge"), wish(doubt+"not_paid"))
	other.why(t, http.StatusConflict, "wish.conflict")
	if got := next.resolve(t, doubt, "not_paid", ""); got.status >= 300 {
		t.Errorf("the same decision once more: %d %s", got.status, got.body)
	}
	for id, w := range store.at {
		if id == w.body {
			t.Errorf("%x is what it stands for", id)
		}
	}
}
