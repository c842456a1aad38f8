//go:build race

package whole_test

import "time"

// A handshake under the race detector takes many times as long.
const (
	terminals = 6
	pace      = 5 * time.Millisecond
	few       = 200
)
