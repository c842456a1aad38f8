package configs

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// text is a text that check accepts. want says what is taken.
func text[T ~string](into *T, standard T, want string, check func(string) bool) value {
	*into = standard
	return value{want: want, show: func() string { return quote(string(*into)) },
		read: func(n *node, no no) {
			switch {
			case n.kind != textKind:
				no(n, wrongKind(n, "text in quotes"), "")
			case !check(n.text):
				no(n, fmt.Sprintf("%s is not taken; wanted: %s", quote(n.text), want), "")
			default:
				*into = T(n.text)
			}
		}}
}

// checked is a text whose check explains itself.
func checked[T ~string](into *T, standard T, want string, check func(string) error) value {
	v := text(into, standard, want, func(string) bool { return true })
	read := v.read
	v.read = func(n *node, no no) {
		if n.kind == textKind {
			if err := check(n.text); err != nil {
				no(n, err.Error(), "")
				return
			}
		}
		read(n, no)
	}
	return v
}

// hidden is a text that complaints never quote.
func hidden(into *string, want string, check func(string) bool) value {
	return value{want: want, show: func() string { return quote(*into) },
		read: func(n *node, no no) {
			if n.kind != textKind || !check(n.text) {
				no(n, "wanted: "+want, "")
				return
			}
			*into = n.text
		}}
}

// word is one word of a fixed few.
func word[T ~string](into *T, standard T, words ...T) value {
	*into = standard
	return value{want: either(words), show: func() string { return quote(string(*into)) },
		read: func(n *node, no no) {
			if n.kind != textKind {
				no(n, wrongKind(n, "text in quotes"), "")
				return
			}
			if !slices.Contains(words, T(n.text)) {
				no(n, fmt.Sprintf("%s is not known; use %s", quote(n.text), either(words)), didYouMean(nearest(n.text, plain(words))))
				return
			}
			*into = T(n.text)
		}}
}

// absolute is the path of a file or folder from the root.
func absolute(into *string, standard string) value {
	return text(into, standard, "a path from the root, beginning with /", func(s string) bool {
		return filepath.IsAbs(s) && !strings.ContainsRune(s, 0)
	})
}

// absoluteOrNone is a path, or "" for none.
func absoluteOrNone(into *string, standard string) value {
	return text(into, standard, `a path from the root, beginning with /, or ""`, func(s string) bool {
		return s == "" || filepath.IsAbs(s) && !strings.ContainsRune(s, 0)
	})
}

// line is a text for screens and paper: one line of printable characters.
func line(into *string, longest int) value {
	want := fmt.Sprintf("at most %d printable characters", longest)
	return text(into, "", want, func(s string) bool { return printable(s, longest) })
}

// filledLine is such a text that is not empty.
func filledLine(into *string, longest int) value {
	want := fmt.Sprintf("1 to %d printable characters", longest)
	return text(into, "", want, func(s string) bool { return s != "" && printable(s, longest) })
}

// printable keeps control characters away from printers and terminals.
func printable(s string, longest int) bool {
	if utf8.RuneCountInString(s) > longest {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) && r != '\u3000' })
}

// form makes a check of a pattern that must fit the whole text. It compiles
// only when a text is there: most keys are never set, and the start is timed.
func form(pattern string) func(string) bool {
	return func(s string) bool { return regexp.MustCompile(`\A(?:` + pattern + `)\z`).MatchString(s) }
}

const (
	digits  = "0123456789"
	lower   = "abcdefghijklmnopqrstuvwxyz"
	letters = lower + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// made makes a check of a text of these characters and of this length.
func made(of string, least, most int) func(string) bool {
	return func(s string) bool {
		return len(s) >= least && len(s) <= most && !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune(of, r) })
	}
}

// flag is true or false.
func flag(into *bool, standard bool) value {
	*into = standard
	return value{want: "true or false", show: func() string { return strconv.FormatBool(*into) },
		read: func(n *node, no no) {
			if n.kind != flagKind {
				no(n, wrongKind(n, "true or false, without quotes"), "")
				return
			}
			*into = n.text == "true"
		}}
}

// whole is a whole number from least to most.
func whole[T ~int | ~int64](into *T, standard, least, most T) value {
	*into = standard
	want := fmt.Sprintf("a whole number from %d to %d", least, most)
	return value{want: want, show: func() string { return strconv.FormatInt(int64(*into), 10) },
		read: func(n *node, no no) {
			if n.kind != wholeKind {
				no(n, wrongKind(n, want), "")
				return
			}
			i, err := strconv.ParseInt(n.text, 0, 64)
			if err != nil || i < int64(least) || i > int64(most) {
				no(n, fmt.Sprintf("%s is out of range; wanted: %s", n.text, want), "")
				return
			}
			*into = T(i)
		}}
}

// part is a number from least to most, with or without a point.
func part(into *float64, standard, least, most float64) value {
	*into = standard
	want := fmt.Sprintf("a number from %g to %g", least, most)
	return value{want: want, show: func() string { return strconv.FormatFloat(*into, 'g', -1, 64) },
		read: func(n *node, no no) {
			if n.kind != realKind && n.kind != wholeKind {
				no(n, wrongKind(n, want), "")
				return
			}
			f, err := strconv.ParseFloat(strings.ReplaceAll(n.text, "_", ""), 64)
			if err != nil || !(f >= least && f <= most) {
				no(n, fmt.Sprintf("%s is out of range; wanted: %s", n.text, want), "")
				return
			}
			*into = f
		}}
}

// wait is a length of time, written as "3s" or "1m30s".
func wait(into *time.Duration, standard time.Duration) value {
	*into = standard
	return value{want: waitWant, show: func() string { return quote(short(*into)) },
		read: func(n *node, no no) {
			if d, ok := readWait(n, no); ok {
				*into = d
			}
		}}
}

// waitOrNone is a length of time, or "0s" for none.
func waitOrNone(into *time.Duration, standard time.Duration) value {
	v := wait(into, standard)
	read := v.read
	v.want += `, or "0s" for none`
	v.read = func(n *node, no no) {
		if n.kind == textKind && n.text == "0s" {
			*into = 0
			return
		}
		read(n, no)
	}
	return v
}

const waitWant = `a time such as "500ms", "3s" or "1m30s"`

func readWait(n *node, no no) (time.Duration, bool) {
	if n.kind != textKind {
		no(n, wrongKind(n, waitWant), "")
		return 0, false
	}
	d, err := time.ParseDuration(n.text)
	if err != nil || d <= 0 {
		no(n, fmt.Sprintf("%s is not taken; wanted: %s", quote(n.text), waitWant), "")
		return 0, false
	}
	return d, true
}

func wrongKind(n *node, want string) string { return fmt.Sprintf("is %s; wanted: %s", n.kind, want) }
