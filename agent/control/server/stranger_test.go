package server_test

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/agent/operator"
)

// between is a log that lets something happen as soon as a line is written.
type between struct {
	slog.Handler
	line string
	then atomic.Pointer[func()]
}

func (b *between) Enabled(context.Context, slog.Level) bool { return true }

func (b *between) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == b.line {
		if then := b.then.Swap(nil); then != nil {
			(*then)()
		}
	}
	return b.Handler.Handle(ctx, r)
}

// Whoever is disabled, or gets other work, between the right PIN and the session
// has none: it would be good for hours.
func TestDisabledWhileSigningIn(t *testing.T) {
	yes := true
	for what, change := range map[string]control.OperatorChange{"disabled": {Disabled: &yes}, "other work": {Role: "engineer"}} {
		log := &between{Handler: slog.DiscardHandler, line: "signed in"}
		s := start(t, func(o *server.Options) { o.Log = slog.New(log) })
		taro := s.signIn(t, "taro", managerPIN)
		want(t, s.ask(t, "POST", control.PathOperators, control.NewOperator{ID: "saburo", Name: "三郎", Role: "manager", PIN: "720483"}, taro.both()...), http.StatusOK)
		meanwhile := func() {
			want(t, s.ask(t, "PATCH", "/v1/operators/saburo", change, taro.both()...), http.StatusOK)
		}
		log.then.Store(&meanwhile)
		got := s.ask(t, "POST", control.PathSession, control.SignIn{Operator: "saburo", PIN: "720483"})
		if log.then.Load() != nil {
			t.Fatal("nothing happened meanwhile")
		}
		if got.status != http.StatusUnauthorized || got.problem(t).Why != "sign_in.wrong" || got.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %s", what, got.status, got.body)
		}
	}
}

// A PIN that is guessed over all doors at once is guessed no faster than over
// one of them.
func TestGuessesOverAllDoorsAtOnce(t *testing.T) {
	s := start(t, token("guesser", control.ScopePrepare, control.ScopeRead, control.ScopeResolve))
	sale := s.prepare(t, "sale", 100)
	var looked atomic.Int64
	var work sync.WaitGroup
	for range 8 {
		for path, body := range map[string]any{
			control.PathSession:                  control.SignIn{Operator: "taro", PIN: "111111"},
			control.PathApprovals:                control.NewApproval{Kind: "close_day", Operator: "taro", PIN: "111111"},
			"/v1/sales/" + sale.ID + "/override": control.Override{Limit: "per_charge", Operator: "taro", PIN: "111111"},
		} {
			work.Go(func() {
				got := s.ask(t, "POST", path, body, bearer("guesser"))
				switch why := got.problem(t).Why; why {
				case "sign_in.wrong":
					looked.Add(1)
				case "sign_in.waiting", "sign_in.locked":
				default:
					t.Errorf("%s: %d %s", path, got.status, got.body)
				}
			})
		}
	}
	work.Wait()
	if n := looked.Load(); n != operator.MaxFailures {
		t.Errorf("%d PINs were looked at, %d may be", n, operator.MaxFailures)
	}
}

// What a manager has approved does not outlast the manager.
func TestAnApprovalOfSomebodySentAway(t *testing.T) {
	yes := true
	s := start(t, rules(operator.Rules{SecondAbove: 500}), token("both", control.ScopeRefund, control.ScopeRead))
	key := s.paidSale(t, 5000)
	taro := s.signIn(t, "taro", managerPIN)
	want(t, s.ask(t, "POST", control.PathOperators, control.NewOperator{ID: "saburo", Name: "三郎", Role: "manager", PIN: "720483"}, taro.both()...), http.StatusOK)
	if _, err := s.socket(t).SetPIN(t.Context(), "saburo", "604713"); err != nil {
		t.Fatal(err)
	}
	approve := func() string {
		got := s.ask(t, "POST", control.PathApprovals, control.NewApproval{Kind: "refund", Key: key, Amount: 1000, Operator: "saburo", PIN: "604713"}, bearer("both"))
		want(t, got, http.StatusOK)
		return decode[control.Approval](t, got).ID
	}
	refund := func(wished, approval string) reply {
		return s.ask(t, "POST", control.PathRefunds, control.NewRefund{ChargeKey: key, Amount: 1000, Approval: approval}, bearer("both"), wish(wished))
	}
	if got := refund("a", approve()); got.status >= 300 {
		t.Fatalf("while saburo is there: %d %s", got.status, got.body)
	}
	late := approve()
	want(t, s.ask(t, "PATCH", "/v1/operators/saburo", control.OperatorChange{Disabled: &yes}, taro.both()...), http.StatusOK)
	refused(t, refund("b", late), "approval.unknown")
}
