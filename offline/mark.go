package offline

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/posagent/posagent/offline/book"
)

// MarkName is the high-water mark beside the database. It must not go back
// with it: leave it out of backups, and leave it where it is when the database
// is restored.
const MarkName = "posagent.mark"

// HighWater is the mark in the data directory. It is a book.HighWater.
type HighWater struct{ path string }

// NewHighWater is the mark in dir, which must exist. Nothing is read yet.
func NewHighWater(dir string) *HighWater { return &HighWater{path: filepath.Join(dir, MarkName)} }

// written is the file.
type written struct {
	Epoch int64  `json:"epoch"`
	Seq   int64  `json:"seq"`
	Links int64  `json:"links"`
	Hash  string `json:"hash"`
	Heard int64  `json:"heard,omitempty"`
}

// Load reads the mark; the zero Mark when there is no file.
func (h *HighWater) Load() (book.Mark, error) {
	text, err := os.ReadFile(h.path)
	if errors.Is(err, fs.ErrNotExist) {
		return book.Mark{}, nil
	}
	if err != nil {
		return book.Mark{}, fmt.Errorf("%w; let the service's user read it", err)
	}
	var w written
	err = json.Unmarshal(text, &w)
	hash, bad := hex.DecodeString(w.Hash)
	mark := book.Mark{Epoch: w.Epoch, Seq: w.Seq, Links: w.Links, Heard: w.Heard}
	if n := copy(mark.Hash[:], hash); err != nil || bad != nil || n != len(hash) || n != len(mark.Hash) || w.Epoch < 1 || w.Seq < 1 || w.Links < 0 {
		return book.Mark{}, fmt.Errorf("%s is damaged: find out whether the disk is dying and whether the database was restored, then move the file away and start again; the next start makes a new one, but cannot tell any more whether the database is an older copy", h.path)
	}
	return mark, nil
}

// Save replaces the file as a whole.
func (h *HighWater) Save(m book.Mark) error {
	text, err := json.Marshal(written{Epoch: m.Epoch, Seq: m.Seq, Links: m.Links, Hash: hex.EncodeToString(m.Hash[:]), Heard: m.Heard})
	if err != nil {
		return err
	}
	return replaceFile(h.path, text)
}
