package reference_test

import (
	"crypto/tls"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/wire"
)

// A register whose certificate was renewed while it had no network died before
// it ever connected with it. Its queue is brought in with that certificate, and
// from then on its key is known, also for what comes on paper.
func TestACertificateIntroducesItsRegister(t *testing.T) {
	overBoth(t, func(t *testing.T, s *shop, _ tls.Certificate) {
		renewed := pair(t)(s.authority.Client("S0001", "T03"))
		line := s.client(t, pair(t)(s.authority.Client("S0001", "T02")))
		at := time.Now()
		forward := func(key string) wire.ChargeRequest {
			r := asked(key, s.signed(t, oda.Base45), 700)
			r.Terminal = "T03"
			return sign(t, r, at, renewed)
		}
		first, second := forward("S0001-T03-1-1"), forward("S0001-T03-1-2")
		unproved(t, "a key that never connected", s.ask(t, line, first))
		for name, certificate := range map[string][]byte{
			"another register's":     pair(t)(s.authority.Client("S0001", "T02")).Certificate[0],
			"the same key's, forged": pair(t)(newAuthority(t).Client("S0001", "T03")).Certificate[0],
			"the server's":           pair(t)(s.authority.Server()).Certificate[0],
			"half of it":             renewed.Certificate[0][:100],
			"no certificate":         []byte("certificate"),
			"a very long one":        make([]byte, 20_000),
		} {
			r := first
			r.TerminalCertificate = certificate
			if got := s.ask(t, line, r); got.status != 400 {
				t.Errorf("%s: %+v", name, got)
			}
		}
		online := first
		online.Mode, online.TerminalCertificate = wire.Online, renewed.Certificate[0]
		if got := s.ask(t, line, online); got.status == 200 {
			t.Errorf("a certificate opens other calls: %+v", got)
		}
		s.empty(t)
		first.TerminalCertificate = renewed.Certificate[0]
		for _, r := range []wire.ChargeRequest{first, second} {
			if got := s.ask(t, line, r); got.answer.Status != wire.Approved {
				t.Errorf("%s: %+v", r.Key, got)
			}
		}
		s.balanced(t)
	})
}
