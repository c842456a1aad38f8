package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/practice"
)

// knocking lets nothing through to a wallet and counts who knocks.
func knocking(t *testing.T, p *place) *atomic.Int64 {
	t.Helper()
	l, err := net.Listen("tcp", p.walletAddr)
	check(t, err)
	t.Cleanup(func() { _ = l.Close() })
	var n atomic.Int64
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			n.Add(1)
			_ = c.Close()
		}
	}()
	return &n
}

// trains switches, and waits until the API is that of the other mode.
func (p *place) trains(t *testing.T, on bool) {
	t.Helper()
	_, err := p.local().SwitchTraining(t.Context(), on)
	check(t, err)
	eventually(t, "the register is in its other mode", func() bool {
		now, err := p.local().Training(context.Background())
		return err == nil && now.On == on && p.ready() == nil
	})
}

func (p *place) practises(t *testing.T, n int, amount int64, code string) (control.Sale, int, string) {
	t.Helper()
	s, status, why, err := p.send(t.Context(), control.PathSales, fmt.Sprintf("pay-%d", n), control.NewSale{Amount: amount, Currency: "JPY", Code: &control.Code{Text: code}})
	check(t, err)
	return s, status, why
}

// In training nobody knocks at the wallet, the outcome follows from the amount,
// and the books of the shop hear of it only that it began and ended. A power
// cut does not end it.
func TestTraining(t *testing.T) {
	p := newPlace(t, "")
	wallet := p.startWallet(t)
	agent := p.start(t)
	real, _, _ := p.practises(t, 1, 700, p.mint(t))
	if real.State != "approved" {
		t.Fatalf("%+v", real)
	}
	live := p.mint(t)
	wallet.kill()
	p.trains(t, true)
	knocks := knocking(t, p)
	for n, c := range []struct {
		amount int64
		state  string
		status int
	}{{1000, "approved", http.StatusOK}, {1001, "declined", http.StatusOK}, {1002, "declined", http.StatusOK}} {
		s, status, why := p.practises(t, 10+n, c.amount, fmt.Sprintf("9900%020d", n))
		if s.State != c.state || status != c.status {
			t.Errorf("%d: %d %s %s, want %s", c.amount, status, s.State, why, c.state)
		}
		if s.ChargeKey != "" && !strings.HasPrefix(s.ChargeKey, "TRAIN-") {
			t.Errorf("the key %s looks like a real one", s.ChargeKey)
		}
	}
	s, status, why := p.practises(t, 20, 500, live)
	if status != http.StatusConflict || !strings.Contains(why, "code.") {
		t.Errorf("a real code in training: %d %s", status, why)
	}
	_, err := p.local().CancelSale(t.Context(), s.ID)
	_ = err // it was refused, or is called off by the next sale
	register, err := p.local().Register(t.Context())
	check(t, err)
	if !register.Training || !register.Demo || !strings.Contains(register.Store, "練習") {
		t.Errorf("the register says %+v", register)
	}
	agent.kill()
	p.start(t)
	if now, err := p.local().Training(t.Context()); err != nil || !now.On {
		t.Errorf("after a power cut: %+v, %v", now, err)
	}
	day, err := p.local().Closing(t.Context(), control.NewClosing{Kind: "x"})
	check(t, err)
	if len(day.Takings) != 1 || day.Takings[0].Paid != (control.Sum{Count: 1, Amount: 1000}) {
		t.Errorf("the training's day is %+v", day.Takings)
	}
	paper, err := p.client.Receipt(t.Context(), day0(t, p), "ja", false)
	check(t, err)
	if !strings.Contains(string(paper), "練習") || strings.Contains(strings.NewReplacer(" ", "", "領収書ではありません", "").Replace(string(paper)), "領収書") || strings.Contains(strings.ReplaceAll(string(paper), " ", ""), "レシート") || strings.Contains(string(paper), "登録番号") {
		t.Errorf("the paper says\n%s", paper)
	}
	if n := knocks.Load(); n != 0 {
		t.Errorf("%d connections to the wallet", n)
	}
	p.trains(t, false)
	day, err = p.local().Closing(t.Context(), control.NewClosing{Kind: "x"})
	check(t, err)
	if len(day.Takings) != 1 || day.Takings[0].Paid != (control.Sum{Count: 1, Amount: 700}) || day.Takings[0].Net != 700 {
		t.Errorf("the shop's day is %+v", day.Takings)
	}
	if _, status, why := p.practises(t, 30, 500, "9900"+strings.Repeat("0", 20)); status != http.StatusConflict {
		t.Errorf("a training's code in the shop: %d %s", status, why)
	}
	page, err := p.local().Journal(t.Context(), 0, 1000)
	check(t, err)
	var notes []string
	for _, e := range page.Entries {
		if e.Key == "" {
			notes = append(notes, e.Note)
		}
		if strings.Contains(e.Key+e.Wallet, "TRAIN") || e.Wallet == practice.ID {
			t.Errorf("the training is in the shop's journal: %+v", e)
		}
	}
	if all := strings.Join(notes, "\n"); !strings.Contains(all, "began the training") || !strings.Contains(all, "ended the training") {
		t.Errorf("the journal does not say that it began and ended:\n%s", all)
	}
}

// day0 is the key of the payment that went through in training.
func day0(t *testing.T, p *place) string {
	t.Helper()
	page, err := p.local().Charges(t.Context(), []string{"approved"}, 0, 10)
	check(t, err)
	if len(page.Charges) == 0 {
		t.Fatal("there is no payment")
	}
	return page.Charges[0].Key
}

// While the register waits for the result of a charge, or a customer stands at
// it, there is no training.
func TestNoTrainingWhileSomethingWaits(t *testing.T) {
	p := newPlace(t, "")
	p.start(t) // without a wallet
	s, err := p.client.OpenSale(t.Context(), control.NewSale{Amount: 700, Currency: "JPY"})
	check(t, err)
	_, err = p.local().SwitchTraining(t.Context(), true)
	refusedWith(t, err, "training.sale")
	_, err = p.client.CancelSale(t.Context(), s.ID)
	check(t, err)
	p.trains(t, true)
	if _, err := os.Stat(p.at("data/training.on")); err != nil {
		t.Error(err)
	}
	p.trains(t, false)
}
