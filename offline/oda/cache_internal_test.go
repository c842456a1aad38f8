package oda

import "testing"

// The cache holds what it may and no more, and forgets what was not used for
// longest.
func TestCacheForgetsTheOneUsedLongestAgo(t *testing.T) {
	c := NewCache(3)
	name := func(i int) [32]byte { return [32]byte{byte(i), byte(i >> 8)} }
	for i := range 1000 {
		c.put(name(i), deviceKey{})
		c.put(name(i), deviceKey{})
		if _, ok := c.get(name(0)); !ok {
			t.Fatalf("what is used each time is forgotten after %d", i)
		}
		if len(c.keys) != c.order.Len() || len(c.keys) > 3 {
			t.Fatalf("%d and %d entries", len(c.keys), c.order.Len())
		}
	}
	for i, want := range map[int]bool{0: true, 997: false, 998: true, 999: true} {
		if _, ok := c.get(name(i)); ok != want {
			t.Errorf("entry %d: %v", i, ok)
		}
	}
}
