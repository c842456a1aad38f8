//go:build !race

package whole_test

import "time"

const (
	terminals = 16               // registers that sell at once
	pace      = time.Millisecond // what their patience is counted in
	few       = 400              // charges of a plain go test
)
