package mpm

import (
	"regexp"
	"slices"
	"unicode"
	"unicode/utf8"
)

// form is what the value of a field may be (QRCPS-MPM 1.1, tables 3.2 to 3.8).
type form struct {
	most int            // characters
	want *regexp.Regexp // the whole value; nil: any printable text
	says string
}

var (
	ascii   = regexp.MustCompile(`^[ -~]+$`)
	decimal = regexp.MustCompile(`^\d+(\.\d*)?$`)
	nothing = regexp.MustCompile(`^[0.]+$`)
)

// forms are the forms of single fields; the others are free text of up to 99
// characters.
var forms = map[string]form{
	idFormat:     {2, regexp.MustCompile(`^01$`), `"01"`},
	idInitiation: {2, regexp.MustCompile(`^1[12]$`), `"11" (static) or "12" (dynamic)`},
	idCategory:   {4, regexp.MustCompile(`^\d{4}$`), "four digits"},
	idCurrency:   {3, regexp.MustCompile(`^\d{3}$`), "three digits"},
	idAmount:     {13, decimal, "digits with at most one point"},
	idTip:        {2, regexp.MustCompile(`^0[123]$`), `"01", "02" or "03"`},
	idTipFixed:   {13, decimal, "digits with at most one point"},
	idTipPercent: {5, regexp.MustCompile(`^\d{1,2}(\.\d{0,2})?$`), "a percentage under 100 with at most two decimals"},
	idCountry:    {2, regexp.MustCompile(`^[A-Z]{2}$`), "two capital letters"},
	idName:       {25, ascii, "printable ASCII; other letters go into the language template"},
	idCity:       {15, ascii, "printable ASCII; other letters go into the language template"},
	idPostal:     {10, ascii, "printable ASCII"},
	"62-01":      {25, ascii, "printable ASCII"},
	"62-02":      {25, ascii, "printable ASCII"},
	"62-03":      {25, ascii, "printable ASCII"},
	"62-04":      {25, ascii, "printable ASCII"},
	"62-05":      {25, ascii, "printable ASCII"},
	"62-06":      {25, ascii, "printable ASCII"},
	"62-07":      {25, ascii, "printable ASCII"},
	"62-08":      {25, ascii, "printable ASCII"},
	"62-09":      {3, regexp.MustCompile(`^[AME]{1,3}$`), "the letters A, M and E"},
	"64-00":      {2, regexp.MustCompile(`^[A-Za-z]{2}$`), "two letters"},
	"64-01":      {25, nil, ""},
	"64-02":      {15, nil, ""},
}

func formOf(id string) form {
	if f, ok := forms[id]; ok {
		return f
	}
	switch {
	case between(id, "02", "25"):
		return form{99, ascii, "printable ASCII"}
	case Name(id) == "globally unique identifier":
		return form{32, ascii, "printable ASCII"}
	}
	return form{most: 99}
}

// required are the fields without which there is no code, beside an account.
var required = []string{idCategory, idCurrency, idCountry, idName, idCity}

// Check holds a code against the rules of the standard and, where an account
// is one of JPQR, against those. An error is a *FieldError.
func (c Code) Check() error {
	if len(c.Fields) == 0 || c.Fields[0].ID != idFormat {
		return wrong(idFormat, "it must stand first")
	}
	seen, total := map[string]bool{}, len(idCRC)+6
	for _, f := range c.Fields {
		if err := f.check(""); err != nil {
			return err
		}
		if seen[f.ID] {
			return wrong(f.ID, "it stands twice")
		}
		if f.ID == idCRC {
			return wrong(idCRC, "it is written by Text")
		}
		seen[f.ID] = true
		total += f.bytes()
	}
	if total > MaxText {
		return wrong(c.Fields[len(c.Fields)-1].ID, "the text would have %d bytes, a code holds %d: shorten it", total, MaxText)
	}
	if !slices.ContainsFunc(c.Fields, func(f Field) bool { return isAccount(f.ID) }) {
		return wrong("26", "at least one of 02 to 51 must say who is paid")
	}
	for _, id := range required {
		if !seen[id] {
			return wrong(id, "it is missing")
		}
	}
	if err := c.checkMoney(); err != nil {
		return err
	}
	return c.checkJPQR()
}

func (f Field) check(above string) error {
	id := above + f.ID
	template := above == "" && isTemplate(f.ID)
	switch {
	case len(f.ID) != 2 || !digits(f.ID):
		return wrong(id, "an id is two digits")
	case template != (len(f.Inside) > 0) || template && f.Value != "":
		return wrong(id, "a template has fields inside, any other field a value")
	case f.characters() < 1 || f.characters() > 99:
		return wrong(id, "%d characters; 1 to 99 can be written", f.characters())
	case template:
		return f.checkInside()
	}
	form := formOf(id)
	switch {
	case !printable(f.Value):
		return wrong(id, "it has a character that cannot be printed")
	case f.characters() > form.most:
		return wrong(id, "%d characters; it takes %d", f.characters(), form.most)
	case form.want != nil && !form.want.MatchString(f.Value):
		return wrong(id, "%q is not %s", f.Value, form.says)
	}
	return nil
}

func (f Field) checkInside() error {
	seen := map[string]bool{}
	for _, in := range f.Inside {
		if seen[in.ID] {
			return wrong(f.ID+"-"+in.ID, "it stands twice")
		}
		seen[in.ID] = true
		if err := in.check(f.ID + "-"); err != nil {
			return err
		}
	}
	switch {
	case f.ID != idAdditional && !seen[idFirst]:
		return wrong(f.ID+"-"+idFirst, "it is missing")
	case f.ID == idLanguage && !seen["01"]:
		return wrong("64-01", "it is missing")
	}
	return nil
}

func (f Field) bytes() int {
	n := 4 + len(f.Value)
	for _, in := range f.Inside {
		n += in.bytes()
	}
	return n
}

func printable(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || !unicode.IsPrint(r) && r != '　' {
			return false
		}
	}
	return true
}
