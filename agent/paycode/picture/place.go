package picture

import (
	"errors"
	"fmt"
)

// ErrTooSmall is for a code whose modules would be smaller than a phone reads.
var ErrTooSmall = errors.New("the code would be too small to be read there: shorten the text or take a larger place")

// Place is where a code is shown: a square of Dots by Dots, with so many dots
// to the millimetre, and how large a module must be there.
type Place struct {
	Name    string
	Dots    int     // side of the square that the code and its quiet zone may take
	PerMM   float64 // dots of a millimetre
	levels  []Level // in the order of preference
	least   float64 // millimetres of a module: less is not read
	good    float64 // with so much, a safer level is worth its smaller modules
	largest float64 // more helps nobody
}

// A screen is read from an arm's length: phones read modules of a third of a
// millimetre there when held still, and half a millimetre at once. Nothing
// tears or stains a screen, but light is mirrored in it, so it takes the
// safest level that keeps its modules large.
const (
	screenLeast, screenGood, screenLargest = 0.33, 0.5, 2.5
	paperLeast, paperGood, paperLargest    = 0.37, 0.5, 0.76
)

// dotsPerMM is a print head of 203 dots to the inch.
const dotsPerMM = 203 / 25.4

// Screen is a display on which the code may be so many pixels wide, which are
// so many millimetres.
func Screen(pixels int, mm float64) Place {
	return Place{Name: fmt.Sprintf("a screen of %d pixels on %g mm", pixels, mm), Dots: pixels, PerMM: float64(pixels) / mm,
		levels: []Level{Quartile, Medium, Low}, least: screenLeast, good: screenGood, largest: screenLargest}
}

// Paper58 is paper of 58 mm: 384 dots at 203 dpi. Level M is what the drivers
// have printers draw by themselves; DENSO WAVE asks for four dots a module
// where printing shall be steady, and three are read.
func Paper58() Place { return paper("paper of 58 mm", 384) }

// Paper80 is paper of 80 mm: 576 dots at 203 dpi.
func Paper80() Place { return paper("paper of 80 mm", 576) }

func paper(name string, dots int) Place {
	return Place{Name: name, Dots: dots, PerMM: dotsPerMM,
		levels: []Level{Medium, Low}, least: paperLeast, good: paperGood, largest: paperLargest}
}

// Plan is a code made for a place: its modules, and how many dots one takes.
type Plan struct {
	Matrix
	Level  Level
	Module int // dots of a module
	Place  Place
}

// MM is the side of a module in millimetres.
func (p Plan) MM() float64 { return float64(p.Module) / p.Place.PerMM }

// Side is the side of the code with its quiet zone, in dots.
func (p Plan) Side() int { return (p.Size + 2*QuietZone) * p.Module }

// Fit makes the code of a text for a place: at the safest level whose modules
// are still good there, or else with the largest modules that are possible.
// ErrTooSmall when those are smaller than a phone reads.
func Fit(text string, place Place) (Plan, error) {
	if place.Dots < 1 || !(place.PerMM > 0) {
		return Plan{}, fmt.Errorf("%s is no place for a code: it has no size", place.Name)
	}
	var best Plan
	for _, level := range place.levels {
		m, err := QR(text, level)
		if errors.Is(err, ErrTooLong) && level != Low {
			continue
		}
		if err != nil {
			return Plan{}, err
		}
		p := Plan{Matrix: m, Level: level, Module: place.Dots / (m.Size + 2*QuietZone), Place: place}
		p.Module = min(p.Module, max(1, int(place.largest*place.PerMM)))
		if p.MM() >= place.good {
			return p, nil
		}
		if p.Module > best.Module {
			best = p
		}
	}
	if best.Module == 0 || best.MM() < place.least {
		return Plan{}, fmt.Errorf("%w (%d bytes on %s: modules of %.2f mm, %.2f are needed)", ErrTooSmall, len(text), place.Name, best.mm(), place.least)
	}
	return best, nil
}

// mm is MM of a plan that may be none.
func (p Plan) mm() float64 {
	if p.Module == 0 {
		return 0
	}
	return p.MM()
}
