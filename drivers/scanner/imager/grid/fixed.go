package grid

// What every code of a size has at the same places (ISO/IEC 18004, 6.3):
// corner patterns with their light borders, timing patterns, alignment
// patterns. A grid is right when they are where it puts them.

// ways are the middles of alignment patterns along a side, for codes of 21 +
// 4*(version-1) modules: the first at 6, the last at size-7, the others evenly
// between them as Annex E lists them.
func ways(size int) (at [7]int, n int) {
	version := (size - 17) / 4
	if version < 2 {
		return at, 0
	}
	n = version/7 + 2
	last := size - 7
	step := (last - 6 + (n-1)/2) / (n - 1)
	step = (step + 1) / 2 * 2
	if version == 32 {
		step = 26 // the one that the others' rule does not give
	}
	at[0] = 6
	for i := 1; i < n; i++ {
		at[i] = last - (n-1-i)*step
	}
	return at, n
}

// known is a module whose colour is given.
type known struct {
	u, v int16
	dark bool
}

// knowns lists the modules that are always the same in a code of a size. The
// modules of corner patterns are few beside those of a large code, and they
// are in it once.
func knowns(size int, to []known) []known {
	to = to[:0]
	add := func(u, v int, dark bool) {
		if u >= 0 && v >= 0 && u < size && v < size {
			to = append(to, known{int16(u), int16(v), dark})
		}
	}
	for _, c := range [3][2]int{{3, 3}, {size - 4, 3}, {3, size - 4}} {
		for dv := -4; dv <= 4; dv++ {
			for du := -4; du <= 4; du++ {
				r := max(du, -du, dv, -dv)
				add(c[0]+du, c[1]+dv, r != 2 && r != 4)
			}
		}
	}
	for i := 8; i < size-8; i++ {
		add(i, 6, i%2 == 0)
		add(6, i, i%2 == 0)
	}
	at, n := ways(size)
	for i := range n {
		for j := range n {
			if (i == 0 && j == 0) || (i == 0 && j == n-1) || (i == n-1 && j == 0) {
				continue
			}
			for dv := -2; dv <= 2; dv++ {
				for du := -2; du <= 2; du++ {
					add(at[i]+du, at[j]+dv, max(du, -du, dv, -dv) != 1)
				}
			}
		}
	}
	return to
}
