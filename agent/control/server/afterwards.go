package server

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/operator"
	"github.com/posagent/posagent/agent/trace"
)

// The longest that a call waits for others.
const (
	refundWait    = 4 * time.Second // for the wallet's first answer to a refund
	reconcileTime = maxWait         // for the wallets' lists of a day
)

type chargeOut struct {
	Status int
	Body   control.Charge
}

func (s *Server) afterwards(api huma.API) {
	huma.Register(api, mayTakeLong(operation(http.MethodPost, control.PathTopUps, "open-top-up", "Turn cash that was taken into money of the customer's wallet", control.ScopeTopUp)), s.openTopUp)
	huma.Register(api, goesOn(operation(http.MethodPost, control.PathRefunds, "refund", "Give money of a payment back, all or a part", control.ScopeRefund)), s.refund)
	huma.Register(api, goesOn(operation(http.MethodPost, control.PathResolve, "resolve-charge", "Decide about a charge that the register cannot end alone", control.ScopeResolve)), s.resolve)
	huma.Register(api, operation(http.MethodPost, control.PathReconcile, "reconcile", "Compare a business day with the wallets, and correct what a rule knows", control.ScopeResolve), s.reconcile)
}

// openTopUp goes the way of a sale: the same key for either is one wish.
func (s *Server) openTopUp(ctx context.Context, in *struct {
	Keyed
	Body control.NewTopUp
}) (*saleOut, error) {
	who := from(ctx)
	key, err := in.wish()
	if err != nil {
		return nil, err
	}
	want := s.newSale(who, key, control.NewSale{Reference: in.Body.Reference, Amount: in.Body.Amount, Currency: in.Body.Currency})
	want.TopUp = true
	s.Register.Follow(want.ID, trace.At(ctx))
	return s.begin(who, key, want, in.Body.Code)
}

// refund gives money back once for a wish. It waits a moment for the wallet;
// whatever it says by then, the refund goes on until it is answered.
func (s *Server) refund(ctx context.Context, in *struct {
	Keyed
	Body control.NewRefund
}) (*chargeOut, error) {
	who := from(ctx)
	key, err := in.wish()
	if err != nil {
		return nil, err
	}
	of, err := s.Register.Charge(charge.Key(in.Body.ChargeKey))
	if err != nil {
		return nil, s.missing(err, "charge")
	}
	wish := s.refundWish(who, key, of.Key)
	if err := s.oneWish(who, key, of.Key, wish); err != nil {
		return nil, err
	}
	if err := s.leaveToRefund(who, of, in.Body, wish); err != nil {
		return nil, err
	}
	way := agent.Way(cmp.Or(in.Body.Way, string(agent.Gives)))
	if way == "auto" {
		way = agent.Either
	}
	s.Register.Follow(of.SaleID, trace.At(ctx))
	rec, way, err := s.Register.GiveBack(agent.Refunding{
		Of: of.Key, Amount: money.Amount{Minor: in.Body.Amount, Currency: of.Amount.Currency}, Reason: charge.Reason(in.Body.Reason),
		By: who.by, Operator: who.person(), Wish: wish,
	}, way)
	if err != nil {
		return nil, s.explain(err)
	}
	out, err := s.after(ctx, rec.Key)
	if err == nil {
		out.Body.Way = string(way)
	}
	return out, err
}

// leaveToRefund asks for no second leave when the wish is in the books, or the
// payment voided: the same call once more gives nothing back once more.
func (s *Server) leaveToRefund(who *caller, of charge.Record, want control.NewRefund, wish string) error {
	if of.Reason == charge.ReasonVoided && (of.State == charge.Reversing || of.State == charge.Reversed) && want.Way != string(agent.Gives) {
		return nil
	}
	refunds, err := s.Register.RefundsOf(of.Key)
	if err != nil || slices.ContainsFunc(refunds, func(rec charge.Record) bool { return rec.Wish() == wish }) {
		return s.explain(err)
	}
	return s.stepUp(who, operator.Act{Kind: operator.Refund, Key: string(of.Key), Amount: want.Amount, Currency: string(of.Amount.Currency)}, want.Approval)
}

// leaveToDecide asks for none when the charge has that decision already.
func (s *Server) leaveToDecide(who *caller, key charge.Key, d control.Decision) error {
	rec, err := s.Register.Charge(key)
	if err != nil {
		return s.missing(err, "charge")
	}
	if taken, err := s.decided(rec, agent.Decision(d.Decision)); err != nil || taken {
		return s.explain(err)
	}
	return s.stepUp(who, operator.Act{Kind: operator.Resolve, Key: string(key), Amount: rec.Amount.Minor, Currency: string(rec.Amount.Currency), Detail: d.Decision}, d.Approval)
}

// refundWish is who wishes and under which key, for the books. It is no id of
// a sale: the same key may stand for a sale and for a refund.
func (s *Server) refundWish(who *caller, key string, of charge.Key) string {
	mac := hmac.New(sha256.New, s.Secret)
	mac.Write([]byte("refund\x00" + string(of) + "\x00" + who.source() + "\x00" + key))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// oneWish refuses a key that stands for a refund of another payment; another
// amount the books refuse. The payment whose refund is in the books may always
// ask for it again.
func (s *Server) oneWish(who *caller, key string, of charge.Key, wish string) error {
	_, err := s.wishes.bind("refund", who.source(), key, of)
	if !errors.Is(err, errOtherWish) {
		return s.explain(err)
	}
	refunds, lookup := s.Register.RefundsOf(of)
	if lookup != nil || slices.ContainsFunc(refunds, func(rec charge.Record) bool { return rec.Wish() == wish }) {
		return s.explain(lookup)
	}
	return s.otherwise(err, "refund.conflict")
}

// person is who does it, for the books: an operator, or the program.
func (c *caller) person() string {
	if c.operator.ID != "" {
		return c.operator.ID
	}
	return c.name
}

// after is a charge once it is settled, or as it stands when the wallet's first
// answer did not settle it, or did not come.
func (s *Server) after(ctx context.Context, key charge.Key) (*chargeOut, error) {
	timer := time.NewTimer(refundWait)
	defer timer.Stop()
	for waiting := true; ; {
		changed := s.Register.Changed()
		rec, err := s.Register.Charge(key)
		if err != nil {
			return nil, s.explain(err)
		}
		if !waiting || rec.State.Settled() || s.Register.Pausing(key) {
			return s.answerCharge(rec)
		}
		select {
		case <-changed:
		case <-timer.C:
			waiting = false
		case <-ctx.Done():
			waiting = false
		case <-s.ending.Done():
			waiting = false
		}
	}
}

// answerCharge is 200 for a settled charge, and 202 while something is still
// to come.
func (s *Server) answerCharge(rec charge.Record) (*chargeOut, error) {
	body, err := s.whole(rec)
	out := &chargeOut{Status: http.StatusOK, Body: body}
	if rec.State.Open() {
		out.Status = http.StatusAccepted
	}
	return out, err
}

// resolve takes a decision once. One that was taken before, under whichever
// key, is answered with how the charge stands now: a repeat changes nothing.
func (s *Server) resolve(ctx context.Context, in *struct {
	Keyed
	Key  string `path:"key" maxLength:"32"`
	Body control.Decision
}) (*chargeOut, error) {
	who := from(ctx)
	wish, err := in.wish()
	if err != nil {
		return nil, err
	}
	if strings.ContainsFunc(in.Body.Note, func(r rune) bool { return !unicode.IsPrint(r) && r != '\u3000' }) {
		return nil, wrong("body.note", "a note is one line of printable characters")
	}
	wanted := in.Body
	wanted.Approval = ""
	if _, err := s.wishes.bind("decision", who.source(), wish, struct {
		Key      string
		Decision control.Decision
	}{in.Key, wanted}); err != nil {
		return nil, s.otherwise(err, "wish.conflict")
	}
	if err := s.leaveToDecide(who, charge.Key(in.Key), in.Body); err != nil {
		return nil, err
	}
	decision := agent.Decision(in.Body.Decision)
	rec, err := s.Register.ResolveAs(charge.Key(in.Key), decision, who.by, who.person(), in.Body.Note)
	var refused *agent.Refused
	if errors.As(err, &refused) {
		taken, lookup := s.decided(rec, decision)
		if lookup != nil {
			return nil, s.explain(lookup)
		}
		if taken {
			return s.answerCharge(rec)
		}
	}
	if err != nil {
		return nil, s.missing(err, "charge")
	}
	return s.answerCharge(rec)
}

// decided tells whether that decision was the last that was taken about a
// charge.
func (s *Server) decided(rec charge.Record, d agent.Decision) (bool, error) {
	steps, err := s.Books.Steps(rec.Key)
	last := ""
	for _, step := range steps {
		if step.Moved && (step.By == string(charge.ByManager) || step.By == string(charge.ByAPI)) {
			last = step.Reason
		}
	}
	return last != "" && last == string(d.Reason()), err
}

// reconcile needs no idempotency key: doing it again changes nothing more.
func (s *Server) reconcile(ctx context.Context, in *struct{ Body control.NewReconciliation }) (*struct{ Body control.Reconciliation }, error) {
	ctx, cancel := context.WithTimeout(ctx, reconcileTime)
	defer cancel()
	report, err := s.Register.Reconcile(ctx, in.Body.Date)
	if err != nil {
		return nil, s.explain(err)
	}
	return &struct{ Body control.Reconciliation }{s.shapeReport(report)}, nil
}
