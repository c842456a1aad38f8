package managed_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/configs/managed"
	"github.com/posagent/posagent/offline"
)

// shop is a manager over real files, and devices that answer as refit says.
type shop struct {
	*testing.T
	dir, path string
	*managed.Manager
	refit   error      // of the next change of devices
	mu      sync.Mutex // over what the clock changes
	running configs.Config
	notes   []string
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{T: t, dir: t.TempDir()}
	s.path = filepath.Join(s.dir, "posagent.toml")
	s.must(os.WriteFile(s.path, []byte("[store]\nid = \"S1\"\nterminal = \"1\"\nname = \"x\"\n"), 0o600))
	s.start()
	return s
}

func (s *shop) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// start is what the program does at its start.
func (s *shop) start() {
	s.Helper()
	files := offline.NewSettings(configs.DropIn(s.path), s.dir)
	undone, err := files.Undo()
	s.must(err)
	s.running, err = configs.Load(s.path)
	s.must(err)
	s.Manager, err = managed.New(managed.Options{
		Path: s.path, Running: s.running, Undone: undone, Files: files, Now: time.Now,
		Note: func(who managed.Who, what string) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.notes = append(s.notes, who.By+" "+what)
		},
		Refit: func(_ context.Context, next configs.Config, _ time.Duration) ([]managed.Probe, error) {
			if s.refit != nil {
				return nil, s.refit
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			s.running = next
			return nil, nil
		},
	})
	s.must(err)
}

func (s *shop) set(key, value string) (managed.Result, error) {
	return s.Change(context.Background(), managed.Change{Set: configs.Settings{key: value}, Match: s.View().Match, Within: time.Minute}, managed.Who{By: "manager", Name: "taro"})
}

// footer is what runs, and what the next start would read.
func (s *shop) footer(want string) {
	s.Helper()
	c, err := configs.Load(s.path)
	s.must(err)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running.Receipt.Footer != want {
		s.Errorf("%q runs, want %q", s.running.Receipt.Footer, want)
	}
	if c.Receipt.Footer != want {
		s.Errorf("%q stands in the file, want %q", c.Receipt.Footer, want)
	}
}

func why(err error) managed.Why {
	var r *managed.Refusal
	if errors.As(err, &r) {
		return r.Why
	}
	return ""
}

// A change runs at once; the clock takes it back, and a confirmation keeps it.
func TestConfirmedOrTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		defer s.Close()
		_, err := s.set("receipt.footer", `"a"`)
		s.must(err)
		s.footer("a")
		if _, err := s.set("receipt.footer", `"b"`); why(err) != managed.Pending {
			t.Errorf("a second change while one waits: %v", err)
		}
		time.Sleep(59 * time.Second)
		s.footer("a")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		s.footer("")
		if _, err := s.Confirm(context.Background(), managed.Who{By: "manager"}); why(err) != managed.NotPending {
			t.Errorf("a late confirmation: %v", err)
		}
		_, err = s.set("receipt.footer", `"c"`)
		s.must(err)
		_, err = s.Confirm(context.Background(), managed.Who{By: "manager", Name: "taro"})
		s.must(err)
		time.Sleep(time.Hour)
		s.footer("c")
		if last := s.notes[len(s.notes)-1]; last != "manager confirmed generation 3 of the settings" {
			t.Errorf("the journal ends with %q", last)
		}
	})
}

// What the devices do not take, and what a power cut comes into, never was.
func TestNeverWas(t *testing.T) {
	s := newShop(t)
	s.refit = &managed.Refusal{Why: managed.NoAnswer, Detail: "printer0 did not answer"}
	if _, err := s.set("receipt.footer", `"a"`); why(err) != managed.NoAnswer {
		t.Errorf("devices that do not answer: %v", err)
	}
	s.footer("")
	s.refit = nil
	_, err := s.set("receipt.footer", `"b"`)
	s.must(err)
	s.start() // nobody has confirmed
	s.footer("")
	if g := s.Generations(); len(g) != 3 || g[0].State != managed.RolledBack || g[1].State != managed.RolledBack || g[2].What != "found" {
		t.Errorf("the list is %+v", g)
	}
	if last := s.notes[len(s.notes)-1]; !strings.HasPrefix(last, "recovery took generation 3") {
		t.Errorf("the journal ends with %q", last)
	}
}

// Twenty generations are kept, and each that stood can come back.
func TestGenerations(t *testing.T) {
	s := newShop(t)
	for i := range 25 {
		_, err := s.set("receipt.footer", configs.Quote(strings.Repeat("x", i+1)))
		s.must(err)
		_, err = s.Confirm(context.Background(), managed.Who{By: "manager"})
		s.must(err)
	}
	s.start()
	if g := s.Generations(); len(g) != managed.Kept || g[0].N != 26 {
		t.Fatalf("%d are kept, the newest is %d", len(g), g[0].N)
	}
	back := managed.Change{Match: s.View().Match, Within: time.Minute}
	_, err := s.RollBack(context.Background(), 24, back, managed.Who{By: "manager"})
	s.must(err)
	s.footer(strings.Repeat("x", 23))
	if _, err := s.RollBack(context.Background(), 0, managed.Change{}, managed.Who{By: "manager"}); err != nil {
		t.Errorf("taking it back: %v", err)
	}
	s.footer(strings.Repeat("x", 25))
	if _, err := s.RollBack(context.Background(), 2, managed.Change{}, managed.Who{By: "manager"}); why(err) != managed.Unknown {
		t.Errorf("a generation that is not kept: %v", err)
	}
}

// What was edited at the machine, and needs a restart, is not taken along.
func TestEditedAtTheMachine(t *testing.T) {
	s := newShop(t)
	s.must(os.WriteFile(s.path, []byte("[store]\nid = \"S2\"\nterminal = \"1\"\nname = \"x\"\n"), 0o600))
	if _, err := s.set("receipt.footer", `"a"`); why(err) != managed.Edited || !strings.Contains(err.Error(), "store.id, "+s.path+":2") {
		t.Errorf("it says %v", err)
	}
}

// A device is no way to any file of the machine.
func TestNoFileByWayOfADevice(t *testing.T) {
	s := newShop(t)
	for _, c := range []struct{ key, value string }{
		{"device.p.address", "file:/etc/shadow"}, {"device.p.address", "lp:/var/lib/posagent/posagent.db"},
		{"device.p.address", "serial:/dev/tty/../../etc/passwd"}, {"device.p.address", "lp:/dev/sda"}, {"device.p.profile", "/etc/shadow"},
		{"device.p.profile", "../x"}, {"wallet.own.url", "https://evil.example"}, {"operator.taro.pin", "x"}, {"api.token.x.sha256", "x"}, {"data.dir", "/"},
	} {
		if _, err := s.set(c.key, configs.Quote(c.value)); why(err) != managed.Locked {
			t.Errorf("%s = %s: %v", c.key, c.value, err)
		}
	}
}
