// Package authorize asks a wallet for money: one attempt, one exchange over
// HTTP/1.1 and mutual TLS, exactly one event, inside a budget of time. It
// never retries, never hedges and never tries another wallet; the protocols
// of the wallets are sub-packages.
//
// Invariant: an attempt is a miss only when the byte counter of our own
// connection saw nothing leave; every other failure leaves the charge in
// doubt.
package authorize

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/posagent/posagent/agent/trace"
	"github.com/posagent/posagent/wallet/wire"
)

// maxAnswer is the largest body that is read from a wallet, in bytes.
const maxAnswer = 64 << 10

// dialWithin is how long a dial and its handshake may take. net/http goes on
// dialling after the request that wanted it is gone, and without a limit a
// machine that takes connections and then says nothing would gather them.
const dialWithin = 10 * time.Second

// Line is the connection to one wallet: warm, mutually authenticated, and
// counted.
type Line struct {
	base   string
	config *tls.Config
	until  time.Time // the end of this register's certificate; zero: not known
	client atomic.Pointer[http.Client]
}

// Identity is who we are to the wallet and whom we believe.
type Identity struct {
	Certificate tls.Certificate // of this register
	Roots       *x509.CertPool  // the wallet's certification authority, and no other
}

// NewLine prepares a line to a wallet at an https address without a path. It
// dials nothing.
func NewLine(base string, id Identity) *Line {
	config := &tls.Config{
		MinVersion:         tls.VersionTLS13,
		Certificates:       []tls.Certificate{id.Certificate},
		RootCAs:            id.Roots,
		NextProtos:         []string{"http/1.1"}, // one call at a time: faster than HTTP/2 by half
		ClientSessionCache: tls.NewLRUClientSessionCache(8),
	}
	l := &Line{base: base, config: config, until: validUntil(id.Certificate)}
	l.client.Store(l.newClient())
	return l
}

// newClient has no connection yet.
func (l *Line) newClient() *http.Client {
	transport := &http.Transport{
		// Our own dial, so that every connection is counted above TLS: the
		// handshake is not part of a request.
		DialTLSContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if !l.until.IsZero() && time.Now().After(l.until) {
				return nil, fmt.Errorf("this register's certificate ended on %s: renew it and start again, or set the clock right", l.until.Format(time.DateOnly))
			}
			return dial(ctx, network, addr, l.config)
		},
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        90 * time.Second,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 16 << 10,
	}
	refuseRedirect := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &http.Client{Transport: transport, CheckRedirect: refuseRedirect}
}

// distrust lets no later request go through the connections of this client. The
// answer of another request came through one of them, so the right one may
// still be on its way there, perhaps read from the wire already: closing the
// connection would not take it back, and the next charge would get it.
func (l *Line) distrust(client *http.Client) {
	if l.client.CompareAndSwap(client, l.newClient()) {
		client.CloseIdleConnections()
	}
}

// validUntil is the end of a certificate. In TLS 1.3 a wallet refuses one that
// has ended only after our first bytes are on their way, and every request
// would then be a doubt.
func validUntil(c tls.Certificate) time.Time {
	if len(c.Certificate) == 0 {
		return time.Time{}
	}
	leaf, err := x509.ParseCertificate(c.Certificate[0])
	if err != nil {
		return time.Time{}
	}
	return leaf.NotAfter
}

func dial(ctx context.Context, network, addr string, config *tls.Config) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	dialer := tls.Dialer{NetDialer: &net.Dialer{KeepAlive: 15 * time.Second}, Config: config}
	conn, err := dialer.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return &counted{Conn: conn}, nil
}

// counted is a connection that counts what may have left through it. It
// counts before it writes: a write that fails half-way has left something.
type counted struct {
	net.Conn
	out atomic.Int64
}

func (c *counted) Write(p []byte) (int, error) {
	c.out.Add(int64(len(p)))
	return c.Conn.Write(p)
}

// Do makes one exchange and returns what it left behind. A nil body is a GET
// or an empty POST. The trace that ctx is in goes along.
func (l *Line) Do(ctx context.Context, method, path string, body io.Reader) Evidence {
	var conn atomic.Pointer[counted]
	var before atomic.Int64
	watch := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		if c, ok := info.Conn.(*counted); ok {
			before.Store(c.out.Load())
			conn.Store(c)
		}
	}}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, watch), method, l.base+path, body)
	if err != nil {
		return Evidence{Err: err}
	}
	// Without these two net/http cannot repeat a request by itself.
	req.GetBody = nil
	req.Header.Del("Idempotency-Key")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	trace.Tell(ctx, req.Header)
	client := l.client.Load()
	resp, err := client.Do(req)
	var asked *url.Error
	if errors.As(err, &asked) {
		err = asked.Err // without the address: its query is longer than what is wrong
	}
	ev := Evidence{Err: err, Distrust: func() { l.distrust(client) }}
	if c := conn.Load(); c != nil {
		ev.Bytes = c.out.Load() - before.Load()
	}
	if err != nil {
		return ev
	}
	defer resp.Body.Close()
	ev.Status = resp.StatusCode
	if ev.Status == http.StatusSwitchingProtocols {
		return ev // its body is the connection itself, which no deadline of net/http ends any more
	}
	read(resp, &ev)
	return ev
}

// read takes the body in, whole, so that the connection stays usable.
func read(resp *http.Response, ev *Evidence) {
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		ev.Err = fmt.Errorf("read the wallet's answer: %w", err)
		return
	case len(data) > maxAnswer:
		ev.Err = errors.New("the wallet's answer is longer than 64 kB")
		return
	}
	if resp.StatusCode == http.StatusOK {
		ev.Body = data // what it must be depends on what was asked
		return
	}
	var p wire.Problem
	if Decode(data, &p) == nil {
		ev.Problem = &p
	}
}

// Warm makes a small exchange so that a dialled connection is at hand when a
// customer's code is scanned: a handshake would cost thirty round trips' time
// inside the deadline. Any answer at all counts.
func (l *Line) Warm(ctx context.Context) error {
	ev := l.Do(ctx, http.MethodGet, wire.PathPing, nil)
	if ev.Status == 0 {
		return Told(ev.Err)
	}
	return nil
}

// KeepWarm calls Warm at once and then every interval until ctx ends, and
// tells each result. It returns when ctx ends.
func (l *Line) KeepWarm(ctx context.Context, every, timeout time.Duration, tell func(error)) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		once, cancel := context.WithTimeout(ctx, timeout)
		err := l.Warm(once)
		cancel()
		if ctx.Err() != nil {
			return
		}
		tell(err)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Close lets idle connections go.
func (l *Line) Close() { l.client.Load().CloseIdleConnections() }
