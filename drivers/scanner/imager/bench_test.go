package imager_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/posagent/posagent/drivers/scanner/imager"
)

// BenchmarkRead is what a picture costs from the file to the scan: a code as a
// phone shows it, and the whole ladder for nothing.
func BenchmarkRead(b *testing.B) {
	hit := placed(drawQR(b, emvCode, 6), 1280, 720, 17, 1.2, 230)
	miss := noisy(faded(hit, 128, 128), 20)
	for name, data := range map[string][]byte{"hit 720p": asJPEG(b, hit, 85), "miss 720p": asJPEG(b, miss, 85)} {
		b.Run(name, func(b *testing.B) {
			m := imager.New(imager.Limits{})
			b.ReportAllocs()
			for b.Loop() {
				_, err := m.Read(context.Background(), bytes.NewReader(data), "")
				if (err == nil) != (name == "hit 720p") {
					b.Fatal(err)
				}
			}
		})
	}
}
