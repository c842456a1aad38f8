package wirecheck_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference"
	"github.com/posagent/posagent/wallet/reference/board"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/pki"
	"github.com/posagent/posagent/wallet/wirecheck"
)

// stage is the reference wallet, two registers of its, and one whose time is over.
type stage struct {
	*reference.Server
	authority        *pki.Authority
	own, other, late tls.Certificate
	server           tls.Certificate
	socket           string
	key              ed25519.PublicKey
	warm, warmOther  *http.Client // of the two registers, for wrappers
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{socket: filepath.Join(t.TempDir(), "try.sock")}
	books := ledger.New(ledger.NewMemory(), ledger.Options{})
	_, err := books.AddCustomer("hanako", 1_000_000)
	check(t, err)
	s.authority, err = pki.NewAuthority()
	check(t, err)
	s.server, s.own, s.other = pair(t)(s.authority.Server()), pair(t)(s.authority.Client("S0001", "T01")), pair(t)(s.authority.Client("S0001", "T02"))
	s.late = s.ended(t)
	s.warm, s.warmOther = s.line(t, s.own), s.line(t, s.other)
	b, err := board.Open(t.TempDir(), "own", time.Now)
	check(t, err)
	s.key = b.Key()
	s.Server, err = reference.Start(reference.Options{Ledger: books, Certificate: s.server, ClientCAs: s.authority.Pool(), TrySocket: s.socket, Board: b})
	check(t, err)
	t.Cleanup(func() {
		ctx, stop := context.WithTimeout(context.Background(), 3*time.Second)
		defer stop()
		s.Stop(ctx)
	})
	return s
}

// line is a register's line to the wallet.
func (s *stage) line(t *testing.T, own tls.Certificate) *http.Client {
	tr := &http.Transport{MaxIdleConnsPerHost: 16, TLSClientConfig: &tls.Config{RootCAs: s.authority.Pool(), Certificates: []tls.Certificate{own}}}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func pair(t *testing.T) func(pki.Pair, error) tls.Certificate {
	return func(p pki.Pair, err error) tls.Certificate {
		t.Helper()
		check(t, err)
		c, err := p.TLS()
		check(t, err)
		return c
	}
}

// ended is a certificate of the registers' authority whose time is over.
func (s *stage) ended(t *testing.T) tls.Certificate {
	t.Helper()
	authority, err := s.authority.TLS()
	check(t, err)
	above, err := x509.ParseCertificate(authority.Certificate[0])
	check(t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "S0001-T01"},
		NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(-30 * time.Second),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, above, key.Public(), authority.PrivateKey)
	check(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	check(t, err)
	out, err := tls.X509KeyPair(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
	check(t, err)
	return out
}

// options judge the wallet at a URL with all that the stage has.
func (s *stage) options(url string) wirecheck.Options {
	return wirecheck.Options{
		URL: url, Roots: s.authority.Pool(), Register: s.own, Other: &s.other, Expired: &s.late,
		Codes: wirecheck.MintedCodes(s.socket, "hanako"), Wallet: "own", BulletinKeys: []ed25519.PublicKey{s.key},
	}
}

// tell is what a failed check said.
func tell(r wirecheck.Result) string {
	var b strings.Builder
	for _, s := range r.Steps {
		if !s.OK {
			b.WriteString("\n  sent " + s.Sent + "\n  want " + s.Want + "\n  came " + s.Came)
		}
	}
	return b.String() + r.Needs
}

// The reference wallet keeps the contract, and no code of a customer is told.
func TestReferenceKeepsTheContract(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	o := s.options(s.URL())
	codes := &noted{Codes: o.Codes}
	o.Codes = codes
	told := 0
	o.Told = func(wirecheck.Result) { told++ }
	report, err := wirecheck.Run(t.Context(), o)
	check(t, err)
	for _, r := range report.Results {
		if r.Outcome != wirecheck.Kept {
			t.Errorf("%s (%s): %s%s", r.Check, r.Rule, r.Outcome, tell(r))
		}
	}
	if names := wirecheck.Names(); told != len(names) || report.Kept != len(names) {
		t.Errorf("%d checks were told and %d kept, of %d", told, report.Kept, len(names))
	}
	text, err := json.Marshal(report)
	check(t, err)
	for _, code := range codes.given {
		if strings.Contains(string(text), code) {
			t.Errorf("the report tells the code %s", code)
		}
	}
	if pays, waits := wirecheck.CodesNeeded(); pays+waits != len(codes.given) {
		t.Errorf("%d codes were taken; it said %d and %d", len(codes.given), pays, waits)
	}
}

// noted remembers the codes that it gave.
type noted struct {
	wirecheck.Codes
	given []string
}

func (n *noted) Code(ctx context.Context, kind wirecheck.Kind) (string, error) {
	code, err := n.Codes.Code(ctx, kind)
	if err == nil {
		n.given = append(n.given, code)
	}
	return code, err
}

// What is not given leaves checks out, says so, and breaks nothing.
func TestWhatIsMissingIsSaid(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	o := s.options(s.URL())
	o.Other, o.Expired, o.BulletinKeys = nil, nil, nil
	code, err := o.Codes.Code(t.Context(), wirecheck.Pays)
	check(t, err)
	o.Codes = wirecheck.ListedCodes("# of hanako\n\n" + code + "\n")
	report, err := wirecheck.Run(t.Context(), o)
	check(t, err)
	missing := map[string]string{}
	for _, r := range report.Results {
		switch r.Outcome {
		case wirecheck.Broken:
			t.Errorf("%s is broken: %s", r.Check, tell(r))
		case wirecheck.Missing:
			missing[r.Check] = r.Needs
		}
	}
	for name, word := range map[string]string{
		"owner-other": "--other-cert", "expired-certificate": "--expired-cert", "bulletin-signature": "--bulletin-key", "pending": "waits CODE", "conflict": "used up",
	} {
		if !strings.Contains(missing[name], word) {
			t.Errorf("%s needs %q, which does not speak of %s", name, missing[name], word)
		}
	}
	if missing["identity"] != "" || report.Missing != len(missing) || report.Kept+report.Missing != len(wirecheck.Names()) {
		t.Errorf("kept %d, missing %d: %v", report.Kept, report.Missing, missing)
	}
}

func TestWhatCannotBegin(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for name, change := range map[string]func(*wirecheck.Options){
		"http":        func(o *wirecheck.Options) { o.URL = "http://127.0.0.1:1" },
		"check":       func(o *wirecheck.Options) { o.Only = []string{"everything"} },
		"register":    func(o *wirecheck.Options) { o.Register = tls.Certificate{} },
		"common name": func(o *wirecheck.Options) { o.Register = s.server },
		"twice":       func(o *wirecheck.Options) { o.Other = &s.own },
	} {
		o := s.options(s.URL())
		change(&o)
		if _, err := wirecheck.Run(t.Context(), o); !errors.Is(err, wirecheck.ErrOptions) {
			t.Errorf("%s: %v", name, err)
		}
	}
	o := s.options("https://127.0.0.1:1")
	if _, err := wirecheck.Run(t.Context(), o); !errors.Is(err, wirecheck.ErrUnreachable) {
		t.Errorf("nobody there: %v", err)
	}
}
