package mpm

import (
	"strings"
	"unicode/utf8"

	"github.com/posagent/posagent/agent/money"
)

// Merchant is what a shop's codes say of the shop. Empty fields are left out.
type Merchant struct {
	JPQR     JPQR    // the account of JPQR; zero for none
	Accounts []Field // further ones: 02 to 25 with a value, 26 to 51 with fields inside
	Category string  // ISO 18245, four digits
	Currency money.Currency
	Country  string // ISO 3166-1, two letters
	Name     string // printable ASCII, at most 25
	City     string // printable ASCII, at most 15
	Postal   string
	Language string // of the next two: ISO 639, two letters
	NameIn   string // the name in that language, at most 25 characters
	CityIn   string // the city; JPQR has none here
	Store    string // label, at most 25
	Terminal string // label, at most 25
}

// Order is one payment that a code asks for.
type Order struct {
	Amount    money.Amount
	Bill      string // the shop's number of the sale, at most 25 of printable ASCII; may be empty
	Reference string // what the payment is named by in the network, the same; may be empty
}

// Static is the code that stays at the register: whoever reads it enters the
// amount.
func (m Merchant) Static() (Code, error) {
	c := m.code(Static, "", Order{})
	return c, c.Check()
}

// Dynamic is the code of one payment.
func (m Merchant) Dynamic(o Order) (Code, error) {
	switch {
	case o.Amount.Currency != m.Currency:
		return Code{}, wrong(idCurrency, "an amount in %s does not fit a shop of %s", o.Amount.Currency, m.Currency)
	case o.Amount.Minor <= 0:
		return Code{}, wrong(idAmount, "%s is nothing to pay", o.Amount)
	}
	c := m.code(Dynamic, amountText(o.Amount), o)
	return c, c.Check()
}

// code puts the fields in the order of their ids, as the standard's own
// examples do; the check sum follows from the text.
func (m Merchant) code(initiation, amount string, o Order) Code {
	fields := []Field{{ID: idFormat, Value: "01"}, {ID: idInitiation, Value: initiation}}
	if m.JPQR != (JPQR{}) {
		fields = append(fields, m.JPQR.Field())
	}
	fields = append(fields, m.Accounts...)
	fields = append(fields, given(
		Field{ID: idCategory, Value: m.Category}, Field{ID: idCurrency, Value: numeric[m.Currency]}, Field{ID: idAmount, Value: amount},
		Field{ID: idCountry, Value: m.Country}, Field{ID: idName, Value: m.Name}, Field{ID: idCity, Value: m.City}, Field{ID: idPostal, Value: m.Postal},
		Field{ID: idAdditional, Inside: given(
			Field{ID: "01", Value: o.Bill}, Field{ID: "03", Value: m.Store}, Field{ID: "05", Value: o.Reference}, Field{ID: "07", Value: m.Terminal})},
		Field{ID: idLanguage, Inside: given(Field{ID: idFirst, Value: m.Language}, Field{ID: "01", Value: m.NameIn}, Field{ID: "02", Value: m.CityIn})},
	)...)
	return Code{Fields: fields}
}

func given(fields ...Field) []Field {
	var out []Field
	for _, f := range fields {
		if f.Value != "" || len(f.Inside) > 0 {
			out = append(out, f)
		}
	}
	return out
}

// Account reads one account from its text: the id, the length and the value,
// as they stand in a code.
func Account(text string) (Field, error) {
	if !utf8.ValidString(text) {
		return Field{}, wrong("26", "the text is not UTF-8")
	}
	fields, err := split(text, "")
	switch {
	case err != nil:
		return Field{}, err
	case len(fields) != 1 || !isAccount(fields[0].ID):
		return Field{}, wrong("26", "%q is not one account of the ids 02 to 51", text)
	}
	f := fields[0]
	if isTemplate(f.ID) {
		inside, err := split(f.Value, f.ID+"-")
		if err != nil {
			return Field{}, err
		}
		f = Field{ID: f.ID, Inside: inside}
	}
	return f, f.check("")
}

// Value is the value of a field, such as "59", or of one in a template, such
// as "62-01"; empty when the code has none.
func (c Code) Value(id string) string {
	top, below, nested := strings.Cut(id, "-")
	for _, f := range c.Fields {
		switch {
		case f.ID != top:
		case nested:
			return f.inside(below)
		default:
			return f.Value
		}
	}
	return ""
}

func (f Field) inside(id string) string {
	for _, in := range f.Inside {
		if in.ID == id {
			return in.Value
		}
	}
	return ""
}
