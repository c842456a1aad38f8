package wirecheck

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptrace"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// doorChecks are who is let in, and over what.
func doorChecks() []check {
	return []check{
		{name: "ping", rule: "transport", says: "a ping is a 204, and the connection stays open for the next call", try: ping},
		{name: "tls-version", rule: "transport", says: "nothing below TLS 1.3 is spoken", try: func(p *probe) {
			for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11, tls.VersionTLS12} {
				c := p.tls(&p.own.certificate)
				c.MinVersion, c.MaxVersion = version, version
				p.shut("a register that speaks "+tls.VersionName(version), c)
			}
		}},
		{name: "no-certificate", rule: "transport", says: "nobody gets an answer without a client certificate", try: func(p *probe) {
			p.shut("a client without a certificate", p.tls(nil))
		}},
		{name: "foreign-certificate", rule: "transport", says: "a certificate of another authority is refused, whatever it says", try: func(p *probe) {
			forged, err := forge(p.own.certificate)
			if err != nil {
				p.lacks = err.Error()
				return
			}
			p.shut("the certificate of "+p.own.name+" as another authority of the same name has signed it", p.tls(&forged))
			p.shut("the true certificate of "+p.own.name+", with another key", p.tls(&tls.Certificate{Certificate: p.own.certificate.Certificate, PrivateKey: forged.PrivateKey}))
		}},
		{name: "expired-certificate", rule: "transport", needs: needsExpired, says: "a certificate that has ended is refused", try: func(p *probe) {
			p.shut("a certificate that has ended", p.tls(p.o.Expired))
		}},
	}
}

func needsExpired(o Options) string {
	if o.Expired == nil {
		return "a register's certificate that has ended (--expired-cert and --expired-key)"
	}
	if leaf, err := x509.ParseCertificate(o.Expired.Certificate[0]); err != nil || time.Now().Before(leaf.NotAfter) {
		return "a certificate that has ended: that of --expired-cert has not"
	}
	return ""
}

// shut asks for a reversal of a fresh key over a line that must not be: no
// answer, or a 4xx.
func (p *probe) shut(who string, c *tls.Config) {
	bad := &line{runner: p.runner, name: p.own.name, client: p.client(c)}
	defer bad.client.CloseIdleConnections()
	r := bad.reverse(p.ctx, p.own.key(), p.own.reversed("", p.o.Amount))
	r.sent = who + ": " + r.sent
	p.judge(r, "no connection, or 400, 401 or 403", r.err != nil || r.status == http.StatusBadRequest || r.status == http.StatusUnauthorized || r.status == http.StatusForbidden)
}

func ping(p *probe) {
	reused := false
	for i := range 2 {
		ctx := httptrace.WithClientTrace(p.ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { reused = info.Reused }})
		r := p.own.raw(ctx, "GET", wire.PathPing, "", nil)
		p.judge(r, "204 without a body, over HTTP/1.1", r.err == nil && r.status == http.StatusNoContent && len(r.body) == 0)
		if i == 1 {
			p.note("a second call", "the same connection", fmt.Sprintf("the same connection: %t", reused), reused)
		}
	}
	ctx, stop := context.WithTimeout(p.ctx, callTimeout)
	defer stop()
	conn, err := (&tls.Dialer{Config: p.tls(&p.own.certificate)}).DialContext(ctx, "tcp", hostOf(p.base))
	if err != nil {
		p.note("a connection", "a connection", err.Error(), false)
		return
	}
	defer conn.Close()
	state := conn.(*tls.Conn).ConnectionState()
	p.note("a connection without ALPN", "TLS 1.3", tls.VersionName(state.Version), state.Version == tls.VersionTLS13)
}

// forge makes a certificate that says all that the true one says, signed by an
// authority with the same name and another key.
func forge(own tls.Certificate) (tls.Certificate, error) {
	leaf, err := x509.ParseCertificate(own.Certificate[0])
	if err != nil {
		return tls.Certificate{}, err
	}
	authority, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	issuer := &x509.Certificate{
		Subject: leaf.Issuer, RawSubject: leaf.RawIssuer, SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true,
		NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter, KeyUsage: x509.KeyUsageCertSign,
	}
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: leaf.Subject.CommonName}, RawSubject: leaf.RawSubject, SerialNumber: leaf.SerialNumber,
		NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter, KeyUsage: leaf.KeyUsage, ExtKeyUsage: leaf.ExtKeyUsage,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), authority)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("a forged certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

func nameOf(c tls.Certificate) string {
	leaf, err := x509.ParseCertificate(c.Certificate[0])
	if err != nil {
		return ""
	}
	return leaf.Subject.CommonName
}
