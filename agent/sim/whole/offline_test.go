package whole_test

import (
	"fmt"
	"sync"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/sim/taking"
	"github.com/posagent/posagent/agent/sim/wirecut"
	"github.com/posagent/posagent/offline/handover"
	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/ledger"
)

// limits are what each register takes without a network: more than an outage
// comes to, but not much.
var limits = charge.Limits{PerCharge: 3000, PerToken: 60_000, Outstanding: 40_000, Count: 30, Age: time.Hour}

// phone is a customer's, with a certificate for as long as the run lasts.
type phone struct {
	mu          sync.Mutex
	device      *oda.Device
	certificate []byte
	counter     uint32
}

// phones are certified before the first sale: half with either kind of key.
func (f *far) certify(n int) error {
	for i := range n {
		customer, alg := fmt.Sprintf("phone%d", i), []oda.Algorithm{oda.Ed25519, oda.P256}[i%2]
		if _, err := f.books.AddCustomer(customer, 100_000_000); err != nil {
			return err
		}
		device, err := oda.NewDevice(alg)
		if err != nil {
			return err
		}
		certificate, err := f.books.Certify(ledger.CertificateRequest{
			Customer: customer, Algorithm: alg, DeviceKey: device.PublicKey(), PerChargeMax: 5000, CumulativeMax: 20_000_000, Life: 24 * time.Hour,
		})
		if err != nil {
			return err
		}
		f.phones = append(f.phones, &phone{device: device, certificate: certificate})
	}
	return nil
}

// shows is the phone's next code, which it signs without asking anybody.
func (p *phone) shows(in oda.Carrier) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counter++
	raw, err := oda.SignCode(p.device, p.certificate, oda.Offer{IssuedAt: time.Now(), TTL: oda.MaxTTL, Counter: p.counter, MaxAmount: 5000})
	if err != nil {
		return "", err
	}
	return oda.Encode(raw, in), nil
}

// signed is a fresh signed code of some customer of the wallet that certifies
// phones.
func (c *counter) signed() (string, error) {
	all := c.fars[0].phones
	in := []oda.Carrier{oda.Base45, oda.Base64, oda.Decimal}[c.dice.IntN(3)]
	return all[c.dice.IntN(len(all))].shows(in)
}

// signedRules say whose signed codes are.
func signedRules(wallet string) paycode.Rules {
	return paycode.Rules{
		Reject: []paycode.RejectRule{
			{ID: "signed_text", Match: "^OP1:", Why: paycode.Offline, Wallet: wallet},
			{ID: "signed_digits", Match: `^97\d{400,700}$`, Why: paycode.Offline, Wallet: wallet},
		},
		Templates: []paycode.TemplateRule{{ID: "signed_template", Prefix: "F04F465131", Why: paycode.Offline, Wallet: wallet}},
	}
}

// takes is an agent.Offline that remembers what it has taken.
type takes struct {
	*taking.Taker
	c *counter
}

func (k *takes) Accept(key charge.Key, step charge.Step, proof charge.Proof, over ...charge.Limit) (charge.Record, error) {
	rec, err := k.Taker.Accept(key, step, proof, over...)
	if err == nil {
		k.c.mu.Lock()
		defer k.c.mu.Unlock()
		k.c.taken[key] = true
	}
	return rec, err
}

// network orders what the network does during the next sale. Now and then the
// line to the wallet that certifies phones is cut for some sales: connections
// end before a byte of a request has passed.
func (c *counter) network() {
	for _, w := range c.wires {
		w.Order(c.plan())
	}
	if c.cut == 0 && c.chance(1) {
		c.count.Outages++
		c.cut = 3 + c.dice.IntN(8)
	}
	if c.cut > 0 {
		c.cut--
		c.wires[0].Order(wirecut.Plan{Request: wirecut.Fault{Do: wirecut.Reset}})
	}
}

// hands lets the queue leave with a queue file, or takes one in that another
// register has made, at times for the second time.
func (c *counter) hands() {
	if c.chance(60) {
		list, err := c.taker.Leave(c.fars[0].id, c.signs, "file of "+c.name, false)
		if err != nil || len(list) == 0 {
			return
		}
		f := handover.File{ID: "Q-" + c.name, Store: "S1", Terminal: c.name, Made: time.Now().UTC().Truncate(time.Second), Charges: list}
		sealed, err := handover.Seal(f, []string{c.receiver}, "")
		check(c.t, err)
		c.count.Left += len(list)
		select {
		case c.files <- sealed:
		default: // it is lost
		}
		return
	}
	select {
	case sealed := <-c.files:
		c.takeIn(sealed)
		if c.chance(40) {
			select {
			case c.files <- sealed:
			default:
			}
		}
	default:
	}
}

func (c *counter) takeIn(sealed []byte) {
	f, err := handover.Unseal(sealed, c.identity, "")
	check(c.t, err)
	var list []charge.Carried
	var keys []charge.Key
	for _, one := range f.Charges {
		in, err := c.taker.Carried(one, "queue file "+f.ID)
		check(c.t, err)
		list, keys = append(list, in), append(keys, one.Key)
	}
	became, _, err := c.taker.TakeOver(list, func(at time.Time) string { return at.UTC().Format(time.DateOnly) }, charge.ByManager, "manager")
	if err != nil {
		return // this register has crashed
	}
	for _, b := range became {
		if b == charge.HandedTaken {
			c.count.Handed++
		}
	}
	c.reg.Reread(keys)
	c.reg.Collect()
}

// uncollected is how much is still to be collected here.
func (c *counter) uncollected() int {
	own, err := c.taker.Exposure()
	check(c.t, err)
	carried, err := c.taker.CarriedExposure()
	check(c.t, err)
	return own.Count + carried.Count
}

// collected waits until all that was taken without a network is collected,
// where the queue files are; after a second the others count as lost.
func collected(counters []*counter) {
	for end := time.Now().Add(time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		left := 0
		for _, c := range counters {
			left += c.uncollected()
		}
		if left == 0 {
			return
		}
	}
	for _, c := range counters {
		c.reclaim()
	}
}

// held is how much is still on its way to the wallets: a forward that arrives
// late is good for days, whoever has forgotten it meanwhile.
func (c *counter) held() (bytes int) {
	for _, w := range c.wires {
		bytes += w.Held()
	}
	return bytes
}

// reclaim collects again what left with files that nobody has any more.
func (c *counter) reclaim() {
	due, err := c.taker.Due(c.fars[0].id, charge.Due{}, 1000)
	check(c.t, err)
	var keys []charge.Key
	for _, one := range due {
		keys = append(keys, one.Key)
	}
	_, err = c.taker.MoveBack(keys, charge.ByManager, "manager")
	check(c.t, err)
	c.reg.Collect()
}

// recall strikes off the screen what a copy that was put back does not know to be taken:
// that is in the newer books alone.
func (c *counter) recall() {
	if !c.older {
		return
	}
	c.older = false
	c.mu.Lock()
	defer c.mu.Unlock()
	for key := range c.taken {
		rec, err := c.books.Charge(key)
		if err == nil && (rec.Reason == charge.ReasonOffline || rec.State == charge.Approved || rec.State == charge.Unpaid) {
			continue
		}
		delete(c.shown, key)
	}
}

// brought judges a charge that another register took, or this one on a disk of
// which it has an older copy (own): it ends here as it ends at the wallet.
func (c *counter) brought(rec charge.Record, debits int, owners map[string]*counter) (own bool) {
	_, terminal, _, _, _ := rec.Key.Parts()
	owner := owners[terminal]
	switch {
	case !owner.has[rec.Key] && !owner.forgot:
		c.t.Errorf("%s was brought to terminal %s, and its register does not know it\n%s", rec.Key, c.name, c.story(rec.Key))
	case rec.State.Open():
		c.t.Errorf("%s, which was brought to terminal %s, is still %s\n%s", rec.Key, c.name, rec.State, c.story(rec.Key))
	case debits != 0 != (rec.State == charge.Approved) && !owner.forgot: // an older copy may have had it reversed
		c.t.Errorf("%s is %s at terminal %s, with %d debits in the wallet's books\n%s", rec.Key, rec.State, c.name, debits, c.story(rec.Key))
	}
	return terminal == c.name
}

// asOffline has the register obey a wallet that lets codes be taken for a year.
func asOffline(reg *agent.Register, wallet string) {
	reg.Obey(agent.Bulletin{Wallet: wallet, Version: 1, Expires: time.Now().AddDate(1, 0, 0)})
}
