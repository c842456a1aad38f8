package handover

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
)

// MostInFile is how many charges a queue file holds, so that a register can
// take it in at once. A longer queue leaves in several files.
const MostInFile = 2000

// MaxFile is the longest queue file, sealed: well above MostInFile charges.
const MaxFile = 4 << 20

// ErrDamaged means that a queue file was changed after it was made, or that a
// part of it is missing: nothing of it is taken in.
var ErrDamaged = errors.New("this is no whole queue file: it was changed, put together anew or cut off; copy it once more from where it was made")

// File is charges on their way from one register to another.
type File struct {
	ID       string // names it, in both registers' journals
	Store    string // of the register that made it
	Terminal string
	Made     time.Time // whole seconds, UTC
	// Certificates are the client certificates (DER) that its signatures were
	// made with, by wallet.
	Certificates map[string][]byte
	Charges      []Charge
}

const fileForm = "posagent-queue-1"

// idForm is what the name of a file may be: it goes into the journal with each
// of its charges.
var idForm = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)

// A file is lines of JSON: one that says what it is, one for each charge, and
// one over all lines before it.
type (
	headLine struct {
		Form         string            `json:"form"`
		ID           string            `json:"id"`
		Store        string            `json:"store"`
		Terminal     string            `json:"terminal"`
		Made         time.Time         `json:"made"`
		Certificates map[string][]byte `json:"certificates"`
	}
	chargeLine struct {
		Key       charge.Key     `json:"key"`
		Wallet    string         `json:"wallet"`
		Amount    int64          `json:"amount"`
		Currency  money.Currency `json:"currency"`
		Accepted  time.Time      `json:"accepted"`
		Code      string         `json:"code"`
		Signature []byte         `json:"signature"`
	}
	endLine struct {
		End    int    `json:"end"`
		SHA256 string `json:"sha256"` // of all lines before, with their line feeds
	}
)

// encode writes a file in the clear.
func encode(f File) ([]byte, error) {
	if !idForm.MatchString(f.ID) {
		return nil, fmt.Errorf("a queue file cannot be called %.80q", f.ID)
	}
	if len(f.Charges) > MostInFile {
		return nil, fmt.Errorf("a queue file holds %d charges, not %d", MostInFile, len(f.Charges))
	}
	var out bytes.Buffer
	lines := json.NewEncoder(&out)
	lines.SetEscapeHTML(false)
	head := headLine{Form: fileForm, ID: f.ID, Store: f.Store, Terminal: f.Terminal, Made: f.Made.UTC().Truncate(time.Second), Certificates: f.Certificates}
	if err := lines.Encode(head); err != nil {
		return nil, err
	}
	for _, c := range f.Charges {
		if err := formed(c); err != nil {
			return nil, fmt.Errorf("charge %s cannot leave: %w", c.Key, err)
		}
		line := chargeLine{c.Key, c.Wallet, c.Amount.Minor, c.Amount.Currency, c.Accepted.UTC(), c.Code.Reveal(), c.Signature}
		if err := lines.Encode(line); err != nil {
			return nil, err
		}
	}
	sum := sha256.Sum256(out.Bytes())
	err := lines.Encode(endLine{len(f.Charges), hex.EncodeToString(sum[:])})
	return out.Bytes(), err
}

// decode reads a file in the clear, whole and in the one way that encode
// writes it.
func decode(text []byte) (File, error) {
	r := lines{left: text}
	var head headLine
	if !r.next(&head) || head.Form != fileForm || !idForm.MatchString(head.ID) {
		return damaged("its first line is not one of a queue file")
	}
	f := File{ID: head.ID, Store: head.Store, Terminal: head.Terminal, Made: head.Made, Certificates: head.Certificates}
	seen := make(map[charge.Key]bool)
	for {
		var line chargeLine
		if !r.next(&line) {
			break
		}
		c := Charge{line.Key, line.Wallet, money.Amount{Minor: line.Amount, Currency: line.Currency}, line.Accepted, paycode.Secret(line.Code), line.Signature}
		if err := formed(c); err != nil || seen[c.Key] || len(f.Charges) == MostInFile {
			return damaged(fmt.Sprintf("charge number %d is none", len(f.Charges)+1))
		}
		seen[c.Key] = true
		f.Charges = append(f.Charges, c)
	}
	sum := sha256.Sum256(text[:len(text)-len(r.left)])
	var end endLine
	switch {
	case !r.next(&end) || end.End != len(f.Charges) || end.SHA256 != hex.EncodeToString(sum[:]):
		return damaged("its last line does not fit the others")
	case len(r.left) > 0:
		return damaged("something follows its end")
	}
	return f, nil
}

func damaged(why string) (File, error) { return File{}, fmt.Errorf("%w (%s)", ErrDamaged, why) }

// lines are what is left to be read of a file.
type lines struct{ left []byte }

// next reads a line of one kind, if it is written as encode writes it. A line
// of another kind stays where it is.
func (r *lines) next(into any) bool {
	line, rest, whole := bytes.Cut(r.left, []byte("\n"))
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if !whole || d.Decode(into) != nil {
		return false
	}
	var again bytes.Buffer
	e := json.NewEncoder(&again)
	e.SetEscapeHTML(false)
	if e.Encode(into) != nil || !bytes.Equal(again.Bytes(), r.left[:len(line)+1]) {
		return false
	}
	r.left = rest
	return true
}
