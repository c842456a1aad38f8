package authorize_test

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/authorize/own"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/wallet/reference/pki"
	"github.com/posagent/posagent/wallet/wire"
)

// screen is what takes over a terminal that it is written to.
const screen = "\x1b]0;owned\x07\x1b[2J\x1b[1;1Hown: equal"

func TestPlain(t *testing.T) {
	for _, c := range []struct {
		text    string
		longest int
		want    string
	}{
		{"", 10, ""}, {"R-1", 10, "R-1"}, {"R-1", 3, "R-1"}, {"R-1", 2, "R-"}, {"R-1", 0, ""},
		{"一行\n二行\r\t三", 10, "一行 二行  三"}, {"全角\u3000空白", 10, "全角 空白"},
		{"\x1b[2Jgone\x9b\x7f\x00", 10, "[2Jgone"}, {"abc\u202ecba\u200b", 10, "abccba"}, {"a\xffb\ufffd", 10, "ab"},
		{strings.Repeat("\x1b", 100) + "番号", 1, "番"},
	} {
		if got := authorize.Plain(c.text, c.longest); got != c.want {
			t.Errorf("%q, %d: %q, want %q", c.text, c.longest, got, c.want)
		}
	}
}

func TestTold(t *testing.T) {
	if authorize.Told(nil) != nil {
		t.Error("no error becomes one")
	}
	err := authorize.Told(errors.Join(net.ErrClosed, errors.New(strings.Repeat(screen, 100))))
	if !errors.Is(err, net.ErrClosed) {
		t.Errorf("%v is no ErrClosed any more", err)
	}
	plain(t, "an error", err.Error())
}

// plain wants a text that a terminal shows as it is.
func plain(t *testing.T, what, text string) {
	t.Helper()
	if text == "" || utf8.RuneCountInString(text) > 200 || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("%s is told as %q", what, text)
	}
}

// told is what people can read of a wallet: of an inquiry, of its list of a
// day, and of the warm line.
func told(t *testing.T, what string, c *own.Client) {
	t.Helper()
	plain(t, what+", inquired", c.Inquire(t.Context(), rec).Note)
	if _, err := c.Statement(t.Context(), charge.Day{}); err == nil {
		t.Errorf("%s gives a list of the day", what)
	} else {
		plain(t, what+", list", err.Error())
		if strings.Contains(err.Error(), "business_date") {
			t.Errorf("%s: the address takes the place of what is wrong: %v", what, err)
		}
	}
	if err := c.Line.(*authorize.Line).Warm(t.Context()); err != nil {
		plain(t, what+", warm", err.Error())
	}
}

// Nobody has to be trusted for it: the names in the certificate of whoever
// stands in between are a part of the error.
func TestANameInAStrangersCertificate(t *testing.T) {
	f := listen(t, yes)
	stranger, err := pki.NewAuthority()
	must(t, err)
	pair, err := stranger.Server(screen)
	must(t, err)
	cert, err := pair.TLS()
	must(t, err)
	f.greets(func(conn net.Conn) bool {
		_ = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{cert}}).Handshake()
		return false
	})
	c := f.client(long)
	_, port, err := net.SplitHostPort(f.addr)
	must(t, err)
	line := authorize.NewLine("https://localhost:"+port, authorize.Identity{Roots: f.ca.Pool()})
	t.Cleanup(line.Close)
	c.Line = line
	told(t, "a stranger", c)
}

func TestAnAnswerThatIsNoHTTP(t *testing.T) {
	f := listen(t, func(conn net.Conn, _ request) bool {
		_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\n" + screen + " no header\r\n\r\n"))
		return false
	})
	told(t, "a broken header", f.client(long))
}

func TestTheWalletsOwnWords(t *testing.T) {
	body := []byte(`{"` + strings.Repeat("N\u202e", 15_000) + `":1,"Key":2}`)
	told(t, "a long name", listen(t, says(http.StatusOK, func(request) any { return body })).client(long))
	f := listen(t, says(http.StatusServiceUnavailable, func(request) any {
		return wire.Problem{Type: screen, Status: http.StatusServiceUnavailable, Detail: strings.Repeat(screen, 100)}
	}))
	if _, err := f.client(long).Statement(t.Context(), charge.Day{}); err == nil {
		t.Error("a list from a wallet that is busy")
	} else {
		plain(t, "a problem", err.Error())
	}
}
