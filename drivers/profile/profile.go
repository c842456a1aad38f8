// Package profile is what a device model can do, as data. It opens nothing;
// the values come from configs/profiles/*.toml.
//
// Invariant: a driver asks the profile and never the model's name.
package profile

// Ways in which a scanner reaches the register; see Scanner.Speaks.
const (
	Serial   = "serial"   // bytes on a line: RS-232, USB-COM, TCP
	HIDPOS   = "hid-pos"  // reports of a USB scanner (usage page 8C)
	Keyboard = "keyboard" // key strokes, as if somebody typed
	Camera   = "camera"   // pictures
)

// Scanner is how a scanner model sends what it reads.
type Scanner struct {
	Model    string   `toml:"model"`
	Speaks   string   `toml:"speaks"`    // "serial", "hid-pos", "keyboard" or "camera"; empty is serial
	Header   string   `toml:"header"`    // "none" or "stx"
	End      string   `toml:"end"`       // "cr", "lf", "crlf", "tab", "etx", "gap", "none" or "any" (cr, lf, crlf, tab, etx)
	GapMilli int      `toml:"gap_ms"`    // silence that ends a frame in "gap", and discards a half one elsewhere
	AIM      bool     `toml:"aim"`       // sends AIM identifiers
	Marks    []string `toml:"marks"`     // a maker's own marks before a code, such as "Q=]Q1"
	Digits   int      `toml:"digits"`    // of the length before a code: 0, 2 or 4
	BCC      string   `toml:"bcc"`       // check byte after the end: "none", "data" or "all"
	Baud     int      `toml:"baud"`      // default line speed
	MaxBytes int      `toml:"max_bytes"` // longer frames are dropped and reported
	Layout   string   `toml:"layout"`    // of Keyboard: "us" or "jis"
	Width    int      `toml:"width"`     // of Camera: the most dots across that are asked for
	Height   int      `toml:"height"`    // of Camera

	USB []string `toml:"usb"` // ids that such a scanner may have, "0c2e" of a maker or "0c2e:0b6a" of a model
}
