package authorize_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/authorize/own"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/wallet/reference/pki"
)

// endedOn is a register's certificate that was good until a moment.
func endedOn(t *testing.T, ca *pki.Authority, until time.Time) tls.Certificate {
	t.Helper()
	issuer, err := tls.X509KeyPair(ca.Cert, ca.Key)
	must(t, err)
	parent, err := x509.ParseCertificate(issuer.Certificate[0])
	must(t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "S1-T1"},
		NotBefore: until.Add(-time.Hour), NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, parent, key.Public(), issuer.PrivateKey)
	must(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// A register whose own certificate has ended sends nothing: the wallet would
// refuse it only after the request was on its way, and every customer would
// be left in doubt until somebody renews it.
func TestOurOwnCertificateHasEnded(t *testing.T) {
	f := listen(t, yes)
	line := authorize.NewLine("https://"+f.addr, authorize.Identity{Certificate: endedOn(t, f.ca, time.Now().Add(-time.Minute)), Roots: f.ca.Pool()})
	t.Cleanup(line.Close)
	terms := charge.Standard()
	c := own.Client{ID: "own", Line: line, Terms: terms, Now: time.Now}
	a := c.Charge(t.Context(), rec, shown)
	came(t, "an ended certificate", a, charge.Miss, charge.ReasonUnreachable)
	if !strings.Contains(a.Note, "renew") {
		t.Errorf("the engineer reads %q", a.Note)
	}
}

func TestOurOwnCertificateIsGoodForAMinute(t *testing.T) {
	f := listen(t, yes)
	line := authorize.NewLine("https://"+f.addr, authorize.Identity{Certificate: endedOn(t, f.ca, time.Now().Add(time.Minute)), Roots: f.ca.Pool()})
	t.Cleanup(line.Close)
	c := own.Client{ID: "own", Line: line, Terms: charge.Standard(), Now: time.Now}
	came(t, "a certificate that is good", c.Charge(t.Context(), rec, shown), charge.Approve, charge.ReasonNone)
}
