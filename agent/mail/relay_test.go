package mail_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// relay is a mail server: real TCP, real TLS, and the part of SMTP that a
// client of letters meets.
type relay struct {
	net.Listener
	pem      []byte
	secure   *tls.Config
	starttls bool
	implicit bool
	auth     string            // what it offers; empty: nothing
	answers  map[string]string // by the first word of a command, in place of its own

	mu    sync.Mutex
	heard []string // commands, those under TLS with a star
	mail  []string // letters that it took
}

func newRelay(t *testing.T, change func(*relay)) *relay {
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
	r := &relay{
		pem: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), starttls: true, auth: "PLAIN",
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
			go r.serve(conn)
		}
	}()
	return r
}

func (r *relay) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	star := ""
	if r.implicit {
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
		if answer, ok := r.answers[word]; ok {
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

func (r *relay) offers(star string) string {
	lines := []string{"relay.test"}
	if r.starttls && star == "" {
		lines = append(lines, "STARTTLS")
	}
	if r.auth != "" && star != "" {
		lines = append(lines, "AUTH "+r.auth)
	}
	return strings.TrimSuffix("250-"+strings.Join(lines, "\r\n250-"), "250-"+lines[len(lines)-1]) + "250 " + lines[len(lines)-1]
}

func (r *relay) take(in *bufio.Reader) {
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

func (r *relay) note(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard = append(r.heard, what)
}

func (r *relay) letters() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string{}, r.mail...)
}

func (r *relay) commands() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.heard, "\n")
}

func (r *relay) roots() ([]byte, error) { return r.pem, nil }
