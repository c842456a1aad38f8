package sim

import (
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/oda"
)

// again is the last code once more: a signed one in any of its pictures.
func (t *till) again(a act) string {
	code, signed := t.w.signed[t.code]
	if !signed {
		return t.code
	}
	d := roll(t.w.plan.seed, "again", uint64(a.n), 0)
	text := oda.Encode(code.raw, carriers[d.below(len(carriers))])
	if text != t.code {
		t.w.struck(OtherCarrier, a.ident())
		t.w.signed[text] = code
	}
	return text
}

// closes is the shop's night: the register is off for that long.
func (t *till) closes(long time.Duration) {
	t.dark = t.w.now() + long
	switch {
	case t.run == nil:
	case t.run.ready:
		t.restart()
	default:
		t.run.crash("when the shop closed")
	}
}

// givesUp is a manager who writes a charge off while its forward is on its way.
func (t *till) givesUp(m *message) {
	if !t.w.strike(WroteOffUnderWay, 0.03, m.ident, 0) {
		return
	}
	reg := t.run.reg
	t.w.agenda.at(t.w.now()+m.dice.between(time.Millisecond, 300*time.Millisecond), m.ident+5, func() {
		t.w.tracef("manager", "%s %s", agent.WriteOff, m.key)
		go func() { _, _ = reg.Resolve(charge.Key(m.key), agent.WriteOff, "manager") }()
	})
}

// turnedAway is a scan that was not taken. A manager may let the sale pass the
// limit that it came to, and then the code is scanned again.
func (t *till) turnedAway(v agent.View) {
	if v.Refusal.Why == "offline.clock" {
		t.w.came(v.Refusal.Why)
	}
	who := hash(v.Sale.ID)
	if v.Refusal.Lift == "" || !t.w.strike(LimitLifted, 0.3, who, len(v.Lifted)) {
		return
	}
	run, code, limit := t.run, t.code, v.Refusal.Lift
	d := roll(t.w.plan.seed, "lift", who, 0)
	t.w.agenda.at(t.w.now()+d.between(200*time.Millisecond, 2*time.Second), who, func() {
		if _, err := run.reg.Lift(v.Sale.ID, limit, agent.Leave{Who: "manager"}); err == nil {
			t.w.tracef("manager", "%s lets %s pass %s", t.id, v.Sale.ID, limit)
			run.scan(code)
		}
	})
}
