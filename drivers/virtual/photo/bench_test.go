package photo_test

import "testing"

// BenchmarkShoot is what a picture costs, over ten scenes of each set.
func BenchmarkShoot(b *testing.B) {
	for name, set := range sets() {
		b.Run(name, func(b *testing.B) {
			seed := uint64(0)
			for b.Loop() {
				shoot(b, set(both(b), seed%10))
				seed++
			}
		})
	}
}
