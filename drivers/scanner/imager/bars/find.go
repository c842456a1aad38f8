package bars

import "github.com/posagent/posagent/drivers/scanner/imager/gray"

// The runs of an EAN-13: 95 modules (ISO/IEC 15420, 4.2), and those of the
// shortest Code 128: start, one character, check, stop.
const (
	runsEAN    = 59
	modulesEAN = 95
	runsStart  = 6
	least128   = 6 + 6 + 6 + 7
)

// starts128 are the patterns that Code 128 begins with: A, B and C.
var starts128 = [3][runsStart]float32{{2, 1, 1, 4, 1, 2}, {2, 1, 1, 2, 1, 4}, {2, 1, 1, 2, 3, 2}}

// find looks for a quiet zone and a beginning in runs that begin light.
func (s *Search) find(runs []float32, from, to gray.Point, decode Decode) bool {
	place := float32(0)
	var total float32
	for _, r := range runs {
		total += r
	}
	point := func(at float32) gray.Point {
		f := float64(at / total)
		return gray.Point{X: from.X + f*(to.X-from.X), Y: from.Y + f*(to.Y-from.Y)}
	}
	for i := 0; i+least128 < len(runs); i++ {
		start := place
		place += runs[i]
		if i%2 != 0 {
			continue
		}
		show := func(kind Kind, n int, module float32) bool {
			length := float32(0)
			for _, r := range runs[i+1 : i+1+n] {
				length += r
			}
			s.row = append(s.row[:0], runs[i:i+n+2]...)
			if i == 0 { // what lies beyond the picture is taken as quiet
				s.row[0] = max(s.row[0], 10*module)
			}
			if i+n+2 == len(runs) {
				s.row[n+1] = max(s.row[n+1], 10*module)
			}
			return decode(Row{kind, s.row, module, point(start + runs[i]), point(start + runs[i] + length)})
		}
		if m, ok := begins128(runs[i:], i == 0); ok {
			if n := length128(runs[i+1:], m); n >= least128 && show(Code128, n, m) {
				return true
			}
		}
		if m, ok := beginsEAN(runs[i:]); ok && show(EAN13, runsEAN, m) {
			return true
		}
	}
	return false
}

// begins128 says whether a light run is the quiet zone of a Code 128.
func begins128(runs []float32, edge bool) (module float32, ok bool) {
	sum := float32(0)
	for _, r := range runs[1 : 1+runsStart] {
		sum += r
	}
	m := sum / 11
	if runs[0] < 4*m && !edge {
		return m, false
	}
	for _, start := range starts128 {
		off := float32(0)
		for k, want := range start {
			off += abs(runs[1+k] - want*m)
		}
		if off < 0.27*sum {
			return m, true
		}
	}
	return m, false
}

// length128 is how many runs belong to the code: characters of eleven modules
// in six runs, and a stop of thirteen in seven, up to the next quiet zone. It
// is 0 when the runs are no such characters.
func length128(runs []float32, m float32) int {
	n := len(runs) - 1
	for i, r := range runs {
		if i%2 == 1 && r > 5.5*m || i%2 == 0 && r > 6*m {
			n = i
			break
		}
	}
	if n < least128 || (n-7)%runsStart != 0 {
		return 0
	}
	for at := 0; at+7 < n; at += runsStart {
		sum := float32(0)
		for _, r := range runs[at : at+runsStart] {
			sum += r
		}
		if abs(sum-11*m) > 2.2*m {
			return 0
		}
		m += (sum/11 - m) / 2 // a code that is seen aslant grows along the line
	}
	return n
}

// beginsEAN says whether a light run is the quiet zone of an EAN-13.
func beginsEAN(runs []float32) (module float32, ok bool) {
	if len(runs) < runsEAN+2 {
		return 0, false
	}
	guard := runs[1] + runs[2] + runs[3]
	if runs[0] < guard*0.8 || max(runs[1], runs[2], runs[3]) > 3.5*min(runs[1], runs[2], runs[3]) {
		return 0, false // most are not; this is quick
	}
	sum := float32(0)
	for _, r := range runs[1 : 1+runsEAN] {
		sum += r
	}
	m := sum / modulesEAN
	last := runs[runsEAN] + runs[runsEAN-1] + runs[runsEAN-2]
	middle := runs[28] + runs[29] + runs[30] + runs[31] + runs[32]
	return m, runs[0] > 4*m && runs[runsEAN+1] > 3*m &&
		abs(guard-3*m) < 1.2*m && abs(last-3*m) < 1.2*m && abs(middle-5*m) < 1.6*m
}

func abs(f float32) float32 {
	if f < 0 {
		return -f
	}
	return f
}
