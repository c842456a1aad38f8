package agent

import (
	"slices"
	"strings"

	"github.com/posagent/posagent/agent/charge"
)

// lift is a limit that a manager lets the standing sale pass.
type lift struct {
	limit charge.Limit
	by    string // for the journal
}

// Leave is who lets a sale pass a limit.
type Leave struct {
	Who     string // a manager's id, or the name of a program that may decide
	Program bool   // it is one, and no manager has to answer for it
	// Asked tells that somebody else is signed in and asked for this leave. Then
	// it is an approval, and nobody approves their own request. A manager who is
	// signed in asks nobody: it is their own act, under their own name.
	Asked bool
}

// reached remembers that a limit has refused the standing sale, and that a
// manager may lift it.
func (r *Register) reached(limit charge.Limit) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.desk.reached, limit) {
		r.desk.reached = append(r.desk.reached, limit)
	}
}

// Lift lets the standing sale pass one limit of what is taken without a
// network, once it has refused a code. The leave ends with the sale, or when a
// code is taken on it, and is on no disk before that. The code that was refused
// was not used: it may be shown again. The same leave twice is one.
func (r *Register) Lift(saleID string, limit charge.Limit, leave Leave) (View, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d := &r.desk
	switch {
	case !d.standing || d.sale.ID != saleID:
		return View{}, &Refused{Why: "register.not_standing"}
	case d.phase != resting || r.leaving:
		return View{}, &Refused{Why: "register.busy"}
	case leave.Asked && d.sale.Operator == leave.Who:
		return View{}, &Refused{Why: "override.own"}
	case slices.Contains(d.limitsLifted(), limit):
		return r.view(), nil
	case !slices.Contains(d.reached, limit):
		return View{}, &Refused{Why: "override.not_reached"}
	}
	d.lifted = append(d.lifted, lift{limit, r.signed(leave)})
	d.refusal = nil
	r.log.Warn("a manager lets a sale pass a limit", "sale", saleID, "charge", string(d.charge.Key), "limit", limit.Setting(), "who", leave.Who)
	r.announce()
	return r.view(), nil
}

// signed is how the journal names who it was: a person as on receipts, and by
// the id.
func (r *Register) signed(leave Leave) string {
	if leave.Program {
		return "program " + leave.Who
	}
	if r.parts.NameOf != nil {
		if name := r.parts.NameOf(leave.Who); name != "" && name != leave.Who {
			return name + "/" + leave.Who
		}
	}
	return leave.Who
}

// limitsLifted are the limits that the sale may pass.
func (d *desk) limitsLifted() []charge.Limit {
	var out []charge.Limit
	for _, l := range d.lifted {
		out = append(out, l.limit)
	}
	return out
}

// liftedBy is what the journal says of them, empty for none.
func (d *desk) liftedBy() string {
	var out []string
	for _, l := range d.lifted {
		out = append(out, "limit "+l.limit.Setting()+" lifted by "+l.by)
	}
	return strings.Join(out, "; ")
}
