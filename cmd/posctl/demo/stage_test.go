package demo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/cmd/posctl/demo"
)

const patience = time.Minute // far above anything that is measured: it only ends a hung test

// programs builds the three programs beside each other, once.
var programs = sync.OnceValues(func() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "posagent-demo-test"); err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-o", dir,
		"github.com/posagent/posagent/cmd/posagent", "github.com/posagent/posagent/cmd/posctl", "github.com/posagent/posagent/cmd/walletd")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return dir, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := programs(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it never came to pass that %s", what)
		}
	}
}

// stage is a demo that runs, as a visitor has it before him.
type stage struct {
	*testing.T
	dir   string
	cmd   *exec.Cmd
	gone  chan struct{}
	out   *os.File
	facts demo.Facts
	agent *control.Client
}

// raise starts `posctl demo` in a directory and waits for demo.json.
func raise(t *testing.T, dir string) *stage {
	t.Helper()
	var stale demo.Facts // of a demo that was killed
	if data, err := os.ReadFile(filepath.Join(dir, "demo.json")); err == nil {
		check(t, json.Unmarshal(data, &stale))
	}
	s := launch(t, dir)
	eventually(t, "demo.json is there", func() bool {
		data, err := os.ReadFile(filepath.Join(dir, "demo.json"))
		select {
		case <-s.gone:
			t.Fatalf("the demo ended:\n%s", s.said())
		default:
		}
		return err == nil && json.Unmarshal(data, &s.facts) == nil && s.facts.APIToken != stale.APIToken
	})
	s.agent = control.Dial(s.facts.AgentURL, s.facts.APIToken)
	return s
}

func launch(t *testing.T, dir string) *stage {
	t.Helper()
	bin, err := programs()
	check(t, err)
	return launchFrom(t, bin, dir)
}

func launchFrom(t *testing.T, bin, dir string) *stage {
	t.Helper()
	out, err := os.CreateTemp(t.TempDir(), "out")
	check(t, err)
	s := &stage{T: t, dir: dir, out: out, gone: make(chan struct{})}
	s.cmd = exec.Command(filepath.Join(bin, "posctl"), "demo", "--dir", dir, "--agent-addr", "127.0.0.1:0", "--wallet-addr", "127.0.0.1:0", "--phone-addr", "127.0.0.1:0")
	s.cmd.Stdout, s.cmd.Stderr = out, out
	check(t, s.cmd.Start())
	go func() {
		_ = s.cmd.Wait()
		close(s.gone)
	}()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		<-s.gone
		if t.Failed() {
			t.Logf("the demo said:\n%s", s.said())
			for _, name := range []string{"agent.log", "wallet.log"} {
				data, _ := os.ReadFile(filepath.Join(dir, name))
				t.Logf("the end of %s:\n%s", name, data[max(0, len(data)-4096):])
			}
		}
	})
	return s
}

func (s *stage) said() string {
	data, _ := os.ReadFile(s.out.Name())
	return string(data)
}

// interrupt is Ctrl-C; it returns the exit code.
func (s *stage) interrupt() int {
	s.Helper()
	check(s.T, s.cmd.Process.Signal(os.Interrupt))
	return s.ended()
}

func (s *stage) ended() int {
	s.Helper()
	select {
	case <-s.gone:
	case <-time.After(patience):
		s.Fatalf("the demo does not end; it said:\n%s", s.said())
	}
	return s.cmd.ProcessState.ExitCode()
}

// posctl runs one of the demo's own commands in another terminal.
func (s *stage) posctl(args ...string) (string, error) {
	bin, err := programs()
	check(s.T, err)
	var out, errOut bytes.Buffer
	cmd := exec.Command(filepath.Join(bin, "posctl"), append(args, "--dir", s.dir)...)
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("posctl %v: %w: %s", args, err, errOut.String())
	}
	return strings.TrimSpace(out.String()), nil
}

func (s *stage) order(args ...string) string {
	s.Helper()
	out, err := s.posctl(append([]string{"demo"}, args...)...)
	check(s.T, err)
	return out
}

// ring opens a sale.
func (s *stage) ring(amount int64) control.Sale {
	s.Helper()
	sale, err := s.agent.OpenSale(context.Background(), control.NewSale{
		Amount: amount, Currency: "JPY", Lines: []control.Line{{Name: "おにぎり", Quantity: 1, Amount: amount, Rate: "reduced"}},
	})
	check(s.T, err)
	return sale
}

// scan writes to the scanner's path what a visitor writes.
func (s *stage) scan(text string) {
	s.Helper()
	f, err := os.OpenFile(s.facts.ScannerPath, os.O_WRONLY, 0)
	check(s.T, err)
	defer f.Close()
	_, err = f.WriteString(text + "\r")
	check(s.T, err)
}

// upload posts a picture to the camera's path.
func (s *stage) upload(path string) control.Sale {
	s.Helper()
	picture, err := os.ReadFile(path)
	check(s.T, err)
	req, err := http.NewRequest(http.MethodPost, s.facts.AgentURL+s.facts.CameraUploadPath, bytes.NewReader(picture))
	check(s.T, err)
	req.Header.Set("Authorization", "Bearer "+s.facts.APIToken)
	req.Header.Set("Content-Type", "image/png")
	resp, err := http.DefaultClient.Do(req)
	check(s.T, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	check(s.T, err)
	var sale control.Sale
	if resp.StatusCode != http.StatusOK || json.Unmarshal(answer, &sale) != nil {
		s.Fatalf("the upload answers %s: %s", resp.Status, answer)
	}
	return sale
}

// await waits until a sale is in a state.
func (s *stage) await(sale control.Sale, state string) control.Sale {
	s.Helper()
	eventually(s.T, "the sale is "+state, func() (ok bool) {
		var err error
		sale, err = s.agent.Sale(context.Background(), sale.ID, 0)
		check(s.T, err)
		return sale.State == state
	})
	return sale
}

func (s *stage) awaitDevice(id, state string) {
	s.Helper()
	eventually(s.T, id+" is "+state, func() bool {
		all, err := s.agent.Devices(context.Background())
		check(s.T, err)
		for _, d := range all.Devices {
			if d.ID == id {
				return d.State == state
			}
		}
		return false
	})
}

// children are the processes of the demo by name.
func (s *stage) children() map[string]int {
	s.Helper()
	out := map[string]int{}
	all, err := filepath.Glob("/proc/[0-9]*")
	check(s.T, err)
	for _, path := range all {
		pid, err := strconv.Atoi(filepath.Base(path))
		check(s.T, err)
		if name, parent, ok := process(pid); ok && parent == s.cmd.Process.Pid {
			out[name] = pid
		}
	}
	return out
}

// process is the name and the parent of a process; not ok when it has ended,
// be it that nobody has fetched its exit code yet.
func process(pid int) (name string, parent int, ok bool) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", 0, false
	}
	before, after, _ := strings.Cut(string(data), ") ") // pid (name) state parent …: proc(5)
	_, name, _ = strings.Cut(before, "(")
	state := ""
	if _, err := fmt.Sscan(after, &state, &parent); err != nil {
		return "", 0, false
	}
	return name, parent, state != "Z"
}

func alive(pid int) bool {
	_, _, ok := process(pid)
	return ok
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func modeOf(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	check(t, err)
	return info.Mode().Perm()
}
