package attack_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference/pki"
)

func TestNetwork(t *testing.T) {
	t.Parallel()
	made(t, "A40", manInTheMiddle)
	made(t, "A41", replayedAnswers)
	made(t, "A43", lostAnswers)
	made(t, "A44", lyingWallet)
}

// false wallets, by what is wrong with them.
func (w *wallet) impostors() map[string]*tls.Config {
	w.Helper()
	foreign, err := pki.NewAuthority()
	check(w, err)
	pair := func(p pki.Pair, err error) tls.Certificate {
		w.Helper()
		check(w, err)
		c, err := p.TLS()
		check(w, err)
		return c
	}
	client := pair(w.ca.Client("S0001", "T99"))
	with := func(c tls.Certificate, versions ...uint16) *tls.Config {
		out := &tls.Config{Certificates: []tls.Certificate{c}, MinVersion: tls.VersionTLS13, ClientAuth: tls.RequestClientCert}
		if len(versions) > 0 {
			out.MinVersion, out.MaxVersion = versions[0], versions[0]
		}
		return out
	}
	return map[string]*tls.Config{
		"another authority of the same name": with(pair(foreign.Server())),
		"a certificate that has ended":       with(w.oldServer()),
		"a certificate for another host":     with(pair(w.ca.Server("wallet.example.jp"))),
		"another register's certificate":     with(client),
		"TLS 1.0":                            with(w.server, tls.VersionTLS10),
		"TLS 1.1":                            with(w.server, tls.VersionTLS11),
		"TLS 1.2":                            with(w.server, tls.VersionTLS12),
		"no TLS":                             nil,
	}
}

// oldServer is a certificate of the wallet whose time is over.
func (w *wallet) oldServer() tls.Certificate {
	w.Helper()
	authority, err := w.ca.TLS()
	check(w, err)
	above, err := x509.ParseCertificate(authority.Certificate[0])
	check(w, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(w, err)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(8), Subject: pkix.Name{CommonName: "127.0.0.1"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(-time.Minute), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, above, key.Public(), authority.PrivateKey)
	check(w, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// manInTheMiddle puts one impostor after the other where the register looks for
// its wallet.
func manInTheMiddle(t *testing.T) string {
	w := openWallet(t, "")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer l.Close()
	var now atomic.Pointer[tls.Config]
	var dialled atomic.Int64
	var mu sync.Mutex
	var heard bytes.Buffer // what came in clear, or behind a handshake
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			dialled.Add(1)
			go func() {
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(5 * time.Second))
				far := conn
				if c := now.Load(); c != nil {
					far = tls.Server(conn, c)
				}
				data, _ := io.ReadAll(io.LimitReader(far, 1<<20))
				mu.Lock()
				heard.Write(data)
				mu.Unlock()
			}()
		}
	}()
	impostors := w.impostors()
	r := w.openRegister("T01", l.Addr().String())
	tried := 0
	for name, c := range impostors { // a few of them, others each time; or all
		if tried == size(4, len(impostors)) {
			break
		}
		tried++
		now.Store(c)
		before := dialled.Load()
		code := w.code("hanako")
		s, why := r.sells(700, code)
		if s.State == "approved" || s.Goods == "hand_over" {
			t.Errorf("%s: the sale is %s", name, s.State)
		}
		eventually(t, "the register meets "+name, func() bool { return dialled.Load() > before })
		if why == "" {
			_, err := r.client.CancelSale(t.Context(), s.ID)
			check(t, err)
		}
		mu.Lock()
		if bytes.Contains(heard.Bytes(), []byte(code)) || bytes.Contains(heard.Bytes(), []byte("HTTP/1.1")) || bytes.Contains(heard.Bytes(), []byte(tillToken)) {
			t.Errorf("%s heard %q", name, heard.String())
		}
		mu.Unlock()
	}
	if n := len(w.books()); n != 0 {
		t.Errorf("%d keys reached the true wallet", n)
	}
	return fmt.Sprintf("%d impostors, %d connections: no byte of a request", tried, dialled.Load())
}
