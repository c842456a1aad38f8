package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/wallet/wire"
)

// shown is what the API ever said, in answers and on the stream of the pages.
type shown struct {
	mu     sync.Mutex
	paid   map[string]bool   // by charge key
	sales  map[string]string // by charge key: whose key it is
	twice  []string          // keys that were shown for two sales
	events int               // that the stream sent
	states map[saleState]chan struct{}
}

// saleState is a state of a sale, which closes its channel when it is shown.
type saleState struct{ sale, state string }

func newShown() *shown {
	return &shown{paid: map[string]bool{}, sales: map[string]string{}, states: map[saleState]chan struct{}{}}
}

func (s *shown) note(sale control.Sale) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if before, known := s.sales[sale.ChargeKey]; known && before != sale.ID {
		s.twice = append(s.twice, sale.ChargeKey)
	}
	s.sales[sale.ChargeKey] = sale.ID
	if isPaid(sale) {
		s.paid[sale.ChargeKey] = true
	}
	if came := s.states[saleState{sale.ID, sale.State}]; came != nil {
		delete(s.states, saleState{sale.ID, sale.State})
		close(came)
	}
}

// await is a channel that is closed when a sale is next shown in a state.
func (s *shown) await(sale string, state charge.State) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	came := make(chan struct{})
	s.states[saleState{sale, string(state)}] = came
	return came
}

func (s *shown) count() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events++
}

func (s *shown) seen() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.events
}

func (s *shown) keys() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for key := range s.paid {
		out = append(out, key)
	}
	return out
}

// watch reads the stream as a page does, and comes back after every kill.
func (s *shown) watch(ctx context.Context, p *place) {
	for ctx.Err() == nil {
		s.read(ctx, p)
		time.Sleep(2 * time.Millisecond)
	}
}

func (s *shown) read(ctx context.Context, p *place) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+control.PathEvents, nil)
	if err != nil {
		return
	}
	req.Header.Set("Authorization", "Bearer "+visitorToken)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return
	}
	defer resp.Body.Close()
	event := ""
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			event = name
		}
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		s.count()
		var sale control.Sale
		var register control.Register
		switch event {
		case control.EventSale:
			if json.Unmarshal([]byte(data), &sale) == nil {
				s.note(sale)
			}
		case control.EventRegister:
			if json.Unmarshal([]byte(data), &register) == nil && register.Sale != nil {
				s.note(*register.Sale)
			}
		}
	}
}

// autopsy looks at what a killed agent left on the disk, in a copy, so that
// the agent itself recovers from what it left and not from what we made of it.
func (s *shop) autopsy() {
	s.Helper()
	dir, err := os.MkdirTemp(s.place.dir, "autopsy")
	check(s.T, err)
	defer os.RemoveAll(dir)
	for _, name := range []string{offline.FileName, offline.FileName + "-wal"} {
		data, err := os.ReadFile(filepath.Join(s.place.at("data"), name))
		if os.IsNotExist(err) {
			continue
		}
		check(s.T, err)
		check(s.T, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	now, newest := s.verify(dir)
	s.tally["found "+string(newest)]++
	for key, before := range s.kept {
		if after, found := now[key]; !found || after.sale != before.sale || after.amount != before.amount {
			s.Errorf("charge %s was %+v on the disk, and is %+v after another kill", key, before, after)
		}
	}
	s.kept = now
	for _, key := range s.shown.keys() {
		if now[key].state != charge.Approved {
			s.Errorf("charge %s was shown as paid, but is %q on the disk", key, now[key].state)
		}
	}
}

// kept is what the disk must never forget of a charge, and where it stands.
type kept struct {
	sale   string
	amount int64
	state  charge.State
}

// verify reads the books in a folder: the chain of the journal must hold, and
// each charge must be what its journal says. It returns the charges by key, and
// the state of the newest.
func (s *shop) verify(dir string) (now map[string]kept, newest charge.State) {
	s.Helper()
	store, err := offline.Open(dir, offline.Options{})
	check(s.T, err)
	defer store.Close()
	now, newest = map[string]kept{}, "nothing"
	ended := map[charge.Key]charge.State{}
	check(s.T, store.View(func(rows book.Rows) error {
		if _, err := book.Verify(rows); err != nil {
			return err
		}
		for n := int64(0); ; {
			links, err := rows.LinksAfter(n, 1000)
			if err != nil {
				return err
			}
			if len(links) == 0 {
				break
			}
			for _, l := range links {
				ended[l.Key], n = l.To, l.N
			}
		}
		for before := int64(0); ; {
			page, err := rows.Charges(book.Filter{Before: before, Limit: 500})
			if err != nil || len(page) == 0 {
				return err
			}
			for _, row := range page {
				if ended[row.Key] != row.State {
					s.Errorf("charge %s is %s, but its journal ends with %q", row.Key, row.State, ended[row.Key])
				}
				if len(now) == 0 {
					newest = row.State
				}
				now[string(row.Key)], before = kept{row.SaleID, row.Amount.Minor, row.State}, row.Seq
			}
		}
	}))
	return now, newest
}

// compare holds the agent's books, as its API tells them, beside the wallet's.
func (s *shop) compare() {
	s.Helper()
	ours, theirs := s.charges(), s.standings(s.T)
	paid, sales, ends := int64(0), map[string]string{}, map[string]int{}
	for key, c := range ours {
		ends[c.State]++
		st, known := theirs[key]
		approved := c.State == string(charge.Approved)
		switch {
		case approved && (!known || st.Status != wire.Approved || st.Debits != 1 || st.Amount != c.Amount):
			s.Errorf("charge %s of %d yen is approved here, but at the wallet %+v", key, c.Amount, st)
		case !approved && st.Debits != 0:
			s.Errorf("charge %s is %s here, but the customer is debited %d times: %+v", key, c.State, st.Debits, st)
		}
		if approved {
			paid += c.Amount
			if other := sales[c.SaleID]; other != "" {
				s.Errorf("sale %s was paid twice: %s and %s", c.SaleID, other, key)
			}
			sales[c.SaleID] = key
		}
		if c.Alarms > 0 {
			s.Errorf("charge %s raised %d alarms: something contradicted the books", key, c.Alarms)
		}
	}
	for key, st := range theirs {
		if _, known := ours[key]; !known {
			s.Errorf("the wallet knows %+v, which the agent has never heard of", st)
		}
	}
	for _, key := range s.shown.keys() {
		if ours[key].State != string(charge.Approved) {
			s.Errorf("charge %s was shown as paid, but ended as %q", key, ours[key].State)
		}
	}
	if len(s.shown.twice) > 0 {
		s.Errorf("keys were shown for two sales: %v", s.shown.twice)
	}
	s.paper.compare(s.T, ours)
	var trial wire.Trial
	check(s.T, s.try(http.MethodGet, wire.PathTryTrial, nil, &trial))
	if trial.Sum != 0 || trial.Negative != 0 || trial.Wrong != 0 {
		s.Errorf("the wallet's own books are wrong: %+v", trial)
	}
	var customers []wire.Customer
	check(s.T, s.try(http.MethodGet, wire.PathTryCustomers, nil, &customers))
	if len(customers) != 1 || customers[0].Balance != walletBalance-paid {
		s.Errorf("%d yen are approved here, but the customers have %+v", paid, customers)
	}
	if s.shown.seen() == 0 {
		s.Error("the stream of events never said anything, so nothing is known of what pages showed")
	}
	s.Logf("%d charges ended as %v; %d were shown as paid, in answers or %d events", len(ours), ends, len(s.shown.keys()), s.shown.seen())
}

// charges are all charges of the agent by key.
func (s *shop) charges() map[string]control.Charge {
	s.Helper()
	out := map[string]control.Charge{}
	for before := int64(0); ; {
		page, err := s.client.Charges(context.Background(), nil, before, 500)
		check(s.T, err)
		for _, c := range page.Charges {
			out[c.Key] = c
		}
		if before = page.Next; before == 0 {
			return out
		}
	}
}
