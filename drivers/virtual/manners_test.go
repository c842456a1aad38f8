package virtual_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/drivers/scanner/hidpos"
	"github.com/posagent/posagent/drivers/scanner/line"
	"github.com/posagent/posagent/drivers/scanner/supervise"
	"github.com/posagent/posagent/drivers/scanner/wedge"
	"github.com/posagent/posagent/drivers/virtual"
)

// counter is a real driver with a virtual scanner at its wire.
type counter struct {
	*testing.T
	far    virtual.Reader
	driver *supervise.Scanner
	drops  chan scanner.Drop
	states chan device.Health
}

var quiet = slog.New(slog.DiscardHandler)

// kinds are the scanners there are.
var kinds = map[string]func(*testing.T) (virtual.Reader, *supervise.Scanner){
	"line": func(t *testing.T) (virtual.Reader, *supervise.Scanner) {
		model := profile.Scanner{End: "cr", GapMilli: 150}
		dir := t.TempDir()
		far, err := virtual.NewScanner(filepath.Join(dir, "register"), filepath.Join(dir, "visitor"), model, quiet)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = far.Close() })
		s, err := line.New("scanner1", model, "test", port.At(port.Address{Kind: port.Serial, Path: far.Path()}, 115200), quiet)
		if err != nil {
			t.Fatal(err)
		}
		return far, s
	},
	"hid-pos": func(t *testing.T) (virtual.Reader, *supervise.Scanner) {
		far := new(virtual.HIDPOS)
		s, err := hidpos.New("scanner1", profile.Scanner{End: "none", GapMilli: 150}, "test", far.Open, far.Descriptor, quiet)
		if err != nil {
			t.Fatal(err)
		}
		return far, s
	},
	"keyboard": func(t *testing.T) (virtual.Reader, *supervise.Scanner) {
		far := &virtual.Keyboard{Layout: "jis"}
		s, err := wedge.New("scanner1", profile.Scanner{Layout: "jis", End: "any"}, "test", far.Open, quiet)
		if err != nil {
			t.Fatal(err)
		}
		return far, s.Scanner
	},
}

// atEach runs a test at a counter with each kind of scanner.
func atEach(t *testing.T, test func(*counter)) {
	for name, make := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := counterOf(t, make)
			test(c)
		})
	}
}

func counterOf(t *testing.T, kind func(*testing.T) (virtual.Reader, *supervise.Scanner)) *counter {
	far, driver := kind(t)
	c := &counter{T: t, far: far, driver: driver, drops: make(chan scanner.Drop, 1000), states: make(chan device.Health, 100)}
	driver.WatchDrops(func(d scanner.Drop) { c.drops <- d })
	driver.Watch(func(h device.Health) { c.states <- h })
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = driver.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	c.state(device.Ready)
	return c
}

func (c *counter) do(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

// reads wants the next scan to be this code; what was dropped before it may
// be of any kind.
func (c *counter) reads(text string) {
	c.Helper()
	select {
	case scan := <-c.driver.Scans():
		if string(scan.Data) != text {
			c.Fatalf("scanned %q, want %q", string(scan.Data), text)
		}
	case <-time.After(20 * time.Second):
		c.Fatalf("no scan came, want %q", text)
	}
}

func (c *counter) drop(kinds ...scanner.DropKind) {
	c.Helper()
	for end := time.After(20 * time.Second); ; {
		select {
		case d := <-c.drops:
			for _, k := range kinds {
				if d.Kind == k {
					return
				}
			}
		case <-end:
			c.Fatalf("nothing was dropped as %v", kinds)
		}
	}
}

func (c *counter) state(want device.State) {
	c.Helper()
	for end := time.After(20 * time.Second); ; {
		select {
		case h := <-c.states:
			if h.State == want {
				return
			}
		case <-end:
			c.Fatalf("it never became %s: %+v", want, c.driver.Health())
		}
	}
}

func TestSplitReads(t *testing.T) {
	atEach(t, func(c *counter) {
		for _, n := range []int{1, 3, 0} {
			text := fmt.Sprintf("97 at %d a time, and long enough for two reports of a scanner", n)
			c.driver.Arm()
			c.do(virtual.Show(c.far, "]Q1", text, n))
			c.reads(text)
		}
	})
}

func TestDoubleReads(t *testing.T) {
	atEach(t, func(c *counter) {
		c.driver.Arm()
		c.do(virtual.Twice(c.far, "]Q1", "97123456"))
		c.reads("97123456")
		c.drop(scanner.Duplicate)
		if len(c.driver.Scans()) > 0 {
			c.Error("one code became two scans")
		}
	})
}

// Ten megabytes of garbage do no harm: not to the code after it, not to the
// memory, and the watchers are not woken for each byte.
func TestTenMegabytesOfNoise(t *testing.T) {
	atEach(t, func(c *counter) {
		c.do(virtual.Flood(c.far, 10<<20))
		c.do(virtual.Show(c.far, "]Q1", "97 is spoilt by what stands before it", 0))
		for {
			// Silence ends whatever the flood began. The driver has come to it
			// when a code is read again.
			c.driver.Arm()
			c.do(virtual.Show(c.far, "]Q1", "97 after the flood", 0))
			select {
			case scan := <-c.driver.Scans():
				if got := string(scan.Data); got != "97 after the flood" && got != "97 is spoilt by what stands before it" {
					c.Fatalf("scanned %q", got)
				}
				if told := len(c.drops); told > 200 {
					c.Errorf("%d drops were told", told)
				}
				return
			case <-time.After(time.Second):
			}
		}
	})
}

func TestPulledInAFrame(t *testing.T) {
	atEach(t, func(c *counter) {
		const code = "97 and so long that it takes more than one report of a scanner, too"
		for i, share := range []float64{0, 0.3, 0.7, 0.99} {
			c.driver.Arm()
			c.do(virtual.PullIn(c.far, "]Q1", code, share))
			c.state(device.Absent)
			c.do(c.far.Plug())
			c.driver.Retry()
			c.state(device.Ready)
			text := fmt.Sprintf("97 after pull %d", i)
			c.driver.Arm()
			c.do(virtual.Show(c.far, "]Q1", text, 0))
			c.reads(text)
		}
	})
}

// The two settings that are wrong most often. Neither gives a code that the
// register takes, and both leave the digits that it could not tell from right
// ones to the register's own look at the text.
func TestWrongSettings(t *testing.T) {
	t.Run("parity", func(t *testing.T) {
		c := counterOf(t, kinds["line"])
		far := c.far.(*virtual.Scanner)
		bytes := far.WrongParity("]Q1", "9712345678")
		if string(bytes) == "9712345678\r" {
			t.Fatal("the parity is not there")
		}
		c.driver.Arm()
		c.do(far.Send(bytes))
		c.drop(scanner.HalfFrame, scanner.Noise) // the CR has its highest bit set, too
	})
	t.Run("layout", func(t *testing.T) {
		c := counterOf(t, kinds["keyboard"])
		far := c.far.(*virtual.Keyboard)
		far.Layout = "us"
		c.driver.Arm()
		c.do(virtual.Show(far, "", "97[12345]", 0))
		c.reads("97@12345[")
	})
}
