package bars

// cut finds the runs of a line. Between each valley and the hill after it
// there is an edge, where the brightness passes halfway: thin bars that blur
// has made gray count as much as wide ones. Hills and valleys that differ by
// less than a share of the line's contrast are noise.
func (s *Search) cut(share float32) {
	s.runs = s.runs[:0]
	low, high := s.shades[0], s.shades[0]
	for _, v := range s.shades {
		low, high = min(low, v), max(high, v)
	}
	noise := max(10, share*(high-low))
	if high-low < 2*noise {
		return
	}
	// The line is taken to begin light: a dark beginning makes an empty run.
	rising := false     // whether the last extreme was a valley
	peak, at := high, 0 // the last extreme that is sure, and where it was
	candidate, seen := s.shades[0], 0
	last := float32(0) // the last edge
	for i, v := range s.shades {
		if rising == (v > candidate) && v != candidate {
			candidate, seen = v, i
			continue
		}
		turn := candidate - v
		if !rising {
			turn = v - candidate
		}
		if turn <= noise {
			continue
		}
		// The candidate is an extreme: the edge lies between it and the one before.
		e := s.pass(at, seen, (peak+candidate)/2, rising)
		s.runs = append(s.runs, e-last)
		last = e
		peak, at, rising = candidate, seen, !rising
		candidate, seen = v, i
	}
	if abs(peak-candidate) > noise {
		e := s.pass(at, seen, (peak+candidate)/2, rising)
		s.runs = append(s.runs, e-last)
		last = e
	}
	s.runs = append(s.runs, float32(len(s.shades))-last)
	if len(s.runs)%2 == 0 { // it ends dark
		s.runs = append(s.runs, 0)
	}
}

// pass is where the brightness between two places passes a value.
func (s *Search) pass(from, to int, value float32, rising bool) float32 {
	for i := from; i < to; i++ {
		a, b := s.shades[i], s.shades[i+1]
		if rising && a <= value && b > value || !rising && a >= value && b < value {
			return float32(i) + 0.5 + (value-a)/(b-a)
		}
	}
	return float32(to) + 0.5
}

// part finds the runs of a line by one level for all of it: where hills and
// valleys are of all heights, it is right more often.
func (s *Search) part() {
	s.runs = s.runs[:0]
	var dark, light, n float32
	for _, v := range s.shades {
		n += v
	}
	level := n / float32(len(s.shades))
	for range 4 { // the level between the means of what is below and above it
		dark, light = 0, 0
		var nd, nl float32
		for _, v := range s.shades {
			if v < level {
				dark, nd = dark+v, nd+1
			} else {
				light, nl = light+v, nl+1
			}
		}
		if nd == 0 || nl == 0 {
			return
		}
		level = (dark/nd + light/nl) / 2
	}
	last, now := float32(0), false
	for i, v := range s.shades {
		if (v < level) == now {
			continue
		}
		e := float32(0)
		if i > 0 {
			a := s.shades[i-1]
			e = float32(i) - 0.5 + (level-a)/(v-a)
		}
		s.runs = append(s.runs, e-last)
		last, now = e, !now
	}
	s.runs = append(s.runs, float32(len(s.shades))-last)
	if now {
		s.runs = append(s.runs, 0)
	}
}
