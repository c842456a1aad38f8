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

	"github.com/posagent/posagent/agent/mail"
	"github.com/posagent/posagent/agent/mail/mailtest"
)

var letter = mail.Letter{
	ID: "S001-01-12-ab", At: time.Date(2026, 11, 27, 9, 30, 0, 0, time.FixedZone("JST", 9*3600)),
	Subject: "[渋谷店 01] 用紙切れです。用紙を入れてください: printer0", Text: "用紙がありません。\n.\n..\n新しい用紙を入れてください。\n",
}

func client(r *mailtest.Relay) mail.Relay {
	return mail.Relay{
		Address: r.Addr().String(), From: "register@shop.test", To: []string{"taro@shop.test", "hanako@shop.test"}, Roots: r.Roots,
		User: "register", Password: func() (string, error) { return "hidden", nil },
	}
}

// A letter arrives under TLS as it was written, and everybody is named.
func TestALetterArrives(t *testing.T) {
	for _, implicit := range []bool{false, true} {
		r := mailtest.New(t, func(r *mailtest.Relay) { r.Implicit, r.NoTLS = implicit, implicit })
		c := client(r)
		c.Implicit = implicit
		if err := c.Send(t.Context(), letter); err != nil {
			t.Fatal(err)
		}
		got, err := netmail.ReadMessage(strings.NewReader(r.Letters()[0]))
		if err != nil {
			t.Fatal(err)
		}
		subject, _ := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
		body, _ := io.ReadAll(base64.NewDecoder(base64.StdEncoding, got.Body))
		if subject != letter.Subject || strings.ReplaceAll(string(body), "\r\n", "\n") != letter.Text {
			t.Errorf("it got %q, %q", subject, body)
		}
		if at, err := got.Header.Date(); err != nil || !at.Equal(letter.At) || got.Header.Get("Message-Id") != "<S001-01-12-ab@shop.test>" {
			t.Errorf("its headers are %v", got.Header)
		}
		said := r.Commands()
		for _, want := range []string{"*MAIL FROM:<register@shop.test>", "*RCPT TO:<taro@shop.test>", "*RCPT TO:<hanako@shop.test>", "*AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00register\x00hidden"))} {
			if !strings.Contains(said, want) {
				t.Errorf("%q is not among\n%s", want, said)
			}
		}
		for text := range strings.Lines(r.Letters()[0]) {
			if len(text) > 78 {
				t.Errorf("a line of %d bytes: %q", len(text), text)
			}
		}
	}
}

// other is an address of this machine that is no loopback, as a relay on
// another machine is.
func other(t *testing.T) net.IP {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.To4() != nil && ip.IP.IsGlobalUnicast() {
			return ip.IP
		}
	}
	t.Skip("SKIP: this machine has no address but its own")
	return nil
}

// A relay on another machine without STARTTLS gets neither letter nor password,
// nor does one whose certificate is not its own.
func TestNoTLSNoLetter(t *testing.T) {
	r := mailtest.New(t, func(r *mailtest.Relay) { r.NoTLS = true })
	if err := client(r).Send(t.Context(), letter); !errors.Is(err, mail.ErrNoTLS) { // with ca, this machine needs TLS too
		t.Errorf("a relay without STARTTLS: %v", err)
	}
	for name, change := range map[string]func(*mail.Relay){
		"unknown authority": func(c *mail.Relay) { c.Roots = mailtest.New(t, nil).Roots },
		"other name":        func(c *mail.Relay) { c.Address = strings.Replace(c.Address, "127.0.0.1", "localhost", 1) },
	} {
		r := mailtest.New(t, nil)
		c := client(r)
		change(&c)
		if err := c.Send(t.Context(), letter); err == nil || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("%s: %v", name, err)
		}
		if said := r.Commands(); strings.Contains(said, "AUTH") || strings.Contains(said, "MAIL") {
			t.Errorf("%s: it was told %s", name, said)
		}
	}
	ip := other(t)
	far := mailtest.New(t, func(r *mailtest.Relay) { r.NoTLS = true })
	l, err := net.Listen("tcp", net.JoinHostPort(ip.String(), "0"))
	if err != nil {
		t.Skipf("SKIP: no such address here: %v", err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go far.Serve(conn)
		}
	}()
	c := client(far)
	c.Address, c.Roots = l.Addr().String(), nil
	if err := c.Send(t.Context(), letter); !errors.Is(err, mail.ErrNoTLS) || strings.Contains(far.Commands(), "MAIL") {
		t.Errorf("a relay on another machine: %v, it was told %s", err, far.Commands())
	}
}

// A relay on this machine needs no TLS.
func TestThisMachineNeedsNoTLS(t *testing.T) {
	r := mailtest.New(t, func(r *mailtest.Relay) { r.NoTLS = true })
	c := client(r)
	c.Roots, c.User = nil, ""
	if err := c.Send(t.Context(), letter); err != nil || len(r.Letters()) != 1 {
		t.Errorf("%v", err)
	}
}

// Nothing that is put into a subject or an address makes another header, a
// second letter or a command; and nothing of it is sent.
func TestInjectionIsRefused(t *testing.T) {
	r := mailtest.New(t, nil)
	for _, subject := range []string{"printer0\r\nBcc: <mallory@evil.test>", "a\nb", "a\rb", "a\x00b", "用紙\r\n\r\nbody", "a\u0085b", ""} {
		l := letter
		l.Subject = subject
		if err := client(r).Send(t.Context(), l); !errors.Is(err, mail.ErrRefused) {
			t.Errorf("subject %q: %v", subject, err)
		}
	}
	for _, address := range []string{"a@b.test>\r\nRCPT TO:<c@d.test", "Taro <a@b.test>", "a@b.test, c@d.test", "", "a", "店@b.test", "a b@c.test", `"a\r\nb"@c.test`, strings.Repeat("a", 250) + "@b.test"} {
		c := client(r)
		c.To = []string{address}
		if err := c.Send(t.Context(), letter); !errors.Is(err, mail.ErrRefused) {
			t.Errorf("to %q: %v", address, err)
		}
	}
	l := letter
	l.ID = "a>\r\nBcc: b"
	if err := client(r).Send(t.Context(), l); !errors.Is(err, mail.ErrRefused) {
		t.Errorf("id: %v", err)
	}
	if r.Commands() != "" {
		t.Errorf("it was told %s", r.Commands())
	}
}

// Whatever the relay says no to is an error that says where, in one line, and
// without the password; only a letter that was taken is none.
func TestRefusals(t *testing.T) {
	leak := base64.StdEncoding.EncodeToString([]byte("\x00register\x00hidden"))
	for command, answer := range map[string]string{
		"EHLO": "500 no", "STARTTLS": "454 not now", "AUTH": "535 you said " + leak, "MAIL": "550 no\x07 relaying", "RCPT": "550-no\r\n550 such user", "DATA": "452 full", "": "",
	} {
		answers := map[string]string{command: answer, "HELO": "500 no"}
		if command == "" {
			answers = map[string]string{"DATA": ""} // hangs up
		}
		r := mailtest.New(t, func(r *mailtest.Relay) { r.Answers = answers })
		err := client(r).Send(t.Context(), letter)
		if err == nil || len(r.Letters()) > 0 {
			t.Errorf("%s: it counts as sent", command)
			continue
		}
		if strings.Contains(err.Error(), leak) || strings.Contains(err.Error(), "hidden") || strings.ContainsAny(err.Error(), "\r\n\x07") {
			t.Errorf("%s: it says %q", command, err)
		}
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	c := client(mailtest.New(t, nil))
	c.Address = silent.Addr().String()
	if began := time.Now(); c.Send(ctx, letter) == nil || time.Since(began) > 5*time.Second {
		t.Error("a relay that says nothing holds it up")
	}
}
