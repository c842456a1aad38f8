package imager

import "github.com/posagent/posagent/drivers/scanner/imager/gray"

// Light is what a picture's brightness says to whoever sets the camera up.
type Light int

// The kinds of light. A picture may have codes in it in any of them.
const (
	LightGood Light = iota
	LightLow        // hardly anything is bright: add light, or a longer exposure
	LightHigh       // much is white without detail: less light, or a shorter exposure
	LightFlat       // everything has one brightness: the lens is covered, or out of focus
)

// String is a word for logs and the field engineer.
func (l Light) String() string {
	switch l {
	case LightLow:
		return "too dark"
	case LightHigh:
		return "too bright"
	case LightFlat:
		return "without contrast"
	}
	return "good"
}

// light judges a picture.
func light(p gray.Plane) Light {
	count, n := sampled(p)
	low, high := part(&count, n/50), part(&count, n-1-n/50)
	switch white := count[254] + count[255]; {
	case high-low < 20:
		return LightFlat
	case high < 70:
		return LightLow
	case white > n*2/5:
		return LightHigh
	}
	return LightGood
}

// ends are the brightness of the darkest and the lightest two of a hundred
// dots.
func ends(p gray.Plane) (low, high int) {
	count, n := sampled(p)
	return part(&count, n/50), part(&count, n-1-n/50)
}

// sampled counts every fifth dot of every fifth row by its brightness.
func sampled(p gray.Plane) (count [256]int, n int) {
	for y := 0; y < p.H; y += 5 {
		row := p.Row(y)
		for x := 0; x < len(row); x += 5 {
			count[row[x]]++
			n++
		}
	}
	return count, n
}

// part is the brightness below which so many dots are.
func part(count *[256]int, dots int) int {
	for v, n := range count {
		if dots -= n; dots < 0 {
			return v
		}
	}
	return 255
}
