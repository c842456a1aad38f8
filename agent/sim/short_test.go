//go:build !race

package sim

// short is how many charges a plain go test makes.
const (
	short      = 20_000
	sameWorlds = 150
)
