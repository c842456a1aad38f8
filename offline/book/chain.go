package book

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// chainForm names the canonical form of an entry; it is hashed with each one.
const chainForm = "posagent journal 1"

// canonical is the text of an entry that its hash covers: the form, then every
// field quoted as in Go, one a line. Times are RFC 3339 in UTC with
// microseconds. It holds no customer's code, only the keyed hash of one.
func (l Link) canonical() string {
	s := l.Step
	fields := []string{
		chainForm, strconv.FormatInt(l.N, 10), string(l.Key), strconv.FormatInt(l.Before, 10), string(l.From), string(l.To), strconv.FormatBool(l.Moved),
		string(s.Event), s.Wallet, string(s.Reason), string(s.By), s.Operator, s.Receipt,
		s.Code.Kind, s.Code.Masked, s.Code.Hash, timeText(s.Asked), timeText(s.At), l.Note,
	}
	var b strings.Builder
	for _, f := range fields {
		b.WriteString(strconv.Quote(f))
		b.WriteByte('\n')
	}
	return b.String()
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000Z")
}

// seal is the hash of an entry after the one with hash before; the first
// entry's before is zero.
func (l Link) seal(before [32]byte) [32]byte {
	h := sha256.New()
	h.Write(before[:])
	h.Write([]byte(l.canonical()))
	return [32]byte(h.Sum(nil))
}

// Broken is where a journal stops being what was written.
type Broken struct {
	N   int64
	Why string
}

func (b *Broken) Error() string {
	return fmt.Sprintf("journal entry %d %s: the database was changed by something else than the agent, or damaged; keep a copy of it and restore from the last export", b.N, b.Why)
}

// Verify reads the whole journal and returns the number of entries. A gap, a
// changed entry or a wrong hash is a *Broken.
func Verify(rows Rows) (int64, error) {
	const page = 1000
	var last Link
	for {
		links, err := rows.LinksAfter(last.N, page)
		if err != nil {
			return last.N, err
		}
		for _, l := range links {
			if l.N != last.N+1 {
				return last.N, &Broken{N: last.N + 1, Why: "is missing"}
			}
			if l.Hash != l.seal(last.Hash) {
				return last.N, &Broken{N: l.N, Why: "does not fit its hash"}
			}
			last = l
		}
		if len(links) < page {
			return last.N, nil
		}
	}
}
