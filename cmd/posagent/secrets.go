package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/oda"
)

// secrets are this register's own keys, made at its first start.
type secrets struct {
	codes  []byte // of the keyed hashes of customers' codes
	sales  []byte // of the sale ids that follow from idempotency keys
	sealed offline.Key
}

func openSecrets(c configs.Config, books *offline.Store, log *slog.Logger) (secrets, error) {
	var s secrets
	var err error
	if s.codes, err = offline.Secret(c.Data.Dir, "codes.key"); err != nil {
		return s, err
	}
	if s.sales, err = offline.Secret(c.Data.Dir, "sales.key"); err != nil {
		return s, err
	}
	s.sealed, err = offline.KeySource{
		Dir: c.Data.Dir, Credentials: os.Getenv("CREDENTIALS_DIRECTORY"), Device: c.Offline.TPM, Want: offline.Keeper(c.Offline.Key),
		Sealed: books.Sealed, Log: log,
	}.Key()
	if err == nil {
		log.Info("customers' codes that are stored are sealed", "key_kept_by", s.sealed.KeptBy, "key_in_a_file", s.sealed.Plain)
	}
	return s, err
}

// sealedBy is how the key of sealed codes is kept, for the API.
func (s secrets) sealedBy() control.OfflineKey {
	return control.OfflineKey{KeptBy: string(s.sealed.KeptBy), Plain: s.sealed.Plain}
}

// hashCode is what is kept of a code: enough to refuse a second use, and of no
// use to whoever reads the database without the key. A code that a phone has
// signed is its key and counter, in whatever carrier and however often it is
// signed.
func (s secrets) hashCode(code paycode.Secret) string {
	mac := hmac.New(sha256.New, s.codes)
	if device, counter, signed := signedBy(code); signed {
		_, _ = fmt.Fprintf(mac, "op1\x00%x\x00%d", device, counter)
	} else {
		mac.Write([]byte(code.Reveal()))
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// signedBy is the identity of a signed code, which proves nothing yet.
func signedBy(code paycode.Secret) (device []byte, counter uint32, signed bool) {
	raw, _, err := oda.Decode(code.Reveal())
	if err != nil {
		return nil, 0, false
	}
	c, err := oda.Parse(raw)
	return c.Certificate.DeviceKey, c.Offer.Counter, err == nil
}
