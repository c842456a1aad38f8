package wirecheck

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

const (
	callTimeout = 10 * time.Second
	maxAnswer   = 2 << 20 // above the 1 MB of a bulletin
	maxTold     = 400     // of what was sent or came, in the report
)

// line is a register's connection to the wallet.
type line struct {
	*runner
	name        string // STORE-TERMINAL
	certificate tls.Certificate
	client      *http.Client
}

func (r *runner) line(own tls.Certificate) (*line, error) {
	if len(own.Certificate) == 0 {
		return nil, fmt.Errorf("%w: a register's certificate is missing", ErrOptions)
	}
	leaf, err := x509.ParseCertificate(own.Certificate[0])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	if !registerForm.MatchString(leaf.Subject.CommonName) {
		return nil, fmt.Errorf("%w: the certificate's common name is %q, but must be STORE-TERMINAL", ErrOptions, leaf.Subject.CommonName)
	}
	return &line{runner: r, name: leaf.Subject.CommonName, certificate: own, client: r.client(r.tls(&own))}, nil
}

// tls shows the certificate, whatever authorities the wallet asks for.
func (r *runner) tls(own *tls.Certificate) *tls.Config {
	c := &tls.Config{RootCAs: r.o.Roots, MinVersion: tls.VersionTLS13}
	if own != nil {
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return own, nil }
	}
	return c
}

func (r *runner) client(c *tls.Config) *http.Client {
	return &http.Client{
		Timeout:       callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{TLSClientConfig: c, MaxIdleConnsPerHost: 32},
	}
}

// reply is what came of one call.
type reply struct {
	sent    string
	asked   asked
	status  int
	header  http.Header
	body    []byte
	err     error
	answer  wire.Answer
	problem wire.Problem
}

// asked is what an answer must echo.
type asked struct {
	key       string
	kind      wire.Kind // empty: any
	amount    int64     // 0: any
	currency  string
	nonce     string
	chargeKey string
}

// raw makes a call with a body as it is.
func (l *line) raw(ctx context.Context, method, path, kind string, body []byte) reply {
	out := reply{sent: strings.TrimSpace(fmt.Sprintf("%s %s %s", method, path, short(body)))}
	req, err := http.NewRequestWithContext(ctx, method, l.base+path, bytes.NewReader(body))
	if err != nil {
		out.err = err
		return out
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	return l.do(req, out)
}

func (l *line) do(req *http.Request, out reply) reply {
	req.GetBody = nil // nothing is repeated by itself
	resp, err := l.client.Do(req)
	if err != nil {
		out.err = err
		return out
	}
	defer resp.Body.Close()
	out.status, out.header = resp.StatusCode, resp.Header
	if out.body, out.err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer)); out.err != nil {
		return out
	}
	if out.status == http.StatusOK {
		json.Unmarshal(out.body, &out.answer) // what is no answer fails its judgement
	} else {
		json.Unmarshal(out.body, &out.problem)
	}
	return out
}

func (l *line) send(ctx context.Context, method, path string, body any, a asked) reply {
	data, err := json.Marshal(body)
	if err != nil {
		return reply{err: err}
	}
	out := l.raw(ctx, method, path, "application/json", data)
	out.asked = a
	return out
}

func (l *line) charge(ctx context.Context, r wire.ChargeRequest) reply {
	return l.send(ctx, "POST", wire.PathCharges, r, asked{r.Key, wire.KindCharge, r.Amount, r.Currency, r.Nonce, ""})
}

func (l *line) refund(ctx context.Context, r wire.RefundRequest) reply {
	return l.send(ctx, "POST", wire.PathRefunds, r, asked{r.Key, wire.KindRefund, r.Amount, r.Currency, r.Nonce, r.ChargeKey})
}

func (l *line) topup(ctx context.Context, r wire.TopupRequest) reply {
	return l.send(ctx, "POST", wire.PathTopups, r, asked{r.Key, wire.KindTopup, r.Amount, r.Currency, r.Nonce, ""})
}

func (l *line) reverse(ctx context.Context, key string, r wire.ReversalRequest) reply {
	return l.send(ctx, "POST", strings.Replace(wire.PathReversal, "{key}", key, 1), r, asked{key, r.Kind, r.Amount, r.Currency, r.Nonce, ""})
}

func (l *line) inquire(ctx context.Context, key, nonce string) reply {
	out := l.raw(ctx, "GET", strings.Replace(wire.PathCharge, "{key}", key, 1)+"?nonce="+url.QueryEscape(nonce), "", nil)
	out.asked = asked{key: key, nonce: nonce}
	return out
}

// place is store and terminal.
func (l *line) place() (store, terminal string) {
	store, terminal, _ = strings.Cut(l.name, "-")
	return store, terminal
}

// key is a key that was never used, of this register.
func (l *line) key() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seq++
	return fmt.Sprintf("%s-%d-%d", l.name, l.epoch, l.seq)
}

// nonce is new for every attempt.
func nonce() string { return rand.Text()[:20] }

// charged is a request for a small amount under a fresh key.
func (l *line) charged(code string, amount int64) wire.ChargeRequest {
	store, terminal := l.place()
	return wire.ChargeRequest{
		Key: l.key(), Store: store, Terminal: terminal, Amount: amount, Currency: l.o.Currency, Code: code,
		Mode: wire.Online, ValidUntil: soon(), Nonce: nonce(),
	}
}

func (l *line) toppedUp(code string, amount int64) wire.TopupRequest {
	c := l.charged(code, amount)
	return wire.TopupRequest{Key: c.Key, Store: c.Store, Terminal: c.Terminal, Amount: c.Amount, Currency: c.Currency, Code: c.Code, ValidUntil: c.ValidUntil, Nonce: c.Nonce}
}

func (l *line) refunded(chargeKey string, amount int64) wire.RefundRequest {
	store, terminal := l.place()
	return wire.RefundRequest{Key: l.key(), ChargeKey: chargeKey, Store: store, Terminal: terminal, Amount: amount, Currency: l.o.Currency, Nonce: nonce()}
}

func (l *line) reversed(kind wire.Kind, amount int64) wire.ReversalRequest {
	return wire.ReversalRequest{Kind: kind, Amount: amount, Currency: l.o.Currency, Nonce: nonce()}
}

// soon is a time limit that is far enough for a slow wallet.
func soon() time.Time { return time.Now().UTC().Add(time.Minute).Truncate(time.Second) }

// short is text for the report.
func short(data []byte) string {
	if len(data) > 4*maxTold {
		return fmt.Sprintf("%s… (%d bytes)", bytes.ToValidUTF8(data[:maxTold], []byte("?")), len(data))
	}
	return string(bytes.ToValidUTF8(data, []byte("?")))
}
