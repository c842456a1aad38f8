package book

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// chainForm names the canonical form of an entry; it is hashed with each one.
const chainForm = "posagent journal 1"

// canonical appends the text of an entry that its hash covers: the form, then
// every field quoted as in Go, one a line. Times are RFC 3339 in UTC with
// microseconds. It holds no customer's code, only the keyed hash of one.
func (l Link) canonical(text []byte) []byte {
	s := l.Step
	var at, asked [len(timeForm)]byte
	for _, f := range [...]string{
		chainForm, strconv.FormatInt(l.N, 10), string(l.Key), strconv.FormatInt(l.Before, 10), string(l.From), string(l.To), strconv.FormatBool(l.Moved),
		string(s.Event), s.Wallet, string(s.Reason), string(s.By), s.Operator, s.Receipt,
		s.Code.Kind, s.Code.Masked, s.Code.Hash, string(timeText(asked[:0], s.Asked)), string(timeText(at[:0], s.At)), l.Note,
	} {
		text = append(quoted(text, f), '\n')
	}
	return text
}

// quoted appends a field as strconv.Quote writes it. Nearly all of them are
// plain, and need no look at each character's class.
func quoted(text []byte, field string) []byte {
	for _, c := range []byte(field) {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return strconv.AppendQuote(text, field)
		}
	}
	text = append(text, '"')
	text = append(text, field...)
	return append(text, '"')
}

const timeForm = "2006-01-02T15:04:05.000000Z"

func timeText(text []byte, t time.Time) []byte {
	if t.IsZero() {
		return text
	}
	return t.UTC().AppendFormat(text, timeForm)
}

// seal is the hash of an entry after the one with hash before; the first
// entry's before is zero.
func (l Link) seal(before [32]byte) [32]byte {
	var room [512]byte
	return sha256.Sum256(l.canonical(append(room[:0], before[:]...)))
}

// Broken is where a journal stops being what was written.
type Broken struct {
	N   int64
	Why string
}

// Error is plain text, whatever somebody wrote into the database: it must not
// paint "sound" over itself on a terminal.
func (b *Broken) Error() string {
	why := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, b.Why)
	return fmt.Sprintf("journal entry %d %s: the database was changed by something else than the agent, or damaged; keep a copy of it and restore from the last export", b.N, why)
}

// Verify reads the whole journal and returns the number of entries. A gap, a
// changed entry or a wrong hash is a *Broken.
func Verify(rows Rows) (int64, error) {
	last, err := verify(rows.LinksAfter)
	return last.N, err
}

// verify follows the chain page by page to its end, and returns its last sound
// entry.
func verify(read func(after int64, most int) ([]Link, error)) (Link, error) {
	const page = 1000
	var last Link
	for {
		links, err := read(last.N, page)
		if err != nil {
			return last, err
		}
		for _, l := range links {
			if l.N != last.N+1 {
				return last, &Broken{N: last.N + 1, Why: "is missing"}
			}
			if l.Hash != l.seal(last.Hash) {
				return last, &Broken{N: l.N, Why: "does not fit its hash"}
			}
			if l.Before < 0 || l.Before >= l.N { // whoever walks back along them comes to an end
				return last, &Broken{N: l.N, Why: fmt.Sprintf("goes on from entry %d, which is not before it", l.Before)}
			}
			last = l
		}
		if len(links) < page {
			return last, nil
		}
	}
}
