package attack_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/wire"
	"github.com/posagent/posagent/wallet/wirecheck"
)

func TestInput(t *testing.T) {
	t.Parallel()
	made(t, "B4", recordedRequests)
	made(t, "B5", keysAgain)
	made(t, "B6", clocksThatJump)
	made(t, "B7", posingAsAnother)
	made(t, "B8", oldAndForeignKeys)
	made(t, "B9", theWholeContract)
	made(t, "A42", aHundredTimes)
	made(t, "A45", floodOfForwards)
}

func recordedRequests(t *testing.T) string {
	w := openWallet(t, "")
	own, other := w.till("S0001", "T01"), w.till("S0001", "T02")
	req := own.charged(w.code("hanako"), 700)
	recorded, err := json.Marshal(req)
	check(t, err)
	first := own.raw("POST", wire.PathCharges, recorded)
	own.want(first, wire.Approved, "")
	before := w.balance("hanako")
	for range size(10, 100) {
		if r := own.raw("POST", wire.PathCharges, recorded); r.answer.Status != wire.Approved || r.answer.Receipt != first.answer.Receipt {
			t.Errorf("the recorded request came to %s", r.body)
		}
		other.refused(other.raw("POST", wire.PathCharges, recorded), http.StatusForbidden, wire.ProblemForbidden)
	}
	own.want(own.reverse(req.Key, 700), wire.Reversed, "")
	for range size(10, 100) { // after the reversal it does not come to life again
		own.want(own.raw("POST", wire.PathCharges, recorded), wire.Reversed, "")
	}
	w.books()
	if got := w.balance("hanako"); got != before+700 {
		t.Errorf("the customer has %d, want %d", got, before+700)
	}
	return fmt.Sprintf("%d replays: the standing answer, 403 for another register, reversed after the reversal", size(20, 200))
}

func keysAgain(t *testing.T) string {
	w := openWallet(t, "")
	l := w.till("S0001", "T01")
	req := l.charged(w.code("hanako"), 700)
	l.want(l.charge(req), wire.Approved, "")
	before := w.balance("hanako")
	for name, c := range map[string]struct {
		change func(*wire.ChargeRequest)
		status int
		kind   string
	}{
		"amount":   {func(r *wire.ChargeRequest) { r.Amount = 1 }, http.StatusConflict, wire.ProblemConflict},
		"currency": {func(r *wire.ChargeRequest) { r.Currency = "USD" }, http.StatusConflict, wire.ProblemConflict},
		"code":     {func(r *wire.ChargeRequest) { r.Code = w.code("taro") }, http.StatusConflict, wire.ProblemConflict},
		"terminal": {func(r *wire.ChargeRequest) { r.Terminal = "T02" }, http.StatusForbidden, wire.ProblemForbidden},
		"store":    {func(r *wire.ChargeRequest) { r.Store = "S0002" }, http.StatusForbidden, wire.ProblemForbidden},
		"mode":     {func(r *wire.ChargeRequest) { r.Mode, r.Code = wire.Presented, "" }, http.StatusConflict, wire.ProblemConflict},
	} {
		other := req
		other.Nonce = "other"
		c.change(&other)
		if r := l.charge(other); r.status != c.status || r.problem.Type != c.kind {
			t.Errorf("another %s: %d %s", name, r.status, r.body)
		}
	}
	refund := wire.RefundRequest{Key: req.Key, ChargeKey: "S0001-T01-1-99", Store: "S0001", Terminal: "T01", Amount: 700, Currency: "JPY", Nonce: "n"}
	l.refused(l.post(wire.PathRefunds, refund), http.StatusConflict, wire.ProblemConflict)
	topup := wire.TopupRequest{Key: req.Key, Store: "S0001", Terminal: "T01", Amount: 700, Currency: "JPY", Code: req.Code, ValidUntil: req.ValidUntil, Nonce: "n"}
	l.refused(l.post(wire.PathTopups, topup), http.StatusConflict, wire.ProblemConflict)
	if w.books(); w.balance("hanako") != before {
		t.Error("money moved")
	}
	return "8 other bodies under one key: 409 or 403, and no yen moved"
}

// clocksThatJump: walletd and posagent have no switch for their own clocks, so
// those of everybody else jump.
func clocksThatJump(t *testing.T) string {
	w := openWallet(t, "")
	l := w.till("S0001", "T01")
	p := w.phone("hanako")
	before, now := w.balance("hanako"), time.Now()
	for _, ago := range []time.Duration{time.Minute, time.Hour, 24 * time.Hour, 365 * 24 * time.Hour, 26 * 365 * 24 * time.Hour} {
		late := l.charged(w.code("hanako"), 10)
		late.ValidUntil = now.Add(-ago)
		l.want(l.charge(late), wire.Declined, wire.Expired)
	}
	for name, at := range map[string]time.Time{"behind by an hour": now.Add(-time.Hour), "ahead by an hour": now.Add(time.Hour), "ahead by a day": now.Add(24 * time.Hour)} {
		if r := l.charge(l.charged(p.shows(at), 10)); r.answer.Status == wire.Approved {
			t.Errorf("a phone %s pays: %s", name, r.body)
		}
	}
	for _, ahead := range []time.Duration{time.Minute, time.Hour, 365 * 24 * time.Hour} { // a register whose clock is ahead
		l.refused(l.charge(l.forwards(p.shows(now.Add(ahead)), 10, now.Add(ahead))), http.StatusServiceUnavailable, wire.ProblemBusy)
	}
	old := l.charge(l.forwards(p.shows(now.Add(-100*time.Hour)), 10, now.Add(-100*time.Hour)))
	if old.answer.Status != wire.Declined {
		t.Errorf("a forward of four days ago: %d %s", old.status, old.body)
	}
	far := l.charged(w.code("hanako"), 10) // a limit that never comes is the register's own loss, and no more
	far.ValidUntil = now.AddDate(1000, 0, 0)
	l.want(l.charge(far), wire.Approved, "")
	if w.books(); before-w.balance("hanako") != 10 {
		t.Errorf("the jumps cost %d yen", before-w.balance("hanako")-10)
	}
	return "5 late limits, 3 phones and 4 registers with wrong clocks: none was paid"
}

func posingAsAnother(t *testing.T) string {
	w := openWallet(t, "")
	own, victim := w.till("S0001", "T01"), w.till("S0002", "T01")
	theirs := victim.charged(w.code("hanako"), 700)
	victim.want(victim.charge(theirs), wire.Approved, "")
	before, tries := w.balance("hanako"), 0
	for _, key := range []string{theirs.Key, "S0002-T01-1-2", "S0001-T011-1-1", "S0001-T0-1-1", "s0001-t01-1-1", "S0001-T01", "-S0001-T01-1-1"} {
		req := own.charged(w.code("hanako"), 1)
		req.Key = key
		own.refused(own.charge(req), http.StatusForbidden, wire.ProblemForbidden)
		own.refused(own.reverse(key, 700), http.StatusForbidden, wire.ProblemForbidden)
		own.refused(own.inquire(key), http.StatusForbidden, wire.ProblemForbidden)
		back := wire.RefundRequest{Key: "S0001-T01-9-9", ChargeKey: key, Store: "S0001", Terminal: "T01", Amount: 700, Currency: "JPY", Nonce: "n"}
		own.refused(own.post(wire.PathRefunds, back), http.StatusForbidden, wire.ProblemForbidden)
		tries += 4
	}
	for _, query := range []string{"store=S0002&terminal=T01", "store=S0001-T01&terminal=", "store=&terminal=", "store=S0001&store=S0002&terminal=T01"} {
		r := own.raw("GET", wire.PathReconciliation+"?"+query+"&business_date=2026-11-27&from=2026-11-27T00:00:00Z&to=2026-11-28T00:00:00Z&nonce=n", nil)
		if r.status != http.StatusForbidden && r.status != http.StatusBadRequest || strings.Contains(string(r.body), theirs.Key) {
			t.Errorf("the day of another: %d %s", r.status, r.body)
		}
		tries++
	}
	if w.books()[theirs.Key].Status != wire.Approved || w.balance("hanako") != before {
		t.Error("another's key was moved")
	}
	return fmt.Sprintf("%d tries with another's keys, stores and days: 403", tries)
}

func oldAndForeignKeys(t *testing.T) string {
	w := openWallet(t, "")
	l := w.till("S0001", "T01")
	stranger := openWallet(t, "").till("S0001", "T01")
	doors := map[string]*tls.Config{
		"TLS 1.0":           {MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10},
		"TLS 1.1":           {MinVersion: tls.VersionTLS11, MaxVersion: tls.VersionTLS11},
		"TLS 1.2":           {MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12},
		"no certificate":    {Certificates: []tls.Certificate{}},
		"another authority": {Certificates: []tls.Certificate{stranger.own}},
		"the wallet's own":  {Certificates: []tls.Certificate{w.server}},
		"another key":       {Certificates: []tls.Certificate{{Certificate: l.own.Certificate, PrivateKey: stranger.own.PrivateKey}}},
		"an ended one":      {Certificates: []tls.Certificate{w.ended("S0001-T01")}},
	}
	for name, c := range doors {
		c.RootCAs, c.ServerName = w.ca.Pool(), "127.0.0.1"
		own := l.own
		if c.Certificates != nil {
			own = tls.Certificate{}
			if len(c.Certificates) > 0 {
				own = c.Certificates[0]
			}
		}
		c.Certificates = nil
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &own, nil }
		in := &till{wallet: w, store: "S0001", terminal: "T01", client: &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: c, DisableKeepAlives: true}}}
		if r := in.raw("GET", wire.PathPing, nil); r.err == nil {
			t.Errorf("%s: the wallet answers %d %s", name, r.status, r.body)
		}
	}
	return fmt.Sprintf("%d keys and versions at the door: none gets in", len(doors))
}

func theWholeContract(t *testing.T) string {
	w := openWallet(t, "")
	own, other, late := w.till("S0001", "T01"), w.till("S0001", "T02"), w.ended("S0001-T01")
	report, err := wirecheck.Run(t.Context(), wirecheck.Options{
		URL: "https://" + w.addr, Roots: w.ca.Pool(), Register: own.own, Other: &other.own, Expired: &late, Codes: wirecheck.MintedCodes(w.at("try.sock"), "hanako"),
		Wallet: "own", BulletinKeys: w.bulletinKeys(),
	})
	check(t, err)
	for _, r := range report.Results {
		if r.Outcome != wirecheck.Kept {
			t.Errorf("%s: %s %s %+v", r.Check, r.Outcome, r.Needs, r.Steps)
		}
	}
	w.books()
	return fmt.Sprintf("%d checks, %d kept", len(report.Results), report.Kept)
}

func aHundredTimes(t *testing.T) string {
	w := openWallet(t, "")
	l := w.till("S0001", "T01")
	req, before := l.charged(w.code("hanako"), 700), w.balance("hanako")
	receipts := make([]string, 100)
	atOnce(len(receipts), func(i int) {
		r := l.charge(req)
		l.want(r, wire.Approved, "")
		receipts[i] = r.answer.Receipt
	})
	for _, r := range receipts {
		if r != receipts[0] {
			t.Errorf("two receipts: %s and %s", receipts[0], r)
		}
	}
	if got := w.books()[req.Key]; got.Debits != 1 || before-w.balance("hanako") != 700 {
		t.Errorf("the books say %+v, the customer paid %d", got, before-w.balance("hanako"))
	}
	return "100 at once: one receipt, one debit"
}

func floodOfForwards(t *testing.T) string {
	quota := size(20, 200)
	w := openWallet(t, fmt.Sprintf("\n[forward]\ncount = %d\namount = 1000000\n", quota))
	thief, honest := w.till("S0001", "T01"), w.till("S0001", "T02")
	p := w.phone("hanako")
	var codes []string
	for range 2 * quota {
		codes = append(codes, p.shows(time.Now()))
	}
	before, took, busy := w.balance("hanako"), 0, 0
	got := make([]reply, len(codes))
	atOnce(8, func(lane int) {
		for i := lane; i < len(codes); i += 8 {
			got[i] = thief.charge(thief.forwards(codes[i], 1, time.Now()))
		}
	})
	for _, r := range got {
		switch {
		case r.answer.Status == wire.Approved:
			took++
		case r.status == http.StatusServiceUnavailable && r.problem.Type == wire.ProblemBusy:
			busy++
		default:
			t.Errorf("a forward came to %d %s %v", r.status, r.body, r.err)
		}
	}
	if took != quota || before-w.balance("hanako") != int64(quota) {
		t.Errorf("%d of a quota of %d were collected, for %d yen", took, quota, before-w.balance("hanako"))
	}
	honest.want(honest.charge(honest.forwards(p.shows(time.Now()), 1, time.Now())), wire.Approved, "")
	thief.want(thief.charge(thief.charged(w.code("hanako"), 1)), wire.Approved, "") // its customers who are there still pay
	w.books()
	return fmt.Sprintf("%d forwards by one register: %d collected, %d asked again later; the next register's is collected", len(codes), took, busy)
}
