package authorize

import (
	"strings"
	"unicode"
)

// longestTold is how many characters of an error people are shown.
const longestTold = 200

// Plain is a text of the other side as it can be kept, shown and printed: one
// line of printable characters, at most longest of them. A terminal obeys the
// others, and one that turns the direction of writing makes a line say what
// nobody wrote.
func Plain(text string, longest int) string {
	var line strings.Builder
	n := 0
	for _, r := range text {
		switch {
		case n == longest:
			return line.String()
		case unicode.IsSpace(r):
			r = ' '
		case !unicode.IsPrint(r) || r == unicode.ReplacementChar:
			continue
		}
		line.WriteRune(r)
		n++
	}
	return line.String()
}

// Told is an error with a plain text. Whoever stands between here and the
// wallet has a hand in what an error of the network says, even before it is
// known who that is: a certificate names itself.
func Told(err error) error {
	if err == nil {
		return nil
	}
	return told{err}
}

type told struct{ error }

func (t told) Error() string { return Plain(t.error.Error(), longestTold) }

func (t told) Unwrap() error { return t.error }
