// Package mailtest is a mail relay for tests: real TCP, real TLS, and the part of
// SMTP that a client of letters meets. It delivers nothing.
//
// Invariant: what it took and what it was told are kept as they came.
package mailtest

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// Relay is a mail relay on this machine.
type Relay struct {
	net.Listener
	PEM      []byte            // of its certificate, for 127.0.0.1
	NoTLS    bool              // it offers no STARTTLS
	Implicit bool              // TLS from the first byte
	Answers  map[string]string // by the first word of a command, in place of its own; empty: it hangs up

	secure *tls.Config

	mu    sync.Mutex
	heard []string // commands, those under TLS with a star
	mail  []string // letters that it took
}

// New is a relay that listens until the test ends; change, which may be nil,
// makes it another before that.
func New(t testing.TB, change func(*Relay)) *Relay {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"relay.test"}, IPAddresses: []net.IP{net.ParseIP("127.0.0.1")}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	r := &Relay{
		PEM:    pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		secure: &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
	}
	if change != nil {
		change(r)
	}
	if r.Listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	go func() {
		for {
			conn, err := r.Accept()
			if err != nil {
				return
			}
			go r.Serve(conn)
		}
	}()
	return r
}

// Serve is one conversation.
func (r *Relay) Serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	star := ""
	if r.Implicit {
		conn, star = tls.Server(conn, r.secure), "*"
	}
	in := bufio.NewReader(conn)
	say := func(s string) { _, _ = conn.Write([]byte(s + "\r\n")) }
	say("220 relay.test")
	for {
		text, err := in.ReadString('\n')
		if err != nil {
			return
		}
		text = strings.TrimRight(text, "\r\n")
		word, _, _ := strings.Cut(strings.ToUpper(text), " ")
		r.note(star + text)
		if answer, ok := r.answer(word); ok {
			if answer == "" {
				return // it hangs up
			}
			say(answer)
			continue
		}
		switch word {
		case "EHLO":
			say(r.offers(star))
		case "STARTTLS":
			say("220 go on")
			conn, star = tls.Server(conn, r.secure), "*"
			in = bufio.NewReader(conn)
		case "AUTH":
			say("235 you are it")
		case "DATA":
			say("354 go on")
			r.take(in)
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}

func (r *Relay) offers(star string) string {
	lines := []string{"relay.test"}
	if !r.NoTLS && star == "" {
		lines = append(lines, "STARTTLS")
	}
	if star != "" {
		lines = append(lines, "AUTH PLAIN")
	}
	return strings.TrimSuffix("250-"+strings.Join(lines, "\r\n250-"), "250-"+lines[len(lines)-1]) + "250 " + lines[len(lines)-1]
}

func (r *Relay) take(in *bufio.Reader) {
	var letter strings.Builder
	for {
		text, err := in.ReadString('\n')
		if err != nil || text == ".\r\n" {
			break
		}
		letter.WriteString(strings.TrimPrefix(text, "."))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mail = append(r.mail, letter.String())
}

func (r *Relay) note(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard = append(r.heard, what)
}

// Answer changes what it answers to a command from now on; nil: as a relay does.
func (r *Relay) Answer(word string, text *string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	changed := maps.Clone(r.Answers)
	delete(changed, word)
	if text != nil {
		changed[word] = *text
	}
	r.Answers = changed
}

func (r *Relay) answer(word string) (string, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	text, ok := r.Answers[word]
	return text, ok
}

// Letters are what it took.
func (r *Relay) Letters() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string{}, r.mail...)
}

// Commands are what it was told, those under TLS with a star.
func (r *Relay) Commands() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.heard, "\n")
}

// Roots are who signs its certificate.
func (r *Relay) Roots() ([]byte, error) { return r.PEM, nil }
