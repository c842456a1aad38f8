package mpm

import (
	"regexp"
	"strings"
)

// jpqrGUID is the identifier of the accounts that Payments Japan gives out.
const jpqrGUID = "jp.or.paymentsjapan"

// JPQR is who is paid in a code of JPQR: four levels from the company down to
// the register (unified technical specification of JPQR, merchant-presented
// mode). Digits and letters of exactly these lengths.
type JPQR struct {
	Company  string // 13
	Brand    string // 4
	Store    string // 6
	Terminal string // 6
}

// levels are the lengths of the fields 01 to 04.
var levels = []struct {
	id, name string
	length   int
}{{"01", "company", 13}, {"02", "brand", 4}, {"03", "store", 6}, {"04", "terminal", 6}}

var plain = regexp.MustCompile(`^[0-9A-Za-z]+$`)

// Field is the account as field 26 of a code.
func (j JPQR) Field() Field {
	return Field{ID: "26", Inside: given(
		Field{ID: idFirst, Value: jpqrGUID}, Field{ID: "01", Value: j.Company}, Field{ID: "02", Value: j.Brand}, Field{ID: "03", Value: j.Store}, Field{ID: "04", Value: j.Terminal},
	)}
}

// JPQR is the account of JPQR in a code, and false when there is none.
func (c Code) JPQR() (JPQR, bool) {
	f, ok := c.jpqr()
	if !ok {
		return JPQR{}, false
	}
	return JPQR{Company: f.inside("01"), Brand: f.inside("02"), Store: f.inside("03"), Terminal: f.inside("04")}, true
}

func (c Code) jpqr() (Field, bool) {
	for _, f := range c.Fields {
		if isAccount(f.ID) && f.inside(idFirst) == jpqrGUID {
			return f, true
		}
	}
	return Field{}, false
}

// checkJPQR holds a code with an account of JPQR against its rules: yen and
// Japan, a postal code, the name in Japanese, and no city in Japanese.
func (c Code) checkJPQR() error {
	account, ok := c.jpqr()
	if !ok {
		return nil
	}
	for _, l := range levels {
		if v := account.inside(l.id); len(v) != l.length || !plain.MatchString(v) {
			return wrong(account.ID+"-"+l.id, "the %s of JPQR is %d digits or letters, not %q", l.name, l.length, v)
		}
	}
	switch {
	case c.Value(idCountry) != "JP":
		return wrong(idCountry, `JPQR is "JP", not %q`, c.Value(idCountry))
	case c.Value(idCurrency) != numeric["JPY"]:
		return wrong(idCurrency, `JPQR is in yen ("392"), not %q`, c.Value(idCurrency))
	case c.Value(idPostal) == "":
		return wrong(idPostal, "JPQR wants it")
	case !strings.EqualFold(c.Value("64-00"), "JA"):
		return wrong("64-00", `JPQR wants the name in Japanese ("JA")`)
	case c.Value("64-02") != "":
		return wrong("64-02", "JPQR has no city here")
	}
	return nil
}
