package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
)

// farTill is a program on another machine with the bundle of a pairing.
type farTill struct {
	t    *testing.T
	base string
	http *http.Client
}

func (p *place) farTill(t *testing.T, at, bundle string) farTill {
	t.Helper()
	c := &tls.Config{}
	pool := x509.NewCertPool()
	for block, rest := pem.Decode([]byte(bundle)); block != nil; block, rest = pem.Decode(rest) {
		pool.AppendCertsFromPEM(pem.EncodeToMemory(block)) // its own, too, which signs nothing
	}
	c.RootCAs = pool
	if strings.Contains(bundle, "PRIVATE KEY") {
		cert, err := tls.X509KeyPair([]byte(bundle), []byte(bundle))
		check(t, err)
		c.Certificates = []tls.Certificate{cert}
	}
	return farTill{t, "https://" + at, &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: c}}}
}

// calls makes one call; the status is 0 when there was no connection.
func (f farTill) calls(method, path string, body any, headers ...string) (int, []byte) {
	f.t.Helper()
	data, err := json.Marshal(body)
	check(f.t, err)
	req, err := http.NewRequestWithContext(f.t.Context(), method, f.base+path, bytes.NewReader(data))
	check(f.t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(control.HeaderIdempotencyKey, fmt.Sprintf("%s %s", path, data))
	for i := 0; i < len(headers); i += 2 {
		if req.Header.Set(headers[i], headers[i+1]); headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	resp, err := f.http.Do(req)
	if err != nil {
		return 0, []byte(err.Error())
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	check(f.t, err)
	return resp.StatusCode, answer
}

func (f farTill) wants(what string, want int, method, path string, body any, headers ...string) []byte {
	f.t.Helper()
	got, answer := f.calls(method, path, body, headers...)
	if got != want {
		f.t.Errorf("%s: %d, want %d: %s", what, got, want, answer)
	}
	return answer
}

// A program on another machine sells by TLS with the certificate of its
// pairing, can do nothing else, and is out at once when it is revoked.
func TestAPairedTill(t *testing.T) {
	at := freePort(t)
	p := newPlace(t, "")
	check(t, os.WriteFile(p.at("conf.d/tls.toml"), []byte("[api]\ntls_listen = \""+at+"\"\n"), 0o600))
	p.startWallet(t)
	agent := p.start(t)
	local := control.Dial("unix:"+p.at("api.sock"), "")
	sales := []control.Scope{control.ScopePrepare, control.ScopeRead}
	made, err := local.Pair(t.Context(), control.NewPairing{Name: "pos2", Scopes: sales, Days: 30})
	check(t, err)
	if _, err := local.Pair(t.Context(), control.NewPairing{Name: "pos2", Scopes: sales, Days: 30}); err == nil {
		t.Error("the same name was paired twice")
	}
	if _, err := local.Pair(t.Context(), control.NewPairing{Name: "pos3", Scopes: []control.Scope{control.ScopeRefund}, Days: 30}); err == nil {
		t.Error("a program on another machine may give money back")
	}
	if _, err := p.client.Pair(t.Context(), control.NewPairing{Name: "pos3", Scopes: sales, Days: 30}); err == nil {
		t.Error("a token without the scope config pairs")
	}
	f := p.farTill(t, at, made.Bundle)
	var s control.Sale
	check(t, json.Unmarshal(f.wants("a sale", 200, "POST", control.PathSales, control.NewSale{Reference: "A-1", Amount: 700, Currency: "JPY", Code: &control.Code{Text: p.mint(t)}}), &s))
	if s.State != "approved" || s.Goods != "hand_over" {
		t.Errorf("the sale: %+v", s)
	}
	token := []string{"Authorization", "Bearer " + visitorToken}
	f.wants("a refund", 403, "POST", control.PathRefunds, control.NewRefund{ChargeKey: s.ChargeKey, Amount: 700, Reason: "x"})
	f.wants("settings", 403, "GET", "/v1/config", nil)
	f.wants("a sign-in", 403, "POST", control.PathSession, control.SignIn{Operator: "x", PIN: "000000"})
	f.wants("another pairing", 403, "POST", control.PathPairings, control.NewPairing{Name: "pos4", Scopes: sales, Days: 1})
	f.wants("a page", 403, "GET", "/pos", nil)
	f.wants("an override", 403, "POST", salePath(control.PathOverride, s.ID), struct{}{})
	f.wants("under another name", 421, "GET", control.PathHealth, nil, "Host", "x")
	stranger := p.farTill(t, at, made.Bundle[strings.LastIndex(made.Bundle, "-----BEGIN"):])
	if status, _ := stranger.calls("GET", control.PathHealth, nil, token...); status != 0 {
		t.Errorf("a token without a certificate: %d", status)
	}
	for range 2 * mostFar { // somebody else on the network fills the room, and says nothing
		conn, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}).Dial("tcp", at)
		check(t, err)
		t.Cleanup(func() { _ = conn.Close() })
	}
	f.http.CloseIdleConnections()
	f.wants("beside a crowd", 200, "GET", salePath(control.PathSale, s.ID), nil)
	check(t, agent.cmd.Process.Kill())
	agent.ended(t)
	p.start(t)
	f.wants("after a power cut", 200, "GET", salePath(control.PathSale, s.ID), nil)
	stream, err := http.NewRequestWithContext(t.Context(), "GET", f.base+control.PathEvents, nil)
	check(t, err)
	events, err := (&http.Client{Transport: f.http.Transport}).Do(stream)
	check(t, err)
	defer events.Body.Close()
	list, err := local.Unpair(t.Context(), "pos2")
	check(t, err)
	if len(list.Pairings) != 1 || list.Pairings[0].State != "revoked" || list.Listen != at {
		t.Errorf("%+v", list)
	}
	_, _ = io.Copy(io.Discard, events.Body) // it ends
	if status, answer := f.calls("GET", control.PathHealth, nil); status != 0 && status != 401 {
		t.Errorf("after it is revoked: %d %s", status, answer)
	}
	notes := p.notes(t)
	for _, want := range []string{"paired program pos2 with [prepare read] until", made.Fingerprint, "revoked the pairing of program pos2"} {
		if !strings.Contains(notes, want) {
			t.Errorf("%q is not in the journal: %s", want, notes)
		}
	}
	if strings.Contains(notes, "PRIVATE") || strings.Contains(string(tail(p.at("agent.log"))), "PRIVATE") {
		t.Error("a key was written down")
	}
}

// The examples of docs/integrator/tls.md, as their readers run them.
func TestTheDocumentOfTLS(t *testing.T) {
	text, err := os.ReadFile("../../docs/integrator/tls.md")
	check(t, err)
	blocks := regexp.MustCompile("(?s)```(sh|text)\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) != 5 {
		t.Fatalf("%d examples, want 5", len(blocks))
	}
	calls, says, windows := blocks[1][2], blocks[2][2], blocks[3][2]
	for _, tool := range []string{"curl", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("SKIP: %s is missing (apt-get install %[1]s)", tool)
		}
	}
	at := freePort(t)
	p := newPlace(t, "")
	check(t, os.WriteFile(p.at("conf.d/tls.toml"), []byte("[api]\ntls_listen = \""+at+"\"\n"), 0o600))
	p.startWallet(t)
	p.start(t)
	made, err := p.local().Pair(t.Context(), control.NewPairing{Name: "pos2", Scopes: []control.Scope{control.ScopePrepare, control.ScopeRead}, Days: 365})
	check(t, err)
	check(t, os.WriteFile(p.at("pos2.pem"), []byte(made.Bundle), 0o600))
	shell := func(script string) string {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", script)
		cmd.Dir, cmd.Env = p.dir, append(os.Environ(), "REGISTER="+at, "PASSWORD=a password")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%v: %s", err, out)
		}
		return string(out)
	}
	if got := shell(calls); got != says {
		t.Errorf("the examples say\n%s\nthe document says\n%s", got, says)
	}
	shell(windows)
	if got := shell(`openssl pkcs12 -in pos2.pfx -passin "pass:$PASSWORD" -nokeys`); !strings.Contains(got, "CN = pos2") && !strings.Contains(got, "CN=pos2") {
		t.Errorf("the file for Windows holds %s", got)
	}
}
