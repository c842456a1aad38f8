package reference

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// longestDay is more than a shop's day can be, and keeps one call from reading
// the books of years.
const longestDay = 7 * 24 * time.Hour

var dateForm = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)

// reconcile is a page of what the register of the certificate did in a day.
func (s *Server) reconcile(reg register, w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("store")+"-"+q.Get("terminal") != string(reg) {
		s.forbid(w, reg, "", q.Get("nonce"))
		return
	}
	day, err := readDay(q)
	if err != nil {
		problemTo(w, q.Get("nonce"), http.StatusBadRequest, wire.ProblemInvalid, err.Error())
		return
	}
	page, err := s.opts.Ledger.Day(day)
	s.log.Info("reconciliation", "register", string(reg), "date", day.BusinessDate, "after", day.After, "entries", len(page.Entries), "error", err)
	if err != nil {
		reply(w, day.Nonce, wire.Answer{}, err)
		return
	}
	writeJSON(w, http.StatusOK, "application/json", page)
}

// readDay is as strict as a body: every name of the contract at most once, and
// no other.
func readDay(q url.Values) (ledger.DayRequest, error) {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	for name, values := range q {
		switch name {
		case "store", "terminal", "business_date", "from", "to", "after", "nonce":
			if len(values) > 1 {
				bad("parameter %q comes twice", name)
			}
		default:
			bad("parameter %.40q is not in the contract", name)
		}
	}
	day := ledger.DayRequest{
		Store: q.Get("store"), Terminal: q.Get("terminal"), BusinessDate: q.Get("business_date"),
		After: q.Get("after"), Nonce: q.Get("nonce"),
	}
	if _, err := time.Parse(time.DateOnly, day.BusinessDate); err != nil || !dateForm.MatchString(day.BusinessDate) {
		bad("business_date must be a date such as 2026-11-25")
	}
	var err error
	if day.From, err = moment(q.Get("from")); err != nil {
		bad("from %w", err)
	}
	if day.To, err = moment(q.Get("to")); err != nil {
		bad("to %w", err)
	}
	if len(errs) == 0 && (!day.From.Before(day.To) || day.To.Sub(day.From) > longestDay) {
		bad("to must be after from, by at most %s", longestDay)
	}
	return day, errors.Join(append(errs, checkNonce(day.Nonce, false))...)
}

// moment is a time that the books can hold.
func moment(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Year() < 2000 || t.Year() > 2200 {
		return t, errors.New("must be a time such as 2026-11-25T00:00:00+09:00")
	}
	return t, nil
}
