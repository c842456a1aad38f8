package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/agent/webhook"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/offline/book"
	inmemory "github.com/posagent/posagent/offline/book/memory"
)

// The certificate that ends first counts, be it above the register's own.
func TestCertificatesThatEnd(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	now := time.Now()
	made := func(left time.Duration) []byte {
		template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: now.Add(left)}
		der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
		check(t, err)
		return der
	}
	const day = 24 * time.Hour
	for days, want := range map[time.Duration]string{60: "", 29: "own 1", 6: "own 2", 0: "own 4"} {
		d := &program{config: configs.Config{Store: configs.Store{Timezone: "Asia/Tokyo"}}}
		d.wallets = []wallet{{Wallet: agent.Wallet{ID: "own"}, certificate: append(made(90*day), made(days*day)...)}, {Wallet: agent.Wallet{ID: "none"}}}
		seen, err := d.certificates(now)
		check(t, err)
		got := ""
		for _, s := range seen {
			got += fmt.Sprint(s.Subject, " ", s.Level)
		}
		if got != want {
			t.Errorf("%d days: %q, want %q", days, got, want)
		}
	}
}

// A doubt counts by its age, also while it is being undone, and a sale that
// nobody has paid yet is none.
func TestDoubtsThatLast(t *testing.T) {
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	books, err := book.Open(inmemory.New(inmemory.Options{}), book.Options{Store: "S001", Terminal: "01", Wallets: []string{"own"}, Now: func() time.Time { return now }})
	check(t, err)
	prepared := func(n string) charge.Key {
		rec, err := books.Prepare(sale.Sale{ID: n, Amount: money.Amount{Minor: 100, Currency: money.JPY}, BusinessDate: "2026-11-27", At: now}, charge.ByCashier)
		check(t, err)
		return rec.Key
	}
	apply := func(key charge.Key, events ...charge.Event) {
		for _, e := range events {
			_, err := books.Apply(key, charge.Step{Event: e, Wallet: "own", By: charge.ByTimer, At: now})
			check(t, err)
		}
	}
	prepared("nobody's")
	doubt, undone, paid := prepared("doubt"), prepared("undone"), prepared("paid")
	apply(doubt, charge.Send, charge.Lose)
	apply(undone, charge.Send, charge.Lose, charge.Cancel)
	apply(paid, charge.Send, charge.Approve)
	d := &program{books: books, config: configs.Config{Alerts: configs.Alerts{DoubtAfter: 10 * time.Minute}}}
	if seen, err := d.doubts(now.Add(9 * time.Minute)); err != nil || len(seen) > 0 {
		t.Errorf("after nine minutes: %+v, %v", seen, err)
	}
	seen, err := d.doubts(now.Add(10 * time.Minute))
	if err != nil || len(seen) != 1 || !strings.HasPrefix(seen[0].Detail, "2: ") || !strings.Contains(seen[0].Detail, string(doubt)) || !strings.Contains(seen[0].Detail, string(undone)) {
		t.Errorf("after ten minutes: %+v, %v", seen, err)
	}
}

// Programs hear of an alert's beginning, of its getting worse and of its end,
// people are reminded as well; and a note that only looks like one holds up
// neither.
func TestWhoIsToldOfWhat(t *testing.T) {
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	books, err := book.Open(inmemory.New(inmemory.Options{}), book.Options{Store: "S001", Terminal: "01", Now: func() time.Time { return now }})
	check(t, err)
	a := book.Alert{Code: "certificate.expires", Subject: "own", Detail: "2026-12-04", Level: 1, Raised: now, Reminded: now}
	for _, what := range []string{"raised", "reminded", "worse", "cleared"} {
		if what == "cleared" {
			a.Cleared = now.Add(time.Hour)
		}
		a, err = books.PutAlert(a, what)
		check(t, err)
		if what == "raised" {
			_, err = books.SeeAlert(a.ID, charge.ByManager, "taro")
			check(t, err)
			check(t, books.Note(charge.ByAPI, "till", "alert 99 raised: nothing"))
			check(t, books.Note(charge.ByAPI, "till", "alert of something else"))
		}
	}
	f := deeds{books, "S001", "01"}
	said := func(from webhook.Feed) string {
		events, last, err := from.After(0)
		if end, _ := books.End(); err != nil || last != end {
			t.Errorf("it came to entry %d of %d: %v", last, end, err)
		}
		ids, out := map[string]bool{}, []string{}
		for _, ev := range events {
			ids[ev.ID] = true
			out = append(out, ev.Type+" "+string(ev.Data.(hookAlert).what))
		}
		if len(ids) != len(events) {
			t.Error("two events have one id")
		}
		return strings.Join(out, ", ")
	}
	if got := said(f); got != "alert.raised raised, alert.raised worse, alert.cleared cleared" {
		t.Errorf("programs hear %s", got)
	}
	if got := said(letters{f}); got != "alert.raised raised, alert.raised reminded, alert.raised worse, alert.cleared cleared" {
		t.Errorf("people hear %s", got)
	}
}
