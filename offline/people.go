package offline

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/posagent/posagent/agent/operator"
)

// The files of operators beside the database. They must not go back with it:
// an older one gives a used code of a second factor back.
const (
	PeopleName = "posagent.people"
	SetupName  = "setup.code"
)

// People are the operators that the register keeps, in the data directory. It
// is an operator.Roster. A file that somebody else has written is refused: it
// carries a keyed hash of what it says.
type People struct {
	path string
	key  []byte
}

// peopleFile is the file: Sum is HMAC-SHA-256 over the bytes of Roll.
type peopleFile struct {
	Roll json.RawMessage `json:"roll"`
	Sum  string          `json:"sum"`
}

// NewPeople is the list in dir, which must exist, and makes its key.
func NewPeople(dir string) (*People, error) {
	key, err := Secret(dir, "people.key")
	return &People{path: filepath.Join(dir, PeopleName), key: key}, err
}

func (p *People) sum(roll []byte) []byte {
	mac := hmac.New(sha256.New, p.key)
	mac.Write(roll)
	return mac.Sum(nil)
}

// Load reads the list; nobody when there is no file.
func (p *People) Load() (r operator.Roll, err error) {
	text, err := os.ReadFile(p.path)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err != nil {
		return r, fmt.Errorf("%w; let the service's user read it", err)
	}
	var f peopleFile
	if err := json.Unmarshal(text, &f); err != nil {
		return r, fmt.Errorf("%s, the list of operators, is damaged: put back a copy of it with its key, or move it away and make the operators anew", p.path)
	}
	sum, err := hex.DecodeString(f.Sum)
	if err != nil || !hmac.Equal(sum, p.sum(f.Roll)) {
		return r, fmt.Errorf("%s, the list of operators, was not written by this register: find out who changed it, then move it away and make the operators anew", p.path)
	}
	if err := json.Unmarshal(f.Roll, &r); err != nil {
		return operator.Roll{}, fmt.Errorf("%s, the list of operators, is of a later version: start the program that wrote it", p.path)
	}
	return r, nil
}

// Save replaces the file as a whole.
func (p *People) Save(r operator.Roll) error {
	roll, err := json.Marshal(r)
	if err != nil {
		return err
	}
	text, err := json.Marshal(peopleFile{Roll: roll, Sum: hex.EncodeToString(p.sum(roll))})
	if err != nil {
		return err
	}
	return replaceFile(p.path, text)
}

// KeepSetup leaves a set-up code in dir, for the service's user and root to
// read; an empty one takes away what an earlier start left.
func KeepSetup(dir, code string) error {
	path := filepath.Join(dir, SetupName)
	if code != "" {
		return replaceFile(path, []byte(code))
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w; remove the used set-up code by hand", err)
	}
	return nil
}
