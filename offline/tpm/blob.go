package tpm

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/google/go-tpm/tpm2"
)

// Blob is a secret as a TPM has sealed it. It tells nothing to anybody but that
// TPM.
type Blob struct {
	parent  []byte // the name of the storage key
	public  []byte // TPMT_PUBLIC
	private []byte // the contents of TPM2B_PRIVATE, encrypted by the TPM
}

// A blob's file begins with a line for people, whose number is the version:
//
//	"posagent-tpm-1\n"
//	parent   34 bytes, the name of the storage key
//	public   46 bytes
//	private  2 bytes big-endian length, and so many bytes
//	sum      SHA-256 of all before it: it proves nothing, but tells a bad disk
//	         from another TPM
const (
	family     = "posagent-tpm-"
	header     = family + "1\n"
	nameSize   = 2 + sha256.Size
	maxPrivate = 512 // it has 128 with a secret of 32 bytes
)

// template is the public part of what is sealed. It stays with this TPM and this
// storage key and needs no password. There is no policy: see docs/adr/0014.
func template(unique []byte) tpm2.TPMTPublic {
	return tpm2.TPMTPublic{
		Type: tpm2.TPMAlgKeyedHash, NameAlg: tpm2.TPMAlgSHA256,
		ObjectAttributes: tpm2.TPMAObject{FixedTPM: true, FixedParent: true, UserWithAuth: true, NoDA: true},
		Unique:           tpm2.NewTPMUPublicID(tpm2.TPMAlgKeyedHash, &tpm2.TPM2BDigest{Buffer: unique}),
	}
}

// form is the public part without its last bytes, by which two of them differ.
func form() (prefix []byte, size int) {
	whole := tpm2.Marshal(template(make([]byte, sha256.Size)))
	return whole[:len(whole)-sha256.Size], len(whole)
}

// Bytes is the blob as it lies in a file.
func (b Blob) Bytes() []byte {
	out := append([]byte(header), b.parent...)
	out = append(out, b.public...)
	out = binary.BigEndian.AppendUint16(out, uint16(len(b.private)))
	out = append(out, b.private...)
	sum := sha256.Sum256(out)
	return append(out, sum[:]...)
}

// Parse reads what Bytes has made, and nothing else. The errors are ErrDamaged
// and ErrNewer.
func Parse(data []byte) (Blob, error) {
	rest, ours := bytes.CutPrefix(data, []byte(header))
	if !ours {
		return Blob{}, otherVersion(data)
	}
	prefix, publicSize := form()
	lengthAt := nameSize + publicSize
	if len(rest) < lengthAt+2+sha256.Size || len(rest) > lengthAt+2+maxPrivate+sha256.Size {
		return Blob{}, fmt.Errorf("%w: it has %d bytes", ErrDamaged, len(data))
	}
	end := len(rest) - sha256.Size
	if sum := sha256.Sum256(data[:len(header)+end]); !bytes.Equal(sum[:], rest[end:]) {
		return Blob{}, fmt.Errorf("%w: its sum is wrong", ErrDamaged)
	}
	b := Blob{parent: rest[:nameSize], public: rest[nameSize:lengthAt], private: rest[lengthAt+2 : end]}
	name := binary.BigEndian.AppendUint16(nil, uint16(tpm2.TPMAlgSHA256))
	if int(binary.BigEndian.Uint16(rest[lengthAt:])) != len(b.private) || !bytes.HasPrefix(b.public, prefix) || !bytes.HasPrefix(b.parent, name) {
		return Blob{}, fmt.Errorf("%w: it is no sealed secret", ErrDamaged)
	}
	return b, nil
}

// otherVersion is what is wrong with a blob that begins otherwise.
func otherVersion(data []byte) error {
	rest, ours := bytes.CutPrefix(data, []byte(family))
	number, _, line := bytes.Cut(rest[:min(len(rest), 8)], []byte("\n"))
	if !ours || !line || len(number) == 0 || number[0] == '0' || len(bytes.Trim(number, "0123456789")) > 0 {
		return fmt.Errorf("%w: it does not begin as a sealed secret", ErrDamaged)
	}
	return fmt.Errorf("%w: it has version %s", ErrNewer, number)
}
