// Package tpmtest gives tests a true TPM in software: swtpm, behind a unix
// socket, with everything that went over the wire. It is for tests only.
//
// Invariant: a TPM that is started again in the same folder is the same TPM.
package tpmtest

import (
	"encoding/binary"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

// TPM is a running TPM.
type TPM struct {
	Path string // of the socket

	t       testing.TB
	command *exec.Cmd
	wire    *os.File // our end of swtpm's only connection
	door    net.Listener
	guests  sync.WaitGroup

	mu    sync.Mutex
	heard []byte
}

// Start starts the TPM whose state is in a folder, and makes one when there is
// none. It listens at the path until the end of the test. Without swtpm the
// test is skipped.
func Start(t testing.TB, state, path string) *TPM {
	t.Helper()
	program, err := exec.LookPath("swtpm")
	if err != nil {
		t.Skip("SKIP: swtpm is not installed (apt-get install swtpm), and without it there is no TPM to test with")
	}
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	must(t, err)
	theirs := os.NewFile(uintptr(pair[1]), "swtpm")
	defer theirs.Close()
	v := &TPM{Path: path, t: t, wire: os.NewFile(uintptr(pair[0]), "to swtpm")}
	v.command = exec.Command(program, "socket", "--tpm2", "--tpmstate", "dir="+state, "--fd", "3", "--flags", "not-need-init,startup-clear", "--log", "file="+filepath.Join(state, "log"))
	v.command.ExtraFiles = []*os.File{theirs}
	must(t, v.command.Start())
	v.door, err = net.Listen("unix", path)
	must(t, err)
	v.guests.Go(func() {
		for {
			guest, err := v.door.Accept()
			if err != nil {
				return
			}
			v.guests.Go(func() { v.serve(guest) })
		}
	})
	t.Cleanup(v.Stop)
	return v
}

// Stop takes the TPM's power away. Nobody may be in the middle of a command.
func (v *TPM) Stop() {
	if v.door == nil {
		return
	}
	_ = v.door.Close()
	v.guests.Wait()
	_ = v.wire.Close() // swtpm ends with it
	if err := v.command.Wait(); err != nil {
		v.t.Errorf("swtpm: %v", err)
	}
	v.door = nil
}

// Heard is all that went over the wire, in both directions.
func (v *TPM) Heard() []byte {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]byte(nil), v.heard...)
}

// serve passes commands and responses on, one at a time.
func (v *TPM) serve(guest net.Conn) {
	defer guest.Close()
	for {
		command, err := message(guest)
		if err != nil {
			return
		}
		if _, err := guest.Write(v.exchange(command)); err != nil {
			return
		}
	}
}

func (v *TPM) exchange(command []byte) []byte {
	v.mu.Lock()
	defer v.mu.Unlock()
	_, err := v.wire.Write(command)
	if err != nil {
		v.t.Errorf("to swtpm: %v", err)
		return nil
	}
	response, err := message(v.wire)
	if err != nil {
		v.t.Errorf("from swtpm: %v", err)
	}
	v.heard = append(append(v.heard, command...), response...)
	return response
}

// message is one command or response; its length is in its header.
func message(from io.Reader) ([]byte, error) {
	head := make([]byte, 10)
	if _, err := io.ReadFull(from, head); err != nil {
		return nil, err
	}
	rest := make([]byte, max(0, int(binary.BigEndian.Uint32(head[2:]))-len(head)))
	_, err := io.ReadFull(from, rest)
	return append(head, rest...), err
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
