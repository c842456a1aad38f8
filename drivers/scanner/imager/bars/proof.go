package bars

import "math"

// digitsEAN are the runs of a digit of set A (ISO/IEC 15420, table 1); set B
// is set A backwards, and set C has the runs of set A with the colours
// exchanged.
var digitsEAN = [10][4]float32{
	{3, 2, 1, 1}, {2, 2, 2, 1}, {2, 1, 2, 2}, {1, 4, 1, 1}, {1, 1, 3, 2},
	{1, 2, 3, 1}, {1, 1, 1, 4}, {1, 3, 1, 2}, {1, 2, 1, 3}, {3, 1, 1, 2},
}

// setsEAN says which digits of the left half are of set B, by the first digit
// (table 3): the highest of six bits is for the second digit.
var setsEAN = [10]uint8{0b000000, 0b001011, 0b001101, 0b001110, 0b010011, 0b011001, 0b011100, 0b010101, 0b010110, 0b011010}

// MissEAN is how far the runs of a row are from those that the thirteen digits
// have, as the root of the mean square in modules. A decoder takes the nearest
// digit, however far it is, and one check digit over twelve lets one wrong text
// of ten pass.
func MissEAN(r Row, digits string) float64 {
	if len(digits) != 13 || len(r.Runs) != runsEAN+2 {
		return math.Inf(1)
	}
	want := make([]float32, 0, runsEAN)
	want = append(want, 1, 1, 1)
	for i := 1; i < 13; i++ {
		d := digitsEAN[(digits[i]-'0')%10]
		if i == 7 {
			want = append(want, 1, 1, 1, 1, 1)
		}
		if i < 7 && setsEAN[(digits[0]-'0')%10]>>(6-i)&1 == 1 {
			d = [4]float32{d[3], d[2], d[1], d[0]}
		}
		want = append(want, d[:]...)
	}
	want = append(want, 1, 1, 1)
	// Ink and blur make all dark runs wider, or all of them thinner.
	spread := 0.0
	for i, w := range want {
		miss := float64(r.Runs[1+i]/r.Module - w)
		if i%2 == 1 {
			miss = -miss
		}
		spread += miss / runsEAN
	}
	sum := 0.0
	for i, w := range want {
		miss := float64(r.Runs[1+i]/r.Module - w)
		if i%2 == 0 {
			miss -= spread
		} else {
			miss += spread
		}
		sum += miss * miss
	}
	return math.Sqrt(sum / runsEAN)
}
