package authorize_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/wallet/wire"
)

// flood writes the same over and over until the other side has had enough.
func flood(conn net.Conn, piece string) bool {
	for {
		if _, err := conn.Write([]byte(piece)); err != nil {
			return false
		}
	}
}

// headAnd is the head of an answer with headers, and what follows.
func headAnd(conn net.Conn, proto string, headers []string, body []byte) {
	_, _ = fmt.Fprintf(conn, "%s 200 OK\r\n%s\r\n\r\n%s", proto, strings.Join(headers, "\r\n"), body)
}

func approval(r request) []byte {
	data, _ := json.Marshal(answer(r, wire.Approved))
	return data
}

func zipped(data []byte) []byte {
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	_, _ = zip.Write(data)
	_ = zip.Close()
	return b.Bytes()
}

// Whatever comes, it ends in the one way that is written here, by the deadline
// at the latest, and with little memory.
func TestAnswersWithoutMeasure(t *testing.T) {
	bomb := bytes.Repeat(zipped(make([]byte, 1<<20)), 256) // gzip reads one member after the other
	for _, c := range []struct {
		name   string
		play   func(net.Conn, request) bool
		reason charge.Reason
		wait   bool // the deadline ends it
	}{
		{"a body of 100 MB", func(c net.Conn, _ request) bool {
			headAnd(c, "HTTP/1.1", []string{"Content-Length: 104857600"}, nil)
			return flood(c, strings.Repeat(" ", 64<<10))
		}, charge.ReasonBadAnswer, false},
		{"headers without end", func(c net.Conn, _ request) bool {
			_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\n"))
			return flood(c, "X-More: more\r\n")
		}, charge.ReasonUnreachable, false},
		{"a header line of 1 MB", func(c net.Conn, r request) bool {
			headAnd(c, "HTTP/1.1", []string{"X-Long: " + strings.Repeat("x", 1<<20), "Content-Length: 0"}, nil)
			return false
		}, charge.ReasonUnreachable, false},
		{"a status line without end", func(c net.Conn, _ request) bool {
			_, _ = c.Write([]byte("HTTP/1.1 200 "))
			return flood(c, "OK OK OK ")
		}, charge.ReasonUnreachable, false},
		{"a flood of early answers", func(c net.Conn, _ request) bool {
			return flood(c, "HTTP/1.1 100 Continue\r\n\r\n")
		}, charge.ReasonUnreachable, false},
		{"a flood of early hints", func(c net.Conn, _ request) bool {
			return flood(c, "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")
		}, charge.ReasonUnreachable, false},
		{"trailers without end", func(c net.Conn, r request) bool {
			headAnd(c, "HTTP/1.1", []string{"Transfer-Encoding: chunked"}, []byte("2\r\n{}\r\n0\r\n"))
			return flood(c, "X-More: more\r\n")
		}, charge.ReasonBadAnswer, false},
		{"a chunk with a long extension", func(c net.Conn, _ request) bool {
			headAnd(c, "HTTP/1.1", []string{"Transfer-Encoding: chunked"}, []byte("1;"))
			return flood(c, strings.Repeat("x", 4096))
		}, charge.ReasonBadAnswer, false},
		{"a trickle of chunks", func(c net.Conn, _ request) bool {
			headAnd(c, "HTTP/1.1", []string{"Transfer-Encoding: chunked"}, nil)
			for {
				if _, err := c.Write([]byte("1\r\n \r\n")); err != nil {
					return false
				}
				time.Sleep(time.Millisecond)
			}
		}, charge.ReasonBadAnswer, true},
		{"another protocol, and silence", func(c net.Conn, r request) bool {
			_, _ = c.Write([]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n"))
			_, _ = io.Copy(io.Discard, c) // until the register leaves
			return false
		}, charge.ReasonBadAnswer, false},
		{"another protocol, and a flood", func(c net.Conn, r request) bool {
			_, _ = c.Write([]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n"))
			return flood(c, string(approval(r)))
		}, charge.ReasonBadAnswer, false},
		{"a bomb of zeros", func(c net.Conn, _ request) bool {
			headAnd(c, "HTTP/1.1", []string{"Content-Encoding: gzip", fmt.Sprintf("Content-Length: %d", len(bomb))}, bomb)
			return false
		}, charge.ReasonBadAnswer, false},
		{"a small bomb", func(c net.Conn, r request) bool {
			small := zipped(approval(r))
			headAnd(c, "HTTP/1.1", []string{"Content-Encoding: gzip", fmt.Sprintf("Content-Length: %d", len(small))}, small)
			return true
		}, charge.ReasonBadAnswer, false},
		{"lists in lists", func(c net.Conn, r request) bool {
			deep := strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)
			_, _ = c.Write(response(http.StatusOK, []byte(`{"new":`+deep+","+string(approval(r)[1:]))))
			return true
		}, charge.ReasonBadAnswer, false},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			f := listen(t, c.play)
			deadline := long
			if c.wait {
				deadline = short
			}
			client := f.client(deadline)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			a := client.Charge(t.Context(), rec, shown)
			runtime.ReadMemStats(&after)
			came(t, c.name, a, charge.Lose, c.reason)
			if n := len(f.saw()); n != 1 || a.Bytes == 0 || a.Known || a.Receipt != "" {
				t.Errorf("%d requests, answer %+v", n, a)
			}
			// Both sides live in this process; the bomb alone would be 256 MB.
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 32<<20 {
				t.Errorf("%d MB were allocated", grown>>20)
			}
			for _, part := range []string{customerCode, "x-more", strings.Repeat("x", 200)} {
				if strings.Contains(a.Note, part) || len(a.Note) > 1000 {
					t.Errorf("the note of %d bytes is %.300q", len(a.Note), a.Note)
				}
			}
		})
	}
}

// What says the same in another form is an answer all the same: who echoes
// the nonce inside TLS is the wallet.
func TestAnswersInOtherForms(t *testing.T) {
	for name, play := range map[string]func(net.Conn, request) bool{
		"HTTP/1.0, ended by closing": func(c net.Conn, r request) bool {
			headAnd(c, "HTTP/1.0", []string{"Content-Type: application/json"}, approval(r))
			_ = c.(interface{ CloseWrite() error }).CloseWrite() // TLS's own end
			return false
		},
		"another content type": says(http.StatusOK, func(r request) any { return approval(r) }, "Content-Type: text/html"),
		"Connection: close":    says(http.StatusOK, func(r request) any { return approval(r) }, "Connection: close"),
		"in chunks": func(c net.Conn, r request) bool {
			var b strings.Builder
			for _, x := range approval(r) {
				fmt.Fprintf(&b, "1\r\n%c\r\n", x)
			}
			headAnd(c, "HTTP/1.1", []string{"Transfer-Encoding: chunked"}, []byte(b.String()+"0\r\n\r\n"))
			return true
		},
		"after early hints": func(c net.Conn, r request) bool {
			_, _ = c.Write([]byte("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n"))
			return yes(c, r)
		},
	} {
		f := listen(t, play)
		c := f.client(long)
		for range 2 {
			came(t, name, c.Charge(t.Context(), rec, shown), charge.Approve, charge.ReasonNone)
		}
	}
}

// An answer that ends by closing could have been cut by anybody on the way:
// crypto/tls takes an end without TLS's own word for it. What was cut is no
// JSON object any more, and so no answer.
func TestAnAnswerThatIsCutByClosing(t *testing.T) {
	for _, off := range []int{1, 2, 40, 150} {
		f := listen(t, func(c net.Conn, r request) bool {
			whole := approval(r)
			headAnd(c, "HTTP/1.0", []string{"Content-Type: application/json"}, whole[:len(whole)-off])
			return false // closes below TLS
		})
		came(t, fmt.Sprint("cut by ", off), f.client(long).Charge(t.Context(), rec, shown), charge.Lose, charge.ReasonBadAnswer)
	}
}

// Two charges at once get each other's answers.
func TestSwappedAnswers(t *testing.T) {
	var mu sync.Mutex
	var first *request
	var firstConn net.Conn
	done := make(chan struct{})
	f := listen(t, func(c net.Conn, r request) bool {
		mu.Lock()
		if first == nil {
			first, firstConn = &r, c
			mu.Unlock()
			<-done
			return false
		}
		defer mu.Unlock()
		body := func(r request) any {
			a := answer(r, wire.Approved)
			a.Key, a.Amount = r.Key, r.Amount
			return a
		}
		_, _ = firstConn.Write(response(http.StatusOK, body(r)))
		_, _ = c.Write(response(http.StatusOK, body(*first)))
		close(done)
		return true
	})
	c := f.client(long)
	other := rec
	other.Key += "7"
	var both sync.WaitGroup
	for _, one := range []charge.Record{rec, other} {
		both.Go(func() {
			came(t, string(one.Key), c.Charge(t.Context(), one, shown), charge.Lose, charge.ReasonAnswerOther)
		})
	}
	both.Wait()
}
