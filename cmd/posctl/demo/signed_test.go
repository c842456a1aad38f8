package demo_test

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/issuer"
)

// showsSignedCodes: a phone shows codes that a register can prove, in every
// carrier, and it goes on counting while the wallet is stopped and after it
// has come back.
func (s *stage) showsSignedCodes() {
	own, err := issuer.Open(filepath.Join(s.dir, "wallet"), "own")
	check(s.T, err)
	last := oda.Verified{}
	proved := func(text string) {
		s.Helper()
		raw, _, err := oda.Decode(text)
		check(s.T, err)
		v, err := oda.Verify(raw, time.Now(), 10_000, own.Trust(), nil)
		check(s.T, err)
		if last.Counter != 0 && (v.Counter <= last.Counter || v.DeviceKey != last.DeviceKey) {
			s.Errorf("after counter %d of one phone came %d of the same: %v", last.Counter, v.Counter, v.DeviceKey == last.DeviceKey)
		}
		last = v
	}
	for i, carrier := range []string{"base45", "base64", "decimal"} {
		text := s.order("code", "--signed", "--carrier", carrier)
		if want := []string{"OP1:", "hQVDUFY", "97"}[i]; !strings.HasPrefix(text, want) {
			s.Errorf("as %s it shows %s", carrier, text)
		}
		proved(text)
	}
	if _, err := s.posctl("demo", "code", "--signed", "--customer", "zero"); err == nil {
		s.Error("who has no money has a certificate")
	}
	s.order("code", "--signed", "--customer", "hiro")
	if modeOf(s.T, filepath.Join(s.dir, "phones.json")) != 0o600 {
		s.Error("others may read the phones' keys")
	}
	s.order("wallet", "stop")
	picture := filepath.Join(s.TempDir(), "signed.png")
	proved(s.order("code", "--signed", "--png", picture))
	if info, err := os.Stat(picture); err != nil || info.Size() < 500 {
		s.Errorf("the picture of a signed code: %v, %v", info, err)
	}
	proved(s.order("code", "--signed", "--carrier", "decimal"))
	s.order("code", "--signed", "--customer", "hiro")
	for _, wrong := range [][]string{{"--signed", "--customer", "zero"}, {"--signed", "--carrier", "morse"}, {"--carrier", "decimal"}} {
		if out, err := s.posctl(append([]string{"demo", "code"}, wrong...)...); err == nil {
			s.Errorf("code %v: %s", wrong, out)
		}
	}
	s.order("wallet", "start")
	proved(s.order("code", "--signed"))
}

// paysWithSignedCodes: a signed code pays while the wallet is there, and while
// it is not it is taken, and collected when the wallet has come back.
func (s *stage) paysWithSignedCodes() {
	sale := s.ring(810)
	s.order("code", "--signed", "--carrier", "base64", "--scan")
	s.await(sale, "approved")
	s.order("wallet", "stop")
	sale = s.ring(820)
	s.order("code", "--signed", "--carrier", "decimal", "--scan")
	if taken := s.await(sale, "queued"); taken.Goods != "hand_over" {
		s.Errorf("taken without the wallet, the sale is %+v", taken)
	}
	s.order("wallet", "start")
	s.await(sale, "approved")
}
