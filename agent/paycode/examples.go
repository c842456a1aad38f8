package paycode

import (
	"errors"
	"slices"
)

// Misled is a rule whose example is decided by another rule, or by none.
type Misled struct {
	Rule string
	By   string // the rule that decides it; empty: none
	Why  Why    // why it is refused then; empty: it is taken
}

// Examples holds the example of every rule against all rules, as if the store
// took every wallet. bare are the rules without one. The error is that of New.
func Examples(rules Rules) (misled []Misled, bare []string, err error) {
	var taken []string
	add := func(wallet string) {
		if wallet != "" && !slices.Contains(taken, wallet) {
			taken = append(taken, wallet)
		}
	}
	type one struct{ id, aim, example string }
	var all []one
	for _, r := range rules.Reject {
		add(r.Wallet)
		all = append(all, one{r.ID, r.AIM, r.Example})
	}
	for _, r := range rules.Templates {
		add(r.Wallet)
		all = append(all, one{r.ID, "", r.Example})
	}
	for _, r := range rules.Digits {
		add(r.Wallet)
		all = append(all, one{r.ID, "", r.Example})
	}
	c, err := New(rules, taken)
	if err != nil {
		return nil, nil, err
	}
	for _, o := range all {
		if o.example == "" {
			bare = append(bare, o.id)
			continue
		}
		code, err := c.Classify(o.aim, []byte(o.example))
		m := Misled{Rule: o.id, By: code.Rule}
		var no *Refusal
		if errors.As(err, &no) {
			m.By, m.Why = no.Rule, no.Why
		}
		if m.By != o.id {
			misled = append(misled, m)
		}
	}
	return misled, bare, nil
}
