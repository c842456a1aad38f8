package photo_test

import (
	"fmt"
	"os"

	"github.com/posagent/posagent/agent/paycode/picture"
	"github.com/posagent/posagent/drivers/virtual/photo"
)

// A second of a hand that holds a phone, as a film for a browser's camera.
func ExampleWriteY4M() {
	m, err := picture.QR("97012345678901234567", picture.Medium)
	if err != nil {
		panic(err)
	}
	scene := photo.Normal(photo.Shown{QR: photo.Matrix(m)}, 7)
	scene.Width, scene.Height = 320, 180
	file, err := os.CreateTemp("", "*.y4m")
	if err != nil {
		panic(err)
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if err := photo.WriteY4M(file, photo.Film(photo.Sequence(scene, 30, 30)), 30); err != nil {
		panic(err)
	}
	about, err := file.Stat()
	if err != nil {
		panic(err)
	}
	fmt.Println(about.Size(), "bytes")
	fmt.Println(scene)
	// Output:
	// 2592223 bytes
	// normal 7: 320 x 180, seed 7; phone "6.1 in, notch", look "dark", QR 21; 135 mm at 51 deg, tilt -3, yaw -6, roll 24, off -0.20 -0.03; screen 450 nits, ceiling of 438 lx, left hand; spot 7 x 8 mm at +1 -30 of 81 nits; smear 0.12; blur 1.0 px; vignette 0.29; -0.3 stops; gain 3; fill 0.93; mosaic; jpeg 93
}
