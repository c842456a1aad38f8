package configs

import (
	"embed"
	"fmt"
	"os"
	"strings"

	"github.com/posagent/posagent/agent/paycode"
)

// builtIn are the rules, terms and profiles that come with the program.
//
//go:embed codes.toml terms.toml profiles/*.toml
var builtIn embed.FS

// CodeRules are the rules of codes from a file, or the built-in ones when file
// is empty. They compile, and no rule is hidden wholly by those before it; what
// is wrong comes back as Problems. Load has read them already: see Codes.
func CodeRules(file string) (paycode.Rules, error) {
	rules, r, err := readCodes(Codes{File: file})
	if err != nil {
		return paycode.Rules{}, err
	}
	if err := r.end(); err != nil {
		return paycode.Rules{}, err
	}
	return rules, nil
}

func readCodes(c Codes) (paycode.Rules, *reading, error) {
	name, read := c.File, os.ReadFile
	if c.File == "" {
		name, read = "codes.toml", builtIn.ReadFile
	}
	text, err := read(name)
	if err != nil {
		return paycode.Rules{}, nil, fmt.Errorf("cannot read the rules of codes: %w", err)
	}
	if err := c.signed(text); err != nil {
		return paycode.Rules{}, nil, err
	}
	var rules paycode.Rules
	settings := codeSettings(&rules)
	r := newReading()
	r.addText(name, text, settings)
	r.table(r.root, "", settings)
	if len(r.problems) == 0 && c.File != "" { // the built-in ones were judged by a test
		checkRules(r, rules)
	}
	return rules, r, nil
}

func codeSettings(rules *paycode.Rules) []setting {
	return []setting{
		{key: "version", value: whole(&rules.Version, 0, 0, 1<<53-1), about: "The number of this file; each change makes it greater."},
		{key: "reject", about: "What is certainly no customer's payment code.", rows: rowsOf(&rules.Reject, "id", func(r *paycode.RejectRule) []setting {
			return []setting{
				{key: "id", required: true, value: text(&r.ID, "", idWant, made(idMade, 1, 32)), about: "The rule's name in the log."},
				{key: "match", required: true, value: filled(&r.Match), about: "A regular expression; ^ in front."},
				{key: "aim", value: optional(&r.AIM), about: "Only for this AIM identifier, or when the scanner sends none."},
				{key: "why", required: true, value: filled(&r.Why), about: "What the cashier is told."},
				{key: "example", value: example(&r.Example), about: "A code that this rule decides."},
				{key: "wallet", value: optional(&r.Wallet), about: "With why = \"offline_code\": whose signed codes these are. A store that takes the wallet takes them."},
			}
		})},
		{key: "template", about: "EMVCo and JPQR codes, by application identifier.", rows: rowsOf(&rules.Templates, "id", func(r *paycode.TemplateRule) []setting {
			return []setting{
				{key: "id", required: true, value: text(&r.ID, "", idWant, made(idMade, 1, 32)), about: "The rule's name in the log."},
				{key: "prefix", required: true, value: filled(&r.Prefix), about: "The identifier's first bytes in hex."},
				{key: "account", value: optional(&r.Account), about: "A regular expression over the account; ^ in front."},
				{key: "wallet", value: optional(&r.Wallet), about: "Whose code it is; or"},
				{key: "why", value: optional(&r.Why), about: "why it is refused; with \"offline_code\" both."},
				{key: "example", value: example(&r.Example), about: "A code that this rule decides."},
			}
		})},
		{key: "digits", about: "Codes of digits only, from top to bottom.", rows: rowsOf(&rules.Digits, "id", func(r *paycode.DigitsRule) []setting {
			return []setting{
				{key: "id", required: true, value: text(&r.ID, "", idWant, made(idMade, 1, 32)), about: "The rule's name in the log."},
				{key: "match", required: true, value: filled(&r.Match), about: "A regular expression; ^ in front, $ at the end."},
				{key: "wallet", required: true, value: filled(&r.Wallet), about: "Whose code it is."},
				{key: "example", value: example(&r.Example), about: "A code that this rule decides."},
			}
		})},
	}
}

// example is a code, however long one may be.
func example(into *string) value {
	return text(into, "", "a code", func(t string) bool { return printable(t, paycode.MaxLength) })
}

// filled is any text but none; paycode judges it.
func filled[T ~string](into *T) value {
	return text(into, "", "text", func(t string) bool { return t != "" && printable(t, 400) })
}

func optional[T ~string](into *T) value {
	return text(into, "", "text", func(t string) bool { return printable(t, 400) })
}

// checkRules lets paycode judge the rules, one more at a time, so that each
// complaint is about the rule that was added last and stands at its line.
func checkRules(r *reading, rules paycode.Rules) {
	var good paycode.Rules
	try := func(key string, with paycode.Rules) {
		if _, err := paycode.New(with, nil); err != nil {
			r.sayAll(key, err)
			return
		}
		good = with
	}
	for _, rule := range rules.Reject {
		with := good
		with.Reject = append(with.Reject[:len(with.Reject):len(with.Reject)], rule)
		try(join("reject", rule.ID), with)
	}
	for _, rule := range rules.Templates {
		with := good
		with.Templates = append(with.Templates[:len(with.Templates):len(with.Templates)], rule)
		try(join("template", rule.ID), with)
	}
	for _, rule := range rules.Digits {
		with := good
		with.Digits = append(with.Digits[:len(with.Digits):len(with.Digits)], rule)
		try(join("digits", rule.ID), with)
	}
	if len(rules.Reject)+len(rules.Templates)+len(rules.Digits) == 0 {
		r.say(r.at(""), "", "there is no rule in this file; every code would be refused", "")
	}
	checkHidden(r, good)
	checkExamples(r, good)
}

// checkExamples refuses rules whose own example another rule decides.
func checkExamples(r *reading, rules paycode.Rules) {
	misled, _, err := paycode.Examples(rules)
	if err != nil {
		return // New has said so
	}
	for _, m := range misled {
		by := "no rule"
		if m.By != "" {
			by = "rule " + m.By
		}
		key := join(sectionOf(rules, m.Rule), m.Rule)
		r.say(r.at(key), key, fmt.Sprintf("its example is decided by %s: correct the example, or the order of the rules", by), "")
	}
}

// sectionOf is the table that a rule stands in.
func sectionOf(rules paycode.Rules, id string) string {
	for _, rule := range rules.Reject {
		if rule.ID == id {
			return "reject"
		}
	}
	for _, rule := range rules.Templates {
		if rule.ID == id {
			return "template"
		}
	}
	return "digits"
}

// checkHidden refuses rules that can never decide.
func checkHidden(r *reading, rules paycode.Rules) {
	overlaps, err := paycode.Overlaps(rules)
	if err != nil {
		r.sayAll("", err)
		return
	}
	before := map[string][]string{}
	var order []string
	for _, o := range overlaps {
		if !o.Whole {
			continue
		}
		if before[o.Later] == nil {
			order = append(order, o.Later)
		}
		before[o.Later] = append(before[o.Later], o.Earlier)
	}
	for _, id := range order {
		key := join(sectionOf(rules, id), id)
		r.say(r.at(key), key, fmt.Sprintf("can never match: rules before it (%s) take all of its codes; move it up or remove it", strings.Join(before[id], ", ")), "")
	}
}

// sayAll tells each of joined errors, at the key of the row that it names.
func (r *reading) sayAll(row string, err error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			r.sayAll(row, e)
		}
		return
	}
	text := err.Error()
	if _, rest, found := strings.Cut(text, "\": "); found && strings.Contains(text, " rule \"") {
		text = rest // the row is named by the key already
	}
	key := row
	if word, _, _ := strings.Cut(strings.ReplaceAll(text, ":", " "), " "); r.has(join(row, word)) {
		key = join(row, word)
	}
	r.say(r.at(key), key, text, "")
}

func (r *reading) has(key string) bool {
	_, ok := r.places[key]
	return ok
}

// checkCodes reads the rules that a configuration names.
func (c *Config) checkCodes(r *reading) {
	if r.refused["codes.file"] {
		return
	}
	rules, codes, err := readCodes(c.Codes)
	if err != nil {
		r.say(r.at("codes.file"), "codes.file", err.Error(), "")
		return
	}
	c.Codes.Rules = rules
	if c.Codes.File != "" && rules.Version < c.Codes.Least {
		r.say(r.at("codes.file"), "codes.file", fmt.Sprintf("is of version %d, and least_version = %d: an older file was put back", rules.Version, c.Codes.Least), "")
	}
	r.files = append(r.files, codes.files...)
	r.problems = append(r.problems, codes.problems...)
}
