package attack_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// Slow senders and large bodies are measured, so nothing else runs beside them.
func TestDoor(t *testing.T) {
	alone(t, "B1", smuggling)
	alone(t, "B2", slowSenders)
	alone(t, "B3", bodiesWithoutAnEnd)
	alone(t, "B10", slowTills)
}

// dial is a connection of a register, on which anything may be sent.
func (l *till) dial() (*tls.Conn, error) { return tls.Dial("tcp", l.addr, l.tls()) }

// smuggled messages carry a second request where one reader of HTTP sees a body,
// and another sees a request.
func smuggled(hidden string) map[string]string {
	post := func(headers, body string) string {
		return "POST /v1/charges HTTP/1.1\r\nHost: wallet\r\nContent-Type: application/json\r\n" + headers + "\r\n" + body
	}
	length := fmt.Sprintf("Content-Length: %d\r\n", len("0\r\n\r\n"+hidden))
	chunked := "Transfer-Encoding: chunked\r\n"
	return map[string]string{
		"length and chunks":            post(length+chunked, "0\r\n\r\n"+hidden),
		"chunks and length":            post(chunked+length, "0\r\n\r\n"+hidden),
		"chunks alone":                 post(chunked, "0\r\n\r\n"+hidden),
		"two lengths":                  post("Content-Length: 2\r\n"+length, "{}"+hidden),
		"two lengths in one line":      post("Content-Length: 2, 3\r\n", "{}"+hidden),
		"a length with a sign":         post("Content-Length: +2\r\n", "{}"+hidden),
		"a length in hex":              post("Content-Length: 0x2\r\n", "{}"+hidden),
		"a length below zero":          post("Content-Length: -1\r\n", "{}"+hidden),
		"a length beyond all":          post("Content-Length: 18446744073709551618\r\n", "{}"+hidden),
		"an unknown encoding":          post("Transfer-Encoding: xchunked\r\n"+length, "0\r\n\r\n"+hidden),
		"two encodings":                post("Transfer-Encoding: chunked, identity\r\n"+length, "0\r\n\r\n"+hidden),
		"an encoding twice":            post(chunked+"Transfer-Encoding: identity\r\n"+length, "0\r\n\r\n"+hidden),
		"an encoding after a tab":      post("Transfer-Encoding:\tchunked\r\n"+length, "0\r\n\r\n"+hidden),
		"an encoding after a \\v":      post("Transfer-Encoding: \vchunked\r\n"+length, "0\r\n\r\n"+hidden),
		"a space before the colon":     post("Transfer-Encoding : chunked\r\n"+length, "0\r\n\r\n"+hidden),
		"a folded header":              post("X: a\r\n Transfer-Encoding: chunked\r\n"+length, "0\r\n\r\n"+hidden),
		"a header without a name":      post(": chunked\r\n"+length, "0\r\n\r\n"+hidden),
		"a NUL in a header":            post("X: a\x00b\r\n"+length, "0\r\n\r\n"+hidden),
		"a lone CR in a header":        post("X: a\rTransfer-Encoding: chunked\r\n"+length, "0\r\n\r\n"+hidden),
		"a chunk beyond all":           post(chunked, "ffffffffffffffff1\r\n"+hidden),
		"a chunk with an extension":    post(chunked, "0;"+strings.Repeat("x", 5000)+"\r\n\r\n"+hidden),
		"a body to a GET":              "GET /v1/ping HTTP/1.1\r\nHost: wallet\r\n" + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(hidden)) + hidden,
		"HTTP/1.0 and chunks":          "POST /v1/charges HTTP/1.0\r\nConnection: keep-alive\r\n" + length + chunked + "\r\n0\r\n\r\n" + hidden,
		"HTTP/0.9":                     "GET /v1/ping\r\n\r\n" + hidden,
		"HTTP/2 without TLS's consent": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + hidden,
		"two hosts":                    "GET /v1/ping HTTP/1.1\r\nHost: wallet\r\nHost: other\r\n\r\n" + hidden,
		"no host":                      "GET /v1/ping HTTP/1.1\r\n\r\n" + hidden,
		"headers without an end":       "GET /v1/ping HTTP/1.1\r\nHost: wallet\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n" + hidden,
	}
}

func smuggling(t *testing.T) string {
	w := openWallet(t, "")
	l := w.till("S0001", "T01")
	const key = "S0001-T01-66-1"
	body := `{"amount":1,"currency":"JPY","nonce":"hidden"}`
	hidden := fmt.Sprintf("POST /v1/charges/%s/reversal HTTP/1.1\r\nHost: wallet\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", key, len(body), body)
	messages := smuggled(hidden)
	var all sync.WaitGroup
	for name, message := range messages {
		all.Go(func() {
			conn, err := l.dial()
			if err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(10 * time.Second)) // twice what a header or a body may take
			go io.WriteString(conn, message)                   // who is cut off while sending is not told apart from who is answered
			in := bufio.NewReader(conn)
			answers := 0
			for {
				resp, err := http.ReadResponse(in, nil)
				if err != nil {
					break
				}
				if answers++; answers > 1 {
					t.Errorf("%s: there are two answers", name)
				}
				data, _ := io.ReadAll(resp.Body)
				conn.SetDeadline(time.Now().Add(time.Second)) // a second answer would come at once
				if bytes.Contains(data, []byte("hidden")) {
					t.Errorf("%s: the hidden request is answered: %s", name, data)
				}
				if resp.Close || answers == 1 && resp.StatusCode/100 == 2 {
					break
				}
			}
		})
	}
	all.Wait()
	if _, there := w.books()[key]; there {
		t.Error("a hidden request is in the books")
	}
	return fmt.Sprintf("%d ambiguous messages: no hidden request was read", len(messages))
}

// pay times charges, one after the other, as a till makes them.
func (l *till) pay(n int) []time.Duration {
	l.Helper()
	var took []time.Duration
	for range n {
		req := l.charged(l.code("hanako"), 1)
		start := time.Now()
		r := l.charge(req)
		took = append(took, time.Since(start))
		l.want(r, wire.Approved, "")
	}
	slices.Sort(took)
	return took
}

func p99(took []time.Duration) time.Duration { return took[(len(took)*99-1)/100] }

// drips opens slow connections, a third of each way, and keeps them going until
// stop is called; ended waits until the program has cut them all off.
func drips(t *testing.T, n int, ways [3]func() (net.Conn, error)) (ended, stop func()) {
	t.Helper()
	var open []net.Conn
	var mu sync.Mutex
	var opening, dripping sync.WaitGroup
	for lane := range 20 {
		opening.Go(func() {
			for i := lane; i < n; i += 20 {
				conn, err := ways[i%3]()
				if err != nil {
					t.Errorf("connection %d: %v", i, err)
					return
				}
				mu.Lock()
				open = append(open, conn)
				mu.Unlock()
			}
		})
	}
	opening.Wait()
	enough := make(chan struct{})
	dripping.Go(func() {
		for {
			select {
			case <-enough:
				return
			case <-time.After(200 * time.Millisecond):
			}
			for i, conn := range open {
				if i%2 == 0 {
					conn.SetWriteDeadline(time.Now().Add(10 * time.Millisecond))
					conn.Write([]byte(" "))
				}
			}
		}
	})
	ended = func() {
		for _, conn := range open {
			conn.SetReadDeadline(time.Now().Add(patience))
			if _, err := io.Copy(io.Discard, conn); os.IsTimeout(err) {
				t.Fatal("a slow connection is still open after a minute")
			}
		}
	}
	return ended, func() {
		close(enough)
		dripping.Wait()
		for _, conn := range open {
			conn.Close()
		}
	}
}

// says opens a connection and begins to say something.
func says(dial func() (net.Conn, error), text string) func() (net.Conn, error) {
	return func() (net.Conn, error) {
		conn, err := dial()
		if err == nil {
			_, err = io.WriteString(conn, text)
		}
		return conn, err
	}
}

const (
	halfHeader = "POST /v1/charges HTTP/1.1\r\nX: "
	halfBody   = "POST /v1/charges HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"
)

// slowSenders: a third say nothing at all, a third end the handshake and no
// header, and a third send a body a byte at a time.
func slowSenders(t *testing.T) string {
	w := openWallet(t, "")
	l := w.till("S0001", "T01")
	n := size(120, 1000)
	quiet := l.pay(size(100, 1000))
	bare := func() (net.Conn, error) { return net.Dial("tcp", w.addr) }
	secure := func() (net.Conn, error) { return l.dial() }
	start := time.Now()
	ended, stop := drips(t, n, [3]func() (net.Conn, error){bare, says(secure, halfHeader), says(secure, halfBody)})
	defer stop()
	loud := l.pay(size(100, 1000))
	ended()
	took := time.Since(start)
	l.want(l.charge(l.charged(w.code("hanako"), 1)), wire.Approved, "")
	w.books()
	return fmt.Sprintf("%d slow connections, all cut %.0f s after the first; p99 of a charge %s", n, took.Seconds(), beside(quiet, loud))
}

// beside tells two p99 and their ratio.
func beside(quiet, loud []time.Duration) string {
	return fmt.Sprintf("%s quiet, %s meanwhile (%.1fx)", p99(quiet).Round(10*time.Microsecond), p99(loud).Round(10*time.Microsecond), float64(p99(loud))/float64(p99(quiet)))
}

// slowTills does the same at a register's own API.
func slowTills(t *testing.T) string {
	w := openWallet(t, "")
	r := w.openRegister("T01", w.addr)
	sells := func(n int) (took []time.Duration) {
		for range n {
			code := w.code("hanako")
			start := time.Now()
			if s, why := r.sells(1, code); s.State != "approved" {
				t.Errorf("a sale is %s, refused for %q", s.State, why)
			}
			took = append(took, time.Since(start))
		}
		slices.Sort(took)
		return took
	}
	n := size(120, 1000)
	quiet := sells(size(50, 500))
	dial := func() (net.Conn, error) { return net.Dial("tcp", strings.TrimPrefix(r.url, "http://")) }
	start := time.Now()
	ended, stop := drips(t, n, [3]func() (net.Conn, error){dial, says(dial, halfHeader), says(dial, strings.Replace(halfBody, "/v1/charges", "/v1/sales", 1))})
	defer stop()
	loud := sells(size(50, 500))
	ended()
	return fmt.Sprintf("%d slow connections, all cut %.0f s after the first; p99 of a sale %s", n, time.Since(start).Seconds(), beside(quiet, loud))
}

// memory is the most that a program has had resident, in kB.
func (c *child) memory(t *testing.T) int {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.Process.Pid))
	check(t, err)
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.Atoi(strings.Fields(rest)[0])
			check(t, err)
			return kb
		}
	}
	t.Fatal("the kernel does not say")
	return 0
}

// spaces are a body of so many bytes.
type spaces struct {
	left int64
	sent atomic.Int64
}

func (s *spaces) Read(b []byte) (int, error) {
	n := min(int64(len(b)), s.left)
	if n == 0 {
		return 0, io.EOF
	}
	copy(b[:n], bytes.Repeat([]byte(" "), int(n)))
	s.left -= n
	s.sent.Add(n)
	return int(n), nil
}

func bodiesWithoutAnEnd(t *testing.T) string {
	w := openWallet(t, "")
	l := w.till("S0001", "T01")
	l.pay(50)
	before := w.daemon.memory(t)
	deep := []byte(strings.Repeat(`{"key":`, 1_000_000))
	list := []byte(strings.Repeat("[", 60_000)) // below the limit of a body
	most := int64(0)
	var mu sync.Mutex
	atOnce(8, func(i int) {
		for range size(1, 10) {
			for _, body := range [][]byte{deep, list} {
				if r := l.raw("POST", wire.PathCharges, body); r.err == nil && r.status != http.StatusBadRequest && r.status != http.StatusRequestEntityTooLarge {
					t.Errorf("a deep body came to %d", r.status)
				}
			}
			for _, length := range []int64{100 << 20, -1} { // with its length, and in chunks
				body := &spaces{left: 100 << 20}
				req, err := http.NewRequest("POST", "https://"+w.addr+wire.PathCharges, io.NopCloser(body))
				if err != nil {
					t.Error(err)
					return
				}
				req.ContentLength = length
				req.Header.Set("Content-Type", "application/json")
				resp, err := l.client.Do(req)
				if err == nil {
					resp.Body.Close()
					if resp.StatusCode < 400 {
						t.Errorf("100 MB came to %d", resp.StatusCode)
					}
				}
				mu.Lock()
				most = max(most, body.sent.Load())
				mu.Unlock()
			}
		}
	})
	grown := w.daemon.memory(t) - before
	if grown > 20<<10 {
		t.Errorf("the wallet grew by %d kB", grown)
	}
	if most >= 100<<20 {
		t.Error("100 MB were read to the end")
	}
	l.want(l.charge(l.charged(w.code("hanako"), 1)), wire.Approved, "")
	w.books()
	return fmt.Sprintf("refused; at most %d kB of 100 MB were taken, and the wallet grew by %d kB", most>>10, grown)
}
