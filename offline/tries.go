package offline

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/posagent/posagent/agent/operator"
)

// TriesName is the file of wrong PINs beside the database. It must not go back
// with it: who puts an older one in its place gets guesses back.
const TriesName = "posagent.pins"

// Tries are the wrong PINs in the data directory. It is an operator.Tries.
type Tries struct{ path string }

// NewTries is the count in dir, which must exist. Nothing is read yet.
func NewTries(dir string) *Tries { return &Tries{path: filepath.Join(dir, TriesName)} }

// Load reads the count; none when there is no file.
func (t *Tries) Load() (g operator.Guesses, err error) {
	text, err := os.ReadFile(t.path)
	if errors.Is(err, fs.ErrNotExist) {
		return g, nil
	}
	if err != nil {
		return g, fmt.Errorf("%w; let the service's user read it", err)
	}
	if err := json.Unmarshal(text, &g); err != nil {
		return operator.Guesses{}, fmt.Errorf("%s, the count of wrong PINs, is damaged: find out whether the disk is dying, then move the file away and start again; the count begins anew", t.path)
	}
	return g, nil
}

// Save replaces the file as a whole.
func (t *Tries) Save(g operator.Guesses) error {
	text, err := json.Marshal(g)
	if err != nil {
		return err
	}
	return replaceFile(t.path, text)
}
