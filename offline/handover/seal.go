package handover

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"filippo.io/age"
)

// ErrNotForUs means that a queue file cannot be opened with what is at hand.
var ErrNotForUs = errors.New("this queue file is sealed for another register, or with another passphrase: ask for the passphrase, or export it once more for this register (posctl queue recipient tells its name)")

// NewIdentity makes the secret with which a register opens queue files.
func NewIdentity() (secret string, err error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return "", fmt.Errorf("make a key for queue files: %w", err)
	}
	return id.String(), nil
}

// Recipient is what others seal queue files for, of a register's secret.
func Recipient(secret string) (string, error) {
	id, err := age.ParseX25519Identity(secret)
	if err != nil {
		return "", errors.New("the key for queue files is none") // without what it is
	}
	return id.Recipient().String(), nil
}

// Seal is a queue file for registers, each by its Recipient, or for whoever
// knows a passphrase: one of the two.
func Seal(f File, recipients []string, passphrase string) ([]byte, error) {
	to, err := receivers(recipients, passphrase)
	if err != nil {
		return nil, err
	}
	clear, err := encode(f)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to...)
	if err == nil {
		_, err = w.Write(clear)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("seal a queue file: %w", err)
	}
	return out.Bytes(), nil
}

// ErrReceiver means that nobody, or somebody unclear, is named to seal for.
var ErrReceiver = errors.New("name the registers that may open the file (posctl queue recipient tells a register's name), or a passphrase of at least 12 characters")

// shortest is the shortest passphrase, in characters.
const shortest = 12

// workFactor makes a guess at a passphrase cost a quarter of a second and 64 MB,
// which a register has; a file that asks for more is not opened.
const workFactor = 16

func receivers(recipients []string, passphrase string) ([]age.Recipient, error) {
	if (len(recipients) == 0) == (passphrase == "") {
		return nil, ErrReceiver
	}
	if passphrase != "" {
		if utf8.RuneCountInString(passphrase) < shortest {
			return nil, ErrReceiver
		}
		r, err := age.NewScryptRecipient(passphrase)
		if err != nil {
			return nil, err
		}
		r.SetWorkFactor(workFactor)
		return []age.Recipient{r}, nil
	}
	var out []age.Recipient
	for _, text := range recipients {
		r, err := age.ParseX25519Recipient(text)
		if err != nil {
			return nil, fmt.Errorf("%w: %.80q is no register's name", ErrReceiver, text)
		}
		out = append(out, r)
	}
	return out, nil
}

// CheckReceivers tells whether Seal takes these, before anything is done.
func CheckReceivers(recipients []string, passphrase string) error {
	_, err := receivers(recipients, passphrase)
	return err
}

// Unseal opens a queue file with a register's secret or with a passphrase, which
// may be empty.
func Unseal(sealed []byte, secret, passphrase string) (File, error) {
	id, err := age.ParseX25519Identity(secret)
	if err != nil {
		return File{}, errors.New("the key for queue files is none")
	}
	with := []age.Identity{id}
	if passphrase != "" {
		p, err := age.NewScryptIdentity(passphrase)
		if err != nil {
			return File{}, err
		}
		p.SetMaxWorkFactor(workFactor)
		with = append(with, p)
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), with...)
	var none *age.NoIdentityMatchError
	switch {
	case errors.As(err, &none):
		return File{}, ErrNotForUs
	case err != nil:
		return File{}, fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	clear, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil { // age finds every change of what is sealed
		return File{}, fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	return decode(clear)
}
