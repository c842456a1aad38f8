package wirecut

import (
	"math"
	"math/rand/v2"
	"time"
)

// Draw is a plan by chance: mostly one trouble, in one direction, that begins
// within a number of bytes and holds for a time at most. Small numbers are as
// likely as large ones, since the ends of a request are where it matters.
func Draw(chance *rand.Rand, within int64, longest time.Duration) Plan {
	f := Fault{
		Do:    []Act{Pass, Hold, Hold, Hold, Swallow, Close, Reset, Trickle, Repeat}[chance.IntN(9)],
		After: int64(math.Exp(chance.Float64()*math.Log(float64(within)+1))) - 1,
		For:   time.Duration(chance.Int64N(int64(longest))) + 1,
	}
	if f.Do == Trickle {
		f.For = max(longest/time.Duration(within+1), 1)
	}
	if chance.IntN(2) == 0 {
		return Plan{Request: f}
	}
	return Plan{Answer: f}
}

// Seeded is Draw for every connection; the same seed gives the same plan to
// the same connection.
func Seeded(seed uint64, within int64, longest time.Duration) func(conn int) Plan {
	return func(conn int) Plan {
		return Draw(rand.New(rand.NewPCG(seed, uint64(conn))), within, longest)
	}
}
