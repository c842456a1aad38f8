// Package tpm keeps a small secret by a TPM 2.0: sealed under its storage key,
// so that only the same TPM unseals it. It knows bytes and no money.
//
// Invariant: the secret is never in clear between this process and the TPM, and
// what was sealed is given back whole by the TPM that sealed it, or not at all.
package tpm

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/google/go-tpm/tpm2"
)

// Channel carries one command to a TPM and brings its response. A Device is one.
type Channel interface {
	Send(command []byte) (response []byte, err error)
}

// MaxSecret is how many bytes a TPM seals at most (MAX_SYM_DATA).
const MaxSecret = 128

// Why a sealed secret is not given back.
var (
	ErrOtherTPM = errors.New("another TPM sealed it, or this one was cleared since")
	ErrDamaged  = errors.New("it is damaged")
	ErrNewer    = errors.New("a newer version of this program made it")
)

// Seal seals a secret of 1 to MaxSecret bytes to the TPM, and makes sure that
// it comes back.
func Seal(c Channel, secret []byte) (Blob, error) {
	if len(secret) < 1 || len(secret) > MaxSecret {
		return Blob{}, fmt.Errorf("a TPM seals 1 to %d bytes, not %d", MaxSecret, len(secret))
	}
	s, err := openStorage(c)
	if err != nil {
		return Blob{}, err
	}
	defer flush(c, s.handle)
	made, err := tpm2.Create{
		ParentHandle: s.with(tpm2.AESEncryption(128, tpm2.EncryptIn)),
		InSensitive: tpm2.TPM2BSensitiveCreate{Sensitive: &tpm2.TPMSSensitiveCreate{
			Data: tpm2.NewTPMUSensitiveCreate(&tpm2.TPM2BSensitiveData{Buffer: secret}),
		}},
		InPublic: tpm2.New2B(template(nil)),
	}.Execute(c)
	if err != nil {
		return Blob{}, fmt.Errorf("the TPM does not seal: %w", err)
	}
	blob := Blob{parent: s.name.Buffer, public: made.OutPublic.Bytes(), private: made.OutPrivate.Buffer}
	if blob, err = Parse(blob.Bytes()); err != nil {
		return Blob{}, fmt.Errorf("what the TPM has sealed has another form: %w", err)
	}
	if back, err := s.unseal(blob); err != nil || !bytes.Equal(back, secret) {
		return Blob{}, errors.Join(errors.New("the TPM does not give back what it has sealed"), err)
	}
	return blob, nil
}

// Unseal is the secret that the TPM has sealed. The errors are ErrOtherTPM,
// ErrDamaged, or what the TPM or the way to it has.
func Unseal(c Channel, blob Blob) ([]byte, error) {
	s, err := openStorage(c)
	if err != nil {
		return nil, err
	}
	defer flush(c, s.handle)
	return s.unseal(blob)
}

// storage is the primary key of the TPM's owner under which things are sealed.
// The TPM derives it anew, always the same, until it is cleared.
type storage struct {
	c      Channel
	handle tpm2.TPMHandle
	name   tpm2.TPM2BName
	public tpm2.TPMTPublic
}

func openStorage(c Channel) (storage, error) {
	made, err := tpm2.CreatePrimary{PrimaryHandle: tpm2.TPMRHOwner, InPublic: tpm2.New2B(tpm2.ECCSRKTemplate)}.Execute(c)
	if errors.Is(err, tpm2.TPMRCBadAuth) || errors.Is(err, tpm2.TPMRCAuthFail) {
		return storage{}, fmt.Errorf("the TPM's owner has a password, so there is no storage key without it: %w", err)
	}
	if err != nil {
		return storage{}, fmt.Errorf("the TPM makes no storage key: %w", err)
	}
	s := storage{c: c, handle: made.ObjectHandle}
	public, err := made.OutPublic.Contents()
	if err == nil {
		s.public = *public
		var name *tpm2.TPM2BName
		if name, err = tpm2.ObjectName(public); err == nil { // its own word for the name proves nothing
			s.name = *name
			return s, nil
		}
	}
	flush(c, s.handle)
	return storage{}, fmt.Errorf("the TPM's storage key: %w", err)
}

// with is the storage key, used in a session whose own key only it can know:
// who stands between us and the TPM can neither read along nor answer for it.
func (s storage) with(more ...tpm2.AuthOption) tpm2.AuthHandle {
	return tpm2.AuthHandle{Handle: s.handle, Name: s.name, Auth: s.session(more...)}
}

func (s storage) session(more ...tpm2.AuthOption) tpm2.Session {
	const nonce = 32
	return tpm2.HMAC(tpm2.TPMAlgSHA256, nonce, append(more, tpm2.Salted(s.handle, s.public))...)
}

func (s storage) unseal(blob Blob) ([]byte, error) {
	if !bytes.Equal(s.name.Buffer, blob.parent) {
		return nil, ErrOtherTPM // and nobody else gets as far as to a session
	}
	loaded, err := tpm2.Load{
		ParentHandle: s.with(),
		InPrivate:    tpm2.TPM2BPrivate{Buffer: blob.private},
		InPublic:     tpm2.BytesAs2B[tpm2.TPMTPublic](blob.public),
	}.Execute(s.c)
	if errors.Is(err, tpm2.TPMRCIntegrity) {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if err != nil {
		return nil, fmt.Errorf("the TPM does not take back what it has sealed: %w", err)
	}
	defer flush(s.c, loaded.ObjectHandle)
	opened, err := tpm2.Unseal{ItemHandle: tpm2.AuthHandle{
		Handle: loaded.ObjectHandle, Name: loaded.Name, Auth: s.session(tpm2.AESEncryption(128, tpm2.EncryptOut)),
	}}.Execute(s.c)
	if err != nil {
		return nil, fmt.Errorf("the TPM does not unseal: %w", err)
	}
	return opened.OutData.Buffer, nil
}

// flush frees a place in the TPM. The kernel does it at the latest when the
// device is closed, so a failure is nothing to stop for.
func flush(c Channel, handle tpm2.TPMHandle) {
	_, _ = tpm2.FlushContext{FlushHandle: handle}.Execute(c)
}
