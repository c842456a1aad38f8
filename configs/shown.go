package configs

import (
	"errors"
	"strings"

	"github.com/posagent/posagent/agent/paycode/mpm"
)

// Shown is what the codes say that this store shows for customers to read. It
// is empty for a store that shows none.
type Shown struct {
	Company, Brand, Store, Terminal string   // the account of JPQR; all empty for none
	Accounts                        []string // of further networks, as they stand in a code
	Category                        string
	Country                         string
	Name, City, Postal              string
	Language, NameIn, CityIn        string
	StoreLabel, TerminalLabel       string
}

func (s *Shown) settings() []setting {
	const latin = "1 to %d letters, digits and signs of ASCII"
	return []setting{
		{key: "company", value: text(&s.Company, "", "13 digits or letters, or \"\"", madeOrNone(13)),
			about: "The account at JPQR, as Payments Japan gave it out: the company. Empty: none."},
		{key: "brand", value: text(&s.Brand, "", "4 digits or letters, or \"\"", madeOrNone(4)), about: "The account at JPQR: the brand."},
		{key: "store", value: text(&s.Store, "", "6 digits or letters, or \"\"", madeOrNone(6)), about: "The account at JPQR: the store."},
		{key: "terminal", value: text(&s.Terminal, "", "6 digits or letters, or \"\"", madeOrNone(6)), about: "The account at JPQR: the register."},
		{key: "accounts", value: texts(&s.Accounts, "accounts such as \"29300012D156000000000510A93FO3230Q\"", anAccount),
			about: "Accounts at further networks, each as it stands in a code: id, length and value."},
		{key: "category", value: text(&s.Category, "", "four digits (ISO 18245), or \"\"", form(`(\d{4})?`)),
			about: "What kind of shop it is (merchant category code), such as \"5411\" for groceries.\n業種コードです。"},
		{key: "country", value: text(&s.Country, "JP", "two capital letters (ISO 3166-1)", form("[A-Z]{2}")), about: "The country of the store."},
		{key: "name", value: text(&s.Name, "", strings.Replace(latin, "%d", "25", 1)+", or \"\"", form("[ -~]{0,25}")), about: "The name of the store in Latin letters, such as \"SEVEN TEST\"."},
		{key: "city", value: text(&s.City, "", strings.Replace(latin, "%d", "15", 1)+", or \"\"", form("[ -~]{0,15}")), about: "The city in Latin letters, such as \"TOKYO\"."},
		{key: "postal_code", value: text(&s.Postal, "", "at most 10 digits, letters and -", form("[0-9A-Za-z-]{0,10}")), about: "The postal code, such as \"1028455\". JPQR wants it."},
		{key: "language", value: text(&s.Language, "JA", "two letters (ISO 639)", form("[A-Za-z]{2}")), about: "The language of the next two."},
		{key: "name_in", value: line(&s.NameIn, 25), about: "The name in that language. JPQR wants it.\nお客様のスマートフォンに表示される店名です。"},
		{key: "city_in", value: line(&s.CityIn, 15), about: "The city in that language. JPQR has none here."},
		{key: "store_label", value: text(&s.StoreLabel, "", "at most 25 letters, digits and signs of ASCII", form("[ -~]{0,25}")), about: "A number of the store's own for it, in its codes. Empty: none."},
		{key: "terminal_label", value: text(&s.TerminalLabel, "", "at most 25 letters, digits and signs of ASCII", form("[ -~]{0,25}")), about: "The same for the register."},
	}
}

func madeOrNone(n int) func(string) bool {
	return func(s string) bool { return s == "" || made(digits+letters, n, n)(s) }
}

func anAccount(s string) bool {
	_, err := mpm.Account(s)
	return err == nil
}

// Merchant is what the codes of this store say of it, and false for a store
// that shows none.
func (c Config) Merchant() (mpm.Merchant, bool) {
	s := c.Shown
	m := mpm.Merchant{
		JPQR:     mpm.JPQR{Company: s.Company, Brand: s.Brand, Store: s.Store, Terminal: s.Terminal},
		Category: s.Category, Currency: c.Store.Currency, Country: s.Country, Name: s.Name, City: s.City, Postal: s.Postal,
		Store: s.StoreLabel, Terminal: s.TerminalLabel,
	}
	if s.NameIn != "" || s.CityIn != "" {
		m.Language, m.NameIn, m.CityIn = s.Language, s.NameIn, s.CityIn
	}
	for _, text := range s.Accounts {
		if f, err := mpm.Account(text); err == nil { // its check has read it
			m.Accounts = append(m.Accounts, f)
		}
	}
	return m, !s.empty()
}

// empty tells that nothing is set of what has no default.
func (s Shown) empty() bool {
	return len(s.Accounts) == 0 && s.Company+s.Brand+s.Store+s.Terminal+s.Category+s.Name+s.City+s.Postal+s.NameIn+s.CityIn+s.StoreLabel+s.TerminalLabel == ""
}

// keyOf is the key in [mpm] of a field of the code.
var keyOf = map[string]string{
	"26": "company", "26-01": "company", "26-02": "brand", "26-03": "store", "26-04": "terminal",
	"52": "category", "58": "country", "59": "name", "60": "city", "61": "postal_code",
	"62-03": "store_label", "62-07": "terminal_label", "64": "name_in", "64-00": "name_in", "64-01": "name_in", "64-02": "city_in",
}

// checkShown makes the code that stays at the register: what the parts cannot
// say of each other, it does.
func (c *Config) checkShown(r *reading) {
	for _, s := range new(Shown).settings() {
		if r.refused["mpm."+s.key] || r.refused["store.currency"] {
			return
		}
	}
	m, shows := c.Merchant()
	if !shows {
		return
	}
	_, err := m.Static()
	var field *mpm.FieldError
	if !errors.As(err, &field) {
		return
	}
	key := "mpm"
	if k := keyOf[field.ID]; k != "" {
		key = "mpm." + k
	}
	r.say(r.at(key), key, "the store's code cannot be made: "+err.Error(), "")
}
