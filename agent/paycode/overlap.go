package paycode

import (
	"encoding/base64"
	"encoding/hex"
)

// Overlap is two rules that both match some codes; Earlier decides those.
type Overlap struct {
	Earlier, Later string // ids of rules
	Whole          bool   // no sample of Later gets past the rules before it: it would never decide
}

// Overlaps finds rules that stand in each other's way, judged over sample
// codes made from each rule's own pattern, so it can miss an overlap that only
// rare codes show. A special rule before a general one is an overlap too, and
// mostly meant; a Whole one never is. The error is that of New.
func Overlaps(rules Rules) ([]Overlap, error) {
	c, err := New(rules, nil)
	if err != nil {
		return nil, err
	}
	var out []Overlap
	steps := c.steps()
	for i := range steps {
		out = append(out, overlapsOf(steps[:i], steps[i])...)
	}
	return out, nil
}

// step is one rule as Classify comes to it.
type step struct {
	id      string
	samples []string
	hit     func(text string) bool
}

// steps are the rules in the order in which Classify tries them.
func (c *Classifier) steps() []step {
	var out []step
	for _, r := range c.reject {
		out = append(out, step{r.ID, samples(r.pattern), r.pattern.match})
	}
	for i := range c.templates {
		r := &c.templates[i]
		out = append(out, step{r.ID, r.samples(), func(text string) bool {
			cpm, err := ParseCPM(text)
			return err == nil && r.covers(cpm.Templates[0])
		}})
	}
	for _, r := range c.digits {
		out = append(out, step{r.ID, samples(r.pattern), func(text string) bool {
			return onlyDigits(text) && r.pattern.match(text)
		}})
	}
	return out
}

func overlapsOf(before []step, later step) []Overlap {
	past := make(map[string]bool, len(later.samples))
	for _, s := range later.samples {
		if later.hit(s) { // a pattern with \b or the like may not match its own sample
			past[s] = true
		}
	}
	usable := len(past) > 0
	var out []Overlap
	for _, earlier := range before {
		meet := false
		for _, s := range later.samples {
			if later.hit(s) && earlier.hit(s) {
				meet = true
				delete(past, s)
			}
		}
		for _, s := range earlier.samples {
			meet = meet || earlier.hit(s) && later.hit(s)
		}
		if meet {
			out = append(out, Overlap{Earlier: earlier.id, Later: later.id})
		}
	}
	if usable && len(past) == 0 {
		for i := range out {
			out[i].Whole = true
		}
	}
	return out
}

func (r *templateRule) covers(app Application) bool {
	return len(app.ADF) >= len(r.prefix) && string(app.ADF[:len(r.prefix)]) == string(r.prefix) &&
		(r.account == nil || r.account.match(app.Account.Reveal()))
}

// samples are codes with one application each that the rule is meant for.
func (r *templateRule) samples() []string {
	accounts := []string{"4761739001010010"}
	if r.account != nil {
		accounts = samples(r.account)
	}
	adf := append([]byte(nil), r.prefix...)
	for len(adf) < 5 {
		adf = append(adf, 0x01)
	}
	var out []string
	for _, account := range accounts {
		for len(account) < 12 {
			account += "0"
		}
		if len(account)%2 != 0 {
			account += "F"
		}
		pan, err := hex.DecodeString(account)
		if err != nil || len(pan) > 10 {
			continue
		}
		inside := append(append([]byte{0x4F, byte(len(adf))}, adf...), append([]byte{0x5A, byte(len(pan))}, pan...)...)
		data := append([]byte("\x85\x05CPV01\x61"), byte(len(inside)))
		out = append(out, base64.StdEncoding.EncodeToString(append(data, inside...)))
	}
	return out
}
