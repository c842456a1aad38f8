package attack_test

import (
	"crypto/ed25519"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posagent/posagent/wallet/reference/oidc/oidctest"
)

// byOthers signs in at another service as her, and brings back tokens that prove
// nothing; at 7pay an id of another service was enough, whoever sent it.
func byOthers(t *testing.T) string {
	issuer := oidctest.Open(t)
	secret := filepath.Join(t.TempDir(), "secret")
	check(t, os.WriteFile(secret, []byte(oidctest.Secret+"\n"), 0o600))
	_, her := openDoorWith(t, fmt.Sprintf("\n[[sign_in_by]]\nname = \"mihon\"\nissuer = %q\nclient_id = %q\nsecret_file = %q\n", issuer.URL, oidctest.ClientID, secret))
	her.joins("hanako@example.jp")
	begun := her.does("POST", "/links/begin", map[string]string{"other": "mihon"})
	state, code := issuer.SignIn(fmt.Sprint(begun["url"]), "hanako-at-mihon")
	her.does("POST", "/links/finish", map[string]any{"rite": begun["rite"], "state": state, "code": code})

	visit := func(spoil func(map[string]any), bring func(in map[string]any)) (string, *online) {
		one := &online{TB: t, url: her.url}
		begun := one.does("POST", "/signin/other/begin", map[string]string{"other": "mihon"})
		state, code := issuer.SignIn(fmt.Sprint(begun["url"]), "hanako-at-mihon")
		in := map[string]any{"rite": begun["rite"], "state": state, "code": code}
		issuer.Spoil = spoil
		if bring != nil {
			bring(in)
		}
		problem, _ := one.call("POST", "/signin/other/finish", in)
		issuer.Spoil = nil
		return problem, one
	}
	good, in := visit(nil, nil)
	if good != "" {
		t.Fatalf("she herself is refused: %s", good)
	}
	in.makesKey()
	for act, got := range map[string]string{
		"a phone":  in.tells("POST", "/phones", map[string]any{"algorithm": "Ed25519", "key": []byte(in.key.Public().(ed25519.PublicKey)), "label": "mine", "signed": in.signed("add", "mine")}),
		"a top-up": in.topUp("x", 1000),
		"unfreeze": in.tells("POST", "/unfreeze", nil),
		"move":     in.tells("POST", "/contact", map[string]string{"contact": "thief@example.com"}),
	} {
		if got != "prove" {
			t.Errorf("%s by that sign-in alone: %q", act, got)
		}
	}
	tries := 0
	for what, spoil := range map[string]func(map[string]any){
		"no subject":      func(c map[string]any) { delete(c, "sub") },
		"another subject": func(c map[string]any) { c["sub"] = "somebody" },
		"no nonce":        func(c map[string]any) { delete(c, "nonce") },
		"an old nonce":    func(c map[string]any) { c["nonce"] = "of yesterday" },
		"no audience":     func(c map[string]any) { delete(c, "aud") },
		"another client":  func(c map[string]any) { c["aud"] = "a thief's app" },
		"another issuer":  func(c map[string]any) { c["iss"] = "https://evil.example" },
		"over":            func(c map[string]any) { c["exp"] = 1 },
	} {
		tries++
		if got, _ := visit(spoil, nil); got != "wrong" && got != "slow" {
			t.Errorf("a token with %s: %q", what, got)
		}
	}
	for what, bring := range map[string]func(map[string]any){
		"another browser's state": func(in map[string]any) { in["state"] = strings.Repeat("0", 64) },
		"a code of nobody":        func(in map[string]any) { in["code"] = "nonsense" },
		"no rite":                 func(in map[string]any) { in["rite"] = "" },
		"the rite of the link":    func(in map[string]any) { in["rite"], in["state"] = begun["rite"], state },
	} {
		tries++
		if got, _ := visit(nil, bring); got != "wrong" && got != "session" && got != "slow" {
			t.Errorf("%s: %q", what, got)
		}
	}
	return fmt.Sprintf("%d ways refused; a good token gives a session that pays, adds and moves nothing without a second factor of the wallet", tries)
}

// tells is the word of a problem.
func (o *online) tells(method, path string, body any) string {
	problem, _ := o.call(method, path, body)
	return problem
}
