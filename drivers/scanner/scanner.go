// Package scanner turns the bytes of a code scanner into codes: framing and AIM
// identifiers. It does no I/O, does not know what a code means, and never
// trims or repairs a payload.
//
// Invariant: however the byte stream is split into reads, the same scans come
// out, and a frame that was cut off by an unplugged wire is never delivered.
package scanner

import (
	"fmt"
	"log/slog"
	"time"
)

// Data is the payload of a scan, exactly as the scanner sent it between its
// frame marks. It may be a live payment code, so it shows only its length.
type Data []byte

// String is the length only.
func (d Data) String() string { return fmt.Sprintf("(%d bytes)", len(d)) }

// GoString is the length only, for %#v.
func (d Data) GoString() string { return d.String() }

// Format is the length only, for every verb.
func (d Data) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(d.String())) }

// LogValue is the length only, for slog.
func (d Data) LogValue() slog.Value { return slog.StringValue(d.String()) }

// MarshalText is the length only, for JSON.
func (d Data) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// Scan is one code that was read.
type Scan struct {
	AIM    string // "]Q1" and so on (ISO/IEC 15424); empty when the scanner sent none
	Data   Data   // without the AIM identifier
	Device string // the id of the device that read it
	At     time.Time

	// Beside are other codes that one picture showed, the nearest to its middle
	// first. A scanner that reads one code at a time has none.
	Beside []Code
}

// Code is a code apart from when and where it was read.
type Code struct {
	AIM  string
	Data Data
}
