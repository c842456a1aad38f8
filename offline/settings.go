package offline

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Settings keeps the one file of settings that the agent itself writes, and
// the list of what was changed there.
//
// A change that nobody has confirmed yet is marked by a file beside it, which
// holds what stood there before: to undo the change and to clear the mark are
// one rename, so that no crash comes between them.
type Settings struct {
	file    string // of conf.d
	before  string // there is one: the change is not confirmed
	history string // in the data directory
}

// HistoryName is the file in the data directory that lists the last changes.
const HistoryName = "settings.json"

// NewSettings keeps the file at path, which lies in conf.d, and its history in
// the data directory. It opens nothing.
func NewSettings(path, dataDir string) *Settings {
	return &Settings{file: path, before: path + ".before", history: filepath.Join(dataDir, HistoryName)}
}

// Text is what stands in the file, and nothing when there is none.
func (s *Settings) Text() ([]byte, error) { return orNothing(s.file) }

// Propose puts a text into the file, to be confirmed or undone. It is durable
// when Propose returns.
func (s *Settings) Propose(text []byte) error {
	old, err := s.Text()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(s.file), 0o755); err != nil {
		return fmt.Errorf("write %s: %w; let the service's user write there", s.file, err)
	}
	if err := replaceAs(s.before, old, 0o640); err != nil {
		return err
	}
	if err := replaceAs(s.file, text, 0o640); err != nil {
		_, undone := s.Undo()
		return errors.Join(err, undone)
	}
	return nil
}

// Confirm lets the last change stand.
func (s *Settings) Confirm() error {
	if err := os.Remove(s.before); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("confirm the change of %s: %w", s.file, err)
	}
	return s.sync()
}

// Undo takes a change back that was not confirmed, and tells whether there was
// one.
func (s *Settings) Undo() (bool, error) {
	err := os.Rename(s.before, s.file)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("take the change of %s back: %w; rename %s to it by hand", s.file, err, s.before)
	}
	return true, s.sync()
}

func (s *Settings) sync() error {
	if err := syncDir(filepath.Dir(s.file)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write %s: %w; look at the disk", s.file, err)
	}
	return nil
}

// History is the list as it was saved, and nothing when it never was.
func (s *Settings) History() ([]byte, error) { return orNothing(s.history) }

// SaveHistory replaces the list.
func (s *Settings) SaveHistory(text []byte) error { return replaceFile(s.history, text) }

func orNothing(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}
