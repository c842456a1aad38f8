// Package profile is what a device model can do, as data. It opens nothing;
// the values come from configs/profiles/*.toml.
//
// Invariant: a driver asks the profile and never the model's name.
package profile

// Scanner is how a scanner model frames what it reads.
type Scanner struct {
	Model    string `toml:"model"`
	Header   string `toml:"header"`    // "none" or "stx"
	End      string `toml:"end"`       // "cr", "lf", "crlf", "tab", "etx", "gap" or "any" (cr, lf, crlf, tab, etx)
	GapMilli int    `toml:"gap_ms"`    // silence that ends a frame in "gap", and discards a half one elsewhere
	AIM      bool   `toml:"aim"`       // sends AIM identifiers
	Baud     int    `toml:"baud"`      // default line speed
	MaxBytes int    `toml:"max_bytes"` // longer frames are dropped and reported
}
