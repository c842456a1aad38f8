package attack_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/wire"
)

func TestCodes(t *testing.T) {
	t.Parallel()
	made(t, "A10", oneCodeManyStores)
	made(t, "A11", codeAfterItsTime)
	made(t, "A13", copiedPhone)
	made(t, "A14", oneCodeManyQueues)
	made(t, "A16", anotherAmount)
}

// atOnce lets all begin in the same moment.
func atOnce(n int, do func(int)) {
	var ready, all sync.WaitGroup
	begin := make(chan struct{})
	ready.Add(n)
	for i := range n {
		all.Go(func() {
			ready.Done()
			<-begin
			do(i)
		})
	}
	ready.Wait()
	close(begin)
	all.Wait()
}

func oneCodeManyStores(t *testing.T) string {
	w := openWallet(t, "")
	var stores []*till
	for i := range 8 {
		stores = append(stores, w.till(fmt.Sprintf("S000%d", i), "T01"))
	}
	for _, l := range stores {
		l.raw("GET", wire.PathPing, nil) // the connection is warm: all arrive at once
	}
	codes := size(15, 300)
	paid, before := 0, w.balance("hanako")
	for range codes {
		code := w.code("hanako")
		got := make([]reply, len(stores))
		atOnce(len(stores), func(i int) { got[i] = stores[i].charge(stores[i].charged(code, 10)) })
		approved := 0
		for _, r := range got {
			switch {
			case r.err == nil && r.answer.Status == wire.Approved:
				approved++
			case r.answer.Reason != wire.CodeUsed:
				t.Errorf("a loser reads %d %s %v", r.status, r.body, r.err)
			}
		}
		if approved != 1 {
			t.Errorf("%d of %d stores were paid with one code", approved, len(stores))
		}
		paid += approved
	}
	w.books()
	if lost := before - w.balance("hanako"); lost != int64(10*codes) {
		t.Errorf("the customer paid %d yen for %d codes of 10", lost, codes)
	}
	return fmt.Sprintf("%d codes in %d stores at once: %d paid", codes, len(stores), paid)
}

func codeAfterItsTime(t *testing.T) string {
	w := openWallet(t, "")
	l := w.till("S0001", "T01")
	screenshot := w.code("hanako")
	said := "signed codes"
	p := w.phone("hanako")
	for _, age := range []time.Duration{91 * time.Second, time.Hour, 23 * time.Hour} {
		r := l.charge(l.charged(p.shows(time.Now().Add(-age)), 10))
		if r.answer.Status != wire.Declined || r.answer.Reason != wire.CodeExpired && r.answer.Reason != wire.CodeUnknown {
			t.Errorf("a code that was shown %s ago: %d %s", age, r.status, r.body)
		}
	}
	shown := p.shows(time.Now())
	l.want(l.charge(l.charged(shown, 10)), wire.Approved, "")
	l.want(l.charge(l.charged(shown, 10)), wire.Declined, wire.CodeUsed)
	again := w.code("hanako")
	l.want(l.charge(l.charged(again, 10)), wire.Approved, "")
	l.want(l.charge(l.charged(again, 10)), wire.Declined, wire.CodeUsed)
	if wholeForm() {
		time.Sleep(61 * time.Second) // the life of a code; there is no other clock to ask
		l.want(l.charge(l.charged(screenshot, 10)), wire.Declined, wire.CodeExpired)
		said = "signed codes, and a screenshot after 61 s"
	}
	w.books()
	return said + ": code_expired; a second scan: code_used"
}

// copiedPhone pays with two phones that have one key: first with counters that
// never meet, and then with one that does.
func copiedPhone(t *testing.T) string {
	w := openWallet(t, "")
	lines := []*till{w.till("S0001", "T01"), w.till("S0002", "T01")}
	r := w.openRegister("T05", w.addr)
	r.hasBulletin()
	p := w.phone("hanako")
	before := w.balance("hanako")
	atOnce(2, func(i int) {
		for n := range size(20, 200) {
			code := oda.Encode(p.raw(p.Counter+uint32(1+2*n+i), time.Now()), oda.Base45)
			lines[i].charge(lines[i].charged(code, p.PerChargeMax/2))
		}
	})
	lost := before - w.balance("hanako")
	if most := int64(30_000); lost > most { // what a phone's certificate may spend, docs/reference/wallet-contract.md
		t.Errorf("two phones spent %d yen, above the certificate's %d", lost, most)
	}
	p.Counter += 1000
	got := make([]reply, 2)
	codes := []string{oda.Encode(p.raw(p.Counter, time.Now()), oda.Base45), oda.Encode(p.raw(p.Counter, time.Now()), oda.Decimal)}
	atOnce(2, func(i int) { got[i] = lines[i].charge(lines[i].charged(codes[i], 1)) })
	if got[0].answer.Status == wire.Approved && got[1].answer.Status == wire.Approved {
		t.Errorf("one counter paid twice: %s %s", got[0].body, got[1].body)
	}
	after := w.balance("hanako")
	for i := range size(10, 50) { // neither phone pays any more
		l := lines[i%2]
		l.want(l.charge(l.charged(p.shows(time.Now()), 1)), wire.Declined, wire.Blocked)
	}
	eventually(t, "registers without a network refuse both", func() bool {
		all, err := r.client.Bulletins(t.Context())
		return err == nil && all.Bulletins[0].Denied == 1
	})
	w.daemon.kill()
	if s, why := r.sells(1, p.shows(time.Now())); why == "" || s.State == "queued" {
		t.Errorf("without a network the copied phone is %s", s.State)
	}
	w.start()
	if w.books(); w.balance("hanako") != after {
		t.Error("a frozen phone has paid")
	}
	return fmt.Sprintf("two phones at full speed: %d yen of 30,000; then one counter twice: both are frozen, online and at a register without a network", lost)
}

func oneCodeManyQueues(t *testing.T) string {
	w := openWallet(t, "")
	p := w.phone("hanako")
	before := w.balance("hanako")
	var tills []*till
	for i := range 8 {
		tills = append(tills, w.till("S0001", fmt.Sprintf("T0%d", i)))
		tills[i].raw("GET", wire.PathPing, nil) // the wallet has met its key
	}
	rounds := size(3, 50)
	for range rounds {
		code := p.shows(time.Now())
		got := make([]reply, len(tills))
		atOnce(len(tills), func(i int) { got[i] = tills[i].charge(tills[i].forwards(code, 10, time.Now())) })
		approved := 0
		for _, r := range got {
			if r.answer.Status == wire.Approved {
				approved++
			} else if r.answer.Reason != wire.CodeUsed {
				t.Errorf("a loser reads %d %s %v", r.status, r.body, r.err)
			}
		}
		if approved != 1 {
			t.Errorf("%d of %d registers collected one code", approved, len(tills))
		}
	}
	w.books()
	if lost := before - w.balance("hanako"); lost != int64(10*rounds) {
		t.Errorf("the customer paid %d yen for %d codes of 10", lost, rounds)
	}
	return fmt.Sprintf("%d codes in %d queues: each collected once, found as code_used at the others; %s", rounds, len(tills), takenInTheDark(t))
}

// takenInTheDark shows one code to real registers that have no network, and
// again after they have collected.
func takenInTheDark(t *testing.T) string {
	w := openWallet(t, "")
	var shop []*register
	for i := range size(3, 6) {
		r := w.openRegister(fmt.Sprintf("T%02d", i+1), w.addr)
		r.hasBulletin()
		shop = append(shop, r)
	}
	p := w.phone("hanako")
	before := w.balance("hanako")
	w.daemon.kill()
	code := p.shows(time.Now())
	var sales []control.Sale
	for _, r := range shop {
		s, why := r.sells(700, code)
		if s.State != "queued" {
			t.Fatalf("without a network a good code is %s, refused for %q", s.State, why)
		}
		if again, why := r.sells(700, code); again.State == "queued" || why == "" {
			t.Errorf("one register takes a code twice: %s", again.State)
		}
		sales = append(sales, s)
	}
	w.start()
	ends, paid := map[string]int{}, 0
	for i, r := range shop {
		end := r.ends(sales[i].ID, "approved", "unpaid")
		ends[end.State]++
		if end.State == "approved" {
			paid++
		}
	}
	w.books()
	if lost := before - w.balance("hanako"); paid != 1 || lost != 700 {
		t.Errorf("%d registers collected one code, for %d yen", paid, lost)
	}
	w.daemon.kill()
	refused := 0
	for i, r := range shop { // who cheated once is taken nowhere that was cheated
		s, why := r.sells(700, p.shows(time.Now()))
		if sold, err := r.client.Sale(t.Context(), sales[i].ID, 0); err == nil && sold.State == "unpaid" {
			if s.State == "queued" || why == "" {
				t.Errorf("the customer of an unpaid code is taken again: %s", s.State)
			}
			refused++
		}
	}
	return fmt.Sprintf("of %d registers without a network %d was paid, and the %d others refuse this customer from then on", len(shop), paid, refused)
}

func anotherAmount(t *testing.T) string {
	w := openWallet(t, "")
	l := w.till("S0001", "T01")
	w.try(http.MethodPut, wire.PathTryFault, wire.FaultOrder{Fault: wire.FaultConfirm, Count: 1}, &wire.FaultOrder{})
	req := l.charged(w.code("hanako"), 1280)
	before := w.balance("hanako")
	l.want(l.charge(req), wire.Pending, "")
	for _, amount := range []int64{1, 1279, 1281, 12800} {
		other := req
		other.Amount, other.Nonce = amount, "other"
		l.refused(l.charge(other), http.StatusConflict, wire.ProblemConflict)
	}
	w.try(http.MethodPost, wire.PathTryConfirm, wire.Confirmation{Key: req.Key, Yes: true}, &wire.Answer{})
	l.want(l.inquire(req.Key), wire.Approved, "")
	if got := w.books()[req.Key]; got.Amount != 1280 || before-w.balance("hanako") != 1280 {
		t.Errorf("the customer said yes to 1280 and paid %+v", got)
	}
	return "4 other amounts: 409 each; the yes paid the amount that was asked"
}

// canaries must be in no log.
func noCanary(t testing.TB, canaries []string, logs ...string) {
	t.Helper()
	for _, path := range logs {
		data, err := os.ReadFile(path)
		check(t, err)
		for _, c := range canaries {
			quoted, _ := json.Marshal(c)
			if bytes.Contains(data, []byte(c)) || bytes.Contains(data, bytes.Trim(quoted, `"`)) {
				t.Errorf("%s tells the code %.40q", path, c)
			}
		}
	}
	if strings.Join(canaries, "") == "" {
		t.Error("there is nothing to look for")
	}
}
