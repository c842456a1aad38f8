package reference_test

import (
	"crypto/tls"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/wire"
)

// Doors: identities that are put together otherwise.
func TestDoorsOfABringIn(t *testing.T) {
	overBoth(t, func(t *testing.T, s *shop, register tls.Certificate) {
		second := pair(t)(s.authority.Client("S0001", "T02"))
		line := s.client(t, second)
		s.ping(t, s.register)
		code, at := s.signed(t, oda.Base45), time.Now()
		base := asked("S0001-T01-1-1", code, 700)
		for name, change := range map[string]func(*wire.ChargeRequest){
			"terminal with a hyphen":    func(r *wire.ChargeRequest) { r.Terminal = "T01-1"; r.Key = "S0001-T01-1-1-1" },
			"store with a hyphen":       func(r *wire.ChargeRequest) { r.Store, r.Terminal = "S0001-T02", "" },
			"empty store":               func(r *wire.ChargeRequest) { r.Store, r.Terminal = "", "S0001-T01" },
			"own terminal, other's key": func(r *wire.ChargeRequest) { r.Terminal = "T02" },
			"other's terminal, own key": func(r *wire.ChargeRequest) { r.Key = "S0001-T02-1-1" },
			"prefix of a terminal":      func(r *wire.ChargeRequest) { r.Terminal = "T0" },
			"longer terminal":           func(r *wire.ChargeRequest) { r.Key = "S0001-T012-1-1" },
			"line feed":                 func(r *wire.ChargeRequest) { r.Terminal = "T01\n" },
			"another store":             func(r *wire.ChargeRequest) { r.Store, r.Key = "S0002", "S0002-T01-1-1" },
			"lower case":                func(r *wire.ChargeRequest) { r.Store, r.Key = "s0001", "s0001-T01-1-1" },
		} {
			r := base
			change(&r)
			forbidden(t, name, s.ask(t, line, sign(t, r, at, register)))
		}
		online := sign(t, base, at, register)
		online.Mode = wire.Online
		forbidden(t, "online", s.ask(t, line, online))
		online.Mode = "FORWARDED"
		forbidden(t, "another case of the mode", s.ask(t, line, online))
		s.empty(t)
	})
}
