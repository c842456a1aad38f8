// Package pki makes the certificates with which a wallet and its registers
// know each other: an authority, the wallet's server certificate, and one
// client certificate per terminal. It is for the demo and for tests; it
// renews and revokes nothing.
//
// Invariant: everything that it signs carries the demo's mark in the issuer,
// and a private key is never written where others can read it.
package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// Life is how long the authority and its certificates are valid.
const Life = 90 * 24 * time.Hour

// skew is how far a register's clock may be behind when it first connects.
const skew = 5 * time.Minute

// Pair is a certificate and its private key (PKCS #8), both in PEM.
type Pair struct {
	Cert []byte
	Key  []byte
}

// Authority signs certificates. Its subject carries wire.DemoMark.
type Authority struct {
	Pair
	cert *x509.Certificate
	key  crypto.Signer
}

// NewAuthority makes an authority with a key of its own (ECDSA P-256).
func NewAuthority() (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the authority's key: %w", err)
	}
	template := &x509.Certificate{
		Subject: pkix.Name{
			Organization:       []string{"posagent"},
			OrganizationalUnit: []string{wire.DemoMark},
			CommonName:         "posagent demo authority",
		},
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	pair, cert, err := sign(template, nil, key, key)
	if err != nil {
		return nil, err
	}
	return &Authority{Pair: pair, cert: cert, key: key}, nil
}

// Server makes a wallet's certificate. Without hosts it is for 127.0.0.1, ::1
// and localhost.
func (a *Authority) Server(hosts ...string) (Pair, error) {
	if len(hosts) == 0 {
		hosts = []string{"127.0.0.1", "::1", "localhost"}
	}
	template := &x509.Certificate{
		Subject:     pkix.Name{Organization: []string{"posagent"}, CommonName: hosts[0]},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	return a.issue(template)
}

var name = regexp.MustCompile(`^[0-9A-Za-z]+$`)

// Client makes the certificate of a terminal. Its common name is
// store-terminal, which is how all keys of that terminal begin.
func (a *Authority) Client(store, terminal string) (Pair, error) {
	if !name.MatchString(store) || !name.MatchString(terminal) {
		return Pair{}, fmt.Errorf("store %q and terminal %q must be letters and digits: they begin every key", store, terminal)
	}
	return a.issue(&x509.Certificate{
		Subject:     pkix.Name{Organization: []string{"posagent"}, CommonName: store + "-" + terminal},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
}

func (a *Authority) issue(template *x509.Certificate) (Pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Pair{}, fmt.Errorf("make a key for %s: %w", template.Subject.CommonName, err)
	}
	pair, _, err := sign(template, a.cert, key, a.key)
	return pair, err
}

// sign fills in number and dates and signs; without a parent it is signed by
// itself.
func sign(template, parent *x509.Certificate, key *ecdsa.PrivateKey, by crypto.Signer) (Pair, *x509.Certificate, error) {
	fail := func(err error) (Pair, *x509.Certificate, error) {
		return Pair{}, nil, fmt.Errorf("make the certificate of %s: %w", template.Subject.CommonName, err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return fail(err)
	}
	now := time.Now()
	template.SerialNumber = serial.Add(serial, big.NewInt(1)) // above 0: RFC 5280, 4.1.2.2
	template.NotBefore, template.NotAfter = now.Add(-skew), now.Add(Life)
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
	if err != nil {
		return fail(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return fail(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fail(err)
	}
	return Pair{
		Cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		Key:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}),
	}, cert, nil
}

// Pool is a pool with this authority alone.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// TLS is the pair as crypto/tls wants it.
func (p Pair) TLS() (tls.Certificate, error) {
	c, err := tls.X509KeyPair(p.Cert, p.Key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("certificate and key do not fit: %w", err)
	}
	return c, nil
}

// Write makes two new files, certFile and keyFile, mode 0600, in a folder that
// exists. A file that is there is not overwritten. An empty keyFile keeps the
// key back.
func (p Pair) Write(certFile, keyFile string) error {
	if err := writeNew(certFile, p.Cert); err != nil {
		return err
	}
	if keyFile == "" {
		return nil
	}
	return writeNew(keyFile, p.Key)
}

func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(filepath.Clean(path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write a new file: %w", err)
	}
	_, err = f.Write(data)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// IsDemo tells whether a certificate is the demo's authority or was signed by
// it.
func IsDemo(c *x509.Certificate) bool {
	return slices.Contains(c.Subject.OrganizationalUnit, wire.DemoMark) ||
		slices.Contains(c.Issuer.OrganizationalUnit, wire.DemoMark)
}
