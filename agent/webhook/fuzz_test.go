package webhook_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/posagent/posagent/agent/webhook"
)

// raw is a receiver that answers with these bytes, whatever they are.
type raw struct {
	at      string
	pem     []byte
	answers chan []byte
}

func newRaw(t testing.TB) *raw {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.ParseIP("127.0.0.1")}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	r := &raw{at: l.Addr().String(), pem: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), answers: make(chan []byte, 1)}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if req, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				_, _ = io.Copy(io.Discard, req.Body)
				_, _ = conn.Write(<-r.answers)
			}
			_ = conn.Close()
		}
	}()
	return r
}

var yes = regexp.MustCompile(`HTTP/1\.[0-9] +2[0-9][0-9]`)

// Whatever a receiver answers, only a 2xx is a yes, and everything else is one
// short line for logs and pages, without the address and the secret.
func FuzzReceiver(f *testing.F) {
	f.Add([]byte("HTTP/1.1 204 No Content\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 503 away\r\nRetry-After: 99999999999999999999\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 302 Found\r\nLocation: https://evil.example/?token=topsecret\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 199 x\r\n\r\nHTTP/1.1 410 Gone\r\n\r\n"))
	f.Add([]byte("\x1b[2J" + strings.Repeat("no ", 2000) + "\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: " + strings.Repeat("chunked, ", 500) + "\r\n\r\n"))
	r := newRaw(f)
	e := webhook.Endpoint{
		Name: "books", URL: "https://" + r.at + "/?token=topsecret", Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Secrets: func() ([]webhook.Secret, error) { return webhook.ReadSecrets(oldSecret) }, Roots: func() ([]byte, error) { return r.pem, nil },
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		r.answers <- answer
		a, err := courier(t, &feed{places: map[string]webhook.Place{}}, e).Test(t.Context(), "books", "data")
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-r.answers: // it was not asked
		default:
		}
		switch {
		case a.OK() && (a.Status < 200 || a.Status > 299 || !yes.Match(answer)):
			t.Errorf("%q is a yes", answer)
		case !a.OK() && (len([]rune(a.Problem)) > 300 || strings.ContainsFunc(a.Problem, unicode.IsControl)):
			t.Errorf("%q is no short line (%d bytes)", a.Problem, len(a.Problem))
		case strings.Contains(a.Problem, "topsecret") && !strings.Contains(string(answer), "topsecret"), strings.Contains(a.Problem, oldSecret):
			t.Errorf("%q tells what is secret", a.Problem)
		}
	})
}

// A file of secrets is read, or refused without a word of what is in it.
func FuzzReadSecrets(f *testing.F) {
	f.Add(oldSecret + "\n# the next one\n" + newSecret + "\n")
	f.Add("whsec_" + strings.Repeat("A", 200))
	f.Add("topsecrettopsecret")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := webhook.ReadSecrets(text)
		if (err == nil) != (len(got) == 1 || len(got) == 2) {
			t.Errorf("%d secrets, %v", len(got), err)
		}
		if err != nil && strings.Contains(text, "topsecret") && strings.Contains(err.Error(), "topsecret") {
			t.Errorf("%v tells what is secret", err)
		}
	})
}
