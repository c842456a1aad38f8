package mpm

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Parse takes the text of a code apart and holds it against the standard and,
// if it is one of JPQR, against that. Errors are *FieldError.
func Parse(text string) (Code, error) {
	switch {
	case len(text) > MaxText:
		return Code{}, wrong(idFormat, "%d bytes are more than the %d that a code can hold", len(text), MaxText)
	case !utf8.ValidString(text):
		return Code{}, wrong(idFormat, "the text is not UTF-8")
	case !strings.HasPrefix(text, "000201"):
		return Code{}, wrong(idFormat, `the text must begin with "000201": it is no merchant-presented code`)
	}
	fields, err := split(text, "")
	if err != nil {
		return Code{}, err
	}
	last := fields[len(fields)-1]
	if last.ID != idCRC || utf8.RuneCountInString(last.Value) != 4 {
		return Code{}, wrong(idCRC, "the text must end with it, in 4 characters")
	}
	if want := sum(strings.TrimSuffix(text, last.Value)); last.Value != want {
		return Code{}, wrong(idCRC, "%q does not fit the text, which has %s: it was damaged or changed", last.Value, want)
	}
	c := Code{Fields: fields[:len(fields)-1]}
	for i, f := range c.Fields {
		if !isTemplate(f.ID) {
			continue
		}
		inside, err := split(f.Value, f.ID+"-")
		if err != nil {
			return Code{}, err
		}
		c.Fields[i] = Field{ID: f.ID, Inside: inside}
	}
	return c, c.Check()
}

// split cuts a text into its fields: two digits of id, two of length in
// characters, the value. An id stands once.
func split(text, above string) ([]Field, error) {
	var out []Field
	rest := []rune(text)
	for at := 0; len(rest) > 0; {
		if len(rest) < 4 {
			return nil, wrong(above+string(rest[:min(2, len(rest))]), "character %d: an id and a length of two digits each must follow", at+1)
		}
		id := string(rest[:2])
		n, err := strconv.Atoi(string(rest[2:4]))
		switch {
		case !digits(id) || !digits(string(rest[2:4])) || err != nil:
			return nil, wrong(above+id, "character %d: an id and a length are two digits each, not %q", at+1, string(rest[:4]))
		case n == 0:
			return nil, wrong(above+id, "a value has at least one character")
		case n > len(rest)-4:
			return nil, wrong(above+id, "its value wants %d characters, %d are left", n, len(rest)-4)
		case slices.ContainsFunc(out, func(f Field) bool { return f.ID == id }):
			return nil, wrong(above+id, "it stands twice")
		}
		out = append(out, Field{ID: id, Value: string(rest[4 : 4+n])})
		rest, at = rest[4+n:], at+4+n
	}
	return out, nil
}

func digits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}

func between(id, first, last string) bool {
	return len(id) == 2 && digits(id) && id >= first && id <= last
}

// isAccount: who is paid, and in which network. Those from 26 on are templates.
func isAccount(id string) bool { return between(id, "02", "51") }

// isOwn: templates that anybody may use, under an identifier of their own.
func isOwn(id string) bool { return between(id, "80", "99") }

func isTemplate(id string) bool {
	return between(id, "26", "51") || id == idAdditional || id == idLanguage || isOwn(id)
}
