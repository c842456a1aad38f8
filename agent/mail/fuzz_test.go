package mail_test

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"net"
	netmail "net/mail"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/posagent/posagent/agent/mail"
	"github.com/posagent/posagent/agent/mail/mailtest"
)

// Whatever is in a letter, it arrives with its own headers and no others and to
// those who are to get it, or nothing is sent at all.
func FuzzLetter(f *testing.F) {
	f.Add("S001-01-12-ab", letter.Subject, letter.Text, "taro@shop.test")
	f.Add("a", "subject\r\nBcc: eve@evil.test", ".\r\n.\r\nMAIL FROM:<eve@evil.test>\r\n", "taro@shop.test")
	f.Add("a", "=?utf-8?q?=0D=0ABcc:_eve?=", "\x00", "taro@shop.test>\r\nDATA")
	f.Add("a\r\nb", strings.Repeat("長", 200), "", `"a b"@shop.test`)
	f.Add("a", "a\u0085b\u2028c", "\xff\xfe", "taro@[127.0.0.1]")
	r := mailtest.New(f, func(r *mailtest.Relay) { r.NoTLS = true })
	f.Fuzz(func(t *testing.T, id, subject, text, to string) {
		before := len(r.Letters())
		c := mail.Relay{Address: r.Addr().String(), From: "register@shop.test", To: []string{to}}
		err := c.Send(t.Context(), mail.Letter{ID: id, At: letter.At, Subject: subject, Text: text})
		letters := r.Letters()[before:]
		if err != nil {
			if !errors.Is(err, mail.ErrRefused) || len(letters) > 0 {
				t.Fatalf("%v, and %d letters were sent", err, len(letters))
			}
			return
		}
		if len(letters) != 1 {
			t.Fatalf("%d letters arrived", len(letters))
		}
		got, err := netmail.ReadMessage(strings.NewReader(letters[0]))
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Header) != 9 {
			t.Errorf("its headers are %q", got.Header)
		}
		if list, err := got.Header.AddressList("To"); err != nil || len(list) != 1 || list[0].Address != to {
			t.Errorf("it goes to %v, not to %q: %v", list, to, err)
		}
		if s, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject")); err != nil || s != string([]rune(subject)) {
			t.Errorf("its subject is %q, not %q: %v", s, subject, err)
		}
		body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, got.Body))
		if err != nil || string(body) != strings.ReplaceAll(text, "\n", "\r\n") {
			t.Errorf("its text is %q, not %q: %v", body, text, err)
		}
	})
}

// says is a relay that says this, whatever it is told, and hangs up.
func says(t testing.TB, answers func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				answers(conn)
			}()
		}
	}()
	return l.Addr().String()
}

// Whatever a relay says, the letter is taken or there is one short line about
// it, which says nothing of the password.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte("220 relay\r\n250-relay\r\n250 AUTH PLAIN\r\n235 yes\r\n250 yes\r\n250 yes\r\n354 go on\r\n250 yes\r\n221 bye\r\n"))
	f.Add([]byte("220 relay\r\n250-relay\r\n250 AUTH PLAIN\r\n535 no AHJlZ2lzdGVyAHRvcHNlY3JldA==\r\n"))
	f.Add([]byte("220-a\r\n220-\x1b[2J\r\n220 b\r\n500 no\r\n500 no\r\n"))
	f.Add([]byte("554 " + strings.Repeat("no ", 1000) + "\r\n"))
	f.Add([]byte("\xff\xff\xff\r\n"))
	f.Fuzz(func(t *testing.T, answers []byte) {
		at := says(t, func(conn net.Conn) {
			_, _ = conn.Write(answers)
			_ = conn.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, conn)
		})
		c := mail.Relay{Address: at, From: "register@shop.test", To: []string{"taro@shop.test"}, User: "register", Password: func() (string, error) { return "topsecret", nil }}
		err := c.Send(t.Context(), letter)
		if err == nil {
			if !strings.Contains(string(answers), "354") {
				t.Errorf("%q took the letter", answers)
			}
			return
		}
		text := err.Error()
		if len([]rune(text)) > 300 || text == "" || strings.ContainsFunc(text, unicode.IsControl) || strings.Contains(text, "topsecret") {
			t.Errorf("%q is no short line", text)
		}
	})
}

// A relay that never ends its line, or its answer, does not fill the memory: it
// is left after as much as no relay says.
func TestARelayThatTalksForEver(t *testing.T) {
	for name, words := range map[string]string{"a line": strings.Repeat("a", 1<<16), "an answer": strings.Repeat("220-and so on\r\n", 1<<12)} {
		said := make(chan int, 1)
		at := says(t, func(conn net.Conn) {
			n, all := 0, 0
			var err error
			for all < 64<<20 && err == nil {
				n, err = io.WriteString(conn, words)
				all += n
			}
			said <- all
		})
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		err := mail.Relay{Address: at, From: "register@shop.test", To: []string{"taro@shop.test"}}.Send(ctx, letter)
		cancel()
		if all := <-said; err == nil || all >= 64<<20 {
			t.Errorf("%s: %d bytes were heard: %v", name, all, err)
		}
	}
}
