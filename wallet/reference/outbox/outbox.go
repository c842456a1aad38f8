// Package outbox keeps letters to customers as files in a folder, until a
// program of the wallet's owner has sent them. It speaks to no mail server.
//
// Invariant: a letter that was taken is durable, whole, and readable by the
// daemon's user alone: some of them carry codes.
package outbox

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/posagent/posagent/wallet/reference/identity"
)

// Box is a folder.
type Box struct{ dir string }

// Open makes the folder where there is none.
func Open(dir string) (*Box, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	return &Box{dir: dir}, nil
}

// Send writes a letter down. Files sort by their time; one that begins with a
// dot is not whole yet.
func (b *Box) Send(l identity.Letter) error {
	data, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return err
	}
	name := l.At.UTC().Format("20060102T150405.000000000") + "-" + rand.Text()[:8] + ".json"
	half := filepath.Join(b.dir, "."+name)
	file, err := os.OpenFile(half, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	_, err = file.Write(append(data, '\n'))
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(fmt.Errorf("outbox: %w", err), os.Remove(half))
	}
	return os.Rename(half, filepath.Join(b.dir, name))
}
