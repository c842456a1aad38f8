package attack_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/posagent/posagent/wallet/reference/identity"
	"github.com/posagent/posagent/wallet/wire"
)

// online is a member, or somebody who poses as one, at the customers' door of a
// running walletd.
type online struct {
	testing.TB
	url, outbox    string
	cookie, secret string
	totp           string
	id             string
	key            ed25519.PrivateKey
}

// openDoor is a walletd with that door.
func openDoor(t *testing.T) (*wallet, *online) { return openDoorWith(t, "") }

func openDoorWith(t *testing.T, more string) (*wallet, *online) {
	t.Helper()
	at := freePort(t)
	_, port, _ := strings.Cut(at, ":")
	o := &online{TB: t, url: "http://localhost:" + port, outbox: filepath.Join(t.TempDir(), "outbox")}
	w := openWallet(t, fmt.Sprintf("[phone]\nlisten = %q\norigin = %q\noutbox = %q\ntry_topups = true\n", at, o.url, o.outbox)+more)
	eventually(t, "the door of phones opens", func() bool {
		resp, err := http.Get(o.url)
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	return w, o
}

// call answers the word of a problem, or none.
func (o *online) call(method, path string, body any) (problem string, out map[string]any) {
	data, err := json.Marshal(body)
	check(o, err)
	req, err := http.NewRequest(method, o.url+"/phone/v1"+path, bytes.NewReader(data))
	check(o, err)
	if o.cookie != "" {
		req.AddCookie(&http.Cookie{Name: "__Host-wallet", Value: o.cookie})
	}
	req.Header.Set("Wallet-Secret", o.secret)
	resp, err := http.DefaultClient.Do(req)
	check(o, err)
	defer resp.Body.Close()
	json.NewDecoder(resp.Body).Decode(&out)
	for _, c := range resp.Cookies() {
		o.cookie, o.secret = c.Value, fmt.Sprint(out["secret"])
	}
	if resp.StatusCode < 300 {
		return "", out
	}
	kind := fmt.Sprint(out["type"])
	return kind[strings.LastIndexByte(kind, ':')+1:], out
}

func (o *online) does(method, path string, body any) map[string]any {
	o.Helper()
	problem, out := o.call(method, path, body)
	if problem != "" {
		o.Fatalf("%s %s: %v", method, path, out)
	}
	return out
}

func (o *online) joins(contact string) {
	o.Helper()
	o.does("POST", "/signup", map[string]string{"contact": contact})
	var letter identity.Letter
	eventually(o, "the letter is there", func() bool {
		names, _ := filepath.Glob(filepath.Join(o.outbox, "2*.json"))
		if len(names) == 0 {
			return false
		}
		data, err := os.ReadFile(names[len(names)-1])
		return err == nil && json.Unmarshal(data, &letter) == nil && letter.To == contact
	})
	ticket := o.does("POST", "/signup/verify", map[string]string{"contact": contact, "code": letter.Tell["code"]})["ticket"]
	o.totp = fmt.Sprint(o.does("POST", "/password", map[string]any{"ticket": ticket, "password": leaked})["secret"])
	code, err := totp.GenerateCode(o.totp, time.Now())
	check(o, err)
	o.does("POST", "/password/confirm", map[string]any{"ticket": ticket, "code": code})
	o.makesKey()
	o.does("POST", "/phones", map[string]any{"algorithm": "Ed25519", "key": []byte(o.key.Public().(ed25519.PublicKey)), "label": "her phone", "signed": o.signed("add", "her phone")})
}

func (o *online) makesKey() {
	public, key, err := ed25519.GenerateKey(rand.Reader)
	check(o, err)
	o.key, o.id = key, identity.PhoneID(public)
}

func (o *online) signed(act, about string) map[string]any {
	o.Helper()
	g := identity.Signed{Phone: o.id, Nonce: fmt.Sprint(o.does("POST", "/nonce", nil)["nonce"])}
	return map[string]any{"phone": o.id, "nonce": g.Nonce, "signature": ed25519.Sign(o.key, g.Text(act, about))}
}

func (o *online) topUp(id string, yen int64) (problem string) {
	o.Helper()
	problem, _ = o.call("POST", "/topups", map[string]any{"id": id, "source": "card", "amount": yen, "signed": o.signed("topup", fmt.Sprintf("%s card %d", id, yen))})
	return problem
}

// topUpsInARow has the password that is also that of the sign-in, and then even
// the session; 7pay asked for no more.
func topUpsInARow(t *testing.T) string {
	w, her := openDoor(t)
	her.joins("hanako@example.jp")
	thief := *her // the cookie, the second secret, and all but the phone
	thief.makesKey()
	if got := thief.topUp("t1", 30_000); got != "no-phone" {
		t.Errorf("a top-up with a session alone: %q", got)
	}
	stranger := online{TB: t, url: her.url}
	if got, _ := stranger.call("POST", "/signin", map[string]string{"contact": "hanako@example.jp", "password": leaked, "code": leaked}); got != "wrong" {
		t.Errorf("the password as the second password, too: %q", got)
	}
	if got, _ := her.call("POST", "/topups", map[string]any{"id": "a", "source": "card", "amount": 90_000, "signed": her.signed("topup", "a card 3000")}); got != "wrong" {
		t.Errorf("another amount than the phone has signed: %q", got)
	}
	for n, want := range []string{"", "", "too-much", "too-much"} {
		if got := her.topUp(fmt.Sprint("row ", n), 3000); got != want {
			t.Errorf("top-up %d within a minute: %q, want %q", n+1, got, want)
		}
	}
	var all sync.WaitGroup
	for n := range size(10, 50) {
		one := *her
		all.Go(func() {
			if got := one.topUp(fmt.Sprint("at once ", n), 100_000); got != "too-much" {
				t.Errorf("top-up %d of many at once: %q", n, got)
			}
			if got := one.topUp("row 0", 3000); got != "" {
				t.Errorf("the first one, again: %q", got)
			}
		})
	}
	all.Wait()
	if me := her.does("GET", "/me", nil); me["balance"] != 6000.0 {
		t.Errorf("the balance is %v, want two top-ups of 3,000", me["balance"])
	}
	var trial wire.Trial
	w.try(http.MethodGet, wire.PathTryTrial, nil, &trial)
	if trial.Sum != 0 || trial.Negative+trial.Wrong != 0 {
		t.Errorf("the books: %+v", trial)
	}
	return "no top-up without the phone's signature; the third within 10 minutes is declined; 6,000 yen after all tries"
}
