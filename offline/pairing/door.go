package pairing

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"sync"
)

// Door is how a listener knows who knocks: TLS 1.3, and a certificate of a
// pairing that stands. hosts are the names and addresses under which the
// register is reached. Before the first pairing nobody is let in.
func (p *Pairings) Door(hosts []string) *tls.Config {
	d := &door{pairings: p, hosts: hosts}
	return &tls.Config{MinVersion: tls.VersionTLS13, GetConfigForClient: d.config}
}

// door makes a certificate for the register when it is needed, and a new one
// at two thirds of its life. Its key is in memory alone: who is paired trusts
// the authority.
type door struct {
	pairings *Pairings
	hosts    []string

	mu   sync.Mutex
	cert *tls.Certificate
}

var (
	errNobody = errors.New("nobody is paired with this register")
	errOver   = errors.New("this pairing is unknown, revoked or has run out")
)

func (d *door) config(*tls.ClientHelloInfo) (*tls.Config, error) {
	p := d.pairings
	p.mu.Lock()
	ca := p.ca
	p.mu.Unlock()
	if ca == nil {
		return nil, errNobody
	}
	cert, err := d.certificate(ca)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	return &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{*cert}, Time: p.now,
		ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool, SessionTicketsDisabled: true,
		VerifyConnection: func(s tls.ConnectionState) error {
			if _, _, ok := p.Who(s.PeerCertificates[0]); !ok {
				return errOver
			}
			return nil
		},
		NextProtos: []string{"http/1.1"},
	}, nil
}

func (d *door) certificate(ca *authority) (*tls.Certificate, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.pairings.now()
	if d.cert != nil && now.Before(d.cert.Leaf.NotAfter.Add(-serverLife/3)) && !now.Before(d.cert.Leaf.NotBefore) {
		return d.cert, nil
	}
	cert, err := ca.server(d.hosts, now)
	if err == nil {
		d.cert = cert
	}
	return cert, err
}
