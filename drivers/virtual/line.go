// Package virtual is what stands at the far end of a wire in the demo and in
// tests: lines, scanners and printers that speak true bytes over a true pseudo
// terminal. It is never part of a register, and it holds no rule that the real
// drivers rely on.
//
// Invariant: what the near end sees cannot be told from a device on a cable:
// raw bytes without echo, and a hang-up when the cable is pulled.
package virtual

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// ErrUnplugged is what writing to a line fails with while its cable is pulled.
var ErrUnplugged = errors.New("line is unplugged; plug it again first")

// Line is a cable: a pseudo terminal whose near end is a stable path that a
// driver opens, and whose far end is read and written here. It is safe for
// use by several goroutines.
type Line struct {
	link string

	mu      sync.Mutex
	changed *sync.Cond // plugged, unplugged or closed
	far     *os.File   // the master; nil while unplugged
	near    *os.File   // the slave, held open so that nobody else's close ends the line
	closed  bool
}

// NewLine makes a plugged line. link becomes a symbolic link to the near end;
// it replaces an older link, and nothing else.
func NewLine(link string) (*Line, error) {
	l := &Line{link: link}
	l.changed = sync.NewCond(&l.mu)
	if err := l.Plug(); err != nil {
		return nil, err
	}
	return l, nil
}

// Path is the near end, to be opened by a driver.
func (l *Line) Path() string { return l.link }

// Plug connects a new cable under the same path. A plugged line stays as it is.
func (l *Line) Plug() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return fmt.Errorf("plug %s: %w", l.link, os.ErrClosed)
	}
	if l.far != nil {
		return nil
	}
	far, near, err := openPair()
	if err != nil {
		return fmt.Errorf("plug %s: %w", l.link, err)
	}
	if err := replaceLink(near.Name(), l.link); err != nil {
		return errors.Join(fmt.Errorf("plug %s: %w", l.link, err), far.Close(), near.Close())
	}
	l.far, l.near = far, near
	l.changed.Broadcast()
	return nil
}

// Unplug pulls the cable: the near end sees a hang-up, and the path is gone.
func (l *Line) Unplug() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pull()
}

// Close ends the line for good: reads return io.EOF.
func (l *Line) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	return l.pull()
}

// pull needs l.mu. The master goes first: its close is the hang-up.
func (l *Line) pull() error {
	defer l.changed.Broadcast()
	if l.far == nil {
		return nil
	}
	far, near := l.far, l.near
	l.far, l.near = nil, nil
	return errors.Join(removeLink(near.Name(), l.link), far.Close(), near.Close())
}

// Read waits for bytes that the near end wrote. While the line is unplugged it
// waits for the next cable; once the line is closed it returns io.EOF.
func (l *Line) Read(p []byte) (int, error) {
	for {
		far := l.waitPlugged()
		if far == nil {
			return 0, io.EOF
		}
		n, err := far.Read(p)
		if err == nil {
			return n, nil
		}
		if l.isPlugged(far) {
			return n, fmt.Errorf("line %s: %w", l.link, err)
		}
	}
}

// Write sends bytes to the near end. It waits while the near end's buffer is
// full, and fails with ErrUnplugged when the cable is or gets pulled.
func (l *Line) Write(p []byte) (int, error) {
	l.mu.Lock()
	far := l.far
	l.mu.Unlock()
	if far == nil {
		return 0, ErrUnplugged
	}
	n, err := far.Write(p)
	if err != nil && !l.isPlugged(far) {
		err = ErrUnplugged
	}
	return n, err
}

// SetWriteDeadline ends a Write that waits for a near end which nobody reads,
// with os.ErrDeadlineExceeded. A new cable begins without a deadline.
func (l *Line) SetWriteDeadline(at time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.far == nil {
		return ErrUnplugged
	}
	return l.far.SetWriteDeadline(at)
}

// waitPlugged returns the far end, or nil once the line is closed.
func (l *Line) waitPlugged() *os.File {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.far == nil && !l.closed {
		l.changed.Wait()
	}
	return l.far
}

func (l *Line) isPlugged(far *os.File) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.far == far
}

// openPair opens a pseudo terminal in raw mode.
func openPair() (far, near *os.File, err error) {
	master, near, err := pty.Open()
	if err != nil {
		return nil, nil, err
	}
	if far, err = pollable(master); err == nil {
		err = makeRaw(near)
	}
	if err != nil {
		_ = near.Close()
		if far != nil {
			_ = far.Close()
		}
		return nil, nil, err
	}
	return far, near, nil
}

// pollable trades a file that pty.Open left in blocking mode, where Close
// would not free a waiting Read, for one that Go's poller looks after.
func pollable(master *os.File) (*os.File, error) {
	defer master.Close()
	fd, err := unix.FcntlInt(master.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	return os.NewFile(uintptr(fd), master.Name()), nil
}

// makeRaw is cfmakeraw(3): bytes pass as they are, nothing is echoed. Both
// ends of a pseudo terminal share these settings.
func makeRaw(near *os.File) error {
	conn, err := near.SyscallConn()
	if err != nil {
		return err
	}
	failed := conn.Control(func(fd uintptr) {
		var t *unix.Termios
		if t, err = unix.IoctlGetTermios(int(fd), unix.TCGETS); err != nil {
			return
		}
		t.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
		t.Oflag &^= unix.OPOST
		t.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
		t.Cflag = t.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8
		t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
		err = unix.IoctlSetTermios(int(fd), unix.TCSETS, t)
	})
	return errors.Join(failed, err)
}

// replaceLink makes link point to target in one step, so that nobody finds
// half a link. It does not replace anything that is not a link.
func replaceLink(target, link string) error {
	if info, err := os.Lstat(link); err == nil && info.Mode()&os.ModeSymlink == 0 {
		return fmt.Errorf("%s is there already and is not a link; choose another path", link)
	}
	fresh := fmt.Sprintf("%s.%d", link, os.Getpid())
	if err := os.Symlink(target, fresh); err != nil {
		return err
	}
	if err := os.Rename(fresh, link); err != nil {
		return errors.Join(err, os.Remove(fresh))
	}
	return nil
}

// removeLink removes link unless somebody else has taken the path since.
func removeLink(target, link string) error {
	if at, err := os.Readlink(link); err != nil || at != target {
		return nil
	}
	return os.Remove(link)
}
