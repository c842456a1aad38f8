package sim

import (
	"fmt"
	"slices"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/configs"
)

// plan is what will be tried in a world: all of it drawn from the seed before
// anything happens, so that parts of it can be left out.
type plan struct {
	seed    uint64
	tills   int
	wallets []walletPlan
	prints  bool
	offline offline
	rates   rates
	acts    []act
	end     time.Duration // of the acts
}

// rates are how likely faults are, each time that they could happen.
type rates struct {
	message float64
	crash   float64
	disk    float64
	printer float64
}

type walletPlan struct {
	id     string
	traits *traits // nil: the reference wallet
	terms  charge.Terms
}

// deed is what somebody does, or what befalls a machine.
type deed int

const (
	doOpen deed = iota
	doScan
	doScanAgain
	doCancel
	doCrash
	doLeave
	doAway
	doBack
	doFull
	doRoom
	doSkew
	doTwin
	doCopy
	doRestore
	doManage
	doRefund
	doRush
	doClose
	doExport
	doImport
	doReclaim
	doShow
	doPay
)

var deedNames = []string{"open", "scan", "scan again", "cancel", "crash", "leave", "wallet away", "wallet back", "disk full", "disk has room", "clock", "twin", "copy", "restore", "manager", "refund", "take several", "close", "export", "import", "reclaim", "show a code", "pay the code"}

// act is one thing that happens at an instant of its own.
type act struct {
	n     int
	at    time.Duration
	do    deed
	till  int
	house int
	sale  string
	yen   int64
	skew  time.Duration
	long  time.Duration
	who   int   // a customer with a phone that signs
	file  int   // a queue file
	fault Fault // what it counts as; faults: ordinary business
}

func (a act) ident() uint64 { return hash("act", uint64(a.n)) }
func (a act) tie() uint64   { return uint64(a.n) }
func (a act) String() string {
	s := fmt.Sprintf("%s at T%d", deedNames[a.do], a.till+1)
	switch a.do {
	case doOpen:
		s += fmt.Sprintf(" %s over %d", a.sale, a.yen)
	case doScan, doAway, doBack, doTwin:
		s += fmt.Sprintf(", wallet %d", a.house)
	case doSkew:
		s += " by " + a.skew.String()
	}
	return s
}

var classifier = func() *paycode.Classifier {
	rules, err := configs.CodeRules("")
	if err != nil {
		panic(err)
	}
	var ids []string
	for _, w := range market {
		ids = append(ids, w.id)
	}
	c, err := paycode.New(rules, ids)
	if err != nil {
		panic(err)
	}
	return c
}()

// market are the wallets that a shop may take, under the terms that come with
// the program; the habits of those of others are what their documents say of
// paying by a shown code.
var market = []walletPlan{
	{id: "own", terms: termsOf("own")},
	{id: "paypay", terms: termsOf("paypay"), traits: &traits{prefix: "9000818188", digits: 10, tombstones: true, autoClose: 5 * time.Minute, confirms: 0.1}},
	{id: "wechatpay", terms: termsOf("wechat"), traits: &traits{prefix: "13", digits: 16, autoClose: 45 * time.Second, reverseAfter: 15 * time.Second, busyConfirm: true, confirms: 0.3}},
	{id: "alipayplus", terms: termsOf("alipay"), traits: &traits{prefix: "28", digits: 16, autoClose: 3 * time.Minute, confirms: 0.3, generous: true}},
}

func termsOf(name string) charge.Terms {
	t, err := configs.Terms(name)
	if err != nil {
		panic(err)
	}
	return t
}

// hasty are terms as a shop may set them that will not wait: all that a person
// waits for is as short as at a wallet of one's own. What the wallet itself
// needs stays.
func hasty(t charge.Terms) charge.Terms {
	own := charge.Standard()
	t.Soft, t.Deadline, t.Inquiries, t.GiveUp, t.GiveUpPending = own.Soft, own.Deadline, own.Inquiries, own.GiveUp, own.GiveUpPending
	return t
}

func newPlan(seed uint64) plan {
	d := roll(seed, "plan", 0, 0)
	p := plan{seed: seed, tills: 1 + d.pick(3, 1), prints: d.chance(0.3)}
	p.wallets = append(p.wallets, market[0])
	for _, i := range []int{1, 2, 3} {
		if !d.chance(0.3) {
			continue
		}
		taken := market[i]
		if d.chance(0.6) {
			taken.terms = hasty(taken.terms)
		}
		if i == 1 && d.chance(0.5) { // a window that closes while a doubt is still one
			taken.terms.Window = charge.Window{For: 35 * time.Second}
		}
		p.wallets = append(p.wallets, taken)
	}
	bad := []float64{0.02, 0.15, 0.5}[d.pick(3, 5, 2)]
	p.rates.message = bad
	p.rates.printer = 0.1
	if d.chance(0.6) {
		p.rates.crash = bad / 10
	}
	if d.chance(0.2) {
		p.rates.disk = 0.003
	}
	sales := 60 + d.below(60)
	p.goOffline(&d, sales)
	var last time.Duration
	for t := range p.tills {
		last = max(last, p.day(&d, t, sales/p.tills))
	}
	p.end = last + 20*time.Second
	p.troubles(&d)
	p.outages(&d)
	p.closing()
	p.showing()
	slices.SortStableFunc(p.acts, func(a, b act) int { return int(a.at - b.at) })
	for i := range p.acts {
		p.acts[i].n = i
	}
	return p
}

func (p *plan) add(a act) { p.acts = append(p.acts, a) }

// day is a row of sales at one till, and when it ends.
func (p *plan) day(d *dice, till, sales int) time.Duration {
	at := time.Second
	for n := range sales {
		at += d.between(300*time.Millisecond, 2*time.Second)
		p.add(act{at: at, do: doOpen, till: till, sale: fmt.Sprintf("T%d-%d", till+1, n+1), yen: int64(100 + d.below(4900)), fault: faults})
		house := p.offline.house(d, d.below(len(p.wallets)))
		if d.chance(0.03) { // the customer has no phone at hand
			at += d.between(time.Second, 3*time.Second)
			p.add(act{at: at, do: doCancel, till: till, fault: Cancelled})
			continue
		}
		at += d.between(200*time.Millisecond, 2*time.Second)
		first := faults
		switch d.pick(90, 3, 3) {
		case 1:
			first = PoorCustomer
		case 2:
			first = StaleCode
		}
		p.add(act{at: at, do: doScan, till: till, house: house, who: p.offline.phone(d, at, house), fault: first})
		at = p.unrest(d, at, till, house)
	}
	return at
}

// unrest is what people do while a request is under way, and how long until
// the next sale.
func (p *plan) unrest(d *dice, at time.Duration, till, house int) time.Duration {
	if d.chance(0.08) {
		p.add(act{at: at + d.between(time.Millisecond, 400*time.Millisecond), do: doScanAgain, till: till, fault: TapTwice})
	}
	if d.chance(0.10) {
		p.add(act{at: at + d.between(time.Millisecond, 6*time.Second), do: doCancel, till: till, fault: Cancelled})
	}
	if d.chance(0.15) {
		again := at + d.between(500*time.Millisecond, 7*time.Second)
		p.add(act{at: again, do: doScan, till: till, house: house, who: p.offline.phone(d, again, house), fault: Rescanned})
	}
	if d.chance(0.05) {
		p.add(act{at: at + d.between(500*time.Millisecond, 5*time.Second), do: doScan, till: till, house: d.below(len(p.wallets)), fault: OtherWallet})
	}
	if p.tills > 1 && d.chance(0.05) {
		p.add(act{at: at + d.between(time.Millisecond, time.Second), do: doTwin, till: till, fault: TwinCode})
	}
	switch d.pick(70, 20, 10) {
	case 0:
		return at + d.between(time.Second, 3*time.Second)
	case 1:
		return at + d.between(4*time.Second, 9*time.Second)
	}
	return at + d.between(20*time.Millisecond, 500*time.Millisecond) // NextInDoubt, if it is
}

// troubles are what befalls machines and wallets, whoever is there.
func (p *plan) troubles(d *dice) {
	anytime := func() time.Duration { return d.between(time.Second, p.end) }
	till := func() int { return d.below(p.tills) }
	if p.rates.crash > 0 {
		for range d.below(3) {
			p.add(act{at: anytime(), do: doCrash, till: till(), fault: CrashAnytime})
		}
	}
	if d.chance(0.3) {
		p.add(act{at: anytime(), do: doLeave, till: till(), fault: LeaveAndStart})
	}
	if d.chance(0.4) {
		house, from, long := d.below(len(p.wallets)), anytime(), d.chance(0.04)
		for_, fault := d.between(5*time.Second, 90*time.Second), WalletAway
		if long {
			for_, fault = d.between(time.Hour, 5*time.Hour), WalletAwayLong
		}
		p.add(act{at: from, do: doAway, house: house, fault: fault})
		p.add(act{at: from + for_, do: doBack, house: house, fault: faults})
		p.end = max(p.end, from+for_+time.Second)
	}
	if d.chance(0.12) {
		at, t, fault := anytime(), till(), Restored
		if d.chance(0.3) {
			fault = MarkRemoved
		}
		p.add(act{at: at, do: doCopy, till: t, fault: faults})
		p.add(act{at: at + d.between(time.Second, p.end), do: doRestore, till: t, fault: fault})
		p.end = max(p.end, p.acts[len(p.acts)-1].at+20*time.Second)
	}
	for range d.below(8) {
		p.add(act{at: anytime(), do: doManage, till: till(), fault: faults})
	}
	for range d.below(8) {
		p.add(act{at: anytime(), do: doRefund, till: till(), fault: faults})
	}
	if d.chance(0.1) {
		at, t := anytime(), till()
		p.add(act{at: at, do: doFull, till: t, fault: DiskFull})
		p.add(act{at: at + d.between(time.Second, 20*time.Second), do: doRoom, till: t, fault: faults})
	}
	if d.chance(0.3) {
		at, t, skew, fault := anytime(), till(), 24*time.Hour, ClockForward
		if d.chance(0.5) {
			skew, fault = -skew, ClockBack
		}
		p.add(act{at: at, do: doSkew, till: t, skew: skew, fault: fault})
		p.add(act{at: at + d.between(time.Second, 2*time.Minute), do: doSkew, till: t, fault: faults})
	}
}
