package offline

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// SecretSize is the number of random bytes of a secret.
const SecretSize = 32

// Secret is the register's own secret of that name, such as the key of the
// code hashes. It is made once, in a file of its own beside the books and not
// in them, so that a copy of the books alone does not give the codes away.
// A file that others may read, or that is no plain file, is refused.
func Secret(dir, name string) ([]byte, error) {
	path := filepath.Join(dir, name+".secret")
	secret, err := readSecret(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	secret = make([]byte, SecretSize)
	_, _ = rand.Read(secret) // never fails (crypto/rand)
	if err := makeSecret(dir, path, secret); err != nil {
		return nil, fmt.Errorf("make the secret %s: %w; let the service's user write in %s", path, err, dir)
	}
	return readSecret(path)
}

// SecretText is Secret for one that is a text in a form of its own, made by
// fresh and looked at by check when it is read.
func SecretText(dir, name string, fresh func() (string, error), check func(string) error) (string, error) {
	path := filepath.Join(dir, name+".secret")
	text, err := readPrivate(path)
	if errors.Is(err, fs.ErrNotExist) {
		made, err := fresh()
		if err == nil {
			err = makeSecret(dir, path, []byte(made))
		}
		if err != nil {
			return "", fmt.Errorf("make the secret %s: %w; let the service's user write in %s", path, err, dir)
		}
		text, err = readPrivate(path)
		if err != nil {
			return "", err
		}
	} else if err != nil {
		return "", err
	}
	if check(string(text)) != nil {
		return "", fmt.Errorf("the secret %s is not what it was: put back the one from the backup", path)
	}
	return string(text), nil
}

func readSecret(path string) ([]byte, error) {
	secret, err := readPrivate(path)
	if err == nil && len(secret) != SecretSize {
		return nil, fmt.Errorf("the secret %s has %d bytes, not %d: put back the one from the backup", path, len(secret), SecretSize)
	}
	return secret, err
}

// readPrivate reads a file that nobody else may read.
func readPrivate(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, fmt.Errorf("read the secret %s: %w", path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("the secret %s is no plain file: remove it and put back the one from the backup", path)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("others may read the secret %s (mode %04o): run chmod 600 %s, and treat it as known to them", path, mode, path)
	}
	secret, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the secret %s: %w", path, err)
	}
	return secret, nil
}

// makeSecret writes the whole file under another name first and then links it
// into place: a crash leaves no half secret, and when two make it at once the
// second takes the first one's.
func makeSecret(dir, path string, secret []byte) error {
	file, err := os.CreateTemp(dir, ".secret-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(secret)
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		return err
	}
	if err := os.Link(file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}
