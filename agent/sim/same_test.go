package sim

import "testing"

// A world is a function of its seed: the same traces, to the nanosecond,
// however the goroutines were scheduled. Else a seed would replay nothing.
func TestSameSeedSameWorld(t *testing.T) {
	worlds := number(t, "POSAGENT_SAME", sameWorlds)
	for seed := uint64(1); seed <= worlds; seed++ {
		a, b := lived(t, seed, Options{Digest: true}), lived(t, seed, Options{Digest: true})
		if a.Digest == b.Digest {
			continue
		}
		t.Errorf("seed %d: two runs differ", seed)
		a, b = lived(t, seed, Options{Trace: true}), lived(t, seed, Options{Trace: true})
		for i := range min(len(a.Trace), len(b.Trace)) {
			if a.Trace[i] != b.Trace[i] {
				t.Logf("first difference:\n%s\n%s", a.Trace[i], b.Trace[i])
				break
			}
		}
	}
}
