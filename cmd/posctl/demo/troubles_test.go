package demo_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/posagent/posagent/agent/control"
)

// losesReceipts: whatever happens to the printer in the middle of a receipt,
// the money stands as the wallet said, what became of the paper is told as far
// as it is known, and all of it works again by itself.
func (s *stage) losesReceipts() {
	for _, c := range []struct{ trouble, state, cure, paper string }{
		{"unplug-in-receipt", "absent", "plug", "unknown"},         // some of it may be on paper
		{"paper-out-in-receipt", "blocked", "paper-in", "printed"}, // the printer goes on where it was
	} {
		s.order("device", c.trouble, "printer0")
		sale := s.pays(510)
		s.awaitDevice("printer0", c.state)
		if now := s.await(sale, "approved"); now.Goods != "hand_over" {
			s.Errorf("%s: the sale is %+v", c.trouble, now)
		}
		s.order("device", c.cure, "printer0")
		s.awaitDevice("printer0", "ready")
		s.awaitPaper(sale, c.paper)
		s.awaitPaper(s.pays(511), "printed")
	}
	for trouble, cure := range map[string]string{"cover-open": "cover-close", "cutter-jam": "cutter-free", "paper-out": "paper-in"} {
		s.order("device", trouble, "printer0")
		s.awaitDevice("printer0", "blocked")
		sale := s.pays(512) // money does not wait for paper
		s.order("device", cure, "printer0")
		s.awaitDevice("printer0", "ready")
		if now := s.await(sale, "approved"); now.Goods != "hand_over" {
			s.Errorf("%s: the sale is %+v", trouble, now)
		}
	}
}

// pays rings a sale up and lets a customer's code pay it.
func (s *stage) pays(amount int64) control.Sale {
	s.Helper()
	sale := s.ring(amount)
	s.order("code", "--scan")
	return s.await(sale, "approved")
}

func (s *stage) awaitPaper(sale control.Sale, paper string) {
	s.Helper()
	eventually(s.T, "the receipt is "+paper, func() bool {
		now, err := s.agent.Sale(context.Background(), sale.ID, 0)
		check(s.T, err)
		return now.Paper == paper || paper == "printed" && now.Paper == "confirmed"
	})
}

// floods: ten megabytes of noise in front of a code, and the code still pays.
func (s *stage) floods() {
	sale := s.ring(520)
	s.order("device", "flood", "scanner0")
	s.awaitDevice("scanner0", "degraded")
	eventually(s.T, "the scanner has gone quiet", func() bool { // as a cashier would wait
		r, err := s.agent.Register(context.Background())
		check(s.T, err)
		return r.Refusal != nil && time.Since(r.Refusal.At) > time.Second
	})
	s.order("code", "--scan")
	s.await(sale, "approved")
	s.awaitDevice("scanner0", "ready")
}

// looksAtTheCounter: the customer reads what is owed and how it ended, and the
// drawer tells when it stays open or does not open.
func (s *stage) looksAtTheCounter() {
	sale := s.ring(1530)
	s.awaitDisplay("¥1,530")
	s.order("code", "--scan")
	s.await(sale, "approved")
	s.awaitDisplay("ｱﾘｶﾞﾄｳ")
	s.order("device", "jam", "drawer")
	if out, err := s.posctl("devices", "test", "drawer"); err == nil || !strings.Contains(out+err.Error(), "did not open") {
		s.Errorf("a drawer that is stuck: %s, %v", out, err)
	}
	s.awaitDevice("drawer", "degraded")
	s.order("device", "free", "drawer")
	_, err := s.posctl("devices", "test", "drawer")
	check(s.T, err)
	s.awaitDevice("drawer", "ready")
	s.order("device", "close", "drawer")
}

func (s *stage) awaitDisplay(want string) {
	s.Helper()
	eventually(s.T, "the customer reads "+want, func() bool {
		text, err := os.ReadFile(filepath.Join(s.dir, "display.txt"))
		return err == nil && strings.Contains(string(text), want)
	})
}
