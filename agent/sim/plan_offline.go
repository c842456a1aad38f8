package sim

import (
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// offline is a world's part without a network: its own wallet is away for a
// while, its customers' phones sign codes, and registers take them.
type offline struct {
	on      bool
	limits  charge.Limits // of each register
	away    []span        // the wallet, in the shop's hours
	closes  time.Duration // when the shop closes, in its hours
	night   time.Duration // for how long; 0: it does not
	renewed bool          // customers take new phones, and thieves have the old ones
}

// rules are a register's own.
func (o *offline) rules() agent.OfflineRules {
	return agent.OfflineRules{
		Take: o.on, Limits: o.limits,
		Lift: []charge.Limit{charge.PerCharge, charge.PerToken, charge.Outstanding, charge.Count, charge.Age},
	}
}

type span struct{ from, to time.Duration }

// offlineWorlds is the part of the worlds that have such a part: a signature
// costs as much as half a charge.
const offlineWorlds = 0.22

// goOffline draws it, and what lies near the limits.
func (p *plan) goOffline(d *dice, sales int) {
	if !d.chance(offlineWorlds) {
		return
	}
	p.tills = 1 + d.below(3)
	o := &p.offline
	o.on, o.renewed = true, d.chance(0.3)
	o.limits = charge.Limits{
		PerCharge: 3500 + int64(d.below(1500)), PerToken: 6000 + int64(d.below(12_000)), Outstanding: 8000 + int64(d.below(40_000)),
		Count: 4 + d.below(20), Age: d.between(10*time.Minute, 12*time.Hour),
	}
	day := time.Duration(sales/p.tills) * 4 * time.Second
	first := d.between(2*time.Second, day/2)
	o.away = append(o.away, span{first, first + d.between(day/4, day/2)})
	if d.chance(0.3) {
		again := o.away[0].to + d.between(10*time.Second, day/4)
		o.away = append(o.away, span{again, again + d.between(20*time.Second, time.Minute)})
	}
	if d.chance(0.25) {
		o.closes = d.between(first, o.away[0].to)
		o.night = []time.Duration{2 * time.Hour, 10 * time.Hour, 40 * time.Hour, 80 * time.Hour}[d.below(4)] + d.between(0, time.Hour)
	}
}

// house is whose code is shown: mostly one of a phone that signs.
func (o *offline) house(d *dice, otherwise int) int {
	if o.on && d.chance(0.6) {
		return 0
	}
	return otherwise
}

// phone is the customer whose phone signs the code, from 1 on; 0 is a code of
// the wallet's own making, which proves nothing.
func (o *offline) phone(d *dice, at time.Duration, house int) int {
	often := 0.2
	for _, s := range o.away {
		if s.from <= at && at < s.to {
			often = 0.9
		}
	}
	if !o.on || house != 0 || !d.chance(often) {
		return 0
	}
	return 1 + d.below(customers)
}

// outages are what befalls while the wallet is away.
func (p *plan) outages(d *dice) {
	o := &p.offline
	for _, s := range o.away {
		p.add(act{at: s.from, do: doAway, fault: WalletAway})
		p.add(act{at: s.to, do: doBack, fault: faults})
		p.end = max(p.end, s.to+time.Second)
	}
	if !o.on {
		return
	}
	within := func() time.Duration { s := o.away[d.below(len(o.away))]; return d.between(s.from, s.to) }
	for range 2 + d.below(3) {
		p.add(act{at: within(), do: doRush, till: d.below(p.tills), who: 1 + d.below(customers), fault: AtOnce})
	}
	for file := range 1 + d.below(2) {
		p.files(d, file, within())
	}
	if d.chance(0.2) {
		at, till := within(), d.below(p.tills)
		p.add(act{at: at, do: doCopy, till: till, fault: faults})
		p.add(act{at: at + d.between(5*time.Second, time.Minute), do: doRestore, till: till, fault: Restored})
		p.end = max(p.end, at+80*time.Second)
	}
	if d.chance(0.7) {
		p.clock(d, within())
	}
}

// clock is set, and set right after a while. The agent may be started again
// meanwhile, or several may be taken at once.
func (p *plan) clock(d *dice, at time.Duration) {
	till, for_ := d.below(p.tills), d.between(30*time.Second, 2*time.Minute)
	// By 4 to 5 minutes: longer than a code lives and clocks may differ, and
	// shorter than a certificate begins before it was made.
	few := -d.between(4*time.Minute, 5*time.Minute)
	step := []time.Duration{few, -24 * time.Hour, -time.Hour, -10 * time.Minute, -45 * time.Second, -20 * time.Second, 45 * time.Second, time.Hour}[d.pick(10, 1, 1, 1, 1, 1, 1, 1)]
	p.add(act{at: at, do: doSkew, till: till, skew: step, fault: ClockStep})
	p.add(act{at: at + for_, do: doSkew, till: till, fault: faults})
	if d.chance(0.5) {
		p.add(act{at: at + d.between(time.Second, 5*time.Second), do: doLeave, till: till, fault: LeaveAndStart})
	}
	if d.chance(0.5) {
		p.add(act{at: at + d.between(for_/4, for_), do: doRush, till: till, who: 1 + d.below(customers), fault: AtOnce})
	}
	p.end = max(p.end, at+for_+time.Second)
}

// files is a queue that leaves with a file, and what becomes of that.
func (p *plan) files(d *dice, file int, at time.Duration) {
	maker := d.below(p.tills)
	p.add(act{at: at, do: doExport, till: maker, file: file, fault: FileMade})
	goes := func(till int, fault Fault) {
		at += d.between(time.Second, 40*time.Second)
		p.add(act{at: at, do: doImport, till: till, file: file, fault: fault})
		p.end = max(p.end, at+time.Second)
	}
	other, second := (maker+1)%p.tills, (maker+2)%p.tills
	switch d.pick(30, 15, 20, 15, 20) {
	case 0:
		goes(other, FileImported)
	case 1:
		goes(other, FileImported)
		goes(other, FileTwice)
	case 2:
		goes(other, FileImported)
		goes(second, FileElsewhere)
	case 3:
		goes(maker, FileBack)
	case 4:
		p.add(act{at: at, do: doImport, till: -1, fault: FileLost})
	}
	if d.chance(0.2) {
		p.add(act{at: at + d.between(-20*time.Second, 20*time.Second), do: doReclaim, till: maker, fault: FileReclaimed})
	}
}

// closing lets the night come between what was planned: all that is later is
// on the next day.
func (p *plan) closing() {
	o := &p.offline
	if o.night == 0 {
		return
	}
	for i := range p.acts {
		if p.acts[i].at >= o.closes {
			p.acts[i].at += o.night
		}
	}
	p.end += o.night
	for till := range p.tills {
		p.add(act{at: o.closes, do: doClose, till: till, long: o.night - time.Second, fault: ShopClosed})
	}
}
