//go:build race

package sim

// short is how many charges a plain go test makes: the race detector costs
// ten times the time, and races show early.
const (
	short      = 3_000
	sameWorlds = 20
)
