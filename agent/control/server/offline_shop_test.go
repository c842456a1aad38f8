package server_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/book/memory"
)

// unwired is a wallet to which no line leads: not a byte leaves the register.
type unwired struct{ *wallet }

// Charge leaves nothing; see agent.Authorizer.
func (unwired) Charge(context.Context, charge.Record, paycode.Code) charge.Answer {
	return charge.Answer{Step: charge.Step{Event: charge.Miss, Wallet: "own", Reason: charge.ReasonUnreachable, By: charge.ByWallet, At: time.Now()}}
}

// Inquire leaves nothing; see agent.Authorizer.
func (u unwired) Inquire(ctx context.Context, rec charge.Record) charge.Answer {
	return u.Charge(ctx, rec, paycode.Code{})
}

// Forward leaves nothing; see agent.Forwarder.
func (u unwired) Forward(ctx context.Context, due charge.Due, _ paycode.Secret) charge.Answer {
	return u.Charge(ctx, due.Record, paycode.Code{})
}

// Vouch signs nothing; see agent.Forwarder.
func (unwired) Vouch(charge.Record, paycode.Secret, time.Time) ([]byte, error) { return nil, nil }

// taker takes every code "OP1:PHONE/COUNTER" within limits; see agent.Offline.
type taker struct {
	*book.Book
	limits charge.Limits
}

func (k taker) Prove(code paycode.Code, _ money.Amount, now time.Time) (charge.Proof, error) {
	phone, number, _ := strings.Cut(strings.TrimPrefix(code.Text.Reveal(), "OP1:"), "/")
	n := int64(0)
	_, err := fmt.Sscan(number, &n)
	return charge.Proof{Device: phone, Counter: n, Token: phone, Serial: phone, Until: now.Add(time.Hour), Sealed: []byte("sealed")}, err
}

func (k taker) Accept(key charge.Key, step charge.Step, p charge.Proof, over ...charge.Limit) (charge.Record, error) {
	return k.Book.Accept(key, step, p, k.limits, over...)
}

func (k taker) Evidence(charge.Key) (paycode.Secret, error) { return "sealed", nil }

// startAway is a shop that listens, whose second wallet, own, cannot be
// reached and lets signed codes be taken all the same.
func startAway(t testing.TB, change ...func(*server.Options)) *shop {
	t.Helper()
	s := openWith(t, memory.New(memory.Options{}), func(s *shop, p *agent.Parts) {
		rules, err := configs.CodeRules("")
		must(t, err)
		p.Codes, err = paycode.New(rules, []string{"paypay", "own"})
		must(t, err)
		nowhere := unwired{s.wallet}
		p.Wallets = append(p.Wallets, agent.Wallet{ID: "own", Name: "見本ペイ", NameEN: "Sample Pay", Ask: nowhere, Forwards: nowhere, Terms: patient()})
		k := taker{Book: s.books, limits: charge.Limits{PerCharge: 3000, PerToken: 5000, Outstanding: 100_000, Count: 200, Age: 24 * time.Hour}}
		p.Offline, p.Rules = k, agent.OfflineRules{Take: true, Limits: k.limits, Lift: []charge.Limit{charge.PerCharge}}
		p.NameOf = func(id string) string { return map[string]string{"taro": "太郎"}[id] }
	}, change...)
	s.register.Obey(agent.Bulletin{Wallet: "own", Version: 1, Expires: time.Now().Add(48 * time.Hour)})
	s.listen(t)
	return s
}
