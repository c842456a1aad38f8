package attack_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// till is a register's line to the wallet.
type till struct {
	*wallet
	store, terminal string
	own             tls.Certificate
	client          *http.Client
	mu              sync.Mutex
	seq             int
}

func (w *wallet) till(store, terminal string) *till {
	w.Helper()
	p, err := w.ca.Client(store, terminal)
	check(w, err)
	own, err := p.TLS()
	check(w, err)
	l := &till{wallet: w, store: store, terminal: terminal, own: own}
	tr := &http.Transport{TLSClientConfig: l.tls(), MaxIdleConnsPerHost: 64}
	w.Cleanup(tr.CloseIdleConnections)
	l.client = &http.Client{Transport: tr, Timeout: patience}
	return l
}

func (l *till) tls() *tls.Config {
	return &tls.Config{RootCAs: l.ca.Pool(), Certificates: []tls.Certificate{l.own}, ServerName: "127.0.0.1"}
}

// charged is a request under a fresh key.
func (l *till) charged(code string, amount int64) wire.ChargeRequest {
	l.mu.Lock()
	l.seq++
	seq := l.seq
	l.mu.Unlock()
	return wire.ChargeRequest{
		Key: fmt.Sprintf("%s-%s-1-%d", l.store, l.terminal, seq), Store: l.store, Terminal: l.terminal, Amount: amount, Currency: "JPY", Code: code,
		Mode: wire.Online, ValidUntil: time.Now().UTC().Add(time.Minute), Nonce: fmt.Sprintf("n%d", seq),
	}
}

// reply is what came of a call.
type reply struct {
	status  int
	body    []byte
	answer  wire.Answer
	problem wire.Problem
	err     error
}

func (l *till) post(path string, body any) reply {
	data, err := json.Marshal(body)
	if err != nil {
		return reply{err: err}
	}
	return l.raw("POST", path, data)
}

func (l *till) raw(method, path string, body []byte) reply {
	req, err := http.NewRequest(method, "https://"+l.addr+path, bytes.NewReader(body))
	if err != nil {
		return reply{err: err}
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := l.client.Do(req)
	if err != nil {
		return reply{err: err}
	}
	defer resp.Body.Close()
	out := reply{status: resp.StatusCode}
	if out.body, out.err = io.ReadAll(resp.Body); out.err != nil {
		return out
	}
	if out.status == http.StatusOK {
		out.err = json.Unmarshal(out.body, &out.answer)
	} else {
		json.Unmarshal(out.body, &out.problem)
	}
	return out
}

func (l *till) charge(r wire.ChargeRequest) reply { return l.post(wire.PathCharges, r) }

func (l *till) reverse(key string, amount int64) reply {
	return l.post(strings.Replace(wire.PathReversal, "{key}", key, 1), wire.ReversalRequest{Amount: amount, Currency: "JPY", Nonce: "r"})
}

func (l *till) inquire(key string) reply {
	return l.raw("GET", strings.Replace(wire.PathCharge, "{key}", key, 1)+"?nonce=q", nil)
}

// pays asks for a status, and of a decline for its reason.
func (l *till) want(r reply, status wire.Status, why wire.Reason) {
	l.Helper()
	if r.err != nil || r.status != http.StatusOK || r.answer.Status != status || r.answer.Reason != why {
		l.Errorf("it came to %d %s %v, want %s %s", r.status, r.body, r.err, status, why)
	}
}

func (l *till) refused(r reply, status int, kind string) {
	l.Helper()
	if r.err != nil || r.status != status || r.problem.Type != kind {
		l.Errorf("it came to %d %s %v, want %d %s", r.status, r.body, r.err, status, kind)
	}
}
