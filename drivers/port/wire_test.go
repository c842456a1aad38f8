package port_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/posagent/posagent/drivers/port"
)

// A named pipe behaves like the USB printer's device file: it is no tty.
func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lp0")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	p := open(t, port.Address{Kind: port.File, Path: path})
	if _, err := p.Read(make([]byte, 1), time.Millisecond); !errors.Is(err, port.ErrTimeout) {
		t.Fatalf("read: %v, want ErrTimeout", err)
	}
	if _, err := p.Write([]byte("abc"), time.Minute); err != nil {
		t.Fatal(err)
	}
	if got := readFull(t, p, 3); got != "abc" {
		t.Fatalf("read %q", got)
	}
	if _, err := port.Open(port.Address{Kind: port.File, Path: path}); !errors.Is(err, port.ErrBusy) {
		t.Fatalf("second open: %v, want ErrBusy", err)
	}
	if n, err := p.Write(make([]byte, 1<<20), 20*time.Millisecond); n >= 1<<20 || !errors.Is(err, port.ErrTimeout) {
		t.Fatalf("stuck write: %d, %v, want ErrTimeout", n, err)
	}
}

// A pipe without a writer answers each read with "nothing", as the USB printer
// driver does to an empty packet: that is a timeout and no unplugged device.
func TestFileThatReadsNothing(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	p := port.NewQuiet(r)
	if _, err := p.Read(make([]byte, 1), 25*time.Millisecond); !errors.Is(err, port.ErrTimeout) {
		t.Fatalf("read: %v, want ErrTimeout", err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := p.Read(make([]byte, 1), 0)
		ended <- err
	}()
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, port.ErrClosed) {
		t.Fatalf("read after close: %v, want ErrClosed", err)
	}
}

func TestOpenFileErrors(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "receipt.txt")
	if err := os.WriteFile(plain, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := port.Open(port.Address{Kind: port.File, Path: plain}); !errors.Is(err, port.ErrNotDevice) {
		t.Errorf("a plain file: %v, want ErrNotDevice", err)
	}
	if _, err := port.Open(port.Address{Kind: port.File, Path: "/dev/usb/no-such-printer"}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v, want ErrNotExist", err)
	}
	if _, err := port.Open(port.Address{Kind: port.File, Path: "/dev/null"}); !errors.Is(err, port.ErrNotDevice) {
		t.Errorf("/dev/null: %v, want ErrNotDevice", err)
	}
	if _, err := port.Open(port.Address{Kind: "carrier-pigeon"}); err == nil {
		t.Error("an unknown kind was opened")
	}
}

// Root may open everything, so the test runs itself again as nobody.
func TestPermissionNamesTheGroup(t *testing.T) {
	const variable = "PORT_TEST_PATH"
	if path := os.Getenv(variable); path != "" {
		_, err := port.Open(serialAt(path))
		if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "usermod -aG tty USER") {
			t.Fatalf("open as nobody: %v, want ErrPermission and the group tty", err)
		}
		return
	}
	if os.Geteuid() != 0 {
		t.Skip("SKIP: needs root, to become somebody without rights")
	}
	dir, err := os.MkdirTemp("", "port") // t.TempDir would be closed to nobody
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	binary, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(dir, "port.test")
	if err := os.WriteFile(again, binary, 0o755); err != nil {
		t.Fatal(err)
	}
	near := filepath.Join(dir, "line")
	target, err := os.Readlink(newLine(t).Path())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Symlink(target, near), os.Chmod(target, 0o620), os.Chown(target, 0, 5)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(again, "-test.run=^TestPermissionNamesTheGroup$", "-test.count=1")
	cmd.Env, cmd.Dir = append(os.Environ(), variable+"="+near), dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("as nobody: %v\n%s", err, out)
	}
}
