package paycode

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
)

type rejectRule struct {
	RejectRule
	pattern *pattern
}

type templateRule struct {
	TemplateRule
	prefix  []byte
	account *pattern // nil: any account
}

type digitsRule struct {
	DigitsRule
	pattern *pattern
}

// New compiles rules for a store that takes these wallets, the preferred one
// first. Its error joins every problem of the rules, each naming its rule.
func New(rules Rules, taken []string) (*Classifier, error) {
	c := &Classifier{taken: slices.Clone(taken), rank: make(map[string]int)}
	var problems []error
	for i, w := range taken {
		if _, twice := c.rank[w]; twice {
			problems = append(problems, fmt.Errorf("wallet %q is listed twice: remove one", w))
		} else if w == "" {
			problems = append(problems, errors.New("a wallet without a name is listed: remove it"))
		}
		c.rank[w] = i
	}
	problems = append(problems, c.compileReject(rules.Reject), c.compileTemplates(rules.Templates), c.compileDigits(rules.Digits), uniqueIDs(rules))
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Classifier) compileReject(rules []RejectRule) error {
	var problems []error
	for _, r := range rules {
		p, err := compile(r.Match, false)
		if err != nil {
			problems = append(problems, fmt.Errorf("reject rule %q: %w", r.ID, err))
		}
		if !r.Why.ruled() {
			problems = append(problems, fmt.Errorf("reject rule %q: why = %q is not a reason that a rule may give", r.ID, r.Why))
		}
		if r.Wallet != "" && r.Why != Offline {
			problems = append(problems, fmt.Errorf("reject rule %q: wallet is for why = %q alone", r.ID, Offline))
		}
		if r.AIM != "" && (len(r.AIM) != 3 || r.AIM[0] != ']') {
			problems = append(problems, fmt.Errorf("reject rule %q: aim = %q is not of the form ]C1", r.ID, r.AIM))
		}
		c.reject = append(c.reject, rejectRule{r, p})
	}
	return errors.Join(problems...)
}

func (c *Classifier) compileTemplates(rules []TemplateRule) error {
	var problems []error
	add := func(r TemplateRule, format string, a ...any) {
		problems = append(problems, fmt.Errorf("template rule %q: "+format, append([]any{r.ID}, a...)...))
	}
	bare := make(map[string]string) // prefix without account pattern -> rule
	for _, r := range rules {
		prefix, err := hex.DecodeString(r.Prefix)
		if err != nil || len(prefix) == 0 || len(prefix) > 16 {
			add(r, "prefix = %q is not 1 to 16 bytes in hex", r.Prefix)
			prefix = nil
		}
		if (r.Wallet == "") == (r.Why == "") && r.Why != Offline {
			add(r, "give either wallet or why")
		}
		if r.Why != "" && !r.Why.ruled() {
			add(r, "why = %q is not a reason that a rule may give", r.Why)
		}
		rule := templateRule{TemplateRule: r, prefix: prefix}
		if r.Account != "" {
			if rule.account, err = compile(r.Account, false); err != nil {
				add(r, "account: %w", err)
			}
		} else if other, twice := bare[string(prefix)]; twice && len(prefix) > 0 {
			add(r, "rule %q has the same prefix and always comes first: remove one or give it an account pattern", other)
		} else {
			bare[string(prefix)] = r.ID
		}
		c.templates = append(c.templates, rule)
	}
	slices.SortStableFunc(c.templates, func(a, b templateRule) int {
		return cmp.Or(cmp.Compare(len(b.prefix), len(a.prefix)), cmp.Compare(b.bareLast(), a.bareLast()))
	})
	return errors.Join(problems...)
}

func (r templateRule) bareLast() int {
	if r.account == nil {
		return 0
	}
	return 1
}

func (c *Classifier) compileDigits(rules []DigitsRule) error {
	var problems []error
	for _, r := range rules {
		p, err := compile(r.Match, true)
		if err != nil {
			problems = append(problems, fmt.Errorf("digits rule %q: %w", r.ID, err))
		}
		if r.Wallet == "" {
			problems = append(problems, fmt.Errorf("digits rule %q: wallet is missing", r.ID))
		}
		c.digits = append(c.digits, digitsRule{r, p})
	}
	return errors.Join(problems...)
}

// ruled says whether a rule may refuse for this reason. The other reasons are
// findings about the code itself.
func (w Why) ruled() bool {
	switch w {
	case MerchantCode, WebAddress, Product, Bill, Offline, NoWallet, Unknown:
		return true
	}
	return false
}

// uniqueIDs holds because a refusal, a log line and the lint name a rule by
// its id alone.
func uniqueIDs(rules Rules) error {
	var problems []error
	seen := map[string]bool{KindEMV: true, KindJPQR: true}
	check := func(id string) {
		switch {
		case id == "":
			problems = append(problems, errors.New("a rule has no id: give it one"))
		case seen[id]:
			problems = append(problems, fmt.Errorf("rule id %q is taken: give each rule its own", id))
		}
		seen[id] = true
	}
	for _, r := range rules.Reject {
		check(r.ID)
	}
	for _, r := range rules.Templates {
		check(r.ID)
	}
	for _, r := range rules.Digits {
		check(r.ID)
	}
	return errors.Join(problems...)
}
