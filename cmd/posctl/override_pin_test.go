package main

import "testing"

// Enter alone is no PIN of the manager who was named.
func TestAnEmptyPINIsNone(t *testing.T) {
	a := newAgent(t, map[string][]any{overriding: {lifted("prepared")}})
	typed(t, "\n")
	posctl(t, "sale", "override", "sale1", "--limit", "per_charge", "--manager", "taro", "--agent", a.url).want(t, 2)
}
