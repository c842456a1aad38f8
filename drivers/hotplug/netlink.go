package hotplug

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Groups of NETLINK_KOBJECT_UEVENT.
const (
	kernelGroup = 1
	udevGroup   = 2
)

// errOverrun means that events were lost: everything must be looked at.
var errOverrun = errors.New("events were lost")

// netlink hears the events of this machine.
type netlink struct {
	file *os.File
	from Source
	buf  []byte
}

// listen begins to hear from udev where it runs, and from the kernel elsewhere.
// udevRuns is the path of the socket by which udev is spoken to.
func listen(udevRuns string) (*netlink, error) {
	from, group := Kernel, uint32(kernelGroup)
	if _, err := os.Stat(udevRuns); err == nil {
		from, group = Udev, udevGroup
	}
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_KOBJECT_UEVENT)
	if err != nil {
		return nil, fmt.Errorf("hear of devices that come and go: %w", err)
	}
	const room = 1 << 20 // a hub with all its devices is some hundred messages
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, room)
	err = errors.Join(
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PASSCRED, 1),
		unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: group}))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("hear of devices that come and go: %w", err), unix.Close(fd))
	}
	return &netlink{file: os.NewFile(uintptr(fd), "uevents"), from: from, buf: make([]byte, longestEvent+1)}, nil
}

// next waits for the next event. Messages of strangers, and those that are no
// events, are passed over.
func (n *netlink) next() (Event, error) {
	conn, err := n.file.SyscallConn()
	if err != nil {
		return Event{}, err
	}
	credentials := make([]byte, unix.CmsgSpace(unix.SizeofUcred))
	for {
		var size, more int
		var sender unix.Sockaddr
		var failed error
		err := conn.Read(func(fd uintptr) bool {
			size, more, _, sender, failed = unix.Recvmsg(int(fd), n.buf, credentials, 0)
			return failed != unix.EAGAIN
		})
		switch {
		case err != nil:
			return Event{}, err
		case failed == unix.ENOBUFS:
			return Event{}, errOverrun
		case failed == unix.EINTR:
			continue
		case failed != nil:
			return Event{}, failed
		}
		if !n.trusted(sender, credentials[:more]) {
			continue
		}
		if e, err := parseEvent(n.buf[:size]); err == nil && e.From == n.from {
			return e, nil
		}
	}
}

// trusted tells whether a message is of the kernel, or of a program of root's
// where udev is heard.
func (n *netlink) trusted(sender unix.Sockaddr, control []byte) bool {
	from, ok := sender.(*unix.SockaddrNetlink)
	if !ok || n.from == Kernel && (from.Pid != 0 || from.Groups != kernelGroup) {
		return false
	}
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return false
	}
	for i := range messages {
		if who, err := unix.ParseUnixCredentials(&messages[i]); err == nil {
			return who.Uid == 0
		}
	}
	return false
}

func (n *netlink) close() error { return n.file.Close() }
