package offline

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// keyRecordName is what is written down of the key of sealed codes. It is no
// secret, and it goes with the books: it tells which key they need.
const keyRecordName = "offline.key.json"

// nobody keeps a key that was given up.
const nobody Keeper = "nobody"

// keyRecord tells which key it is without telling the key. The zero record is
// none.
type keyRecord struct {
	KeptBy Keeper `json:"kept_by"`
	ID     string `json:"id"` // see keyID; empty for nobody
}

// named tells that a key is in use.
func (r keyRecord) named() bool { return r.ID != "" }

// keyID is a name for a key that does not give it away.
func keyID(key []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("posagent: which key of sealed codes this is"))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

func readKeyRecord(dir string) (keyRecord, error) {
	path := filepath.Join(dir, keyRecordName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return keyRecord{}, nil
	}
	if err != nil {
		return keyRecord{}, fmt.Errorf("%w; let the service's user read it", err)
	}
	r, err := parseKeyRecord(text)
	if err != nil {
		return keyRecord{}, fmt.Errorf("%s is damaged (%w): find out whether the disk is dying, then move the file away and start again; the key is then tried on the codes that wait", path, err)
	}
	return r, nil
}

func parseKeyRecord(text []byte) (keyRecord, error) {
	var r keyRecord
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return keyRecord{}, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return keyRecord{}, errors.New("something follows")
	}
	id, err := hex.DecodeString(r.ID)
	switch r.KeptBy {
	case CredentialKeeper, TPMKeeper, FileKeeper:
		if err != nil || len(id) != 16 {
			return keyRecord{}, fmt.Errorf("%.40q is no id of a key", r.ID)
		}
		return r, nil
	case nobody:
		if r.ID == "" {
			return r, nil
		}
	}
	return keyRecord{}, fmt.Errorf("%.40q keeps no key", string(r.KeptBy))
}

func (r keyRecord) write(dir string) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(dir, keyRecordName), text)
}

// ForgetKey gives the key of sealed codes up: the next start may have another
// one. What is in the data directory is renamed, and can be put back until then.
// It tells the new names.
func ForgetKey(dir string, now time.Time) (moved []string, err error) {
	for _, name := range []string{keyBlobName, keySecret + ".secret"} {
		from := filepath.Join(dir, name)
		there, err := present(from)
		if err != nil {
			return moved, err
		}
		if !there {
			continue
		}
		to := from + ".forgotten-" + now.UTC().Format("20060102T150405Z")
		if taken, err := present(to); taken || err != nil {
			return moved, errors.Join(fmt.Errorf("%s is there already: wait a second", to), err)
		}
		if err := os.Rename(from, to); err != nil {
			return moved, err
		}
		moved = append(moved, to)
	}
	return moved, keyRecord{KeptBy: nobody}.write(dir)
}
