package tpm_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/tpm"
)

// acting is a TPM that answers the commands of one visitor with these pieces of
// responses, and then hangs up. An empty piece waits for the next command.
func acting(t *testing.T, pieces ...string) *tpm.Device {
	t.Helper()
	path := filepath.Join(machine(t), "sock")
	l, err := net.Listen("unix", path)
	check(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		guest, err := l.Accept()
		if err != nil {
			return
		}
		defer guest.Close()
		command := make([]byte, 4096)
		for _, piece := range append([]string{""}, pieces...) {
			if piece != "" {
				_, err = guest.Write([]byte(piece))
			} else {
				_, err = guest.Read(command)
			}
			if err != nil {
				return
			}
		}
	}()
	d, err := tpm.Open(path)
	check(t, err)
	t.Cleanup(func() { _ = d.Close() })
	return d
}

const (
	done  = "\x80\x01\x00\x00\x00\x0c\x00\x00\x00\x00ab"
	retry = "\x80\x01\x00\x00\x00\x0a\x00\x00\x09\x22"
)

func TestResponses(t *testing.T) {
	for name, c := range map[string]struct {
		pieces []string
		want   string
		says   string
	}{
		"at once":           {[]string{done}, done, ""},
		"busy at first":     {[]string{retry, "", retry, "", done}, done, ""},
		"hangs up":          {nil, "", "unexpected EOF"},
		"hangs up halfway":  {[]string{done[:11]}, "", "unexpected EOF"},
		"more than it says": {[]string{done + "c"}, "", "broken"},
		"says too little":   {[]string{"\x80\x01\x00\x00\x00\x09\x00\x00\x00\x00"}, "", "broken"},
		"says too much":     {[]string{"\x80\x01\x00\x00\x10\x01\x00\x00\x00\x00"}, "", "broken"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := acting(t, c.pieces...).Send([]byte("a command"))
			if string(got) != c.want || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

// A response that comes in pieces is one response.
func TestAResponseInPieces(t *testing.T) {
	got, err := acting(t, done[:3], done[3:10], done[10:]).Send([]byte("a command"))
	if string(got) != done || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestNoDevice(t *testing.T) {
	dir := machine(t)
	if _, err := tpm.Open(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it says %v", err)
	}
	path := filepath.Join(dir, "file")
	check(t, os.WriteFile(path, []byte("precious"), 0o600))
	if _, err := tpm.Open(path); err == nil || !strings.Contains(err.Error(), "no device") {
		t.Errorf("it says %v", err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, "left"))
	check(t, err)
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	check(t, l.Close())
	if _, err := tpm.Open(filepath.Join(dir, "left")); err == nil {
		t.Error("a socket at which nobody listens was opened")
	}
}

// A TPM that is silent does not hold up the start for ever.
func TestASilentTPM(t *testing.T) {
	d := acting(t, "", done)
	d.WaitsFor(time.Millisecond)
	if _, err := d.Send([]byte("a command")); err == nil || !strings.Contains(err.Error(), "has not answered within 1ms") {
		t.Errorf("it says %v", err)
	}
	check(t, d.Close())
	if _, err := d.Send([]byte("a command")); err == nil {
		t.Error("a closed device took a command")
	}
}
