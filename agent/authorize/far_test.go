package authorize_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/authorize/own"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/wallet/reference/pki"
	"github.com/posagent/posagent/wallet/wire"
)

const customerCode = "97123456789012345678"

var rec = charge.Record{Key: "S1-T1-216950400-7", SaleID: "a", Amount: money.Yen(1280)}

// request is what the far side read.
type request struct {
	*http.Request
	body []byte
	wire.ChargeRequest
}

// far is the other side of the wire, byte by byte: real TCP, real mutual TLS,
// and then whatever play writes. play returns false to close the connection.
type far struct {
	t    testing.TB
	addr string
	ca   *pki.Authority
	play func(conn net.Conn, r request) bool

	mu       sync.Mutex
	first    func(conn net.Conn)      // above TLS, before the first request is read
	hello    func(conn net.Conn) bool // before TLS; false closes
	conns    int
	live     []net.Conn
	requests []request
	raw      int // bytes that came in, TLS and all
}

func listen(t testing.TB, play func(net.Conn, request) bool) *far {
	t.Helper()
	ca, err := pki.NewAuthority()
	must(t, err)
	pair, err := ca.Server()
	must(t, err)
	cert, err := pair.TLS()
	must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	f := &far{t: t, addr: l.Addr().String(), ca: ca, play: play}
	config := &tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ca.Pool()}
	var open sync.WaitGroup
	t.Cleanup(func() { // conns are closed by serve or here: a Cleanup of their own is forbidden while fuzzing
		l.Close()
		f.mu.Lock()
		for _, c := range f.live {
			c.Close()
		}
		f.mu.Unlock()
		open.Wait()
	})
	open.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			f.mu.Lock()
			f.live = append(f.live, conn)
			f.mu.Unlock()
			open.Go(func() { f.serve(conn, config) })
		}
	})
	return f
}

// tap counts what comes in below TLS.
type tap struct {
	net.Conn
	f *far
}

func (c tap) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.f.mu.Lock()
	c.f.raw += n
	c.f.mu.Unlock()
	return n, err
}

func (f *far) serve(conn net.Conn, config *tls.Config) {
	defer conn.Close()
	f.mu.Lock()
	f.conns++
	hello, first := f.hello, f.first
	f.mu.Unlock()
	if hello != nil && !hello(conn) {
		return
	}
	secure := tls.Server(tap{conn, f}, config)
	if first != nil {
		first(secure)
	}
	in := bufio.NewReader(secure)
	for {
		req, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		r := request{Request: req}
		if r.body, err = io.ReadAll(req.Body); err != nil {
			return
		}
		_ = json.Unmarshal(r.body, &r.ChargeRequest)
		if n := req.URL.Query().Get("nonce"); n != "" {
			r.Nonce = n
		}
		f.mu.Lock()
		f.requests = append(f.requests, r)
		f.mu.Unlock()
		if !f.play(secure, r) {
			return
		}
	}
}

// greets sets what happens before TLS.
func (f *far) greets(hello func(net.Conn) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hello = hello
}

func (f *far) saw() []request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]request(nil), f.requests...)
}

// client speaks to the far side, with a deadline that a test can wait for.
func (f *far) client(deadline time.Duration) *own.Client { return f.clientOf(f.ca, f.ca, deadline) }

// clientOf has its certificate from one authority and believes another.
func (f *far) clientOf(mine, theirs *pki.Authority, deadline time.Duration) *own.Client {
	f.t.Helper()
	pair, err := mine.Client("S1", "T1")
	must(f.t, err)
	cert, err := pair.TLS()
	must(f.t, err)
	terms := charge.Standard()
	terms.Deadline = deadline
	line := authorize.NewLine("https://"+f.addr, authorize.Identity{Certificate: cert, Roots: theirs.Pool()})
	f.t.Cleanup(line.Close)
	return &own.Client{ID: "own", Line: line, Terms: terms, Now: time.Now}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var shown = paycode.Code{Text: customerCode, Wallet: "own"}

// long is a deadline that no test waits for.
const long = 20 * time.Second

// short is one that a test waits for.
const short = 150 * time.Millisecond

// answer is the honest answer to a request, as the contract has it.
func answer(r request, status wire.Status) wire.Answer {
	return wire.Answer{Key: string(rec.Key), Kind: wire.KindCharge, Status: status, Amount: rec.Amount.Minor,
		Currency: string(rec.Amount.Currency), Nonce: r.Nonce, Receipt: "R-1", At: time.Now().UTC()}
}

// response is an HTTP response as bytes.
func response(status int, body any, headers ...string) []byte {
	data, ok := body.([]byte)
	if !ok {
		data, _ = json.Marshal(body)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\nContent-Length: %d\r\nContent-Type: application/json\r\n", status, http.StatusText(status), len(data))
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	b.WriteString("\r\n")
	b.Write(data)
	return b.Bytes()
}

// says is a play that always gives one response.
func says(status int, body func(request) any, headers ...string) func(net.Conn, request) bool {
	return func(conn net.Conn, r request) bool {
		_, err := conn.Write(response(status, body(r), headers...))
		return err == nil
	}
}

func yes(conn net.Conn, r request) bool {
	return says(http.StatusOK, func(r request) any { return answer(r, wire.Approved) })(conn, r)
}

// came wants an answer to be an event for a reason, and never to carry the code.
func came(t *testing.T, what string, a charge.Answer, event charge.Event, reason charge.Reason) {
	t.Helper()
	if a.Event != event || a.Reason != reason {
		t.Errorf("%s: %s because of %q (%s), want %s because of %q", what, a.Event, a.Reason, a.Note, event, reason)
	}
	if a.Wallet != "own" || a.By != charge.ByWallet || a.Asked.IsZero() || a.At.Before(a.Asked) {
		t.Errorf("%s: %+v", what, a)
	}
	if strings.Contains(fmt.Sprintf("%+v", a), customerCode) {
		t.Errorf("%s: the customer's code is in the answer", what)
	}
}
