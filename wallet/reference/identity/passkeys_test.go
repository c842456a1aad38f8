package identity_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/descope/virtualwebauthn"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/posagent/posagent/wallet/reference/identity"
)

// rp is this wallet as authenticators know it.
var rp = virtualwebauthn.RelyingParty{ID: "localhost", Name: "wallet", Origin: "http://localhost:7072"}

func withPasskeys(t *testing.T) *wallet {
	t.Helper()
	w := newWallet(t)
	keys, err := webauthn.New(&webauthn.Config{RPID: rp.ID, RPDisplayName: rp.Name, RPOrigins: []string{rp.Origin}})
	check(t, err)
	w.options.WebAuthn, w.options.Log = keys, slog.New(slog.NewTextHandler(t.Output(), nil))
	w.restart()
	return w
}

// authenticator is somebody's, with one passkey.
type authenticator struct {
	virtualwebauthn.Authenticator
	key virtualwebauthn.Credential
}

func newAuthenticator() *authenticator {
	return &authenticator{virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{}), virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)}
}

func body(text string) *http.Request {
	r, _ := http.NewRequest(http.MethodPost, "/", strings.NewReader(text))
	r.Header.Set("Content-Type", "application/json")
	return r
}

// enrols makes a passkey for a ticket and signs in.
func (w *wallet) enrols(ticket string, a *authenticator, at virtualwebauthn.RelyingParty) (identity.SignedIn, error) {
	w.t.Helper()
	rite, options, err := w.BeginPasskey(ticket)
	check(w.t, err)
	text, err := json.Marshal(options)
	check(w.t, err)
	read, err := virtualwebauthn.ParseAttestationOptions(string(text))
	check(w.t, err)
	answer := virtualwebauthn.CreateAttestationResponse(at, a.Authenticator, a.key, *read)
	a.AddCredential(a.key)
	a.Options.UserHandle = []byte(decode(w.t, read.UserID))
	return w.FinishPasskey(rite, ticket, body(answer), home)
}

// decode is the id as the authenticator keeps it.
func decode(t *testing.T, id string) string { t.Helper(); return id }

// signs answers a sign-in that was begun.
func (w *wallet) signs(a *authenticator, at virtualwebauthn.RelyingParty, proving *identity.Session) (identity.SignedIn, string, string, error) {
	w.t.Helper()
	rite, options, err := w.BeginSignIn()
	check(w.t, err)
	text, err := json.Marshal(options)
	check(w.t, err)
	read, err := virtualwebauthn.ParseAssertionOptions(string(text))
	check(w.t, err)
	a.key.Counter++
	answer := virtualwebauthn.CreateAssertionResponse(at, a.Authenticator, a.key, *read)
	in, err := w.FinishSignIn(rite, body(answer), home, proving)
	return in, rite, answer, err
}

func (w *wallet) proves(contact string) (ticket string) {
	w.t.Helper()
	check(w.t, w.SignUp(contact, home))
	ticket, err := w.Verify(contact, w.last(contact).Tell["code"], identity.ProofSignUp, home)
	check(w.t, err)
	return ticket
}

// A passkey signs up and in, without a password anywhere; an answer is good once
// and for this wallet alone.
func TestPasskeys(t *testing.T) {
	w := withPasskeys(t)
	phishing := rp
	phishing.ID, phishing.Origin = "locaihost", "http://locaihost:7072"
	_, err := w.enrols(w.proves("taro@example.jp"), newAuthenticator(), phishing)
	wants(t, "a passkey of another site", err, identity.ErrWrong)

	a := newAuthenticator()
	ticket := w.proves("hanako@example.jp")
	in, err := w.enrols(ticket, a, rp)
	check(t, err)
	row, m, err := w.Who(in.Token, in.Secret)
	check(t, err)
	if m.Password != "" || m.TOTP != "" || !w.accounts[m.Customer] {
		t.Errorf("%+v", m)
	}
	_, _, err = w.BeginPasskey(ticket)
	wants(t, "the ticket again", err, identity.ErrSession)
	again, rite, answer, err := w.signs(a, rp, nil)
	check(t, err)
	if again.Member != m.ID {
		t.Errorf("signed in as %s, not as %s", again.Member, m.ID)
	}
	_, err = w.FinishSignIn(rite, body(answer), home, nil)
	wants(t, "the answer again", err, identity.ErrSession)
	_, _, _, err = w.signs(a, phishing, nil)
	wants(t, "an answer made for another site", err, identity.ErrWrong)
	_, _, _, err = w.signs(newAuthenticator(), rp, nil)
	wants(t, "a passkey of nobody", err, identity.ErrWrong)
	_, err = w.SignIn("hanako@example.jp", "", "", home)
	wants(t, "no password and no code", err, identity.ErrWrong)

	w.add(3600e9)
	check(t, w.Freeze(m.ID, "member"))
	wants(t, "unfreezing without a proof", w.Unfreeze(row), identity.ErrProve)
	_, _, _, err = w.signs(a, rp, &row)
	check(t, err)
	row, _, err = w.Who(in.Token, in.Secret)
	check(t, err)
	check(t, w.Unfreeze(row))
	row.Member = "somebody else"
	_, _, _, err = w.signs(a, rp, &row)
	wants(t, "a proof for another member's session", err, identity.ErrWrong)
}
