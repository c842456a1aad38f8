package phone

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/posagent/posagent/wallet/reference/identity"
	"github.com/posagent/posagent/wallet/reference/ledger"
)

// entry is a key of a customer as a phone shows it.
type entry struct {
	Key     string    `json:"key"`
	Kind    string    `json:"kind"`
	Status  string    `json:"status"`
	Amount  int64     `json:"amount"`
	Store   string    `json:"store"`
	Reason  string    `json:"reason,omitempty"`
	Receipt string    `json:"receipt,omitempty"`
	Used    int64     `json:"points_used,omitempty"`
	Earned  int64     `json:"points_earned,omitempty"`
	At      time.Time `json:"at"`
	Until   time.Time `json:"until,omitzero"`
}

func shape(all []ledger.Standing) []entry {
	rows := []entry{}
	for _, st := range all {
		rows = append(rows, entry{
			Key: st.Key, Kind: string(st.Kind), Status: string(st.Status), Amount: st.Amount.Minor, Store: st.Store, Reason: string(st.Reason), Receipt: st.Receipt,
			Used: st.PointsUsed, Earned: st.PointsEarned, At: st.At.UTC(), Until: st.Until,
		})
	}
	return rows
}

// history is a page; the at of its last entry is the before of the next.
func (s *Server) history(m member, w http.ResponseWriter, r *http.Request) {
	before := s.o.Clock().Add(time.Hour)
	if text := r.URL.Query().Get("before"); text != "" {
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			problem(w, http.StatusBadRequest, "invalid", "before is the at of an entry")
			return
		}
		before = at
	}
	all, err := s.o.Ledger.History(m.Customer, before, 30)
	s.give(w, r, map[string]any{"entries": shape(all)}, err)
}

func (s *Server) pending(m member, w http.ResponseWriter, r *http.Request) {
	all, err := s.o.Ledger.Waiting(m.Customer)
	s.give(w, r, map[string]any{"entries": shape(all), "now": s.o.Clock().UTC()}, err)
}

// answer is the customer's yes or no to a payment that waits for it. The phone
// signs key and amount, so that what was shown is what is paid.
func (s *Server) answer(yes bool) func(member, http.ResponseWriter, *http.Request) {
	act := map[bool]string{true: "confirm", false: "refuse"}[yes]
	return func(m member, w http.ResponseWriter, r *http.Request) {
		var in signed
		if !read(w, r, &in) {
			return
		}
		key := r.PathValue("key")
		all, err := s.o.Ledger.Waiting(m.Customer)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		i := slices.IndexFunc(all, func(st ledger.Standing) bool { return st.Key == key })
		if i < 0 {
			s.fail(w, r, identity.ErrNotFound)
			return
		}
		if _, _, err := s.o.Identity.Acts(m.session, act, fmt.Sprintf("%s %d", key, all[i].Amount.Minor), in.act()); err != nil {
			s.fail(w, r, err)
			return
		}
		a, err := s.o.Ledger.Confirm(key, yes)
		s.give(w, r, map[string]any{"status": a.Status, "reason": a.Reason}, err)
	}
}

// payShown pays the code that a register shows.
func (s *Server) payShown(m member, w http.ResponseWriter, r *http.Request) {
	var in struct {
		Show   string
		Signed signed
	}
	if !read(w, r, &in) {
		return
	}
	who, _, err := s.o.Identity.Acts(m.session, "shown", in.Show, in.Signed.act())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	a, err := s.o.Ledger.PayShown(who.Customer, in.Show)
	s.give(w, r, map[string]any{"key": a.Key, "status": a.Status, "amount": a.Amount, "reason": a.Reason}, err)
}

func (s *Server) points(m member, w http.ResponseWriter, r *http.Request) {
	var in struct{ Use bool }
	if read(w, r, &in) {
		s.done(w, r, s.o.Ledger.UsePoints(m.Customer, in.Use))
	}
}
