package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/wallet/bulletin"
	"github.com/posagent/posagent/wallet/reference/pki"
	"github.com/posagent/posagent/wallet/wire"
)

// pin writes the keys of the wallet's bulletins into the configuration.
func (p *place) pin(t testing.TB, keys ...ed25519.PublicKey) {
	t.Helper()
	var texts []string
	for i, key := range keys {
		texts = append(texts, fmt.Sprintf("%q", base64.StdEncoding.EncodeToString(key)))
		if i == 0 {
			texts[0] = fmt.Sprintf("%q", hex.EncodeToString(key))
		}
	}
	text, err := os.ReadFile(p.config)
	check(t, err)
	var lines []string
	for _, line := range strings.Split(string(text), "\n") {
		if !strings.HasPrefix(line, "bulletin_keys") {
			lines = append(lines, line)
		}
		if strings.HasPrefix(line, "receipt_name") {
			lines = append(lines, "bulletin_keys = ["+strings.Join(texts, ", ")+"]")
		}
	}
	check(t, os.WriteFile(p.config, []byte(strings.Join(lines, "\n")), 0o600))
}

// stops orders a stop at the real wallet, or lifts it.
func (p *place) stops(t *testing.T, f wire.Function, on bool) {
	t.Helper()
	check(t, p.try(http.MethodPut, wire.PathTryBulletin, wire.BulletinOrder{Function: f, On: on}, &wire.BulletinState{}))
}

// local is the agent by its own socket, which may do everything.
func (p *place) local() *control.Client { return control.Dial("unix:"+p.at("api.sock"), "") }

// bulletin is what the agent shows of its one wallet.
func (p *place) bulletin(t *testing.T) control.Bulletin {
	t.Helper()
	all, err := p.local().Bulletins(context.Background())
	check(t, err)
	if len(all.Bulletins) != 1 {
		t.Fatalf("%d bulletins", len(all.Bulletins))
	}
	return all.Bulletins[0]
}

// pays tries to pay a sale of its own with a code, and tells what came of it.
func (p *place) pays(t *testing.T, code string) (state, why string) {
	t.Helper()
	s, err := p.local().OpenSale(context.Background(), control.NewSale{Amount: 300, Currency: "JPY", Code: &control.Code{Text: code}})
	var refused *control.Error
	if errors.As(err, &refused) {
		return "", refused.Why
	}
	check(t, err)
	return s.State, s.Reason
}

func (p *place) troubled(t *testing.T, code string) bool {
	t.Helper()
	h, err := p.local().Health(context.Background())
	check(t, err)
	return slices.ContainsFunc(h.Troubles, func(tr control.Trouble) bool { return tr.Code == code && tr.Subject == "own" })
}

// A stop acts within seconds on a register that is connected, is sent to
// nobody, survives kill -9 of the agent while the wallet is away, and is
// lifted as quickly.
func TestAStopSwitch(t *testing.T) {
	p := newPlace(t, "")
	key, err := pki.SigningKey(p.at("wallet/" + pki.SigningKeyFile))
	check(t, err)
	p.pin(t, key.Public().(ed25519.PublicKey))
	wallet := p.startWallet(t)
	agent := p.start(t)
	if state, why := p.pays(t, p.mint(t)); state != "approved" {
		t.Fatalf("before the stop: %s %s", state, why)
	}
	eventually(t, "the first bulletin has come", func() bool { return p.bulletin(t).Version > 0 })
	time.Sleep(1500 * time.Millisecond) // the register waits at the wallet by now
	ordered := time.Now()
	p.stops(t, wire.FunctionPay, true)
	eventually(t, "the stop is obeyed", func() bool { return slices.Equal(p.bulletin(t).Stopped, []string{"pay"}) })
	t.Logf("the stop acts after %s", time.Since(ordered))
	if took := time.Since(ordered); took > 5*time.Second {
		t.Errorf("the stop acts after %s, and must within 5 s", took)
	}
	before := len(p.standings(t))
	code := p.mint(t)
	if state, why := p.pays(t, code); why != "wallet.stopped" || state != "" {
		t.Errorf("while it is stopped: %s %s", state, why)
	}
	if now := len(p.standings(t)); now != before {
		t.Errorf("the wallet was asked %d times", now-before)
	}
	wallet.kill()
	agent.kill()
	p.start(t)
	if state, why := p.pays(t, "97123456789012345678"); why != "wallet.stopped" || state != "" || !p.troubled(t, "wallet.stopped") {
		t.Errorf("after a restart without the wallet: %s %s", state, why)
	}
	p.startWallet(t)
	p.stops(t, wire.FunctionPay, false)
	eventually(t, "the stop is lifted", func() bool { return len(p.bulletin(t).Stopped) == 0 && p.bulletin(t).Version > 0 })
	if state, why := p.pays(t, p.mint(t)); state != "approved" {
		t.Errorf("after the stop: %s %s", state, why)
	}
}

// maker makes bulletins of a wallet that is played.
type maker struct {
	t   testing.TB
	key ed25519.PrivateKey
}

func newMaker(t testing.TB, seed byte) maker {
	return maker{t, ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))}
}

func (m maker) public() ed25519.PublicKey { return m.key.Public().(ed25519.PublicKey) }

func (m maker) says(version int64, change func(*bulletin.Bulletin)) []byte {
	m.t.Helper()
	now := time.Now().UTC().Truncate(time.Second)
	b := bulletin.Bulletin{Wallet: "own", Audience: "*", Version: version, Issued: now, Expires: now.Add(time.Hour)}
	if change != nil {
		change(&b)
	}
	data, err := bulletin.Sign(b, m.key)
	check(m.t, err)
	return data
}

func stopsPay(b *bulletin.Bulletin) { b.Stops.Pay = true }

// imports brings a bulletin by the API and returns why it was refused.
func (p *place) imports(t testing.TB, data []byte) (b control.Bulletin, refused string) {
	t.Helper()
	var signed control.SignedBulletin
	check(t, json.Unmarshal(data, &signed))
	b, err := p.local().ImportBulletin(context.Background(), signed)
	var answer *control.Error
	if errors.As(err, &answer) && answer.Why == "bulletin.refused" {
		why, _, _ := strings.Cut(answer.Detail, ":")
		return b, why
	}
	check(t, err)
	return b, ""
}

// A register that cannot reach its wallet gets the bulletin from a file; its
// version only rises, over restarts and over a change of keys.
func TestBulletinsFromAFile(t *testing.T) {
	p := newPlace(t, "")
	current, next, stranger := newMaker(t, 1), newMaker(t, 2), newMaker(t, 3)
	p.pin(t, current.public(), next.public())
	agent := p.start(t)
	if b, why := p.imports(t, current.says(10, stopsPay)); why != "" || b.Version != 10 || !slices.Equal(b.Stopped, []string{"pay"}) {
		t.Fatalf("%+v, %s", b, why)
	}
	refused := func() {
		t.Helper()
		for name, c := range map[string]struct {
			data []byte
			why  string
		}{
			"an older version":          {current.says(9, nil), "older"},
			"the version, other words":  {current.says(10, nil), "other_content"},
			"a stranger's":              {stranger.says(11, nil), "signature"},
			"another wallet's":          {current.says(11, func(b *bulletin.Bulletin) { b.Wallet = "paypay" }), "other_wallet"},
			"another store's":           {current.says(11, func(b *bulletin.Bulletin) { b.Audience = "S0002" }), "other_audience"},
			"something that is no such": {[]byte(`{"payload":"AAAA","signature":"AAAA"}`), "malformed"},
		} {
			if _, why := p.imports(t, c.data); why != c.why {
				t.Errorf("%s: %q, want %s", name, why, c.why)
			}
		}
		if _, why := p.pays(t, "97123456789012345678"); why != "wallet.stopped" {
			t.Errorf("then a payment is refused for %q", why)
		}
	}
	refused()
	agent.kill()
	agent = p.start(t)
	refused()
	// An old one is taken: its stop holds, and that it is old is told.
	old := func(b *bulletin.Bulletin) {
		b.Stops.TopUp, b.Issued, b.Expires = true, b.Issued.Add(-48*time.Hour), b.Expires.Add(-48*time.Hour)
	}
	if b, why := p.imports(t, next.says(11, old)); why != "" || !b.Old || !slices.Equal(b.Stopped, []string{"topup"}) || !p.troubled(t, "bulletin.old") {
		t.Errorf("%+v, %s", b, why)
	}
	if state, why := p.pays(t, "97123456789012345679"); why == "wallet.stopped" {
		t.Errorf("payments were lifted: %s %s", state, why)
	}
	// The key that signed it is pinned no more: it still stops.
	agent.kill()
	p.pin(t, stranger.public())
	p.start(t)
	if b := p.bulletin(t); b.Version != 11 || !slices.Equal(b.Stopped, []string{"topup"}) || !p.troubled(t, "wallet.topup_stopped") || !p.troubled(t, "bulletin.refused") {
		t.Errorf("under other keys: %+v", b)
	}
	if _, why := p.imports(t, stranger.says(5, nil)); why != "older" {
		t.Errorf("a lower version by the new key: %q", why)
	}
	if b, why := p.imports(t, stranger.says(12, nil)); why != "" || len(b.Stopped) != 0 || p.troubled(t, "bulletin.refused") {
		t.Errorf("a higher one: %+v, %s", b, why)
	}
}

// played serves whatever bulletin is put on it, at once, at the wallet's
// address.
func (p *place) played(t *testing.T, serve *atomic.Pointer[[]byte]) {
	t.Helper()
	cert, err := tls.LoadX509KeyPair(p.at("wallet.crt"), p.at("wallet.key"))
	check(t, err)
	l, err := net.Listen("tcp", p.walletAddr)
	check(t, err)
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != wire.PathBulletin {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		_, _ = w.Write(*serve.Load())
	})}
	go func() {
		_ = s.Serve(tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAnyClientCert}))
	}()
	t.Cleanup(func() { _ = s.Close() })
}

// A wallet, or whoever stands at its address, that goes back to an older
// bulletin is told of and counted, and changes nothing. It does not wait
// either, and a stop acts within 5 s all the same.
func TestAWalletThatGoesBack(t *testing.T) {
	p := newPlace(t, "")
	m := newMaker(t, 1)
	p.pin(t, m.public())
	var serve atomic.Pointer[[]byte]
	says := func(data []byte) { serve.Store(&data) }
	says(m.says(10, nil))
	p.played(t, &serve)
	p.start(t)
	eventually(t, "the first bulletin has come", func() bool { return p.bulletin(t).Version == 10 })
	ordered := time.Now()
	says(m.says(11, stopsPay))
	eventually(t, "the stop is obeyed", func() bool { return slices.Equal(p.bulletin(t).Stopped, []string{"pay"}) })
	if took := time.Since(ordered); took > 5*time.Second {
		t.Errorf("the stop acts after %s, and must within 5 s", took)
	}
	says(m.says(10, nil))
	eventually(t, "the older one is told of", func() bool { return p.troubled(t, "bulletin.refused") })
	if b := p.bulletin(t); b.Version != 11 || !slices.Equal(b.Stopped, []string{"pay"}) || !strings.HasPrefix(b.Problem, "older") {
		t.Errorf("it shows %+v", b)
	}
	req, err := http.NewRequest(http.MethodGet, p.url+control.PathMetrics, nil)
	check(t, err)
	req.Header.Set("Authorization", "Bearer "+visitorToken)
	resp, err := http.DefaultClient.Do(req)
	check(t, err)
	defer resp.Body.Close()
	metrics, err := io.ReadAll(resp.Body)
	check(t, err)
	if !bytes.Contains(metrics, []byte(`posagent_bulletins_refused_total{wallet="own",why="older"}`)) {
		t.Error("it is not counted")
	}
	says(m.says(12, nil))
	eventually(t, "a higher one is taken", func() bool { return p.bulletin(t).Version == 12 && !p.troubled(t, "bulletin.refused") })
}

// Without a key that is said, and a key that anybody can sign for stops the
// start.
func TestKeysOfBulletins(t *testing.T) {
	p := newPlace(t, "")
	p.start(t)
	if b := p.bulletin(t); b.Keys != 0 || b.Version != 0 {
		t.Errorf("without a key: %+v", b)
	}
	if log, err := os.ReadFile(p.at("agent.log")); err != nil || !bytes.Contains(log, []byte("no bulletin_keys are set")) {
		t.Errorf("the log does not say it: %v", err)
	}
	if _, why := p.imports(t, newMaker(t, 1).says(1, stopsPay)); why != "signature" {
		t.Errorf("an import without a key: %q", why)
	}
	q := newPlace(t, "")
	q.pin(t, make(ed25519.PublicKey, ed25519.PublicKeySize))
	if code, says := q.attempt(t, q.asDemo()...); code == 0 || !strings.Contains(says, "anybody can sign") {
		t.Errorf("exit code %d, %s", code, says)
	}
}
