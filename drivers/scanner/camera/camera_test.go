package camera

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"github.com/posagent/posagent/drivers/bench"
	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner/supervise"
)

// A camera keeps the manners of every scanner, as far as pictures can.
func TestConformance(t *testing.T) {
	for name, pixels := range map[string]uint32{"yuyv": yuyv, "mjpeg": mjpeg} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench.Camera(t, profile.Scanner{}, func(t *testing.T, model profile.Scanner) bench.ScannerRig {
				f := webcam(pixels)
				return bench.ScannerRig{
					Driver: start(t, f, model), Unplug: f.unplug, Plug: f.plug,
					SendsAIM: true, OnlyASCII: true,
					Frame: func(_, text string) []byte {
						if img := seen(t, text); pixels == yuyv {
							return asYUYV(img)
						} else {
							return asMJPEG(t, img)
						}
					},
					Send: func(p []byte) error { return show(f, p) },
				}
			})
		})
	}
}

// inTestTime runs a camera in a bubble of time of its own.
func inTestTime(t *testing.T, f *fake, do func(*testing.T, *supervise.Scanner)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := start(t, f, profile.Scanner{})
		synctest.Wait()
		do(t, s)
	})
}

// The light of the camera is on while a code is wanted, and a little longer.
func TestTheCameraRests(t *testing.T) {
	f := webcam(yuyv)
	inTestTime(t, f, func(t *testing.T, s *supervise.Scanner) {
		lit := func(want bool, when string) {
			t.Helper()
			synctest.Wait()
			if f.streams() != want {
				t.Errorf("%s: the camera streams: %v", when, f.streams())
			}
		}
		film := func(d time.Duration) {
			for range d / (100 * time.Millisecond) {
				f.picture(nil, 0) // nothing to search in
				time.Sleep(100 * time.Millisecond)
			}
		}
		lit(false, "at first")
		time.Sleep(time.Minute)
		lit(false, "after a minute")
		s.Arm()
		lit(true, "armed")
		film(30 * time.Second)
		lit(true, "still armed")
		s.Disarm()
		film(5 * time.Second)
		lit(true, "just disarmed")
		film(6 * time.Second)
		lit(false, "disarmed for long")
		s.Arm()
		lit(true, "armed again")
		film(time.Second)
		if opens, starts, stops := f.counts(); starts != 2 || stops != 1 || opens != 1 {
			t.Errorf("%d starts, %d stops, %d opens", starts, stops, opens)
		}
		if h := s.Health(); h.State != device.Ready {
			t.Errorf("health is %+v", h)
		}
	})
}

// A code that stays in sight is one scan for each wait. A picture that was
// taken before somebody waited is none.
func TestACodeThatStaysInSight(t *testing.T) {
	f := webcam(yuyv)
	inTestTime(t, f, func(t *testing.T, s *supervise.Scanner) {
		code := asYUYV(seen(t, "97012345678901234567"))
		wall := asYUYV(seen(t, ""))
		film := func(p []byte, times int) {
			for range times {
				f.picture(p, 0)
				time.Sleep(100 * time.Millisecond)
			}
		}
		s.Arm()
		synctest.Wait()
		film(code, 30)
		s.Disarm()
		film(code, 30)
		if n := len(s.Scans()); n != 1 {
			t.Fatalf("%d scans, want one", n)
		}
		if st := s.Stats(); st.NotWanted != 0 || st.Duplicates != 0 {
			t.Errorf("what nobody waited for was searched: %+v", st)
		}
		s.Arm() // the next sale; the phone still lies there
		synctest.Wait()
		film(code, 3)
		if n := len(s.Scans()); n != 2 {
			t.Fatalf("%d scans, want two: it is up to the register to know the code again", n)
		}
		film(wall, 3)
	})
}

// More pictures come than can be searched: the newest is searched and the
// others are dropped, so that no old one is ever read.
func TestOldPicturesAreDropped(t *testing.T) {
	f := webcam(yuyv)
	inTestTime(t, f, func(t *testing.T, s *supervise.Scanner) {
		s.Arm()
		synctest.Wait()
		f.picture(asYUYV(seen(t, "")), 0)
		time.Sleep(10 * time.Millisecond) // the next search has to wait a little
		for _, text := range []string{"97000000000000000001", "97000000000000000002", "97000000000000000003"} {
			f.picture(asYUYV(seen(t, text)), 0)
		}
		time.Sleep(time.Second)
		if n := len(s.Scans()); n != 1 {
			t.Fatalf("%d scans", n)
		}
		if got := string((<-s.Scans()).Data); got != "97000000000000000003" {
			t.Errorf("scanned %q, want the newest", got)
		}
	})
}

// Pictures that are broken are passed over.
func TestBrokenPictures(t *testing.T) {
	for name, pixels := range map[string]uint32{"yuyv": yuyv, "mjpeg": mjpeg} {
		f := webcam(pixels)
		inTestTime(t, f, func(t *testing.T, s *supervise.Scanner) {
			img := seen(t, "97012345678901234567")
			whole := asYUYV(img)
			if pixels == mjpeg {
				whole = asMJPEG(t, img)
			}
			s.Arm()
			synctest.Wait()
			for _, p := range [][]byte{{}, {0xFF}, whole[:len(whole)/2], []byte("\xff\xd8\xff\xda\x00"), bytes.Repeat([]byte{0xFF, 0xD8}, 50)} {
				f.picture(p, 0)
				time.Sleep(time.Second)
			}
			f.picture(whole, bufferBroken)
			time.Sleep(time.Second)
			if n := len(s.Scans()); n != 0 {
				t.Errorf("%s: %d scans of broken pictures", name, n)
			}
			f.picture(whole, 0)
			time.Sleep(time.Second)
			if n := len(s.Scans()); n != 1 {
				t.Errorf("%s: %d scans of a whole one", name, n)
			}
		})
	}
}

func TestUnplugged(t *testing.T) {
	for name, armed := range map[string]bool{"while it rests": false, "while it streams": true} {
		f := webcam(yuyv)
		inTestTime(t, f, func(t *testing.T, s *supervise.Scanner) {
			if armed {
				s.Arm()
			}
			time.Sleep(time.Second)
			if err := f.unplug(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(3 * time.Second)
			if h := s.Health(); h.State != device.Absent || h.Reason != device.Unplugged {
				t.Errorf("%s: health is %+v", name, h)
			}
			if err := f.plug(); err != nil {
				t.Fatal(err)
			}
			s.Arm()
			for range 300 {
				f.picture(nil, 0)
				time.Sleep(100 * time.Millisecond)
			}
			f.picture(asYUYV(seen(t, "97012345678901234567")), 0)
			time.Sleep(time.Second)
			if len(s.Scans()) != 1 {
				t.Errorf("%s: no scan after it came back", name)
			}
			s.Disarm()
		})
	}
}

// A camera that is on and sends no picture is opened anew.
func TestNoPictures(t *testing.T) {
	f := webcam(yuyv)
	inTestTime(t, f, func(t *testing.T, s *supervise.Scanner) {
		s.Arm()
		time.Sleep(2500 * time.Millisecond)
		if h := s.Health(); h.State != device.Ready && (h.State != device.Absent || h.Reason != device.NoReply || !strings.Contains(h.Detail, "no picture came")) {
			t.Errorf("health is %+v", h)
		}
		time.Sleep(10 * time.Second)
		if opens, _, _ := f.counts(); opens < 2 {
			t.Error("it was not opened again")
		}
		s.Disarm()
	})
}

func TestHealthOfErrors(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*fake)
		want   string
	}{
		"no camera":         {func(f *fake) { f.fails = map[uintptr]error{queryCap: unix.ENOTTY} }, "faulted/not_configured it is not a camera"},
		"an output":         {func(f *fake) { f.caps.device = 2 }, "faulted/not_configured takes no pictures"},
		"only H.264":        {func(f *fake) { f.formats = []uint32{'H' | '2'<<8 | '6'<<16 | '4'<<24} }, "faulted/wrong_model neither in YUYV nor in MJPEG"},
		"insists on H.264":  {func(f *fake) { f.set = func(p *pixFormat) { p.pixels = 1 } }, "faulted/wrong_model another format"},
		"a giant":           {func(f *fake) { f.set = func(p *pixFormat) { p.width = 1 << 20 } }, "faulted/wrong_model 1048576 x"},
		"rows too short":    {func(f *fake) { f.set = func(p *pixFormat) { p.stride = 640 } }, "faulted/wrong_model a row of 640 dots in 640 bytes"},
		"used by others":    {func(f *fake) { f.fails = map[uintptr]error{setFormat: unix.EBUSY} }, "blocked/busy set the format"},
		"gone while opened": {func(f *fake) { f.fails = map[uintptr]error{enumFormats: unix.ENODEV} }, "absent/unplugged went away"},
	} {
		f := webcam(yuyv)
		c.change(f)
		inTestTime(t, f, func(t *testing.T, s *supervise.Scanner) {
			time.Sleep(time.Minute)
			state, detail, _ := strings.Cut(c.want, " ")
			if h := s.Health(); string(h.State)+"/"+string(h.Reason) != state || !strings.Contains(h.Detail, detail) {
				t.Errorf("%s: health is %+v, want %s", name, h, c.want)
			}
		})
	}
}
