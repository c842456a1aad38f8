package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// listenLocal is the machine's own door: a unix socket for the service's user
// and root. An empty path is none.
func listenLocal(path string) (net.Listener, error) {
	if path == "" {
		return nil, nil
	}
	if err := clearAway(path); err != nil {
		return nil, err
	}
	old := unix.Umask(0o177) // the socket is 0600 from the moment it exists
	l, err := net.Listen("unix", path)
	unix.Umask(old)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w; create its directory, or set [api] socket", path, err)
	}
	return ownPeers{l}, nil
}

// clearAway removes the socket that a killed agent left behind. One that
// answers, and whatever is no socket, stays.
func clearAway(path string) error {
	const quick = time.Second
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("look at the socket %s: %w", path, err)
	case info.Mode().Type() != os.ModeSocket:
		return fmt.Errorf("%s is there and is no socket: nothing was changed; set [api] socket to another path", path)
	}
	if conn, err := net.DialTimeout("unix", path, quick); err == nil {
		_ = conn.Close()
		return fmt.Errorf("another program answers on the socket %s: stop it, or set [api] socket to another path", path)
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("remove the socket %s that an earlier agent left: %w", path, err)
	}
	return nil
}

// ownPeers lets in only this user and root, whatever the socket's mode became.
type ownPeers struct{ net.Listener }

// Accept returns the next connection of a peer that may.
func (l ownPeers) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if peerMay(conn) {
			return conn, nil
		}
		_ = conn.Close()
	}
}

func peerMay(conn net.Conn) bool {
	u, ok := conn.(*net.UnixConn)
	if !ok {
		return false
	}
	raw, err := u.SyscallConn()
	if err != nil {
		return false
	}
	var cred *unix.Ucred
	err2 := raw.Control(func(fd uintptr) { cred, err = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) })
	return err2 == nil && err == nil && (cred.Uid == 0 || int(cred.Uid) == os.Getuid())
}
