package camera

import (
	"errors"
	"io/fs"
	"os"
	"testing"
	"time"
)

// A true camera of Linux is opened, gives pictures, rests,
// and gives pictures again.
func TestTrueCamera(t *testing.T) {
	path := os.Getenv("POSAGENT_RIG_CAMERA")
	if os.Getenv("POSAGENT_RIG") == "" {
		t.Skip("SKIP: set POSAGENT_RIG=1 on a machine with a camera")
	}
	if path == "" {
		path = "/dev/video0"
	}
	n, err := openNode(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("there is no %s", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer n.close()
	d, err := newCam(n, 1280, 720)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d x %d in %#x", d.format.width, d.format.height, d.format.pixels)
	for range 2 {
		if err := d.start(); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			p, err := d.next(5 * time.Second)
			if err != nil || len(p) == 0 {
				t.Fatalf("a picture of %d bytes, %v", len(p), err)
			}
		}
		if err := d.stop(); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.there(); err != nil {
		t.Error(err)
	}
}
