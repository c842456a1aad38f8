package photo_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"math"
	"strings"
	"testing"

	"github.com/posagent/posagent/drivers/virtual/photo"
)

func TestAHandDriftsAndExposureSettles(t *testing.T) {
	start := photo.Normal(both(t), 3)
	scenes := photo.Sequence(start, 45, 30)
	var before photo.Photo
	var first photo.Point
	furthest := 0.0
	for i, s := range scenes {
		p := shoot(t, tiny(s))
		if i > 0 {
			if s.Sensor.ExposureStops >= scenes[i-1].Sensor.ExposureStops || s.Frame != scenes[i-1].Frame+1 {
				t.Errorf("frame %d: %v", i, s)
			}
			step := math.Hypot(p.Corners[0].X-before.Corners[0].X, p.Corners[0].Y-before.Corners[0].Y)
			if step == 0 || step > 4 { // of 160 pixels
				t.Errorf("frame %d: the code jumps by %.2f pixels", i, step)
			}
			furthest = max(furthest, math.Hypot(p.Corners[0].X-first.X, p.Corners[0].Y-first.Y))
		} else {
			first = p.Corners[0]
		}
		before = p
	}
	if last := scenes[44].Sensor.ExposureStops - start.Sensor.ExposureStops; last > 0.1 || furthest < 2 {
		t.Errorf("%.2f stops too bright at the end; the code went %.1f pixels", last, furthest)
	}
	if v := scenes[0].View; v != start.View {
		t.Errorf("the first frame is not where the scene is: %v", scenes[0])
	}
}

func TestY4M(t *testing.T) {
	scenes := photo.Sequence(tiny(photo.Plain(both(t))), 3, 30)
	var film bytes.Buffer
	if err := photo.WriteY4M(&film, photo.Film(scenes), 30); err != nil {
		t.Fatal(err)
	}
	const head = "YUV4MPEG2 W160 H90 F30:1 Ip A1:1 C420jpeg\n"
	const frame = len("FRAME\n") + 160*90*3/2
	data := film.Bytes()
	if !strings.HasPrefix(string(data), head+"FRAME\n") || len(data) != len(head)+3*frame {
		t.Fatalf("%d bytes, want %d; begins %q", len(data), len(head)+3*frame, data[:60])
	}
	for i, s := range scenes {
		p := shoot(t, s)
		gray := p.Gray()
		at := data[len(head)+i*frame:]
		if string(at[:6]) != "FRAME\n" {
			t.Fatalf("frame %d begins %q", i, at[:6])
		}
		for j, v := range at[6 : 6+160*90] {
			if want := 16 + float64(gray.Pix[j])*219/255; math.Abs(float64(v)-want) > 1.5 {
				t.Fatalf("frame %d, pixel %d: %d, want %.1f", i, j, v, want)
			}
		}
	}
}

// One colour each way of the BT.601 matrix.
func TestColoursOfY4M(t *testing.T) {
	for _, c := range []struct {
		name string
		rgb  [3]uint8
		want [3]byte
	}{
		{"black", [3]uint8{0, 0, 0}, [3]byte{16, 128, 128}},
		{"white", [3]uint8{255, 255, 255}, [3]byte{235, 128, 128}},
		{"red", [3]uint8{255, 0, 0}, [3]byte{82, 90, 240}},
		{"green", [3]uint8{0, 255, 0}, [3]byte{144, 54, 34}},
		{"blue", [3]uint8{0, 0, 255}, [3]byte{41, 240, 110}},
	} {
		img := image.NewRGBA(image.Rect(0, 0, 2, 2))
		for i := range 4 {
			copy(img.Pix[4*i:], append(c.rgb[:], 255))
		}
		var out bytes.Buffer
		if err := photo.WriteY4M(&out, frames(img), 5); err != nil {
			t.Fatal(err)
		}
		got := out.Bytes()[out.Len()-6:]
		if y, b, r := got[0], got[4], got[5]; y != c.want[0] || b != c.want[1] || r != c.want[2] {
			t.Errorf("%s: %d %d %d, want %v", c.name, y, b, r, c.want)
		}
	}
}

func frames(all ...*image.RGBA) func(func(*image.RGBA, error) bool) {
	return func(yield func(*image.RGBA, error) bool) {
		for _, f := range all {
			if !yield(f, nil) {
				return
			}
		}
	}
}

func TestFilmsThatAreNone(t *testing.T) {
	even, odd, big := image.NewRGBA(image.Rect(0, 0, 4, 4)), image.NewRGBA(image.Rect(0, 0, 5, 4)), image.NewRGBA(image.Rect(0, 0, 8, 4))
	for name, f := range map[string]func(func(*image.RGBA, error) bool){"none": frames(), "odd": frames(odd), "unlike": frames(even, big)} {
		if err := photo.WriteY4M(&bytes.Buffer{}, f, 30); !errors.Is(err, photo.ErrFilm) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if err := photo.WriteY4M(&bytes.Buffer{}, frames(even), 0); !errors.Is(err, photo.ErrFilm) {
		t.Errorf("error %v", err)
	}
	if err := photo.WriteY4M(&bytes.Buffer{}, photo.Film(make([]photo.Scene, 1)), 30); !errors.Is(err, photo.ErrScene) {
		t.Errorf("error %v", err)
	}
	if err := photo.WriteY4M(full{}, frames(even), 30); !errors.Is(err, errFull) {
		t.Errorf("error %v", err)
	}
}

var errFull = fmt.Errorf("the disk is full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
