package photo

// Phone is the front of a phone, in millimetres. The screen lies in the middle
// of the body.
type Phone struct {
	Name                      string
	BodyWidth, BodyHeight     float64
	BodyRadius                float64 // of the corners
	ScreenWidth, ScreenHeight float64
	ScreenRadius              float64
	PixelsPerInch             float64
	Cutout                    Cutout
	SubPixels                 SubPixels
	// EdgeRadius and EdgeWidth describe a screen that falls away at its long
	// sides: over EdgeWidth of its own surface it bends with EdgeRadius.
	EdgeRadius, EdgeWidth float64
	HomeButton            bool
}

// Cutout is what the camera of a phone takes away from its screen.
type Cutout int

// The cutouts. The pill is a wide hole a little under the upper edge.
const (
	Whole Cutout = iota
	Notch
	Hole
	Pill
)

// SubPixels is how the red, green and blue lights of a screen lie.
type SubPixels int

// Stripes is the usual LCD: three upright stripes to a pixel. Diamonds is the
// usual OLED (PenTile): green in every pixel, red and blue in every other.
const (
	Stripes SubPixels = iota
	Diamonds
)

// Phones are real phones' measures, from the makers' data sheets: the width of
// a screen is that of its pixels.
func Phones() []Phone {
	return []Phone{
		{Name: "4.7 in, home button", BodyWidth: 67.3, BodyHeight: 138.4, BodyRadius: 9.5, ScreenWidth: 58.4, ScreenHeight: 103.9, PixelsPerInch: 326, HomeButton: true},
		{Name: "6.1 in, notch", BodyWidth: 71.5, BodyHeight: 146.7, BodyRadius: 11, ScreenWidth: 64.6, ScreenHeight: 139.8, ScreenRadius: 8, PixelsPerInch: 460, Cutout: Notch, SubPixels: Diamonds},
		{Name: "6.1 in, pill", BodyWidth: 71.6, BodyHeight: 147.6, BodyRadius: 11, ScreenWidth: 65, ScreenHeight: 141, ScreenRadius: 9, PixelsPerInch: 460, Cutout: Pill, SubPixels: Diamonds},
		{Name: "6.3 in, hole", BodyWidth: 73.2, BodyHeight: 155.6, BodyRadius: 8, ScreenWidth: 66, ScreenHeight: 146.5, ScreenRadius: 5, PixelsPerInch: 416, Cutout: Hole, SubPixels: Diamonds},
		{Name: "6.0 in, 21:9", BodyWidth: 67, BodyHeight: 153, BodyRadius: 6, ScreenWidth: 60, ScreenHeight: 140.1, PixelsPerInch: 457, SubPixels: Diamonds},
		{Name: "6.5 in, LCD, hole", BodyWidth: 75.9, BodyHeight: 164, BodyRadius: 7.5, ScreenWidth: 68, ScreenHeight: 151.1, ScreenRadius: 4.5, PixelsPerInch: 405, Cutout: Hole},
		{Name: "5.8 in, bent edges", BodyWidth: 66, BodyHeight: 148.9, BodyRadius: 9, ScreenWidth: 64.2, ScreenHeight: 131.9, ScreenRadius: 4, PixelsPerInch: 570, SubPixels: Diamonds, EdgeRadius: 6, EdgeWidth: 4.5},
	}
}

// pitch is the width of a pixel in millimetres.
func (p Phone) pitch() float64 { return 25.4 / p.PixelsPerInch }
