package virtual_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/virtual"
)

func newScanner(t *testing.T, model profile.Scanner) *virtual.Scanner {
	t.Helper()
	dir := t.TempDir()
	s, err := virtual.NewScanner(filepath.Join(dir, "register"), filepath.Join(dir, "visitor"), model, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// A shell command is enough to show a code, and the bytes go on as they are.
func TestVisitorShowsACode(t *testing.T) {
	s := newScanner(t, profile.Scanner{})
	near, err := openRDWR(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()

	for range 2 { // the visitor's line outlives the shell that wrote to it
		cmd := exec.Command("sh", "-c", `printf '97 \0 12\r' > "$1"`, "sh", s.VisitorPath())
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		got := make([]byte, 8)
		if _, err := io.ReadFull(near, got); err != nil || string(got) != "97 \x00 12\r" {
			t.Fatalf("register read %q (%v)", got, err)
		}
	}

	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Fatalf("run ended with %v", err)
	}
}

// A visitor who writes while the register's cable is pulled does not end the
// scanner.
func TestVisitorWritesToAnUnpluggedScanner(t *testing.T) {
	s := newScanner(t, profile.Scanner{})
	go func() { _ = s.Run(t.Context()) }()
	if err := s.Unplug(); err != nil {
		t.Fatal(err)
	}
	if err := s.Scan("97"); !errors.Is(err, virtual.ErrUnplugged) {
		t.Fatalf("scan while unplugged: %v, want ErrUnplugged", err)
	}
	visitor, err := openRDWR(s.VisitorPath())
	if err != nil {
		t.Fatal(err)
	}
	defer visitor.Close()
	if _, err := visitor.Write([]byte("lost\r")); err != nil {
		t.Fatal(err)
	}
	if err := s.Plug(); err != nil {
		t.Fatal(err)
	}
	near, err := openRDWR(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	if _, err := visitor.Write([]byte("seen\r")); err != nil {
		t.Fatal(err)
	}
	// "lost\r" may still have come just after the plug: both are true to life.
	var got string
	for buf := make([]byte, 16); len(got) < 5 || got[len(got)-5:] != "seen\r"; {
		n, err := near.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		got += string(buf[:n])
	}
}

func TestFrame(t *testing.T) {
	for _, c := range []struct {
		model profile.Scanner
		want  string
	}{
		{profile.Scanner{}, "97\r"},
		{profile.Scanner{End: "cr"}, "97\r"},
		{profile.Scanner{End: "lf"}, "97\n"},
		{profile.Scanner{End: "crlf"}, "97\r\n"},
		{profile.Scanner{End: "tab"}, "97\t"},
		{profile.Scanner{End: "gap"}, "97"},
		{profile.Scanner{Header: "stx", End: "etx"}, "\x0297\x03"},
		{profile.Scanner{Header: "stx", End: "any", AIM: true}, "\x02]C097\r"},
		{profile.Scanner{Header: "stx", End: "etx", BCC: "data", Digits: 4, Marks: []string{"Q=]Q1", "K=]C0"}}, "\x02K000297\x03G"},
		{profile.Scanner{Header: "stx", End: "crlf", BCC: "all"}, "\x0297\r\n\x09"},
	} {
		if got := string(virtual.Frame(c.model, "]C0", "97")); got != c.want {
			t.Errorf("%+v frames as %q, want %q", c.model, got, c.want)
		}
	}
}
