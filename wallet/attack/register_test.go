package attack_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/offline/oda"
)

const tillToken = "a token of the till"

// register is a running posagent of a wallet's, whose wallet may be reached by
// way of another address.
type register struct {
	*wallet
	dir    string
	daemon *child
	client *control.Client
	url    string
}

// openRegister starts posagent for a till that the wallet knows. walletAt is
// where it finds the wallet.
func (w *wallet) openRegister(terminal, walletAt string) *register {
	w.Helper()
	r := &register{wallet: w, dir: w.TempDir()}
	p, err := w.ca.Client("S0001", terminal)
	check(w, err)
	check(w, p.Write(r.file("register.crt"), r.file("register.key")))
	check(w, os.Mkdir(r.file("data"), 0o700))
	check(w, os.Mkdir(r.file("conf.d"), 0o700))
	check(w, os.WriteFile(r.file("conf.d/tpm.toml"), fmt.Appendf(nil, "[offline]\ntpm = %q\n", r.file("tpm")), 0o600))
	at := freePort(w)
	r.url = "http://" + at
	sum := sha256.Sum256([]byte(tillToken))
	check(w, os.WriteFile(r.file("posagent.toml"), fmt.Appendf(nil, `[store]
id = "S0001"
terminal = %[1]q
name = "みほん商店"

[data]
dir = "%[2]s/data"

[api]
listen = %[3]q
socket = "%[2]s/api.sock"

[[api.token]]
name = "till"
sha256 = %[4]q
scopes = ["prepare", "read", "display", "refund", "resolve", "topup", "config"]

[[wallet]]
id = "own"
url = "https://%[5]s"
ca = "%[6]s/ca.crt"
cert = "%[2]s/register.crt"
key = "%[2]s/register.key"
receipt_name = "みほんペイ"
bulletin_keys = [%[7]q]
soft = "200ms"
deadline = "800ms"
inquiries = ["100ms", "200ms"]
give_up = "1500ms"
give_up_pending = "2s"
reverse_first = "100ms"
reverse_max = "500ms"

[offline]
per_customer = 100000
count = 1000

[log]
format = "json"
`, terminal, r.dir, at, hex.EncodeToString(sum[:]), walletAt, w.dir, base64.StdEncoding.EncodeToString(w.bulletinKeys()[0])), 0o600))
	r.start()
	return r
}

func (r *register) file(name string) string { return r.dir + "/" + name }

func (r *register) start() {
	r.Helper()
	theirs, ours, err := os.Pipe()
	check(r, err)
	defer theirs.Close()
	r.Cleanup(func() { ours.Close() })
	r.daemon = launch(r, r.file("posagent.log"), "posagent", []*os.File{theirs}, "--config", r.file("posagent.toml"), "--demo-fd", "3")
	r.client = control.Dial("unix:"+r.file("api.sock"), "")
	eventually(r, "the register takes sales", func() bool {
		select {
		case <-r.daemon.gone:
			r.Fatalf("posagent ended: %s", tail(r.daemon.log))
		default:
		}
		resp, err := http.Get(r.url + control.PathReadyz)
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// hasBulletin waits until the register knows whose signed codes it may take.
func (r *register) hasBulletin() {
	r.Helper()
	eventually(r, "the bulletin has come", func() bool {
		all, err := r.client.Bulletins(context.Background())
		return err == nil && len(all.Bulletins) > 0 && all.Bulletins[0].Version > 0
	})
}

// sells opens a sale with a code, and says what was refused.
func (r *register) sells(amount int64, code string) (control.Sale, string) {
	r.Helper()
	s, err := r.client.OpenSale(context.Background(), control.NewSale{Amount: amount, Currency: "JPY", Code: &control.Code{Text: code}})
	var no *control.Error
	if errors.As(err, &no) {
		return s, no.Why
	}
	check(r, err)
	if s.Refusal != nil {
		return s, s.Refusal.Why
	}
	return s, ""
}

// ends waits until a sale moves no more.
func (r *register) ends(id string, states ...string) control.Sale {
	r.Helper()
	var s control.Sale
	eventually(r, fmt.Sprintf("sale %s is %v", id, states), func() bool {
		var err error
		s, err = r.client.Sale(context.Background(), id, 0)
		check(r, err)
		for _, want := range states {
			if s.State == want {
				return true
			}
		}
		return false
	})
	return s
}

func TestRegister(t *testing.T) {
	t.Parallel()
	made(t, "A12", codesThatAnybodyMakes)
	made(t, "A15", whatCodesCarry)
}

func codesThatAnybodyMakes(t *testing.T) string {
	w := openWallet(t, "")
	r := w.openRegister("T01", w.addr)
	r.hasBulletin()
	p := w.phone("hanako")
	w.daemon.kill()
	var forged []string
	good := p.raw(p.Counter+1, time.Now())
	bits := size(40, 8*len(good))
	for i := range bits { // one bit after the other
		bent := append(oda.Raw{}, good...)
		at := i * 8 * len(good) / bits
		bent[at/8] ^= 1 << (at % 8)
		forged = append(forged, oda.Encode(bent, oda.Base45))
	}
	_, stranger, err := ed25519.GenerateKey(nil)
	check(t, err)
	own, err := oda.Parse(good)
	check(t, err)
	for _, change := range []func(*oda.Certificate){ // a certificate that somebody else signs
		func(*oda.Certificate) {},
		func(c *oda.Certificate) { c.PerChargeMax, c.CumulativeMax = 1_000_000, 1_000_000 },
		func(c *oda.Certificate) { c.Issuer[0]++ },
	} {
		c := own.Certificate
		change(&c)
		certificate, err := oda.IssueCertificate(stranger, c)
		check(t, err)
		fake := *p
		fake.Certificate = certificate
		forged = append(forged, oda.Encode(fake.raw(p.Counter+1, time.Now()), oda.Base45))
	}
	forged = append(forged, oda.Encode(p.stolenCertificate(own.Certificate, stranger), oda.Base45),
		oda.Encode(p.raw(p.Counter+1, time.Now().Add(-2*time.Hour)), oda.Base45), oda.Encode(p.raw(p.Counter+1, time.Now().Add(time.Hour)), oda.Base45))
	for i, code := range forged {
		if s, why := r.sells(500, code); why == "" || s.State == "queued" {
			t.Errorf("forged code %d: %s, refused for %q", i, s.State, why)
		}
	}
	if q, err := r.client.Queue(context.Background(), 10); err != nil || q.Count != 0 {
		t.Errorf("a forged code is in the queue: %+v, %v", q, err)
	}
	text := oda.Encode(good, oda.Base45)
	if s, why := r.sells(500, text); s.State != "queued" {
		t.Errorf("the good code: %s, refused for %q", s.State, why)
	}
	if s, why := r.sells(500, oda.Encode(good, oda.Decimal)); s.State == "queued" || why == "" {
		t.Errorf("the same code in another carrier: %s", s.State)
	}
	noCanary(t, append(forged, text), r.daemon.log, w.daemon.log)
	return fmt.Sprintf("%d forged codes: none is queued; the good one is, once", len(forged))
}

// stolenCertificate is a code of another phone that carries the true
// certificate of this one.
func (p *phone) stolenCertificate(c oda.Certificate, stranger ed25519.PrivateKey) oda.Raw {
	p.Helper()
	another, err := oda.NewDevice(oda.P256)
	check(p, err)
	c.DeviceKey = another.PublicKey()
	theirs, err := oda.IssueCertificate(stranger, c)
	check(p, err)
	fake := *p
	fake.device, fake.Certificate = another, theirs
	raw := fake.raw(p.Counter+1, time.Now())
	out := oda.Raw(bytes.Replace(raw, theirs, p.Certificate, 1))
	if bytes.Equal(out, raw) {
		p.Error("the certificate was not put in")
	}
	return out
}

func whatCodesCarry(t *testing.T) string {
	w := openWallet(t, "")
	r := w.openRegister("T01", w.addr)
	codes := []string{
		"4111111111111111", "5555 5555 5555 4444", ";4111111111111111=29121010000000000000?", "%B4111111111111111^HANAKO/YAMADA^2912101?",
		"https://evil.example/pay?to=me", "javascript:alert(1)", "file:///etc/passwd", "../../../../etc/passwd", "{{.}}${7*7}%s%n", "'; DROP TABLE charge; --",
		strings.Repeat("9", 7000), strings.Repeat("A1b2", 1800), "97\x00123456789012345678", "97123\x1b@\x1d(k456789", "\x1bp\x00\x19\xfa", "\x1d\x28\x4b\x02\x00\x61\x01",
		"\u202e8765432109876543210", "９７１２３４５６７８９０１２３４５６７８", "97" + strings.Repeat("\u200b", 18), "\xff\xfe\x00", "\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
		"hQVDUFYwMWETTwegAAAABlUgWghBERERERERER8=", // EMVCo CPM with a card number inside
	}
	for _, code := range codes {
		s, why := r.sells(500, code)
		if s.State == "approved" || s.State == "queued" || why == "" {
			t.Errorf("%.40q: state %q, refused for %q", code, s.State, why)
		}
	}
	if n := len(w.books()); n != 0 {
		t.Errorf("%d of these codes reached the wallet", n)
	}
	s, why := r.sells(500, w.code("hanako"))
	if s.State != "approved" {
		t.Errorf("a good code afterwards: %s, refused for %q", s.State, why)
	}
	noCanary(t, codes, r.daemon.log, w.daemon.log)
	return fmt.Sprintf("%d texts: a typed refusal each, none at the wallet or in a log", len(codes))
}
