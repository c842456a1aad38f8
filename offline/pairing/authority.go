package pairing

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"time"

	"github.com/google/renameio/v2"
)

const (
	certFile = "ca.crt"
	keyFile  = "ca.key"

	caLife     = 20 * 365 * 24 * time.Hour
	serverLife = 90 * 24 * time.Hour
	skew       = time.Hour // how far the clock of the other machine may be behind
)

// authority signs the certificates of one register (ECDSA P-256).
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// newAuthority makes one and writes it down: the key first, so that there is
// never a certificate without it. What a power cut left is used.
func (p *Pairings) newAuthority() (*authority, error) {
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of pairings: %w", err)
	}
	ca, err := readAuthority(p.at(certFile), p.at(keyFile))
	if !errors.Is(err, fs.ErrNotExist) {
		return ca, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the key of the pairings' authority: %w", err)
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{Organization: []string{"posagent"}, CommonName: "posagent pairings of " + p.holder},
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	cert, err := signed(template, template, key.Public(), key, p.now(), caLife)
	if err != nil {
		return nil, err
	}
	secret, err := keyPEM(key)
	if err != nil {
		return nil, err
	}
	for _, file := range []struct {
		name string
		data []byte
	}{{keyFile, secret}, {certFile, pemOf("CERTIFICATE", cert.Raw)}} {
		if err := renameio.WriteFile(p.at(file.name), file.data, 0o600, renameio.WithTempDir(p.dir)); err != nil {
			return nil, fmt.Errorf("write the pairings' authority: %w", err)
		}
	}
	return &authority{cert, key}, nil
}

// readAuthority fails with fs.ErrNotExist when there is none.
func readAuthority(certPath, keyPath string) (*authority, error) {
	if _, err := os.Stat(certPath); errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	pair, err := tls.LoadX509KeyPair(certPath, keyPath)
	if err != nil {
		return nil, fmt.Errorf("read the pairings' authority: %w; put the folder back from a copy, or remove it and pair anew", err)
	}
	key, ok := pair.PrivateKey.(crypto.Signer)
	if !ok || pair.Leaf == nil || !pair.Leaf.IsCA {
		return nil, fmt.Errorf("%s is no authority", certPath)
	}
	return &authority{pair.Leaf, key}, nil
}

// client makes the certificate of a program and its key in PEM.
func (a *authority) client(name string, now time.Time, life time.Duration) (*x509.Certificate, []byte, error) {
	cert, key, err := a.issue(&x509.Certificate{
		Subject:     pkix.Name{Organization: []string{"posagent"}, CommonName: name},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, now, life)
	if err != nil {
		return nil, nil, err
	}
	secret, err := keyPEM(key)
	return cert, secret, err
}

// server makes a certificate of this register for these names and addresses.
func (a *authority) server(hosts []string, now time.Time) (*tls.Certificate, error) {
	template := &x509.Certificate{
		Subject:     pkix.Name{Organization: []string{"posagent"}, CommonName: "posagent register"}, // not the authority's: OpenSSL would take it for self-signed
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
	cert, key, err := a.issue(template, now, serverLife)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}, nil
}

func (a *authority) issue(template *x509.Certificate, now time.Time, life time.Duration) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make a key for %s: %w", template.Subject.CommonName, err)
	}
	cert, err := signed(template, a.cert, key.Public(), a.key, now, life)
	return cert, key, err
}

// signed fills in number and dates and signs.
func signed(template, parent *x509.Certificate, public crypto.PublicKey, by crypto.Signer, now time.Time, life time.Duration) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err == nil {
		template.SerialNumber = serial.Add(serial, big.NewInt(1)) // above 0: RFC 5280, 4.1.2.2
		template.NotBefore, template.NotAfter = now.Add(-skew), now.Add(life)
		var der []byte
		if der, err = x509.CreateCertificate(rand.Reader, template, parent, public, by); err == nil {
			return x509.ParseCertificate(der)
		}
	}
	return nil, fmt.Errorf("make the certificate of %s: %w", template.Subject.CommonName, err)
}

func keyPEM(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return pemOf("PRIVATE KEY", der), err
}

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
