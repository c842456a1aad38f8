// Package oidctest is an issuer of identities for tests: discovery, sign-in, codes
// with PKCE, and tokens that can be spoiled. It asks nobody for a password.
//
// Invariant: it says what a true issuer would, but for what a test has spoiled.
package oidctest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// The wallet as the issuer knows it.
const (
	ClientID = "wallet"
	Secret   = "a secret of the wallet"
)

// Issuer is a running issuer.
type Issuer struct {
	testing.TB
	URL   string
	Spoil func(claims map[string]any) // nil: tokens are good
	key   *rsa.PrivateKey
	sign  *rsa.PrivateKey // another than key: a thief's
	mu    sync.Mutex
	codes map[string]sign
}

// sign is a sign-in that waits for its code to come back.
type sign struct{ subject, nonce, challenge, redirect string }

// Open starts an issuer.
func Open(t testing.TB) *Issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &Issuer{TB: t, key: key, sign: key, codes: map[string]sign{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.configuration)
	mux.HandleFunc("GET /keys", i.keys)
	mux.HandleFunc("POST /token", i.token)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	i.URL = server.URL
	return i
}

// Stolen has tokens signed by a key that the issuer does not have.
func (i *Issuer) Stolen() {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		i.Fatal(err)
	}
	i.sign = key
}

func (i *Issuer) configuration(w http.ResponseWriter, _ *http.Request) {
	i.says(w, map[string]any{
		"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"RS256"},
	})
}

func (i *Issuer) keys(w http.ResponseWriter, _ *http.Request) {
	i.says(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: i.key.Public(), KeyID: "1", Algorithm: "RS256", Use: "sig"}}})
}

func (i *Issuer) says(w http.ResponseWriter, what any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(what)
}

// SignIn is somebody who follows a link and is let in as subject: what the
// browser brings back.
func (i *Issuer) SignIn(link, subject string) (state, code string) {
	i.Helper()
	u, err := url.Parse(link)
	if err != nil {
		i.Fatal(err)
	}
	q := u.Query()
	if q.Get("response_type") != "code" || q.Get("client_id") != ClientID || q.Get("code_challenge_method") != "S256" || q.Get("scope") != "openid" {
		i.Fatalf("no sign-in is asked for like that: %s", link)
	}
	code = rand.Text()
	i.mu.Lock()
	defer i.mu.Unlock()
	i.codes[code] = sign{subject, q.Get("nonce"), q.Get("code_challenge"), q.Get("redirect_uri")}
	return q.Get("state"), code
}

// token gives tokens for a code, once, to whoever has begun.
func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	id, _ = url.QueryUnescape(id)
	secret, _ = url.QueryUnescape(secret)
	i.mu.Lock()
	s, there := i.codes[r.FormValue("code")]
	delete(i.codes, r.FormValue("code"))
	i.mu.Unlock()
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if id != ClientID || secret != Secret || !there || base64.RawURLEncoding.EncodeToString(sum[:]) != s.challenge || r.FormValue("redirect_uri") != s.redirect {
		w.WriteHeader(http.StatusBadRequest)
		i.says(w, map[string]string{"error": "invalid_grant"})
		return
	}
	now := time.Now()
	claims := map[string]any{"iss": i.URL, "sub": s.subject, "aud": ClientID, "nonce": s.nonce, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()}
	if i.Spoil != nil {
		i.Spoil(claims)
	}
	i.says(w, map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 60, "id_token": i.signed(claims)})
}

func (i *Issuer) signed(claims map[string]any) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: i.sign, KeyID: "1"}}, nil)
	if err != nil {
		i.Fatal(err)
	}
	data, err := json.Marshal(claims)
	if err != nil {
		i.Fatal(err)
	}
	object, err := signer.Sign(data)
	if err != nil {
		i.Fatal(err)
	}
	text, err := object.CompactSerialize()
	if err != nil {
		i.Fatal(err)
	}
	return text
}
