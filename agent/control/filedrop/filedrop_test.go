package filedrop_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/amountlink"
	"github.com/posagent/posagent/agent/control/filedrop"
)

// till has sales in memory that never change.
type till struct {
	mu    sync.Mutex
	sales map[string]control.Sale
}

func (t *till) Prepare(wish, _ string, amount int64) (control.Sale, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, there := t.sales[wish]
	if !there {
		s = control.Sale{Amount: amount, State: "prepared", Goods: "hold", ChargeKey: fmt.Sprintf("S0001-T01-217000000-%d", len(t.sales)+1), Opened: time.Now()}
		t.sales[wish] = s
	}
	if s.Amount != amount {
		return s, amountlink.ErrOtherSale
	}
	return s, nil
}

func (t *till) Sale(ctx context.Context, wish string, wait time.Duration) (control.Sale, error) {
	select {
	case <-ctx.Done():
	case <-time.After(wait):
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if s, there := t.sales[wish]; there {
		return s, nil
	}
	return control.Sale{}, amountlink.ErrNotFound
}

func (t *till) Cancel(wish string) (control.Sale, error) {
	return t.Sale(context.Background(), wish, 0)
}

func (t *till) Reprint(string) (control.Sale, error) {
	return control.Sale{}, amountlink.ErrNotPrinted
}

func (t *till) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.sales)
}

// folder is a drop folder that is served.
type folder struct {
	t      *testing.T
	dir    string
	till   *till
	counts *filedrop.Counts
	ended  chan error
	stop   func() error
}

func open(t *testing.T, dir string) *folder {
	t.Helper()
	f := &folder{t: t, dir: dir, till: &till{sales: map[string]control.Sale{}}, counts: new(filedrop.Counts), ended: make(chan error, 1)}
	ctx, stop := context.WithCancel(context.Background())
	up := make(chan struct{})
	d := filedrop.Drop{Dir: dir, Counts: f.counts, Log: slog.New(slog.DiscardHandler), Desk: amountlink.Desk{
		Sales: f.till, Day: func(time.Time) string { return "2026-11-27" }, Now: time.Now,
	}}
	go func() { f.ended <- d.Serve(ctx, func() { close(up) }) }()
	f.stop = sync.OnceValue(func() error { stop(); return <-f.ended })
	t.Cleanup(func() { _ = f.stop() })
	select {
	case <-up:
	case err := <-f.ended:
		t.Fatal(err)
	}
	return f
}

func (f *folder) path(name string) string { return filepath.Join(f.dir, name) }

// drops writes a file as a register has to.
func (f *folder) drops(name, text string) {
	f.t.Helper()
	half := f.path(strings.TrimSuffix(name, ".req") + ".tmp")
	must(f.t, os.WriteFile(half, []byte(text), 0o600))
	must(f.t, os.Rename(half, f.path(name)))
}

// answer waits for an answer and fetches it.
func (f *folder) answer(name string) string {
	f.t.Helper()
	var data []byte
	f.eventually(name+" is there", func() (there bool) {
		var err error
		data, err = os.ReadFile(f.path(name))
		return err == nil
	})
	must(f.t, os.Remove(f.path(name)))
	return string(data)
}

func (f *folder) eventually(what string, holds func() bool) {
	f.t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			f.t.Fatalf("it never came to pass that %s", what)
		}
	}
}

func (f *folder) badFiles() (names []string) {
	all, _ := os.ReadDir(f.path("bad"))
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var sale42 = amountlink.Request{Op: amountlink.OpSale, Sequence: 42, Amount: 1280, Reference: "R-7"}.Text() + "\r\n"

func TestTheSameFileTwiceIsTheSameSale(t *testing.T) {
	f := open(t, t.TempDir())
	f.drops("0042.req", sale42)
	first := f.answer("0042.ans")
	f.eventually("the request is gone", func() bool { _, err := os.Stat(f.path("0042.req")); return err != nil })
	f.drops("0042.req", sale42)
	f.drops("other-name.req", strings.TrimSpace(sale42)+strings.Repeat(" ", 13)) // without the end of its line
	for _, name := range []string{"0042.ans", "other-name.ans"} {
		if again := f.answer(name); again != first {
			t.Errorf("%s: %q, at first %q", name, again, first)
		}
	}
	f.drops("more.req", amountlink.Request{Op: amountlink.OpSale, Sequence: 42, Amount: 1281, Reference: "R-7"}.Text())
	if a := f.answer("more.ans"); !strings.Contains(a, "RF000000000000103") {
		t.Errorf("another amount: %q", a)
	}
	if f.till.count() != 1 || f.counts.Requests.Load() != 4 || f.counts.Refused.Load() != 1 || f.counts.Bad.Load() != 0 {
		t.Errorf("%d sales, %d requests, %d refused", f.till.count(), f.counts.Requests.Load(), f.counts.Refused.Load())
	}
}

// A power cut came between the answer and the end of the request, or in the
// middle of the answer.
func TestWhatAPowerCutLeaves(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"0042.req": sale42, "0042.ans": "old", "0042.ans.new": "hal"} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	f := open(t, dir)
	f.eventually("it is answered once more", func() bool {
		data, err := os.ReadFile(f.path("0042.ans"))
		return err == nil && len(data) == 74
	})
	f.eventually("nothing is left", func() bool {
		all, err := os.ReadDir(dir)
		return err == nil && len(all) == 2 // bad and the answer
	})
}

// Bytes of a file that is still being written are no request, however they
// come.
func TestAHalfWrittenFile(t *testing.T) {
	f := open(t, t.TempDir())
	must(t, os.WriteFile(f.path("0042.tmp"), []byte(sale42), 0o600)) // not renamed: not looked at
	slow, err := os.Create(f.path("0043.req"))                       // not as it should be
	must(t, err)
	text := amountlink.Request{Op: amountlink.OpSale, Sequence: 43, Amount: 500}.Text()
	for _, b := range []byte(text) {
		_, err := slow.Write([]byte{b})
		must(t, err)
		time.Sleep(10 * time.Millisecond)
	}
	must(t, slow.Close())
	if a := f.answer("0043.ans"); !strings.HasPrefix(a, "1SL0043IP") {
		t.Errorf("%q", a)
	}
	if f.till.count() != 1 || len(f.badFiles()) != 0 {
		t.Errorf("%d sales, bad: %v", f.till.count(), f.badFiles())
	}
}

func TestWhatIsNoRequestGoesToBad(t *testing.T) {
	f := open(t, t.TempDir())
	outside := filepath.Join(t.TempDir(), "outside")
	must(t, os.WriteFile(outside, []byte(sale42), 0o600))
	must(t, os.Symlink(outside, f.path("link.req")))
	must(t, os.Symlink("bad", f.path("link2.req")))
	must(t, syscall.Mkfifo(f.path("pipe.req"), 0o600))
	must(t, os.Mkdir(f.path("folder.req"), 0o700))
	f.drops("half.req", sale42[:20])
	f.drops("empty.req", "")
	f.drops("long.req", strings.Repeat("1", 1<<20))
	f.drops("二.req", sale42)
	f.eventually("all are in bad, with a reason", func() bool { return len(f.badFiles()) == 16 })
	if f.till.count() != 0 || f.counts.Bad.Load() != 8 {
		t.Errorf("%d sales, %d bad", f.till.count(), f.counts.Bad.Load())
	}
	for _, name := range f.badFiles() {
		if !strings.HasSuffix(name, "-half.req.txt") {
			continue
		}
		if why, err := os.ReadFile(f.path("bad/" + name)); !strings.HasPrefix(string(why), "20 characters were read, but a request has 35") {
			t.Errorf("%s: %s (%v)", name, why, err)
		}
	}
	f.drops("0042.req", sale42)
	f.answer("0042.ans")
	if data, err := os.ReadFile(outside); err != nil || string(data) != sale42 {
		t.Errorf("what lies outside is %q (%v)", data, err)
	}
}

// A cancel is not held up by a sale that waits for its customer.
func TestRequestsDoNotWaitForEachOther(t *testing.T) {
	f := open(t, t.TempDir())
	f.drops("1.req", amountlink.Request{Op: amountlink.OpSale, Sequence: 1, Amount: 100, Wait: 30}.Text())
	f.eventually("the sale is open", func() bool { return f.till.count() == 1 })
	f.drops("2.req", amountlink.Request{Op: amountlink.OpStatus}.Text())
	if a := f.answer("2.ans"); !strings.HasPrefix(a, "1ST0000OK") {
		t.Errorf("%q", a)
	}
	if err := f.stop(); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := os.Stat(f.path("1.req")); err != nil {
		t.Errorf("a request that was not answered is gone: %v", err)
	}
}

// The service has a umask that keeps everything to itself, and the register is
// another user of the group.
func TestTheGroupMayFetchAnswers(t *testing.T) {
	old := syscall.Umask(0o077)
	defer syscall.Umask(old)
	f := open(t, t.TempDir())
	f.drops("0042.req", sale42)
	f.drops("junk.req", "junk")
	f.eventually("both are done", func() bool {
		_, err := os.Stat(f.path("0042.ans"))
		return err == nil && len(f.badFiles()) == 2
	})
	for name, want := range map[string]os.FileMode{"0042.ans": 0o660, "bad": 0o770 | os.ModeDir} {
		if info, err := os.Stat(f.path(name)); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

func TestAFolderThatIsMadeAnew(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "drop")
	must(t, os.Mkdir(dir, 0o700))
	f := open(t, dir)
	must(t, os.Rename(dir, dir+".old"))
	must(t, os.Mkdir(dir, 0o700))
	select {
	case err := <-f.ended:
		if !strings.Contains(err.Error(), "is another one now") {
			t.Error(err)
		}
		f.ended <- err
	case <-time.After(time.Minute):
		t.Error("it goes on in a folder that nobody sees")
	}
}

func TestAFolderForEverybodyIsRefused(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o777))
	d := filedrop.Drop{Dir: dir, Counts: new(filedrop.Counts), Log: slog.New(slog.DiscardHandler)}
	for what, drop := range map[string]filedrop.Drop{"for everybody": d, "none": {Dir: filepath.Join(dir, "none")}} {
		if err := drop.Serve(t.Context(), func() { t.Errorf("%s: it is served", what) }); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

// The files of docs/integrator/file-drop.md, byte by byte.
func TestTheDocument(t *testing.T) {
	text, err := os.ReadFile("../../../docs/integrator/file-drop.md")
	must(t, err)
	blocks := regexp.MustCompile("(?s)```drop\n(.*?)```").FindAllSubmatch(text, -1)
	if len(blocks) != 2 {
		t.Fatalf("%d examples, want 2", len(blocks))
	}
	f := open(t, t.TempDir())
	for _, block := range blocks {
		for _, line := range regexp.MustCompile(`(?m)^(\S+) +"(.*)"$`).FindAllStringSubmatch(string(block[1]), -1) {
			name, text := line[1], line[2]+"\r\n"
			if strings.HasSuffix(name, ".req") {
				f.drops(name, text)
			} else if got := f.answer(name); got != text {
				t.Errorf("%s: %q, the document says %q", name, got, text)
			}
		}
	}
}
