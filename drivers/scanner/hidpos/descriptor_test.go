package hidpos

import (
	"errors"
	"strings"
	"testing"

	"github.com/posagent/posagent/drivers/virtual"
)

// A scanner without Byte Count, and with one bit and padding at the end.
var bare = []byte{
	0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01, 0x85, 0x02, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08, 0x95, 0x01,
	0x09, 0xFB, 0x81, 0x02, 0x09, 0xFC, 0x81, 0x02, 0x09, 0xFD, 0x81, 0x02,
	0x95, 0x38, 0x09, 0xFE, 0x82, 0x02, 0x01,
	0x75, 0x01, 0x95, 0x01, 0x25, 0x01, 0x09, 0xFF, 0x81, 0x02, 0x75, 0x07, 0x81, 0x03, 0xC0,
}

// A scanner whose reports have no id, whose data comes first, whose identifier
// is a range of usages with their page, and whose globals are pushed.
var odd = []byte{
	0x06, 0x8C, 0x00, 0x09, 0x02, 0xA1, 0x01, 0xFE, 0x02, 0x10, 0xAA, 0xBB, // and a long item
	0xA4, 0x75, 0x08, 0x95, 0x20, 0x09, 0xFE, 0x81, 0x02, 0xB4,
	0x75, 0x08, 0x95, 0x03, 0x1B, 0xFB, 0x00, 0x8C, 0x00, 0x2B, 0xFD, 0x00, 0x8C, 0x00, 0x81, 0x02, 0xC0,
}

// A boot keyboard (HID 1.11, appendix B).
var keyboard = []byte{
	0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0x05, 0x07, 0x19, 0xE0, 0x29, 0xE7, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01,
	0x95, 0x08, 0x81, 0x02, 0x95, 0x01, 0x75, 0x08, 0x81, 0x01, 0x95, 0x06, 0x75, 0x08, 0x15, 0x00, 0x25, 0x65,
	0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00, 0xC0,
}

func honeywell(t *testing.T) []byte {
	t.Helper()
	d, err := new(virtual.HIDPOS).Descriptor(nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestParse(t *testing.T) {
	for name, c := range map[string]struct {
		descriptor []byte
		want       Layout
		others     int
	}{
		"64 bytes with a count": {honeywell(t), Layout{
			id: 2, size: 64, count: field{8, 8}, aim: [3]field{{16, 8}, {24, 8}, {32, 8}}, data: field{40, 448}, more: field{504, 1},
		}, 1},
		"without a count": {bare, Layout{
			id: 2, size: 61, aim: [3]field{{8, 8}, {16, 8}, {24, 8}}, data: field{32, 448}, more: field{480, 1},
		}, 0},
		"without an id": {odd, Layout{size: 35, data: field{0, 256}, aim: [3]field{{256, 8}, {264, 8}, {272, 8}}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(c.descriptor)
			if err != nil {
				t.Fatal(err)
			}
			others := 0
			for _, other := range got.other {
				if other {
					others++
				}
			}
			got.other = nil
			if got.id != c.want.id || got.size != c.want.size || got.count != c.want.count || got.aim != c.want.aim || got.data != c.want.data || got.more != c.want.more {
				t.Errorf("layout is %+v, want %+v", got, c.want)
			}
			if others != c.others {
				t.Errorf("%d other reports, want %d", others, c.others)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	outside := append([]byte{0xC0}, bare...)
	vendorPage := append([]byte{0x06, 0x8C, 0xFF}, bare[2:]...) // FF8C: the maker's own, for commands
	for name, c := range map[string]struct {
		descriptor []byte
		want       string
	}{
		"nothing":               {nil, "no reports of a bar code scanner"},
		"a keyboard":            {keyboard, "no reports of a bar code scanner"},
		"a page of the maker":   {vendorPage, "no reports of a bar code scanner"},
		"no application":        {bare[:4], "no reports of a bar code scanner"},
		"cut off":               {bare[:12], "in the middle of an item"},
		"a cut long item":       {[]byte{0xFE, 0x09, 0x00}, "in the middle of a long item"},
		"an end too many":       {outside, "never began"},
		"pops too often":        {[]byte{0xB4}, "never pushed"},
		"pushes too often":      {[]byte(strings.Repeat("\xA4", 33)), "pushes too often"},
		"nests too deep":        {[]byte(strings.Repeat("\xA0", 33)), "nests too deep"},
		"report 0":              {[]byte{0x85, 0x00}, "report id 0"},
		"report 999":            {[]byte{0x86, 0xE7, 0x03}, "report id 999"},
		"an endless report":     {[]byte{0x75, 0x08, 0x97, 0xFF, 0xFF, 0xFF, 0x7F, 0x81, 0x02}, "more than 4096 bytes"},
		"fields of 4 GB":        {[]byte{0x77, 0xFF, 0xFF, 0xFF, 0xFF, 0x95, 0x01, 0x81, 0x02}, "more than 4096 bytes"},
		"with and without ids":  {[]byte{0x75, 0x08, 0x95, 0x01, 0x81, 0x02, 0x85, 0x02, 0x81, 0x02}, "have an id and some have none"},
		"without and with ids":  {[]byte{0x75, 0x08, 0x95, 0x01, 0x85, 0x02, 0x81, 0x02, 0xA4, 0xB4, 0x85, 0x03, 0x81, 0x02, 0xA0, 0xC0}, "no reports"},
		"data between bytes":    {[]byte{0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01, 0x75, 0x01, 0x95, 0x01, 0x81, 0x01, 0x75, 0x08, 0x95, 0x08, 0x09, 0xFE, 0x81, 0x02}, "not in whole bytes"},
		"a length of four bits": {[]byte{0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01, 0x75, 0x04, 0x95, 0x02, 0x0B, 0x3B, 0x00, 0x01, 0x00, 0x09, 0x00, 0x81, 0x02, 0x75, 0x08, 0x95, 0x08, 0x09, 0xFE, 0x81, 0x02}, "not in whole bytes"},
		"too long":              {make([]byte, 5000), "at most 4096"},
	} {
		if _, err := Parse(c.descriptor); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want a refusal with %q", name, err, c.want)
		}
	}
	if _, err := Parse(keyboard); !errors.Is(err, ErrNoScanner) {
		t.Errorf("a keyboard: %v, want ErrNoScanner", err)
	}
}

// Whatever a device says of itself: no panic, no endless work, and a layout
// whose every field is inside of its report.
func FuzzParse(f *testing.F) {
	d, err := new(virtual.HIDPOS).Descriptor(nil)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{d, bare, odd, keyboard, nil} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, descriptor []byte) {
		l, err := Parse(descriptor)
		if err != nil {
			return
		}
		if l.size < 1 || l.size > longestReport || l.data.bits < 8 || l.least() > l.size {
			t.Fatalf("layout is %+v", l)
		}
		for _, part := range append(l.aim[:], l.count, l.data, l.more) {
			if part.at < 0 || part.bits < 0 || part.at+part.bits > 8*l.size || l.id != 0 && part.bits > 0 && part.at < 8 {
				t.Fatalf("a field is outside of its report: %+v", l)
			}
		}
	})
}
