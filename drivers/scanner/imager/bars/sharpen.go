package bars

// ways are how a line is read: how far blur is taken to reach, in dots, how
// much of it is taken off, and what share of the contrast is noise. Thin bars
// that blur has made wide and gray are the commonest reason why a code is not
// read.
var ways = [...]struct {
	reach       int
	gain, noise float32
}{{0, 0, 0.3}, {1, 1, 0.15}, {2, 1.5, 0.15}, {3, 2, 0.15}, {4, 2, 0.15}, {1, 3, 0.15}, {1, 2, 0}}

// sharpen takes off each dot what blur has given it of its neighbours' light.
func (s *Search) sharpen(reach int, gain float32) {
	s.shades = append(s.shades[:0], s.raw...)
	if reach == 0 {
		return
	}
	n := len(s.raw)
	for i, v := range s.raw {
		a, b := s.raw[max(0, i-reach)], s.raw[min(n-1, i+reach)]
		s.shades[i] = v + gain*(v-(a+b)/2)
	}
}
