package virtual

import (
	"github.com/posagent/posagent/drivers/port"
)

// HIDPOS is a USB scanner that sends HID-POS reports of 64 bytes: id 2, Byte
// Count, AIM identifier, 56 bytes of data, two of the maker's own, and whether
// the code goes on.
type HIDPOS struct {
	Pipe
	// Maker are the bytes of the maker's own code mark.
	Maker [2]byte
}

// hidposData is how many bytes of a code go into a report.
const hidposData = 56

// Descriptor is the report descriptor. Besides codes it has a report for the
// trigger (3) and one that is only written to (4).
func (*HIDPOS) Descriptor(port.Port) ([]byte, error) {
	return []byte{
		0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01, // usage page and usage: bar code scanner; application
		0x09, 0x12, 0xA1, 0x02, // scanned data report; logical
		0x85, 0x02, 0x15, 0x00, 0x26, 0xFF, 0x00, // report id 2, 0 to 255
		0x75, 0x08, 0x95, 0x01, 0x05, 0x01, 0x09, 0x3B, 0x81, 0x02, // Byte Count
		0x95, 0x03, 0x05, 0x8C, 0x09, 0xFB, 0x09, 0xFC, 0x09, 0xFD, 0x81, 0x02, // identifier
		0x95, hidposData, 0x09, 0xFE, 0x82, 0x02, 0x01, // data
		0x06, 0x66, 0xFF, 0x95, 0x02, 0x09, 0x04, 0x09, 0x00, 0x81, 0x02, // the maker's
		0x05, 0x8C, 0x25, 0x01, 0x75, 0x01, 0x95, 0x08, 0x09, 0xFF, 0x81, 0x02, // continued
		0xC0,
		0x09, 0x13, 0xA1, 0x02, // trigger report
		0x85, 0x03, 0x95, 0x08, 0x75, 0x01, 0x09, 0x60, 0x81, 0x02, 0xC0,
		0x06, 0x66, 0xFF, 0x09, 0x01, 0xA1, 0x02, 0x85, 0x04, 0x75, 0x08, 0x95, 0x3F, 0x09, 0x22, 0x91, 0x02, 0xC0,
		0xC0,
	}, nil
}

// Reports are the reports by which a code is sent.
func (h *HIDPOS) Reports(aim, text string) [][]byte {
	var out [][]byte
	for first := true; first || len(text) > 0; first = false {
		n := min(len(text), hidposData)
		report := make([]byte, 64)
		report[0], report[1] = 0x02, byte(n)
		copy(report[2:5], aim)
		copy(report[5:], text[:n])
		copy(report[61:63], h.Maker[:])
		if text = text[n:]; len(text) > 0 {
			report[63] = 1
		}
		out = append(out, report)
	}
	return out
}

// Scan sends a code.
func (h *HIDPOS) Scan(aim, text string) error {
	for _, r := range h.Reports(aim, text) {
		if err := h.Send(r); err != nil {
			return err
		}
	}
	return nil
}
