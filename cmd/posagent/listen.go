package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// listenLocal is the machine's own door: a unix socket for the service's user
// and root. An empty path is none.
func listenLocal(path string) (net.Listener, error) {
	if path == "" {
		return nil, nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("replace the socket %s: %w", path, err)
	}
	old := unix.Umask(0o177) // the socket is 0600 from the moment it exists
	l, err := net.Listen("unix", path)
	unix.Umask(old)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w; create its directory, or set [api] socket", path, err)
	}
	return ownPeers{l}, nil
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
