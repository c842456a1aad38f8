package attack_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/wire"
)

func TestPeople(t *testing.T) {
	t.Parallel()
	made(t, "A9", theStop)
	made(t, "B11", twoPhones)
}

// theStop is ordered at the wallet while registers sell, one function at a time,
// and lifted again. Nothing is installed anywhere.
func theStop(t *testing.T) string {
	w := openWallet(t, "")
	var shop []*register
	for i := range size(3, 8) {
		r := w.openRegister(fmt.Sprintf("T%02d", i+1), w.addr)
		r.hasBulletin()
		if s, why := r.sells(10, w.code("hanako")); s.State != "approved" {
			t.Errorf("before the stop: %s, refused for %q", s.State, why)
		}
		shop = append(shop, r)
	}
	before := w.balance("hanako")
	took := func(order wire.BulletinOrder, stopped func(r *register) bool) time.Duration {
		start := time.Now()
		w.try(http.MethodPut, wire.PathTryBulletin, order, &wire.BulletinState{})
		for _, r := range shop {
			eventually(t, fmt.Sprintf("a register hears that %s is %t", order.Function, order.On), func() bool { return stopped(r) })
		}
		return time.Since(start)
	}
	stops := func(function wire.Function) func(r *register) bool {
		return func(r *register) bool {
			all, err := r.client.Bulletins(t.Context())
			if err != nil || len(all.Bulletins) == 0 {
				return false
			}
			for _, f := range all.Bulletins[0].Stopped {
				if f == string(function) {
					return true
				}
			}
			return false
		}
	}
	payments := took(wire.BulletinOrder{Function: wire.FunctionPay, On: true}, stops(wire.FunctionPay))
	topups := took(wire.BulletinOrder{Function: wire.FunctionTopUp, On: true}, stops(wire.FunctionTopUp))
	for _, r := range shop {
		if s, why := r.sells(10, w.code("hanako")); why == "" || s.State == "approved" {
			t.Errorf("after the stop: a payment is %s", s.State)
		}
		_, err := r.client.TopUp(t.Context(), control.NewTopUp{Amount: 1000, Currency: "JPY", Code: &control.Code{Text: w.code("hanako")}})
		var no *control.Error
		if !errors.As(err, &no) {
			t.Errorf("after the stop: a top-up came to %v", err)
		}
	}
	direct := w.till("S0001", "T90") // and a register that does not obey is told no
	direct.want(direct.charge(direct.charged(w.code("hanako"), 10)), wire.Declined, wire.Stopped)
	if payments > 5*time.Second || topups > time.Minute {
		t.Errorf("the stop of payments took %s, of top-ups %s", payments, topups)
	}
	if w.books(); w.balance("hanako") != before {
		t.Error("money moved after the stop")
	}
	lifted := took(wire.BulletinOrder{Function: wire.FunctionPay}, func(r *register) bool { return !stops(wire.FunctionPay)(r) })
	for _, r := range shop {
		if s, why := r.sells(10, w.code("hanako")); s.State != "approved" {
			t.Errorf("after the stop was lifted: %s, refused for %q", s.State, why)
		}
	}
	return fmt.Sprintf("%d registers stopped payments after %s, top-ups after %s, and went on %s after it was lifted", len(shop),
		payments.Round(time.Millisecond), topups.Round(time.Millisecond), lifted.Round(time.Millisecond))
}

// twoPhones has two phones of one customer pay in turns. The second took the
// place of the first.
func twoPhones(t *testing.T) string {
	w := openWallet(t, "")
	l, r := w.till("S0001", "T01"), w.openRegister("T02", w.addr)
	r.hasBulletin()
	old := w.phone("hanako")
	l.want(l.charge(l.charged(old.shows(time.Now()), 10)), wire.Approved, "")
	next := &phone{TB: t}
	w.try(http.MethodPost, wire.PathTryPhones, wire.PhoneRequest{Customer: "hanako", New: true}, &next.Phone)
	var err error
	next.device, err = oda.RestoreDevice(oda.Algorithm(next.Algorithm), next.Secret)
	check(t, err)
	before := w.balance("hanako")
	for range size(10, 100) {
		l.want(l.charge(l.charged(old.shows(time.Now()), 10)), wire.Declined, wire.Blocked)
		l.want(l.charge(l.charged(next.shows(time.Now()), 10)), wire.Approved, "")
	}
	if lost := before - w.balance("hanako"); lost != int64(10*size(10, 100)) {
		t.Errorf("the customer paid %d yen for %d codes of 10", lost, size(10, 100))
	}
	eventually(t, "registers hear of the old phone", func() bool {
		all, err := r.client.Bulletins(t.Context())
		return err == nil && all.Bulletins[0].Denied == 1
	})
	w.daemon.kill()
	if s, why := r.sells(10, old.shows(time.Now())); why == "" || s.State == "queued" {
		t.Errorf("without a network the old phone is %s", s.State)
	}
	if s, why := r.sells(10, next.shows(time.Now())); s.State != "queued" {
		t.Errorf("without a network the new phone is %s, refused for %q", s.State, why)
	}
	w.start()
	w.books()
	return fmt.Sprintf("%d codes of each in turn: all of the old one blocked, also at a register without a network", size(10, 100))
}
