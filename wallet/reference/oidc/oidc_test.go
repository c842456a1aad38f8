package oidc_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference/oidc"
	"github.com/posagent/posagent/wallet/reference/oidc/oidctest"
)

const verifier = "0123456789012345678901234567890123456789012"

func open(i *oidctest.Issuer) *oidc.Provider {
	return oidc.New(oidc.Options{Issuer: i.URL, ClientID: oidctest.ClientID, Secret: oidctest.Secret, Redirect: "http://localhost/"})
}

// comes is a sign-in from its beginning to its end.
func comes(t *testing.T, p *oidc.Provider, i *oidctest.Issuer) (string, error) {
	t.Helper()
	link, err := p.Begin(context.Background(), "state", "nonce", verifier)
	if err != nil {
		t.Fatal(err)
	}
	state, code := i.SignIn(link, "subject-1")
	if state != "state" {
		t.Errorf("state is %q", state)
	}
	return p.Finish(context.Background(), code, "nonce", verifier)
}

func TestWhoItIs(t *testing.T) {
	i := oidctest.Open(t)
	if who, err := comes(t, open(i), i); err != nil || who != "subject-1" {
		t.Errorf("%q, %v", who, err)
	}
}

// Each thing that a token must say is looked at.
func TestTokensThatProveNothing(t *testing.T) {
	i := oidctest.Open(t)
	p := open(i)
	for what, spoil := range map[string]func(map[string]any){
		"no subject":            func(c map[string]any) { delete(c, "sub") },
		"an empty subject":      func(c map[string]any) { c["sub"] = "" },
		"no nonce":              func(c map[string]any) { delete(c, "nonce") },
		"another's nonce":       func(c map[string]any) { c["nonce"] = "of another sign-in" },
		"no audience":           func(c map[string]any) { delete(c, "aud") },
		"for another client":    func(c map[string]any) { c["aud"] = "another wallet" },
		"for two, no party":     func(c map[string]any) { c["aud"] = []string{oidctest.ClientID, "another"} },
		"for two, other party":  func(c map[string]any) { c["aud"], c["azp"] = []string{oidctest.ClientID, "another"}, "another" },
		"another issuer":        func(c map[string]any) { c["iss"] = "https://evil.example" },
		"over":                  func(c map[string]any) { c["exp"] = time.Now().Add(-time.Minute).Unix() },
		"no end":                func(c map[string]any) { delete(c, "exp") },
		"a subject of no texts": func(c map[string]any) { c["sub"] = 5 },
	} {
		i.Spoil = spoil
		if who, err := comes(t, p, i); !errors.Is(err, oidc.ErrRefused) {
			t.Errorf("%s: %q, %v", what, who, err)
		}
	}
	i.Spoil = func(c map[string]any) { c["aud"], c["azp"] = []string{oidctest.ClientID, "another"}, oidctest.ClientID }
	if who, err := comes(t, p, i); err != nil || who != "subject-1" {
		t.Errorf("for two, and we are who asked: %q, %v", who, err)
	}
	i.Spoil = nil
	i.Stolen()
	if who, err := comes(t, p, i); !errors.Is(err, oidc.ErrRefused) {
		t.Errorf("signed by another key: %q, %v", who, err)
	}
}

// A code is of the one who has begun, and is good once.
func TestCodesOfOthers(t *testing.T) {
	i := oidctest.Open(t)
	p := open(i)
	link, err := p.Begin(context.Background(), "s", "n", verifier)
	if err != nil {
		t.Fatal(err)
	}
	_, code := i.SignIn(link, "subject-1")
	if _, err := p.Finish(context.Background(), code, "n", "another secret of PKCE, which somebody guessed"); !errors.Is(err, oidc.ErrRefused) {
		t.Errorf("a code that was looked at: %v", err)
	}
	_, code = i.SignIn(link, "subject-1")
	if _, err := p.Finish(context.Background(), code, "n", verifier); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Finish(context.Background(), code, "n", verifier); !errors.Is(err, oidc.ErrRefused) {
		t.Errorf("a code for the second time: %v", err)
	}
	away := oidc.New(oidc.Options{Issuer: "http://127.0.0.1:1", ClientID: "x"})
	if _, err := away.Begin(context.Background(), "s", "n", verifier); err == nil {
		t.Error("nobody is there, and nothing was said")
	}
}
