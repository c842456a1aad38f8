package virtual_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/posagent/posagent/drivers/virtual"
)

func newLine(t *testing.T) *virtual.Line {
	t.Helper()
	line, err := virtual.NewLine(filepath.Join(t.TempDir(), "near"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = line.Close() })
	return line
}

// openRDWR opens a near end without making it the test's own terminal.
func openRDWR(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|unix.O_NOCTTY, 0)
}

func openNear(t *testing.T, line *virtual.Line) *os.File {
	t.Helper()
	near, err := openRDWR(line.Path())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = near.Close() })
	return near
}

// Every byte value passes both ways as it is: no echo, no newline made of a
// carriage return, no flow control, no end of file.
func TestLineIsRaw(t *testing.T) {
	line := newLine(t)
	near := openNear(t, line)
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	got := make([]byte, len(all))

	if _, err := line.Write(all); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(near, got); err != nil || string(got) != string(all) {
		t.Fatalf("near end got % x (%v)", got, err)
	}
	if _, err := near.Write(all); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(line, got); err != nil || string(got) != string(all) {
		t.Fatalf("far end got % x (%v)", got, err)
	}
}

// A register that closes and opens its port again finds the line as it was.
func TestLineOutlivesWhoeverOpensIt(t *testing.T) {
	line := newLine(t)
	got := make([]byte, 2)
	for _, word := range []string{"ab", "cd"} {
		near := openNear(t, line)
		if _, err := near.Write([]byte(word)); err != nil {
			t.Fatal(err)
		}
		if err := near.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(line, got); err != nil || string(got) != word {
			t.Fatalf("read %q (%v), want %q", got, err, word)
		}
	}
}

func TestUnplugHangsUpAndPlugGivesANewWire(t *testing.T) {
	line := newLine(t)
	near := openNear(t, line)
	read := make(chan string, 1)
	go func() { // waits through the unplugged time
		p := make([]byte, 16)
		n, _ := line.Read(p)
		read <- string(p[:n])
	}()

	if err := line.Unplug(); err != nil {
		t.Fatal(err)
	}
	if n, err := near.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Fatalf("near end read %d bytes, %v; want a hang-up", n, err)
	}
	if _, err := os.Lstat(line.Path()); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("path after unplug: %v, want it gone", err)
	}
	if _, err := line.Write([]byte("x")); !errors.Is(err, virtual.ErrUnplugged) {
		t.Fatalf("write while unplugged: %v, want ErrUnplugged", err)
	}

	if err := line.Plug(); err != nil {
		t.Fatal(err)
	}
	if _, err := openNear(t, line).Write([]byte("again")); err != nil {
		t.Fatal(err)
	}
	if got := <-read; got != "again" {
		t.Fatalf("read %q after plugging, want %q", got, "again")
	}
}

// A writer that is stuck because nobody reads is freed by pulling the cable.
func TestUnplugFreesAStuckWriter(t *testing.T) {
	line := newLine(t)
	written := make(chan error, 1)
	go func() {
		_, err := line.Write(make([]byte, 1<<20))
		written <- err
	}()
	if _, err := io.ReadFull(openNear(t, line), make([]byte, 1)); err != nil { // it has begun
		t.Fatal(err)
	}
	if err := line.Unplug(); err != nil {
		t.Fatal(err)
	}
	if err := <-written; !errors.Is(err, virtual.ErrUnplugged) {
		t.Fatalf("stuck write: %v, want ErrUnplugged", err)
	}
}

func TestCloseEndsReads(t *testing.T) {
	line := newLine(t)
	ended := make(chan error, 1)
	go func() {
		_, err := line.Read(make([]byte, 1))
		ended <- err
	}()
	if err := line.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != io.EOF {
		t.Fatalf("read on a closed line: %v, want io.EOF", err)
	}
	if err := line.Plug(); !errors.Is(err, os.ErrClosed) {
		t.Fatalf("plug on a closed line: %v, want os.ErrClosed", err)
	}
}

func TestLineReplacesALinkButNotAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "near")
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := virtual.NewLine(path); err == nil {
		t.Fatal("a file was replaced by a line")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/nowhere", path); err != nil {
		t.Fatal(err)
	}
	line, err := virtual.NewLine(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := line.Close(); err != nil {
		t.Fatal(err)
	}
}

// Two lines under one path: the later one has it, and keeps it when the
// earlier one ends.
func TestClosedLineLeavesTheNextOnesLink(t *testing.T) {
	first := newLine(t)
	second, err := virtual.NewLine(first.Path())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = second.Close() })
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := openNear(t, second).Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(second, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
}
