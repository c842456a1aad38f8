package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/sim/wirecut"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/wire"
)

// TestKillWithoutANetwork takes payments while the wallet is dead, on codes
// that a phone signs, and collects them when it is back, over a network that
// behaves badly. The agent is killed while it takes, the agent, the wallet or
// both while it collects, and the agent while it starts again with its queue.
// What was ever said to be taken must be on the disk after every kill, and in
// the end each charge is collected once and both books say the same.
//
// POSAGENT_KILLS and POSAGENT_SEED are those of TestKill.
func TestKillWithoutANetwork(t *testing.T) {
	kills := int(number(t, "POSAGENT_KILLS", 12))
	seed := number(t, "POSAGENT_SEED", rand.Uint64()>>1)
	t.Logf("POSAGENT_KILLS=%d POSAGENT_SEED=%d", kills, seed)
	d := newDark(t)
	watching, stop := context.WithCancel(context.Background())
	var watcher sync.WaitGroup
	watcher.Go(func() { d.shown.watch(watching, d.place) })
	defer watcher.Wait()
	defer stop()
	for n := 0; d.tally["kills"] < kills && !t.Failed(); n++ {
		d.night(n, rand.New(rand.NewPCG(seed, uint64(n))))
		if n%20 == 19 {
			d.settled()
		}
	}
	if !t.Failed() {
		d.settled()
	}
	stop()
	watcher.Wait()
	t.Logf("%v; network: %v", d.tally, d.network.Begun())
	d.covered(kills)
}

// dark is a shop whose wallet is dead for most of the time.
type dark struct {
	*shop
	phone       *oda.Device
	certificate []byte
	counter     uint32
	born        time.Time
	starts      int // of the agent
	sold        int // sales that were opened
	taken       int // of these, that were taken
}

func newDark(t *testing.T) *dark {
	t.Helper()
	d := &dark{born: time.Now(), shop: newShop(t, "\n[offline]\nper_customer = 100000\ncount = 1000\n")}
	d.wallet = d.startWallet(t)
	d.announced(t)
	d.agent = d.start(t)
	eventually(t, "the bulletin has come", func() bool { return d.bulletin(t).Version > 0 })
	var ph wire.Phone
	check(t, d.try(http.MethodPost, wire.PathTryPhones, wire.PhoneRequest{}, &ph))
	var err error
	d.phone, err = oda.RestoreDevice(oda.Algorithm(ph.Algorithm), ph.Secret)
	check(t, err)
	d.certificate, d.counter = ph.Certificate, ph.Counter
	return d
}

// shows is the phone's next code, which needs nobody.
func (d *dark) shows() string {
	d.Helper()
	d.counter++
	raw, err := oda.SignCode(d.phone, d.certificate, oda.Offer{IssuedAt: time.Now().Truncate(time.Second), TTL: oda.MaxTTL, Counter: d.counter, MaxAmount: 1000})
	check(d.T, err)
	return oda.Encode(raw, oda.Base45)
}

// bill is a sale of the night and the code that pays it.
type bill struct {
	number int
	code   string
}

// pays asks for a sale in one call. A till that got no answer asks again.
func (d *dark) pays(b bill) control.Sale {
	body := control.NewSale{Reference: fmt.Sprintf("D-%d", b.number), Amount: int64(1 + b.number%9), Currency: "JPY", Code: &control.Code{Text: b.code}}
	return d.call(control.PathSales, fmt.Sprintf("dark-%d", b.number), body)
}

// night is one outage: payments are taken, the agent is killed meanwhile or
// not, the wallet comes back, and somebody is killed while the queue is
// collected.
func (d *dark) night(n int, chance *rand.Rand) {
	if d.wallet != nil {
		d.wallet.kill()
		d.wallet = nil
	}
	var bills []bill
	for range 1 + chance.IntN(4) {
		d.sold++
		bills = append(bills, bill{d.sold, d.shows()})
	}
	d.Logf("%3d: %d payments, %d kills so far", n, len(bills), d.tally["kills"])
	var selling sync.WaitGroup
	selling.Go(func() {
		for _, b := range bills {
			d.pays(b)
		}
	})
	if chance.IntN(4) > 0 {
		time.Sleep(spread(chance, 200*time.Microsecond, 40*time.Millisecond))
		d.dies("while it takes", victimAgent)
	}
	selling.Wait()
	d.rises(chance)
	for len(bills) > 0 {
		bills = d.insists(bills)
	}
	d.dawn(chance)
}

// insists asks once more, as a till does that may have got no answer. What was
// killed before it was taken is given up, and the customer shows another code,
// after all others: the phone counts.
func (d *dark) insists(bills []bill) (again []bill) {
	for _, b := range bills {
		switch s := d.pays(b); charge.State(s.State) {
		case charge.Queued, charge.Forwarding:
			d.taken++
		case charge.Abandoned, charge.Reversing, charge.Reversed:
			d.tally["given up"]++
			d.sold++
			again = append(again, bill{number: d.sold})
		default:
			d.Errorf("sale %d is %+v, want it taken without a network or given up", b.number, s)
		}
	}
	for i := range again {
		again[i].code = d.shows()
	}
	return again
}

// dawn is the wallet's return, and the queue is collected.
func (d *dark) dawn(chance *rand.Rand) {
	if chance.IntN(2) == 0 {
		d.network.Order(wirecut.Draw(chance, 1500, 600*time.Millisecond))
	}
	d.wallet = d.startWallet(d.T)
	if chance.IntN(3) > 0 { // at once; else when the pause is over
		_, _ = d.local().Forward(context.Background())
	}
	time.Sleep(spread(chance, 200*time.Microsecond, 120*time.Millisecond))
	d.dies("while it collects", pick(chance, victimAgent, victimAgent, victimWallet, victimBoth, victimBoth))
	if d.wallet == nil {
		d.wallet = d.startWallet(d.T)
	}
	d.rises(chance)
	if chance.IntN(3) == 0 { // on a network without trouble some of it is collected now
		d.network.Order(wirecut.Plan{})
		time.Sleep(within(0, 300*time.Millisecond)(chance))
	}
}

// dies kills whom it is for, and looks at what an agent has left.
func (d *dark) dies(when, who string) {
	d.tally[when]++
	d.tally["killed: "+who]++
	d.strike(round{victim: who, between: 5 * time.Millisecond})
	if d.agent == nil {
		d.examine()
	}
}

// rises starts the agent, now and then only to be killed on its way up.
func (d *dark) rises(chance *rand.Rand) {
	for d.agent == nil {
		d.paces()
		if chance.IntN(4) > 0 {
			d.agent = d.start(d.T)
			return
		}
		again := d.spawn(d.T)
		time.Sleep(within(0, 120*time.Millisecond)(chance))
		again.kill()
		d.tally["kills"]++
		d.tally["killed while it starts"]++
		d.examine()
	}
}

// paces keeps starts from being more than a few ahead of one a second, which
// is how often systemd starts a program that fails. Each start raises the epoch
// by a second at least, and books whose epochs ran ahead of the clock take it
// for one that went back: nothing is taken without a network then.
func (d *dark) paces() {
	for d.starts++; float64(d.starts)-time.Since(d.born).Seconds() > 7; time.Sleep(20 * time.Millisecond) {
	}
}

// examine reads a copy of what a killed agent has left: all that was ever said
// to be taken is there, with what is needed to collect it, and what is counted
// as outstanding is what the rows come to.
func (d *dark) examine() {
	d.Helper()
	dir, err := os.MkdirTemp(d.place.dir, "autopsy")
	check(d.T, err)
	defer os.RemoveAll(dir)
	for _, name := range []string{offline.FileName, offline.FileName + "-wal"} {
		data, err := os.ReadFile(filepath.Join(d.place.at("data"), name))
		if os.IsNotExist(err) {
			continue
		}
		check(d.T, err)
		check(d.T, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	now, _ := d.verify(dir)
	for _, key := range d.shown.keys() {
		if !slices.Contains([]charge.State{charge.Queued, charge.Forwarding, charge.Approved}, now[key].state) {
			d.Errorf("charge %s was said to be taken, and is %q on the disk", key, now[key].state)
		}
	}
	d.weigh(dir)
}

// weigh holds what is counted as outstanding against the rows.
func (d *dark) weigh(dir string) {
	d.Helper()
	store, err := offline.Open(dir, offline.Options{})
	check(d.T, err)
	defer store.Close()
	check(d.T, store.View(func(rows book.Rows) error {
		open, err := rows.OpenCharges(0, 10_000)
		if err != nil {
			return err
		}
		var want charge.Exposure
		for _, row := range open {
			if row.State != charge.Queued && row.State != charge.Forwarding {
				continue
			}
			want.Count, want.Minor = want.Count+1, want.Minor+row.Amount.Minor
			if _, err := rows.Evidence(row.Seq); err != nil {
				d.Errorf("charge %s is %s, and its code: %v", row.Key, row.State, err)
			}
			d.tally["found "+string(row.State)]++
		}
		if got, err := rows.Exposure(false); err != nil || got.Count != want.Count || got.Minor != want.Minor {
			d.Errorf("outstanding are %+v, %v, and the rows come to %+v", got, err, want)
		}
		return nil
	}))
}

// settled lets all be collected, and compares the books.
func (d *dark) settled() {
	d.Helper()
	d.quiet()
	eventually(d.T, "the queue is empty", func() bool { return d.waiting(d.T).Count == 0 })
	ours, theirs := d.charges(), d.standings(d.T)
	paid, sales := int64(0), map[string]string{}
	for key, c := range ours {
		st := theirs[key]
		approved := c.State == string(charge.Approved)
		if approved != (st.Debits == 1) || st.Debits > 1 || approved && (st.Status != wire.Approved || st.Amount != c.Amount) {
			d.Errorf("charge %s of %d yen is %s here, and at the wallet %+v", key, c.Amount, c.State, st)
		}
		if other := sales[c.SaleID]; approved && other != "" {
			d.Errorf("sale %s was paid twice: %s and %s", c.SaleID, other, key)
		}
		if approved {
			paid, sales[c.SaleID] = paid+c.Amount, key
		}
		if c.Alarms > 0 {
			d.Errorf("charge %s raised %d alarms: something contradicted the books", key, c.Alarms)
		}
		delete(theirs, key)
	}
	for key, st := range theirs {
		d.Errorf("the wallet knows %s as %+v, which the agent has never heard of", key, st)
	}
	for _, key := range d.shown.keys() {
		if ours[key].State != string(charge.Approved) {
			d.Errorf("charge %s was said to be taken, and ended as %q", key, ours[key].State)
		}
	}
	if len(sales) != d.taken {
		d.Errorf("%d sales are paid, and %d were taken", len(sales), d.taken)
	}
	var trial wire.Trial
	var customers []wire.Customer
	check(d.T, d.try(http.MethodGet, wire.PathTryTrial, nil, &trial))
	check(d.T, d.try(http.MethodGet, wire.PathTryCustomers, nil, &customers))
	if trial.Sum != 0 || trial.Negative != 0 || trial.Wrong != 0 || len(customers) != 1 || customers[0].Balance+customers[0].Reserved != walletBalance-paid {
		d.Errorf("%d yen are paid; the wallet's books are %+v, its customers %+v", paid, trial, customers)
	}
	d.Logf("%d charges, %d sales over %d yen, %d were shown", len(ours), len(sales), paid, len(d.shown.keys()))
}

// covered holds a long run to having been everywhere.
func (d *dark) covered(kills int) {
	if kills < 300 || d.Failed() {
		return
	}
	for _, what := range []string{
		"while it takes", "while it collects", "killed: " + victimAgent, "killed: " + victimWallet, "killed: " + victimBoth,
		"killed while it starts", "found queued", "found forwarding", "given up",
	} {
		if d.tally[what] == 0 {
			d.Errorf("in %d kills it never came to %q: %v", kills, what, d.tally)
		}
	}
}
