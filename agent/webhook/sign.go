package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Headers of Standard Webhooks 1.0.
const (
	HeaderID        = "Webhook-Id"
	HeaderTimestamp = "Webhook-Timestamp"
	HeaderSignature = "Webhook-Signature"
)

// Secret is a key that both sides know. It prints as nothing.
type Secret struct{ key []byte }

// String keeps it out of logs.
func (Secret) String() string { return "whsec_(hidden)" }

// ReadSecrets reads the lines of a secret's file: whsec_ and 24 to 64 bytes in
// base64, one line or, while a key is being changed, two. Lines that are empty
// or begin with # are left out.
func ReadSecrets(text string) ([]Secret, error) {
	var out []Secret
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		enc, ok := strings.CutPrefix(line, "whsec_")
		if !ok {
			return nil, errors.New("a secret begins with whsec_")
		}
		key, err := base64.StdEncoding.Strict().DecodeString(enc)
		if err != nil || len(key) < 24 || len(key) > 64 {
			return nil, errors.New("a secret is whsec_ and 24 to 64 bytes in base64")
		}
		out = append(out, Secret{key})
	}
	if len(out) == 0 || len(out) > 2 {
		return nil, fmt.Errorf("there are %d secrets, but one is wanted, or two while the key is being changed", len(out))
	}
	return out, nil
}

// signature is the header over a message: one v1 for each secret, over the id,
// the time of this try in Unix seconds and the payload, with dots between.
func signature(secrets []Secret, id string, at time.Time, payload []byte) string {
	var out []string
	for _, s := range secrets {
		mac := hmac.New(sha256.New, s.key)
		_, _ = fmt.Fprintf(mac, "%s.%s.", id, unix(at))
		mac.Write(payload)
		out = append(out, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(out, " ")
}

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
