package authorize_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/wallet/reference/pki"
	"github.com/posagent/posagent/wallet/wire"
)

func TestAnApproval(t *testing.T) {
	f := listen(t, yes)
	a := f.client(long).Charge(t.Context(), rec, shown)
	came(t, "approved", a, charge.Approve, charge.ReasonNone)
	if a.Receipt != "R-1" || a.Bytes == 0 || !a.Known || a.Note != "" {
		t.Errorf("answer %+v", a)
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	f := listen(t, yes)
	f.addr = l.Addr().String()
	must(t, l.Close())
	a := f.client(long).Charge(t.Context(), rec, shown)
	came(t, "refused", a, charge.Miss, charge.ReasonUnreachable)
	if a.Bytes != 0 {
		t.Errorf("%d bytes left", a.Bytes)
	}
}

// A stranger at the wallet's address learns nothing: not the code, not the
// key, not even that there is a customer.
func TestAStrangerAtTheWalletsAddress(t *testing.T) {
	stranger, err := pki.NewAuthority()
	must(t, err)
	f := listen(t, yes)
	a := f.clientOf(f.ca, stranger, long).Charge(t.Context(), rec, shown) // believes another authority
	came(t, "wrong authority", a, charge.Miss, charge.ReasonUnreachable)
	f.mu.Lock()
	defer f.mu.Unlock()
	// A ClientHello and an alert. A request with its certificate is longer
	// than what is left of that.
	if len(f.requests) != 0 || a.Bytes != 0 || f.raw > 1700 {
		t.Errorf("%d requests, %d bytes counted, %d bytes came in", len(f.requests), a.Bytes, f.raw)
	}
}

func TestAnAddressWithoutTLS(t *testing.T) {
	f := listen(t, yes)
	var heard bytes.Buffer
	f.greets(func(conn net.Conn) bool {
		p := make([]byte, 4096)
		n, _ := conn.Read(p)
		heard.Write(p[:n])
		_, _ = conn.Write(response(http.StatusOK, answer(request{}, wire.Approved)))
		return false
	})
	a := f.client(long).Charge(t.Context(), rec, shown)
	came(t, "plain HTTP", a, charge.Miss, charge.ReasonUnreachable)
	if strings.Contains(heard.String(), customerCode) || strings.Contains(heard.String(), string(rec.Key)) {
		t.Error("the code or the key left unencrypted")
	}
}

// Someone takes connections and never shakes hands: the deadline ends it, and
// nothing left.
func TestAnAddressThatIsSilent(t *testing.T) {
	f := listen(t, yes)
	ended := make(chan struct{})
	t.Cleanup(func() { close(ended) })
	f.greets(func(net.Conn) bool { <-ended; return false })
	a := f.client(short).Charge(t.Context(), rec, shown)
	came(t, "no handshake", a, charge.Miss, charge.ReasonTimeout)
}

// In TLS 1.3 a client learns after its own last word that it is not believed;
// the request may be on its way by then. That is a doubt, and no request.
func TestACertificateThatIsNotBelieved(t *testing.T) {
	stranger, err := pki.NewAuthority()
	must(t, err)
	f := listen(t, yes)
	a := f.clientOf(stranger, f.ca, long).Charge(t.Context(), rec, shown)
	want := charge.Lose
	if a.Bytes == 0 {
		want = charge.Miss
	}
	came(t, "stranger's certificate", a, want, charge.ReasonUnreachable)
	if n := len(f.saw()); n != 0 {
		t.Errorf("%d requests were read", n)
	}
}

func TestNothingIsSentAfterTheEnd(t *testing.T) {
	f := listen(t, yes)
	c := f.client(long)
	ended, end := context.WithCancel(t.Context())
	end()
	a := c.Charge(ended, rec, shown)
	came(t, "ended before", a, charge.Miss, charge.ReasonUnreachable)
	if n := len(f.saw()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

// All the ways in which an exchange breaks after the request has left. None
// is a no, and none is a yes.
func TestExchangesThatBreak(t *testing.T) {
	half := func(r request) []byte { return response(http.StatusOK, answer(r, wire.Approved)) }
	for _, c := range []struct {
		name   string
		play   func(net.Conn, request) bool
		reason charge.Reason
		wait   bool // the deadline ends it
	}{
		{"silence", func(net.Conn, request) bool { return true }, charge.ReasonTimeout, true},
		{"closed", func(net.Conn, request) bool { return false }, charge.ReasonUnreachable, false},
		{"half a head", func(c net.Conn, r request) bool { _, _ = c.Write(half(r)[:20]); return false }, charge.ReasonUnreachable, false},
		{"half a body", func(c net.Conn, r request) bool { p := half(r); _, _ = c.Write(p[:len(p)-9]); return false }, charge.ReasonBadAnswer, false},
		{"half a body, then silence", func(c net.Conn, r request) bool { p := half(r); _, _ = c.Write(p[:len(p)-9]); return true }, charge.ReasonBadAnswer, true},
		{"not HTTP", func(c net.Conn, _ request) bool { _, _ = c.Write([]byte("hello\n\n")); return false }, charge.ReasonUnreachable, false},
		{"a head too long", func(c net.Conn, r request) bool {
			_, _ = c.Write(response(http.StatusOK, answer(r, wire.Approved), "X-Long: "+strings.Repeat("x", 20<<10)))
			return false
		}, charge.ReasonUnreachable, false},
		{"a body too long", func(c net.Conn, r request) bool {
			body := append(half(r)[bytes.Index(half(r), []byte("\r\n\r\n"))+4:], bytes.Repeat([]byte(" "), 64<<10)...)
			_, _ = c.Write(response(http.StatusOK, body))
			return false
		}, charge.ReasonBadAnswer, false},
		{"a body without end", func(c net.Conn, _ request) bool {
			_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"))
			for {
				if _, err := c.Write([]byte("1000\r\n" + strings.Repeat(" ", 0x1000) + "\r\n")); err != nil {
					return false
				}
			}
		}, charge.ReasonBadAnswer, false},
		{"only early hints", func(c net.Conn, _ request) bool {
			_, _ = c.Write([]byte("HTTP/1.1 103 Early Hints\r\n\r\n"))
			return true
		}, charge.ReasonTimeout, true},
	} {
		f := listen(t, c.play)
		deadline := long
		if c.wait {
			deadline = short
		}
		a := f.client(deadline).Charge(t.Context(), rec, shown)
		came(t, c.name, a, charge.Lose, c.reason)
		if n := len(f.saw()); n != 1 || a.Bytes == 0 || a.Known || a.Receipt != "" {
			t.Errorf("%s: %d requests, answer %+v", c.name, n, a)
		}
	}
}

func TestAReset(t *testing.T) {
	f := listen(t, func(conn net.Conn, _ request) bool { return false })
	f.greets(func(conn net.Conn) bool { return conn.(*net.TCPConn).SetLinger(0) == nil }) // close is RST
	came(t, "reset", f.client(long).Charge(t.Context(), rec, shown), charge.Lose, charge.ReasonUnreachable)
	if n := len(f.saw()); n != 1 {
		t.Errorf("%d requests", n)
	}
}
