package server_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/agent/sale"
)

func yen(n int64) control.NewSale { return control.NewSale{Amount: n, Currency: "JPY"} }

// charges are all charges in the books.
func (s *shop) charges(t testing.TB) []control.Charge {
	t.Helper()
	return decode[control.Charges](t, s.ask(t, "GET", control.PathCharges+"?limit=500", nil, bearer("reader"))).Charges
}

// The same wish is the same sale, however often it comes, quoted or not, and
// also for an agent that was started anew.
func TestSameWishSameSale(t *testing.T) {
	s := start(t)
	first := s.prepare(t, "wish", 1280)
	for _, key := range []string{"wish", `"wish"`} {
		if again := s.prepare(t, key, 1280); again.ID != first.ID || again.ChargeKey != first.ChargeKey {
			t.Errorf("%s: %+v", key, again)
		}
	}
	if other := s.prepare(t, "another", 1280); other.ID == first.ID {
		t.Error("another wish is the same sale")
	}
	s = s.again(t)
	got := s.prepare(t, "wish", 1280)
	if got.ID != first.ID || got.ChargeKey != first.ChargeKey || got.State != "abandoned" {
		t.Errorf("after a restart: %+v", got)
	}
	if n := len(s.charges(t)); n != 2 {
		t.Errorf("%d charges", n)
	}
}

// The same key of another caller is another wish, even when a program has an
// operator's name.
func TestWishesBelongToTheirCallers(t *testing.T) {
	s := start(t)
	hanako := s.signIn(t, "hanako", cashierPIN)
	ids := map[string]bool{}
	for _, who := range [][]header{{bearer("till")}, {bearer("hanako")}, hanako.both()} {
		got := s.ask(t, "POST", control.PathSales, yen(100), append(who, wish("1"))...)
		want(t, got, 200)
		ids[got.sale(t).ID] = true
	}
	sale, err := s.socket(t).OpenSale(t.Context(), yen(100))
	must(t, err)
	ids[sale.ID] = true
	if len(ids) != 4 {
		t.Errorf("%d sales for four callers", len(ids))
	}
}

func TestWishForSomethingElse(t *testing.T) {
	s := start(t)
	s.prepare(t, "wish", 1280)
	for _, body := range []control.NewSale{{Amount: 1281, Currency: "JPY"}, {Amount: 1280, Currency: "USD"}, {Amount: 1280, Currency: "JPY", Reference: "A-1"}, {Amount: 1280, Currency: "JPY", Lines: []control.Line{{Name: "a", Quantity: 1, Amount: 1280, Rate: "standard"}}}} {
		got := s.ask(t, "POST", control.PathSales, body, bearer("till"), wish("wish"))
		want(t, got, http.StatusConflict)
		if got.problem(t).Why != "sale.conflict" {
			t.Errorf("%s", got.body)
		}
	}
}

// A reference is the POS software's own number: the same one on the same day
// is the same sale, whatever the key.
func TestReference(t *testing.T) {
	s := start(t)
	open := func(who, key, reference string, amount int64) reply {
		return s.ask(t, "POST", control.PathSales, control.NewSale{Amount: amount, Currency: "JPY", Reference: reference}, bearer(who), wish(key))
	}
	first := open("till", "1", "A-0042", 500)
	want(t, first, 200)
	again := open("till", "2", "A-0042", 500)
	want(t, again, 200)
	if again.sale(t).ID != first.sale(t).ID {
		t.Error("one reference, two sales")
	}
	want(t, open("till", "3", "A-0042", 501), http.StatusConflict)
	if other := open("seller", "1", "A-0042", 500); other.status != 200 || other.sale(t).ID == first.sale(t).ID {
		t.Errorf("another program's number: %d %s", other.status, other.body)
	}
	if none := open("till", "4", "", 500); none.sale(t).ID == first.sale(t).ID {
		t.Error("no reference is not a reference")
	}
	s.pass(24 * 60 * 60 * 1e9)
	if tomorrow := open("till", "5", "A-0042", 999); tomorrow.status != 200 || tomorrow.sale(t).ID == first.sale(t).ID {
		t.Errorf("tomorrow's number: %d %s", tomorrow.status, tomorrow.body)
	}
}

func TestKeyIsAskedFor(t *testing.T) {
	s := start(t)
	id := s.prepare(t, "one", 100).ID
	for _, path := range []string{control.PathSales, "/v1/sales/" + id + "/code"} {
		for name, head := range map[string][]header{
			"missing": nil, "empty": {wish("")}, "blank": {wish("   ")}, "nothing in quotes": {wish(`""`)},
			"too long": {wish(strings.Repeat("k", 256))}, "not printable": {wish("ключ")},
		} {
			got := s.ask(t, "POST", path, map[string]any{"amount": 1, "currency": "JPY"}, append(head, bearer("till"))...)
			if got.status < 400 || got.status > 499 {
				t.Fatalf("%s, %s: status %d", path, name, got.status)
			}
			if p := got.problem(t); len(p.Errors) == 0 || p.Errors[0].Location != "header.Idempotency-Key" {
				t.Errorf("%s, %s: %s", path, name, got.body)
			}
		}
		want(t, s.ask(t, "POST", path, "{", bearer("till"), wish(strings.Repeat("k", 255))), 400) // the longest key: only the body is wrong
	}
}

// A till that got no answer sends its code again. It is scanned once.
func TestSameCodeOnce(t *testing.T) {
	s := start(t)
	id := s.prepare(t, "sale", 1280).ID
	for range 3 {
		got := s.scan(t, id, "scan", goodCode)
		want(t, got, 200)
		if sale := got.sale(t); sale.State != "approved" || sale.Receipt != "PP-0001" {
			t.Errorf("%+v", sale)
		}
	}
	if n := s.wallet.asked(); n != 1 {
		t.Errorf("the wallet was asked %d times", n)
	}
	if one := decode[control.Charge](t, s.ask(t, "GET", "/v1/charges/"+s.charges(t)[0].Key, nil, bearer("reader"))); one.Attempts != 1 || one.Alarms != 0 {
		t.Errorf("%+v", one)
	}
}

// The same while the first try is still under way.
func TestSameCodeAtOnce(t *testing.T) {
	s := start(t)
	id := s.prepare(t, "sale", 1280).ID
	s.wallet.holds()
	first := make(chan reply, 1)
	go func() { first <- s.scan(t, id, "scan", goodCode) }()
	s.until(t, id, "sent")
	got := s.scan(t, id, "scan", goodCode)
	want(t, got, http.StatusAccepted)
	if sale := got.sale(t); sale.State != "sent" || sale.Goods != "hold" {
		t.Errorf("%+v", sale)
	}
	s.wallet.release()
	want(t, <-first, 200)
	if n := s.wallet.asked(); n != 1 {
		t.Errorf("the wallet was asked %d times", n)
	}
}

// A repeat of a refused scan hears the refusal again, not "all is well".
func TestSameRefusalAgain(t *testing.T) {
	s := start(t)
	id := s.prepare(t, "sale", 1280).ID
	for range 2 {
		got := s.scan(t, id, "scan", "4901234567894")
		want(t, got, http.StatusConflict)
		if p := got.problem(t); p.Why != "code.product" || p.Text == "" {
			t.Errorf("%+v", p)
		}
	}
	if n := strings.Count(s.log.String(), `"scan refused"`); n != 1 {
		t.Errorf("it was scanned %d times", n)
	}
	want(t, s.scan(t, id, "scan 2", goodCode), 200) // the next scan is another wish
}

// A sale that comes with its code is paid once, too; and after a restart the
// code is not walked again, whatever had become of it.
func TestSaleWithCodeOnce(t *testing.T) {
	s := start(t)
	body := yen(1280)
	body.Code = &control.Code{Text: goodCode}
	open := func(s *shop) control.Sale {
		got := s.ask(t, "POST", control.PathSales, body, bearer("till"), wish("one"))
		want(t, got, 200)
		return got.sale(t)
	}
	first, again := open(s), open(s)
	if first.State != "approved" || again.ID != first.ID || again.State != "approved" {
		t.Errorf("%+v, %+v", first, again)
	}
	next := s.again(t)
	if got := open(next); got.ID != first.ID || got.State != "approved" {
		t.Errorf("after a restart: %+v", got)
	}
	if s.wallet.asked() != 1 || next.wallet.asked() != 0 {
		t.Errorf("the wallet was asked %d and %d times", s.wallet.asked(), next.wallet.asked())
	}
	body.Code.Text = "no code"
	for range 2 {
		got := next.ask(t, "POST", control.PathSales, body, bearer("till"), wish("two"))
		want(t, got, http.StatusConflict)
		if got.problem(t).Why != "code.unknown" {
			t.Errorf("%s", got.body)
		}
	}
}

// Many tries of one wish that come together open one sale with one charge.
func TestSameWishAtOnce(t *testing.T) {
	s := start(t)
	body := yen(1280)
	body.Code = &control.Code{Text: goodCode}
	s.memory.slow.Store(int64(5 * time.Millisecond)) // all look before the first one is done
	var mu sync.Mutex
	ids := map[string]int{}
	var tries sync.WaitGroup
	for range 16 {
		tries.Go(func() {
			got := s.ask(t, "POST", control.PathSales, body, bearer("till"), wish("one"))
			if got.status != 200 && got.status != 202 {
				t.Errorf("status %d: %s", got.status, got.body)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			ids[got.sale(t).ChargeKey]++
		})
	}
	tries.Wait()
	if len(ids) != 1 || s.wallet.asked() != 1 || len(s.charges(t)) != 1 {
		t.Errorf("charges %v, wallet asked %d times, %d charges in the books", ids, s.wallet.asked(), len(s.charges(t)))
	}
}

// blindBooks cannot find anything out.
type blindBooks struct{ server.Books }

func (blindBooks) SaleByReference(string, string, string) (sale.Sale, bool, error) {
	return sale.Sale{}, false, errors.New("the disk does not answer")
}

// When nobody can tell whether there is such a sale already, none is opened:
// it might be the second one. This is trouble of ours, so it may be a 500.
func TestNothingIsOpenedBlindly(t *testing.T) {
	s := start(t, func(o *server.Options) { o.Books = blindBooks{o.Books} })
	body := yen(100)
	body.Reference = "A-1"
	want(t, s.ask(t, "POST", control.PathSales, body, bearer("till"), wish("1")), 500)
	s.memory.broken.Store(true)
	body.Reference = ""
	want(t, s.ask(t, "POST", control.PathSales, body, bearer("till"), wish("2")), 500)
	if page, _, err := (shelf{s.books}).Charges(nil, 0, 10); err != nil || len(page) != 0 {
		t.Errorf("%v, %v", page, err)
	}
	if !strings.Contains(s.log.String(), "the disk does not answer") {
		t.Error("the log does not say why")
	}
}

// until waits for a sale to come to a state.
func (s *shop) until(t testing.TB, id, state string) agent.View {
	t.Helper()
	for {
		changed := s.register.Changed()
		v, err := s.register.Look(id)
		must(t, err)
		if v.Charge.State == charge.State(state) {
			return v
		}
		select {
		case <-changed:
		case <-t.Context().Done():
			t.Fatal("the test ended first")
		}
	}
}
