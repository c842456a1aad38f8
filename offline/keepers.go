package offline

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/posagent/posagent/offline/tpm"
)

// CredentialName is the systemd credential that is the key of sealed codes: its
// 32 bytes as they are, not in hex.
const CredentialName = "posagent.offline.key"

const (
	keySecret   = "offline.key"     // as Secret has it
	keyBlobName = "offline.key.tpm" // as the TPM has sealed it
)

// keeper is one place of the key.
type keeper interface {
	there() (bool, error) // whatever is there
	read() ([]byte, error)
	keep(key []byte) error // where nothing is yet
	back() string          // how to put the key back
	String() string        // for people
}

func (s KeySource) keeper(k Keeper) keeper {
	switch k {
	case CredentialKeeper:
		return inCredential{s.Credentials}
	case TPMKeeper:
		return inTPM{filepath.Join(s.Dir, keyBlobName), s.Device}
	}
	return inFile{filepath.Join(s.Dir, keySecret+".secret")}
}

// make makes the key for a keeper, or for the best that there is.
func (s KeySource) make(known keyRecord, to Keeper) ([]byte, Keeper, error) {
	if known == (keyRecord{}) { // otherwise somebody has said that there is none
		sealed, err := s.Sealed()
		if err != nil {
			return nil, "", err
		}
		if len(sealed) > 0 {
			return nil, "", fmt.Errorf("customers' codes lie sealed in the books, and their key is not here: put it back, as it was: %s or %s. %s", s.keeper(FileKeeper), s.keeper(CredentialKeeper), whenLost)
		}
	}
	key := make([]byte, SecretSize)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	if to == AnyKeeper {
		to = TPMKeeper
		if err := s.keeper(to).keep(key); err != nil {
			s.Log.Info("the key of customers' codes goes into a file, not into a TPM", "reason", err)
			to = FileKeeper
		}
	}
	if err := s.handOver(to, key); err != nil {
		return nil, "", err
	}
	key, err := s.keeper(to).read() // what is there from now on, and nothing else
	return key, to, err
}

// handOver gives a keeper the key, unless it has one.
func (s KeySource) handOver(to Keeper, key []byte) error {
	there, err := s.keeper(to).there()
	if err == nil && !there {
		err = s.keeper(to).keep(key)
	}
	if err != nil {
		return fmt.Errorf("[offline] key = %q: %w", s.Want, err)
	}
	return nil
}

// present tells whether anything has a name.
func present(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// inFile is a key in a file that only the service's user may read.
type inFile struct{ path string }

func (f inFile) there() (bool, error)  { return present(f.path) }
func (f inFile) read() ([]byte, error) { return readSecret(f.path) }
func (f inFile) back() string          { return "put it back from the backup" }
func (f inFile) String() string        { return "the file " + f.path }
func (f inFile) keep(key []byte) error {
	if err := makeSecret(filepath.Dir(f.path), f.path, key); err != nil {
		return fmt.Errorf("make %s: %w; let the service's user write there", f, err)
	}
	return nil
}

// inCredential is a key that systemd hands to the service.
type inCredential struct{ dir string }

func (c inCredential) path() string { return filepath.Join(c.dir, CredentialName) }

func (c inCredential) there() (bool, error) {
	if c.dir == "" {
		return false, nil
	}
	return present(c.path())
}

func (c inCredential) read() ([]byte, error) {
	info, err := os.Lstat(c.path())
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", c, err)
	}
	if mode := info.Mode(); !mode.IsRegular() || mode.Perm()&0o007 != 0 { // an access list of systemd's shows as the group's rights
		return nil, fmt.Errorf("%s is no plain file of this service's alone (%s at %s): let systemd provide it", c, mode, c.path())
	}
	key, err := os.ReadFile(c.path())
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", c, err)
	}
	if len(key) != SecretSize {
		return nil, fmt.Errorf("%s has %d bytes: it must be %d random bytes as they are, not in hex or base64 (head -c %[3]d /dev/urandom)", c, len(key), SecretSize)
	}
	return key, nil
}

func (c inCredential) keep([]byte) error {
	return fmt.Errorf("%s is not given: %s", c, c.back())
}

func (c inCredential) back() string {
	return "name it in the unit (LoadCredentialEncrypted=" + CredentialName + ":FILE)"
}

func (c inCredential) String() string { return "the credential " + CredentialName }

// inTPM is a key that the TPM of this machine has sealed.
type inTPM struct{ path, device string }

func (b inTPM) there() (bool, error) { return present(b.path) }
func (b inTPM) back() string         { return "put it back from this machine's backup" }
func (b inTPM) String() string       { return "sealed by this machine's TPM in " + b.path }

func (b inTPM) read() ([]byte, error) {
	text, err := readPrivate(b.path)
	if err != nil {
		return nil, err
	}
	blob, err := tpm.Parse(text)
	var key []byte
	if err == nil {
		err = b.with(func(d *tpm.Device) (err error) {
			key, err = tpm.Unseal(d, blob)
			return err
		})
	}
	if err == nil && len(key) != SecretSize {
		err = fmt.Errorf("%w: it has %d bytes, not %d", tpm.ErrDamaged, len(key), SecretSize)
	}
	switch {
	case errors.Is(err, tpm.ErrOtherTPM):
		err = fmt.Errorf("%w: put the disk back into its machine, or the key's own backup to %s. %s", err, b.path, whenLost)
	case errors.Is(err, tpm.ErrDamaged):
		err = fmt.Errorf("%w: %s. %s", err, b.back(), whenLost)
	case errors.Is(err, tpm.ErrNewer):
		err = fmt.Errorf("%w: install that version", err)
	}
	if err != nil {
		return nil, fmt.Errorf("the key of customers' codes in %s: %w", b.path, err)
	}
	return key, nil
}

func (b inTPM) keep(key []byte) error {
	var blob tpm.Blob
	err := b.with(func(d *tpm.Device) (err error) {
		blob, err = tpm.Seal(d, key)
		return err
	})
	if err == nil {
		err = makeSecret(filepath.Dir(b.path), b.path, blob.Bytes())
	}
	return err
}

// with opens the TPM.
func (b inTPM) with(do func(*tpm.Device) error) error {
	d, err := tpm.Open(b.device)
	if err != nil {
		return fmt.Errorf("no TPM answers: %w; look at the firmware's settings, and let the service's user into the group of the device (tss)", err)
	}
	return errors.Join(do(d), d.Close())
}
