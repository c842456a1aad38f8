package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/posagent/posagent/agent/control"
)

// maxDepth is how deep a body may nest; ours nest three deep.
const maxDepth = 16

// maxName is the longest name in a body, in bytes; ours have ten. A place is
// built of names for each value below them: a long name above many values
// would be copied as often.
const maxName = 64

// fault is the first thing in a body that is not as strict as money wants it.
type fault struct {
	location string // such as body.lines[0].amount
	message  string
}

func (f *fault) Error() string { return f.location + ": " + f.message }

// strict reads a body as JSON that means one thing only. The standard decoder
// takes the last of two equal keys, takes Amount for amount, and puts a
// question mark for what is no text; a sender who wrote such a thing and a
// reader who took it so may mean two different sums.
func strict(body []byte) error {
	if !utf8.Valid(body) {
		return &fault{"body", "this is not UTF-8"}
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return &fault{"body", "there is no body: send JSON"}
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	w := walker{d: d, body: body}
	if err := w.value("body", 0); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return &fault{"body", "something follows after the end of the JSON"}
	}
	return nil
}

type walker struct {
	d    *json.Decoder
	body []byte
}

// next is the next token. A token that cannot be read is a fault at the place
// that is being read.
func (w walker) next(at string) (json.Token, error) {
	from := w.d.InputOffset()
	token, err := w.d.Token()
	if err != nil {
		return nil, &fault{at, "this is not JSON, or it ends too early"}
	}
	if _, ok := token.(string); ok && halfPair(w.body[from:w.d.InputOffset()]) {
		return nil, &fault{at, `a \u escape stands for half a character`}
	}
	return token, nil
}

func (w walker) value(at string, depth int) error {
	token, err := w.next(at)
	if err != nil {
		return err
	}
	switch t := token.(type) {
	case json.Delim:
		if depth >= maxDepth {
			return &fault{at, "this is nested too deep"}
		}
		if t == '{' {
			return w.object(at, depth)
		}
		return w.list(at, depth)
	case json.Number:
		if _, err := strconv.ParseInt(t.String(), 10, 64); err != nil {
			return &fault{at, "numbers are whole here, without a point or an exponent, and fit 64 bits"}
		}
	}
	return nil
}

func (w walker) object(at string, depth int) error {
	seen := make(map[string]bool)
	for w.d.More() {
		token, err := w.next(at)
		if err != nil {
			return err
		}
		key, ok := token.(string)
		switch place := at + "." + key; {
		case !ok:
			return &fault{at, "this is not JSON, or it ends too early"}
		case len(key) > maxName:
			return &fault{at, "a name is longer than any that is known here"}
		case !small(key):
			return &fault{place, "names are written in small letters, a to z and _"}
		case seen[key]:
			return &fault{place, "this name stands twice"}
		default:
			seen[key] = true
			if err := w.value(place, depth+1); err != nil {
				return err
			}
		}
	}
	_, err := w.next(at)
	return err
}

// small: the decoder takes ſ for s, as it takes S, and both at once.
func small(name string) bool {
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && c != '_' {
			return false
		}
	}
	return true
}

func (w walker) list(at string, depth int) error {
	for i := 0; w.d.More(); i++ {
		if err := w.value(at+"["+strconv.Itoa(i)+"]", depth+1); err != nil {
			return err
		}
	}
	_, err := w.next(at)
	return err
}

// halfPair tells whether a string of JSON has a \u escape of a surrogate
// without its other half, which the decoder would silently replace.
func halfPair(raw []byte) bool {
	for i := 0; i+1 < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		if raw[i+1] != 'u' || i+6 > len(raw) {
			i++
			continue
		}
		unit, _ := strconv.ParseUint(string(raw[i+2:i+6]), 16, 16) // the decoder has checked the digits
		i += 5
		switch {
		case unit < 0xd800 || unit > 0xdfff:
		case unit > 0xdbff || i+6 >= len(raw) || raw[i+1] != '\\' || raw[i+2] != 'u':
			return true
		default:
			low, _ := strconv.ParseUint(string(raw[i+3:i+7]), 16, 16)
			if low < 0xdc00 || low > 0xdfff {
				return true
			}
			i += 6
		}
	}
	return false
}

// codeOf is the code in a body that strict has taken.
func codeOf(body []byte) (control.Code, error) {
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil || fields == nil {
		return control.Code{}, &fault{"body", `an object is wanted: {"text": "…"}`}
	}
	var code control.Code
	for name, value := range fields {
		text, ok := value.(string)
		switch {
		case name != "text" && name != "aim":
			return code, &fault{"body." + name, "unexpected property"}
		case !ok:
			return code, &fault{"body." + name, "expected string"}
		case name == "aim" && len(text) > 3:
			return code, &fault{"body.aim", "expected length <= 3"}
		case name == "aim":
			code.AIM = text
		default:
			code.Text = text
		}
	}
	if _, there := fields["text"]; !there {
		return code, &fault{"body", "expected required property text to be present"}
	}
	return code, nil
}
