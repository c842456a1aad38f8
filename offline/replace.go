package offline

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// replaceFile replaces a small file of the data directory as a whole: a crash
// leaves the old one or the new one. The directory is synced too, because a
// rename is in it. Its error names the file and says what to do.
func replaceFile(path string, text []byte) error {
	return replaceAs(path, append(text, '\n'), 0o600)
}

// replaceAs is replaceFile for a file of other rights, with this text alone.
func replaceAs(path string, text []byte, mode os.FileMode) error {
	dir := filepath.Dir(path)
	if err := renameio.WriteFile(path, text, mode, renameio.WithTempDir(dir)); err != nil {
		return fmt.Errorf("write %s: %w; give the disk room and let the service's user write in %s", path, err, dir)
	}
	if err := syncDir(dir); err != nil {
		return fmt.Errorf("write %s: %w; look at the disk, then start again", path, err)
	}
	return nil
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
