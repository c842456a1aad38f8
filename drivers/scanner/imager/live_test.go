package imager_test

import (
	"context"
	"errors"
	"image"
	"slices"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/paycode/picture"
	"github.com/posagent/posagent/drivers/scanner/imager"
	"github.com/posagent/posagent/drivers/virtual/photo"
)

// pace is that of a usual camera.
const pace = 30

func wallet(t testing.TB, text string) photo.Shown {
	t.Helper()
	m, err := picture.QR(text, picture.Medium)
	if err != nil {
		t.Fatal(err)
	}
	return photo.Shown{QR: photo.Matrix{Size: m.Size, Bits: m.Bits}}
}

// firstRead is which picture of a sequence gave the code, from 1, and how long
// the longest took the processor. 0: none did.
func firstRead(t testing.TB, s photo.Scene, pictures int, text string) (nth int, most time.Duration) {
	t.Helper()
	live := imager.New(imager.Limits{}).Live("camera0")
	for i, scene := range photo.Sequence(s, pictures, pace) {
		g := frame(shoot(t, scene))
		start := spent()
		scan, err := live.Look(context.Background(), g)
		most = max(most, spent()-start)
		switch {
		case err == nil && string([]byte(scan.Data)) != text:
			t.Errorf("%v: read %q", s, string([]byte(scan.Data)))
		case err == nil:
			return i + 1, most
		case !errors.Is(err, imager.ErrNoCode):
			t.Fatal(err)
		}
	}
	return 0, most
}

// A phone that is held before the camera as usual is read in the first
// pictures: within 150 ms at thirty a second.
func TestAHeldPhoneIsReadAtOnce(t *testing.T) {
	scenes := uint64(25)
	if testing.Short() || raceOn {
		scenes = 6
	}
	var firsts []int
	for seed := range scenes {
		nth, _ := firstRead(t, photo.Normal(wallet(t, ownCode), 500+seed), 4, ownCode)
		firsts = append(firsts, nth)
		if nth == 0 {
			t.Errorf("not read in four pictures: %v", photo.Normal(wallet(t, ownCode), 500+seed))
		}
	}
	t.Logf("read in the picture %v", firsts)
}

// What no picture gives at once, one of the next may: each gets another of the
// dear attempts, and the place that was all but read is looked at again.
func TestAHardOneIsReadInTheEnd(t *testing.T) {
	if testing.Short() || raceOn {
		t.Skip("SKIP: pictures take long to draw with the race detector")
	}
	const scenes, pictures = 20, 15
	var firsts []int
	read := 0
	for seed := range uint64(scenes) {
		nth, _ := firstRead(t, photo.Hard(wallet(t, emvCode), 700+seed), pictures, emvCode)
		firsts = append(firsts, nth)
		if nth > 0 {
			read++
		}
	}
	t.Logf("read in the picture %v", firsts)
	if read < scenes*8/10 {
		t.Errorf("%d of %d read within %d pictures", read, scenes, pictures)
	}
}

// One row of bars in ten gives a wrong EAN-13 its right check digit: goods must
// be in two pictures.
func TestGoodsNeedTwoPictures(t *testing.T) {
	img := placed(drawEAN(t, "4006381333931", 3, 90), 640, 480, 0, 1, 230)
	live := imager.New(imager.Limits{}).Live("")
	if _, err := live.Look(context.Background(), frame(img)); !errors.Is(err, imager.ErrNoCode) {
		t.Errorf("the first picture: %v", err)
	}
	scan, err := live.Look(context.Background(), frame(img))
	if err != nil || scan.AIM != "]E0" || string([]byte(scan.Data)) != "4006381333931" {
		t.Errorf("the second picture: %s %v", scan.AIM, err)
	}
	live.Rest() // the next customer's goods are others
	if _, err := live.Look(context.Background(), frame(img)); !errors.Is(err, imager.ErrNoCode) {
		t.Errorf("after a rest: %v", err)
	}
}

func TestLiveCounts(t *testing.T) {
	live := imager.New(imager.Limits{}).Live("")
	blank := faded(image.NewGray(image.Rect(0, 0, 320, 240)), 128, 128)
	code := placed(drawQR(t, ownCode, 4), 640, 480, 10, 1, 230)
	live.Look(context.Background(), frame(blank))
	if s := live.Stats(); s.Frames != 1 || s.Reads != 0 || s.Light != imager.LightFlat {
		t.Errorf("%+v", s)
	}
	if _, err := live.Look(context.Background(), frame(code)); err != nil {
		t.Fatal(err)
	}
	if s := live.Stats(); s.Frames != 2 || s.Reads != 1 || s.Tries < 1 || s.Last <= 0 || s.Light != imager.LightGood {
		t.Errorf("%+v", s)
	}
}

// The hint is for who sets the camera up.
func TestLight(t *testing.T) {
	code := placed(drawQR(t, ownCode, 9), 640, 480, 10, 1, 230)
	white := image.NewGray(code.Rect)
	for i := range white.Pix {
		white.Pix[i] = 255
		if i%7 == 0 {
			white.Pix[i] = 90
		}
	}
	for want, img := range map[imager.Light]*image.Gray{
		imager.LightGood: code, imager.LightLow: faded(code, 5, 60), imager.LightHigh: white, imager.LightFlat: faded(code, 120, 130),
	} {
		live := imager.New(imager.Limits{}).Live("")
		live.Look(context.Background(), frame(img))
		if got := live.Stats().Light; got != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

// What was searched is not kept: it may be a live payment code.
func TestAPictureIsNotChanged(t *testing.T) {
	code := placed(drawQR(t, ownCode, 4), 640, 480, 10, 1, 230)
	before := slices.Clone(code.Pix)
	live := imager.New(imager.Limits{}).Live("")
	live.Look(context.Background(), frame(code))
	if !slices.Equal(before, code.Pix) {
		t.Error("the camera's picture was changed")
	}
}
