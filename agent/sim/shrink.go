package sim

// Shrink makes a failing world smaller: it leaves out acts and faults, in
// halves and then one by one, as long as the same promise is still broken.
// again lives through the world with some of them spared; it is called at most
// budget times. What comes back is the smallest world that was found.
func Shrink(first Result, budget int, again func(spared map[uint64]bool) Result) Result {
	best, spared := first, map[uint64]bool{}
	broken := first.Violations[0].Invariant
	try := func(without []uint64) bool {
		if budget--; budget < 0 {
			return false
		}
		trial := map[uint64]bool{}
		for id := range spared {
			trial[id] = true
		}
		for _, id := range without {
			trial[id] = true
		}
		r := again(trial)
		for _, v := range r.Violations {
			if v.Invariant == broken {
				best, spared = r, trial
				return true
			}
		}
		return false
	}
	for smaller := true; smaller && budget > 0; {
		smaller = false
		for size := max(len(best.parts())/2, 1); ; size /= 2 {
			parts := best.parts()
			for from := 0; from < len(parts) && budget > 0; from += size {
				if try(parts[from:min(from+size, len(parts))]) {
					smaller = true
				}
			}
			if size <= 1 {
				break
			}
		}
	}
	return best
}

// parts are all that can be left out of a world.
func (r Result) parts() (out []uint64) {
	seen := map[uint64]bool{}
	for _, list := range [][]Ident{r.Acts, r.Faults} {
		for _, id := range list {
			if !seen[id.Hash] {
				seen[id.Hash] = true
				out = append(out, id.Hash)
			}
		}
	}
	return out
}
