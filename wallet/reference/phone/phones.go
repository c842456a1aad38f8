package phone

import (
	"fmt"
	"net/http"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/identity"
	"github.com/posagent/posagent/wallet/reference/ledger"
)

// signed is an act that a phone has signed, as it comes.
type signed struct {
	Phone     string `json:"phone"`
	Nonce     string `json:"nonce"`
	Signature []byte `json:"signature"` // base64
}

func (g signed) act() identity.Signed {
	return identity.Signed{Phone: g.Phone, Nonce: g.Nonce, Signature: g.Signature}
}

// algorithms are the names of what phones sign with.
var algorithms = map[string]oda.Algorithm{"Ed25519": oda.Ed25519, "P-256": oda.P256}

func (s *Server) me(m member, w http.ResponseWriter, r *http.Request) {
	purse, err := s.o.Ledger.Purse(m.Customer)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	guard := s.o.Identity.Guard(m.Customer)
	out := map[string]any{
		"contact": m.Contact, "balance": purse.Balance, "reserved": purse.Reserved, "points": purse.Points, "currency": "JPY",
		"frozen": guard.Frozen, "now": s.o.Clock().UTC(),
	}
	out["topups"] = s.o.TopUps != nil
	if guard.DayMost > 0 {
		out["day_most"], out["day_most_until"] = guard.DayMost, guard.Until.UTC()
	}
	if m.NewTo != "" {
		out["contact_moves"] = m.NewAt.UTC()
	}
	if s.o.Clock().Before(guard.NoTopUp) {
		out["no_top_up_until"] = guard.NoTopUp.UTC()
	}
	reply(w, out)
}

func (s *Server) notices(m member, w http.ResponseWriter, r *http.Request) {
	type row struct {
		Kind string    `json:"kind"`
		Text string    `json:"text"`
		At   time.Time `json:"at"`
	}
	all, err := s.o.Identity.Notices(m.ID)
	rows := []row{}
	for _, n := range all {
		rows = append(rows, row{n.Kind, n.Text, n.At})
	}
	s.give(w, r, map[string]any{"notices": rows}, err)
}

func (s *Server) nonce(_ member, w http.ResponseWriter, _ *http.Request) {
	reply(w, map[string]string{"nonce": s.o.Identity.Nonce()})
}

func shapePhone(p identity.Phone) map[string]any {
	out := map[string]any{"id": p.ID, "label": p.Label, "state": p.State, "at": p.At.UTC()}
	if !p.Cool.IsZero() {
		out["cool"] = p.Cool.UTC()
	}
	return out
}

func (s *Server) phones(m member, w http.ResponseWriter, r *http.Request) {
	all, err := s.o.Identity.Phones(m.ID)
	rows := []map[string]any{}
	for _, p := range all {
		rows = append(rows, shapePhone(p))
	}
	s.give(w, r, map[string]any{"phones": rows}, err)
}

func (s *Server) addPhone(m member, w http.ResponseWriter, r *http.Request) {
	var in struct {
		Algorithm string
		Key       []byte
		Label     string
		Signed    signed
	}
	if !read(w, r, &in) {
		return
	}
	p, err := s.o.Identity.AddPhone(m.session, algorithms[in.Algorithm], in.Key, in.Label, in.Signed.act())
	s.give(w, r, shapePhone(p), err)
}

func (s *Server) agree(yes bool) func(member, http.ResponseWriter, *http.Request) {
	return func(m member, w http.ResponseWriter, r *http.Request) {
		var in signed
		if read(w, r, &in) {
			s.done(w, r, s.o.Identity.Agree(m.session, r.PathValue("id"), yes, in.act()))
		}
	}
}

func (s *Server) endPhone(m member, w http.ResponseWriter, r *http.Request) {
	s.done(w, r, s.o.Identity.EndPhone(m.session, r.PathValue("id")))
}

func (s *Server) freeze(m member, w http.ResponseWriter, r *http.Request) {
	s.done(w, r, s.o.Identity.Freeze(m.ID, "member"))
}

func (s *Server) unfreeze(m member, w http.ResponseWriter, r *http.Request) {
	s.done(w, r, s.o.Identity.Unfreeze(m.session))
}

// code is a one-time code, made for the phone that pays and nobody else.
func (s *Server) code(m member, w http.ResponseWriter, r *http.Request) {
	var in signed
	if !read(w, r, &in) {
		return
	}
	who, _, err := s.o.Identity.Acts(m.session, "code", "", in.act())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	c, err := s.o.Ledger.MintCode(who.Customer)
	s.give(w, r, map[string]any{"code": c.Code, "expires_at": c.Expires, "now": s.o.Clock().UTC()}, err)
}

// certificate lets the phone that pays sign codes by itself, for so much as is
// put aside. One that cools gets no more than it pays in a day.
func (s *Server) certificate(m member, w http.ResponseWriter, r *http.Request) {
	var in struct {
		PerCharge  int64 `json:"per_charge"`
		Cumulative int64 `json:"cumulative"`
		Hours      int64 `json:"hours"`
		Signed     signed
	}
	if !read(w, r, &in) {
		return
	}
	about := fmt.Sprintf("%d %d %d", in.PerCharge, in.Cumulative, in.Hours)
	who, p, err := s.o.Identity.Acts(m.session, "certificate", about, in.Signed.act())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if most := s.o.Identity.Guard(who.Customer).DayMost; most > 0 && in.Cumulative > most {
		s.fail(w, r, ledger.ErrHeld)
		return
	}
	if in.Hours < 1 || in.Hours > int64(ledger.LongestLife/time.Hour) {
		problem(w, http.StatusBadRequest, "invalid", "hours must be at least 1, and no more than a certificate lives")
		return
	}
	data, err := s.o.Ledger.Certify(ledger.CertificateRequest{
		Customer: who.Customer, Algorithm: p.Algorithm, DeviceKey: p.Key, PerChargeMax: in.PerCharge, CumulativeMax: in.Cumulative, Life: time.Duration(in.Hours) * time.Hour,
	})
	s.give(w, r, map[string]any{"certificate": data}, err)
}
