package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"sync"
	"time"
)

// once seals what is given to a browser and comes back: nothing is kept before it
// does, so that asking for much of it fills no memory. What has come back well is
// remembered until its time is over, and is good once.
type once struct {
	key  []byte
	mu   sync.Mutex
	used map[[32]byte]time.Time
}

// seal puts a time limit to a text, and proves that both are ours.
func (o *once) seal(kind string, text []byte, until time.Time) string {
	data := binary.BigEndian.AppendUint64(nil, uint64(until.UnixNano()))
	data = append(data, text...)
	return base64.RawURLEncoding.EncodeToString(data) + "." + base64.RawURLEncoding.EncodeToString(o.mac(kind, data))
}

func (o *once) mac(kind string, data []byte) []byte {
	m := hmac.New(sha256.New, o.key)
	m.Write([]byte(kind))
	m.Write([]byte{0})
	m.Write(data)
	return m.Sum(nil)
}

// open is the text of a seal that is ours, of this kind, in time and not spent.
func (o *once) open(kind, sealed string, now time.Time) ([]byte, bool) {
	left, right, _ := strings.Cut(sealed, ".")
	data, err1 := base64.RawURLEncoding.DecodeString(left)
	mac, err2 := base64.RawURLEncoding.DecodeString(right)
	if err1 != nil || err2 != nil || len(data) < 8 || !hmac.Equal(mac, o.mac(kind, data)) {
		return nil, false
	}
	until := time.Unix(0, int64(binary.BigEndian.Uint64(data)))
	o.mu.Lock()
	defer o.mu.Unlock()
	_, spent := o.used[sha256.Sum256(data)]
	return data[8:], !spent && !now.After(until)
}

// spend tells whether this is the first time that it comes back well.
func (o *once) spend(sealed string, now time.Time) bool {
	left, _, _ := strings.Cut(sealed, ".")
	data, err := base64.RawURLEncoding.DecodeString(left)
	if err != nil || len(data) < 8 {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for id, until := range o.used {
		if now.After(until) {
			delete(o.used, id)
		}
	}
	id := sha256.Sum256(data)
	if _, spent := o.used[id]; spent {
		return false
	}
	o.used[id] = time.Unix(0, int64(binary.BigEndian.Uint64(data)))
	return true
}
