package server

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
)

// Searcher finds charges in the books.
type Searcher interface {
	// Search is a page, newest first, and where the next one begins: the zero
	// place when there is none.
	Search(Wanted) (page []Hit, next Place, err error)
}

// Wanted narrows charges; zero fields do not, and all that are set hold
// together.
type Wanted struct {
	From, To  time.Time // begun at From or later, and before To
	Min, Max  int64     // minor units, both inclusive
	Wallets   []string  // ids
	States    []charge.State
	Kinds     []charge.Kind
	Operator  string
	Key       charge.Key
	Reference string
	Text      string
	After     Place
	Limit     int
}

// Place is where a page ends: the moment and the number of its last charge.
type Place struct{ At, Seq int64 }

// Hit is a charge with its sale's number.
type Hit struct {
	charge.Record
	Reference string
}

// SearchIn is the query of a search. It is exported because the API library
// reads only exported fields.
type SearchIn struct {
	From      string   `query:"from" doc:"first business day" example:"2026-04-01"`
	To        string   `query:"to" doc:"last business day" example:"2027-03-31"`
	Min       int64    `query:"min" minimum:"0" doc:"least amount in minor units"`
	Max       int64    `query:"max" minimum:"0" doc:"greatest amount in minor units; 0: no bound"`
	Wallet    []string `query:"wallet,explode" maxItems:"20" doc:"the counterparty: a wallet's id or name"`
	State     []string `query:"state,explode" maxItems:"20" doc:"these states, or open for all that are not settled"`
	Kind      []string `query:"kind,explode" maxItems:"3" enum:"charge,refund,topup"`
	Operator  string   `query:"operator" maxLength:"64" doc:"who asked for it: an operator's id"`
	Key       string   `query:"key" maxLength:"32" doc:"of the charge"`
	Reference string   `query:"reference" maxLength:"64" doc:"the POS software's number of the sale, whole"`
	Text      string   `query:"text" maxLength:"64" doc:"what the key, the wallet's own number or the masked code has in it"`
	After     string   `query:"after" maxLength:"48" doc:"the next of the page before"`
	Limit     int      `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

func (s *Server) searching(api huma.API) {
	if s.Searcher == nil {
		return
	}
	huma.Register(api, operation(http.MethodGet, control.PathSearch, "search-journal", "Find charges by date, amount, counterparty and more, newest first", control.ScopeRead), s.search)
}

func (s *Server) search(_ context.Context, in *SearchIn) (*struct{ Body control.Findings }, error) {
	want, err := s.wanted(in)
	if err != nil {
		return nil, err
	}
	page, next, err := s.Searcher.Search(want)
	if err != nil {
		return nil, s.explain(err)
	}
	out := control.Findings{Found: make([]control.Finding, 0, len(page)), Next: next.cursor()}
	for _, hit := range page {
		out.Found = append(out.Found, s.shapeHit(hit))
	}
	return &struct{ Body control.Findings }{out}, nil
}

func (s *Server) wanted(in *SearchIn) (Wanted, error) {
	want := Wanted{
		Min: in.Min, Max: in.Max, Operator: in.Operator, Key: charge.Key(in.Key), Reference: in.Reference, Text: in.Text, Limit: in.Limit,
	}
	if in.Max > 0 && in.Max < in.Min {
		return want, wrong("query.max", "max is below min")
	}
	var err error
	if want.From, want.To, err = s.span(in.From, in.To); err != nil {
		return want, err
	}
	if want.States, err = statesOf(in.State); err != nil {
		return want, err
	}
	for _, word := range in.Wallet {
		want.Wallets = append(want.Wallets, s.Register.WalletsCalled(word)...)
	}
	for _, word := range in.Kind {
		want.Kinds = append(want.Kinds, charge.Kind(word))
	}
	want.After, err = placeOf(in.After)
	return want, err
}

// span is from the beginning of the first day to the end of the last one.
func (s *Server) span(from, to string) (begin, end time.Time, err error) {
	if from != "" {
		day, err := s.Register.BusinessDay(from)
		if err != nil {
			return begin, end, wrong("query.from", err.Error())
		}
		begin = day.From
	}
	if to != "" {
		day, err := s.Register.BusinessDay(to)
		if err != nil {
			return begin, end, wrong("query.to", err.Error())
		}
		end = day.To
	}
	if !begin.IsZero() && !end.IsZero() && !begin.Before(end) {
		return begin, end, wrong("query.to", "the last day is before the first one")
	}
	return begin, end, nil
}

// statesOf are the states that words name; open names several.
func statesOf(words []string) ([]charge.State, error) {
	var states []charge.State
	for _, word := range words {
		state := charge.State(strings.ToLower(word))
		switch {
		case state == "open":
			for _, each := range charge.States {
				if each.Open() {
					states = append(states, each)
				}
			}
		case state.Known():
			states = append(states, state)
		default:
			return nil, wrong("query.state", "a state is not known: use the states of a charge, or open")
		}
	}
	slices.Sort(states)
	return slices.Compact(states), nil
}

func (p Place) cursor() string {
	if p == (Place{}) {
		return ""
	}
	return fmt.Sprintf("%d-%d", p.At, p.Seq)
}

func placeOf(cursor string) (Place, error) {
	if cursor == "" {
		return Place{}, nil
	}
	at, seq, _ := strings.Cut(cursor, "-")
	p := Place{}
	var bad, worse error
	p.At, bad = strconv.ParseInt(at, 10, 64)
	p.Seq, worse = strconv.ParseInt(seq, 10, 64)
	if bad != nil || worse != nil || p.cursor() != cursor {
		return Place{}, wrong("query.after", "after must be the next of the page before")
	}
	return p, nil
}

func (s *Server) shapeHit(h Hit) control.Finding {
	out := control.Finding{
		Date: s.Day(h.PreparedAt), At: h.PreparedAt, Amount: h.Amount.Minor, Currency: string(h.Amount.Currency), Wallet: h.Wallet,
		Kind: string(cmp.Or(h.Kind, charge.Payment)), State: string(h.State), Reason: string(h.Reason), Key: string(h.Key), Of: string(h.Of),
		SaleID: h.SaleID, Reference: h.Reference, Receipt: h.Receipt, Operator: h.Operator,
	}
	if h.Wallet != "" {
		out.WalletName, out.WalletNameE = s.Register.WalletName(h.Wallet)
	}
	return out
}
