package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/wallet/wire"
)

// TestAShopsDay is a day of a shop on the real programs: three cashiers and a
// manager sign in and take 300 sales of all kinds; wallets decline, are silent
// and are away; the agent's plug is pulled; money goes back as a void, as a part
// and by hand; cash becomes money in wallets, and in the afternoon points pay for parts. At the end the X report, the Z,
// the journal (by programs that share no code with ours), the wallet's own
// books and the drawer say the same as what the tills were told.
//
// POSAGENT_SEED replays a day.
func TestAShopsDay(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("SKIP: python3 is missing (apt-get install python3)")
	}
	seed := number(t, "POSAGENT_SEED", rand.Uint64()>>1)
	t.Logf("POSAGENT_SEED=%d", seed)
	d := openDay(t, rand.New(rand.NewPCG(seed, 1)))
	for n := range 300 {
		switch n {
		case 100:
			d.wallet.kill()
			d.wallet = nil
		case 130:
			d.wallet = d.startWallet(t)
		case 200: // somebody pulls the plug
			d.agent.kill()
			d.agent = d.start(t)
			d.signIn()
		case 250:
			d.lesson()
		}
		d.customer(n)
	}
	d.evening()
}

// signIn: a start ends all sessions.
func (d *day) signIn() {
	for _, c := range d.cashiers {
		c.signIn()
	}
	d.manager.signIn()
}

// lesson: somebody is new, and practises. Nothing of it is in anybody's books.
func (d *day) lesson() {
	d.quiet()
	before := len(d.standings(d.T))
	d.trains(d.T, true)
	d.signIn()
	for n, state := range []string{"approved", "declined"} {
		s, status, why := d.practises(d.T, 9000+n, 1500+int64(n), fmt.Sprintf("9900%020d", n))
		if s.State != state {
			d.Errorf("in training: %d %s %s, want %s", status, s.State, why, state)
		}
	}
	d.trains(d.T, false)
	d.signIn()
	if after := len(d.standings(d.T)); after != before {
		d.Errorf("the wallet has heard of %d payments of the training", after-before)
	}
	d.tally["lessons"]++
}

// day is the shop, and what its tills were told.
type day struct {
	*dark
	chance   *rand.Rand
	cashiers []*person
	manager  *person
	paid     map[string]int64 // by key, what was handed over
	back     map[string]int64 // by key of the payment, what went back
	topUps   map[string]int64
	cash     map[string]int64 // parts of bills, by key
	backCash int64            // handed back of them
	tally    map[string]int
}

// person is somebody who is signed in with a browser.
type person struct {
	*place
	t       *testing.T
	id, pin string
	client  *http.Client
	secret  string
}

func openDay(t *testing.T, chance *rand.Rand) *day {
	t.Helper()
	d := &day{dark: newDark(t), chance: chance, paid: map[string]int64{}, back: map[string]int64{}, topUps: map[string]int64{}, cash: map[string]int64{}, tally: map[string]int{}}
	check(t, os.WriteFile(d.at("points"), nil, 0o600)) // from the wallet's next start on
	join := func(id, role, pin string) *person {
		_, err := d.local().AddOperator(t.Context(), control.NewOperator{ID: id, Name: id, Role: role, PIN: pin})
		check(t, err)
		p := &person{place: d.place, t: t, id: id, pin: pin}
		p.signIn()
		return p
	}
	for _, id := range []string{"hanako", "jiro", "saburo"} {
		d.cashiers = append(d.cashiers, join(id, "cashier", "48"+fmt.Sprint(d.chance.IntN(90)+10)))
	}
	d.manager = join("taro", "manager", "604713")
	return d
}

func (p *person) signIn() {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	check(p.t, err)
	p.client, p.secret = &http.Client{Jar: jar}, ""
	var s control.Session
	p.does(p.t, control.PathSession, "", control.SignIn{Operator: p.id, PIN: p.pin}, &s)
	p.secret = s.Secret
}

// asks posts as this person, and returns the status and what went wrong.
func (p *person) asks(path, key string, body, into any) (int, control.Problem) {
	p.t.Helper()
	data, err := json.Marshal(body)
	check(p.t, err)
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.url+path, bytes.NewReader(data))
	check(p.t, err)
	req.Header.Set("Content-Type", "application/json")
	if p.secret != "" {
		req.Header.Set(control.HeaderSession, p.secret)
	}
	if key != "" {
		req.Header.Set(control.HeaderIdempotencyKey, key)
	}
	resp, err := p.client.Do(req)
	check(p.t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	check(p.t, err)
	var problem control.Problem
	if resp.StatusCode >= http.StatusBadRequest {
		check(p.t, json.Unmarshal(answer, &problem))
		return resp.StatusCode, problem
	}
	check(p.t, json.Unmarshal(answer, into))
	return resp.StatusCode, problem
}

// does is asks for what must work.
func (p *person) does(t *testing.T, path, key string, body, into any) {
	t.Helper()
	if status, problem := p.asks(path, key, body, into); status >= http.StatusBadRequest {
		t.Fatalf("%s: POST %s: %d %+v", p.id, path, status, problem)
	}
}

// customer comes to one of the cashiers.
func (d *day) customer(n int) {
	c := d.cashiers[n%len(d.cashiers)]
	away := d.wallet == nil
	switch {
	case n%60 == 17 && !away:
		d.topUp(c, n)
	case n%25 == 3 && !away:
		d.silent(c, n)
	case n%25 == 9:
		d.giveUp(c, n)
	case n%25 == 14 && !away:
		d.declined(c, n)
	case n%30 == 7 && !away:
		d.split(c, n)
	case n%20 == 11 && !away:
		d.comesBack(n)
		d.sale(c, n)
	default:
		d.sale(c, n)
	}
}

func wishOf(n int, what string) string { return fmt.Sprintf("day-%d-%s", n, what) }

// opens is a sale of some goods at both tax rates.
func (d *day) opens(c *person, n int) control.Sale {
	food, pens := int64(108+d.chance.IntN(900)), int64(110+d.chance.IntN(400))
	if d.wallet == nil {
		food, pens = food%300+100, pens%100+50 // what a signed code is good for
	}
	var s control.Sale
	c.does(d.T, control.PathSales, wishOf(n, "sale"), control.NewSale{
		Reference: fmt.Sprintf("R-%d", n), Amount: food + pens, Currency: "JPY",
		Lines: []control.Line{{Name: "茶", Quantity: 1, Amount: food, Rate: "reduced"}, {Name: "ペン", Quantity: 2, Amount: pens, Rate: "standard"}},
	}, &s)
	return s
}

// sale is paid, or taken without a network.
func (d *day) sale(c *person, n int) {
	s := d.opens(c, n)
	code := d.shows()
	if d.wallet != nil {
		code = d.mint(d.T)
	}
	for try := 0; ; try++ {
		status, problem := c.asks(salePath(control.PathSaleCode, s.ID), wishOf(n, "code"+fmt.Sprint(try)), control.Code{Text: code}, &s)
		if status < http.StatusBadRequest {
			break
		}
		if problem.Why != "wallet.paused" || try > 100 { // it was away: nothing is sent for a moment
			d.Fatalf("sale %d: %d %+v", n, status, problem)
		}
		d.tally["paused"]++
		eventually(d.T, "the wallet is asked again", func() bool {
			h, err := d.local().Health(d.Context())
			return err == nil && !strings.Contains(fmt.Sprint(h), "wallet.paused")
		})
	}
	for charge.State(s.State).Doubtful() {
		now, err := d.local().Sale(d.Context(), s.ID, patience)
		check(d.T, err)
		s = now
	}
	switch charge.State(s.State) {
	case charge.Approved, charge.Queued, charge.Forwarding:
		d.paid[s.ChargeKey] = s.Amount
		d.tally["sold "+s.State]++
	default:
		d.Errorf("sale %d is %s (%s)", n, s.State, s.Reason)
	}
}

// silent: the wallet takes the money and says nothing, and the register finds
// out.
func (d *day) silent(c *person, n int) {
	check(d.T, d.try(http.MethodPut, wire.PathTryFault, wire.FaultOrder{Fault: wire.FaultSilent, Count: 1}, &wire.FaultOrder{}))
	d.sale(c, n)
	d.tally["doubts"]++
}

// giveUp: the customer leaves before a code was read.
func (d *day) giveUp(c *person, n int) {
	s := d.opens(c, n)
	c.does(d.T, salePath(control.PathSaleCancel, s.ID), wishOf(n, "cancel"), struct{}{}, &s)
	if s.State != string(charge.Abandoned) {
		d.Errorf("sale %d was given up and is %s", n, s.State)
	}
	d.tally["given up"]++
}

// declined: a code that is no wallet's, one that is used, and then the customer
// has not got so much.
func (d *day) declined(c *person, n int) {
	s := d.opens(c, n)
	if status, problem := c.asks(salePath(control.PathSaleCode, s.ID), wishOf(n, "goods"), control.Code{Text: "4901234567894"}, &s); status != http.StatusConflict {
		d.Errorf("a bar code of goods: %d %+v", status, problem)
	}
	c.does(d.T, salePath(control.PathSaleCancel, s.ID), wishOf(n, "cancel"), struct{}{}, &s)
	c.does(d.T, control.PathSales, wishOf(n, "big"), control.NewSale{Reference: fmt.Sprintf("B-%d", n), Amount: 900_000_000, Currency: "JPY"}, &s)
	c.does(d.T, salePath(control.PathSaleCode, s.ID), wishOf(n, "code"), control.Code{Text: d.mint(d.T)}, &s)
	if s.State != string(charge.Declined) {
		d.Errorf("sale %d is %s, want it declined", n, s.State)
	}
	c.does(d.T, salePath(control.PathSaleCancel, s.ID), wishOf(n, "cancel big"), struct{}{}, &s)
	d.tally["declined"]++
}

// topUp: the cashier takes cash.
func (d *day) topUp(c *person, n int) {
	var s control.Sale
	c.does(d.T, control.PathTopUps, wishOf(n, "topup"), control.NewTopUp{Amount: 3000, Currency: "JPY"}, &s)
	c.does(d.T, salePath(control.PathSaleCode, s.ID), wishOf(n, "code"), control.Code{Text: d.mint(d.T)}, &s)
	if s.State != string(charge.Approved) {
		d.Fatalf("top-up %d is %s (%s)", n, s.State, s.Reason)
	}
	d.topUps[s.ChargeKey] = s.Amount
	d.tally["top-ups"]++
}

// comesBack: a customer of before brings something back. A cashier may not give
// money out, and the manager gives back a part, or all of it.
func (d *day) comesBack(n int) {
	for key, amount := range d.paid {
		now, err := d.local().Charge(d.Context(), key)
		check(d.T, err)
		if _, part := d.back[key]; part || now.State != string(charge.Approved) {
			continue
		}
		wish := control.NewRefund{ChargeKey: key, Amount: amount, Reason: "returned", Way: "auto"}
		if d.chance.IntN(2) == 0 {
			wish.Amount = 1 + amount/3
		}
		if status, _ := d.cashiers[0].asks(control.PathRefunds, wishOf(n, "not you"), wish, nil); status != http.StatusForbidden {
			d.Errorf("a cashier gives money back: %d", status)
		}
		var c control.Charge
		for range 2 { // the second time is the same wish
			d.manager.does(d.T, control.PathRefunds, wishOf(n, "back"), wish, &c)
		}
		d.back[key] += wish.Amount
		if c.Way == "void" {
			delete(d.paid, key)
			delete(d.back, key)
		}
		d.tally["back by "+c.Way]++
		over := control.NewRefund{ChargeKey: key, Amount: amount, Reason: "returned"}
		if status, problem := d.manager.asks(control.PathRefunds, wishOf(n, "over"), over, nil); status < http.StatusBadRequest {
			d.Errorf("more than was paid went back: %d %+v", status, problem)
		}
		return
	}
}
