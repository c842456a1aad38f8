package oda

import (
	"container/list"
	"crypto/ed25519"
	"crypto/sha256"
	"sync"
)

// Cache remembers certificates whose signature was right, so that a customer
// who comes back costs one verification and not two. It remembers nothing that
// time or a deny list can change: windows and limits are checked each time. A
// forged certificate is never remembered, so nobody can push others out with
// forgeries. A nil Cache remembers nothing.
type Cache struct {
	mu    sync.Mutex
	size  int
	order *list.List // of entry, the one used last in front
	keys  map[[32]byte]*list.Element
}

type entry struct {
	name [32]byte
	key  deviceKey
}

// NewCache remembers at most size certificates, of about half a kilobyte each.
func NewCache(size int) *Cache {
	return &Cache{size: size, order: list.New(), keys: make(map[[32]byte]*list.Element)}
}

// certificateName is the hash of a certificate and of the key that it is
// checked with: an issuer's id may get another key, and then what was right
// is no longer.
func certificateName(issuer ed25519.PublicKey, certificate []byte) [32]byte {
	h := sha256.New()
	h.Write(issuer)
	h.Write(certificate)
	return [32]byte(h.Sum(nil))
}

func (c *Cache) get(name [32]byte) (deviceKey, bool) {
	if c == nil {
		return deviceKey{}, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.keys[name]
	if !ok {
		return deviceKey{}, false
	}
	c.order.MoveToFront(e)
	return e.Value.(entry).key, true
}

func (c *Cache) put(name [32]byte, key deviceKey) {
	if c == nil || c.size < 1 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.keys[name]; ok {
		c.order.MoveToFront(e)
		return
	}
	if c.order.Len() >= c.size {
		last := c.order.Back()
		delete(c.keys, last.Value.(entry).name)
		c.order.Remove(last)
	}
	c.keys[name] = c.order.PushFront(entry{name, key})
}
