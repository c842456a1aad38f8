package camera

import (
	"bytes"
	"image/jpeg"
	"testing"
)

// Cameras leave out the tables that Go's decoder needs; one that has them is
// left as it is.
func TestTables(t *testing.T) {
	bare := asMJPEG(t, seen(t, "97012345678901234567"))
	if _, err := jpeg.Decode(bytes.NewReader(bare)); err == nil {
		t.Error("a JPEG without tables was decoded, so this test proves nothing")
	}
	whole := withTables(bare)
	if _, err := jpeg.Decode(bytes.NewReader(whole)); err != nil {
		t.Error(err)
	}
	if again := withTables(whole); !bytes.Equal(again, whole) {
		t.Error("tables were put in twice")
	}
}

// Whatever a camera sends: no panic, and nothing is lost of it.
func FuzzTables(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe0\x00\x02\xff\xff\xda"))
	f.Add([]byte("\xff\xd8\xff\xc4\x00\x02\xff\xda\x00\x02"))
	f.Fuzz(func(t *testing.T, p []byte) {
		got := withTables(p)
		if len(got) != len(p) && !bytes.Equal(bytes.Replace(got, huffman(), nil, 1), p) {
			t.Fatalf("%d bytes became %d others", len(p), len(got))
		}
	})
}
