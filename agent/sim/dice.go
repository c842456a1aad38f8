package sim

import "time"

// dice are draws that belong to one question: who asks, what, and for the
// how-manieth time. Nobody shares dice, so that no draw depends on which
// goroutine was first.
type dice struct{ state uint64 }

func mix(z uint64) uint64 {
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// hash is a number for words and numbers, the same in every run.
func hash(words string, numbers ...uint64) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(words) {
		h = (h ^ uint64(words[i])) * 1099511628211
	}
	for _, n := range numbers {
		h = mix(h ^ mix(n+0x9e3779b97f4a7c15))
	}
	return h
}

func roll(seed uint64, what string, who uint64, n int) dice {
	return dice{hash(what, seed, who, uint64(n))}
}

func (d *dice) next() uint64 {
	d.state += 0x9e3779b97f4a7c15
	return mix(d.state)
}

// below is a number from 0 up to n, n excluded.
func (d *dice) below(n int) int { return int(d.next() % uint64(n)) }

// chance is true p times out of one.
func (d *dice) chance(p float64) bool { return float64(d.next()>>11)/(1<<53) < p }

// between is a span with all its nanoseconds, so that two of them rarely are
// the same.
func (d *dice) between(from, to time.Duration) time.Duration {
	return from + time.Duration(d.next()%uint64(to-from))
}

// pick is the index of one of some weights.
func (d *dice) pick(weights ...int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := d.below(sum)
	for i, w := range weights {
		if n < w {
			return i
		}
		n -= w
	}
	return len(weights) - 1
}
