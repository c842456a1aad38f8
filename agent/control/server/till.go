package server

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
)

// noteEvery is how often refused wishes are noted in the journal at most: a
// line that floods must not fill it. The log has them all.
const noteEvery = 10 * time.Second

// Till is a register at the other end of a line or a folder. It is somebody of
// its own in the books, link:NAME, and may do what a token with the scopes
// prepare and read may: there is no call here that gives money back or decides
// a doubt. Its errors are *control.Error, as a client gets them.
type Till struct {
	s   *Server
	who *caller

	mu    sync.Mutex
	noted time.Time
}

// Till is the register of that name.
func (s *Server) Till(name string) *Till {
	return &Till{s: s, who: &caller{kind: "link", name: name, by: charge.ByAPI, scopes: map[control.Scope]bool{control.ScopePrepare: true, control.ScopeRead: true}}}
}

// Prepare opens a sale, or finds the one of this wish. Another amount or
// reference under it is a 409 sale.conflict.
func (t *Till) Prepare(wish, reference string, amount int64, currency string) (control.Sale, error) {
	out, err := t.s.begin(t.who, wish, t.s.newSale(t.who, wish, control.NewSale{Reference: reference, Amount: amount, Currency: currency}), nil)
	if p := new(problem); errors.As(err, &p) && p.Why == "sale.conflict" {
		t.refused(wish)
	}
	return told(out, err)
}

// refused writes down that a wish came again with another amount.
func (t *Till) refused(wish string) {
	t.s.Log.Warn("a register sent a sequence again with another amount or reference; it was refused", "link", t.who.name, "sale", wish)
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := t.s.Now(); now.Sub(t.noted) >= noteEvery {
		t.noted = now
		t.s.note(t.who, "was refused sale "+wish+" of "+t.who.source()+": it stands for another amount or reference")
	}
}

// Cancel asks for the sale of a wish to be undone.
func (t *Till) Cancel(wish string) (control.Sale, error) {
	return told(t.s.undoSale(t.who, t.id(wish)))
}

// Sale is the sale of a wish, at once, or when it changes but not after wait.
func (t *Till) Sale(ctx context.Context, wish string, wait time.Duration) (control.Sale, error) {
	return told(t.s.await(ctx, t.id(wish), wait))
}

// Reprint prints the receipt of the sale of a wish once more and waits for it.
func (t *Till) Reprint(wish string) (control.Sale, error) {
	view, err := t.s.Register.Look(t.id(wish))
	if err != nil {
		return told(nil, t.s.missing(err, "sale"))
	}
	before := view.Charge
	after, err := t.s.Register.Reprint(before.Key)
	switch first := before.Paper == charge.Unprinted || before.Paper == charge.PaperFailed; {
	case err != nil:
		return told(nil, t.s.missing(err, "charge"))
	case after.Paper == charge.PaperFailed, !first && after.Reprints == before.Reprints:
		return told(nil, problemOf(http.StatusConflict, "printer.unprinted", ""))
	}
	return t.Sale(context.Background(), wish, 0)
}

// id is the id that newSale gives to a wish.
func (t *Till) id(wish string) string { return t.s.saleID(t.who, wish) }

func told(out *saleOut, err error) (control.Sale, error) {
	var p *problem
	switch {
	case errors.As(err, &p):
		return control.Sale{}, &control.Error{Problem: p.Problem}
	case err != nil:
		return control.Sale{}, &control.Error{Problem: problemOf(http.StatusInternalServerError, "register.failed", err.Error()).Problem}
	}
	return out.Body, nil
}
