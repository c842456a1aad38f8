package powercut_test

import (
	"encoding/gob"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/powercut"
)

// number is a number of the environment, or another one.
func number(t testing.TB, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s is %q, not a number", name, text)
	}
	return n
}

// seedOf is POSAGENT_SEED, or a new one.
func seedOf(t testing.TB) uint64 { return number(t, "POSAGENT_SEED", rand.Uint64()>>1) }

// ground is where images are put. They are copies and not the disk under
// test, so memory will do.
func ground(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "powercut-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// verdict is what became of one image.
type verdict struct {
	number uint64
	cut    int
	err    error
}

// series are images of one day: image n is cut at cuts[n].
type series struct {
	day  *Day
	seed uint64
	cuts []int
}

// everywhere cuts a day at every call, so many times each.
func everywhere(d *Day, seed uint64, times int) series {
	s := series{day: d, seed: seed}
	for range times {
		for cut := range len(d.Trace.Ops) + 1 {
			s.cuts = append(s.cuts, cut)
		}
	}
	return s
}

// anywhere cuts a day at random calls.
func anywhere(d *Day, seed uint64, images int) series {
	s := series{day: d, seed: seed}
	for n := range images {
		s.cuts = append(s.cuts, powercut.Cut(seed, uint64(n), len(d.Trace.Ops)))
	}
	return s
}

// run checks all images and returns those that broke a promise. Each core
// takes a part of the trace and goes through it once.
func (s series) run(t testing.TB) (bad []verdict, took effort) {
	t.Helper()
	order := make([]int, len(s.cuts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return s.cuts[a] - s.cuts[b] })
	dir := ground(t)
	var mu sync.Mutex
	var all sync.WaitGroup
	began := spent()
	cores := runtime.GOMAXPROCS(0)
	for core := range cores {
		part := order[core*len(order)/cores : (core+1)*len(order)/cores]
		all.Go(func() {
			found := s.part(part, filepath.Join(dir, strconv.Itoa(core)))
			mu.Lock()
			bad = append(bad, found...)
			mu.Unlock()
		})
	}
	all.Wait()
	return bad, spent().since(began)
}

// effort is what a series cost. Other programs on the machine make the wall's
// clock a poor judge, so a rate is told by the processor's.
type effort struct {
	wall time.Time
	took time.Duration
	cpu  time.Duration
}

func spent() effort {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return effort{wall: time.Now(), cpu: time.Duration(u.Utime.Nano() + u.Stime.Nano())}
}

func (e effort) since(began effort) effort {
	return effort{took: e.wall.Sub(began.wall), cpu: e.cpu - began.cpu}
}

func (e effort) String() string {
	return fmt.Sprintf("%.1f s (%.1f s of processor)", e.took.Seconds(), e.cpu.Seconds())
}

func (s series) part(numbers []int, dir string) (bad []verdict) {
	p := powercut.NewPlatter(s.day.Trace)
	for _, n := range numbers {
		v := verdict{number: uint64(n), cut: s.cuts[n]}
		if v.err = p.Advance(v.cut); v.err == nil {
			v.err = s.one(p.Image(s.seed, v.number, false), v, dir)
		}
		if v.err != nil {
			bad = append(bad, v)
		}
	}
	return bad
}

// one writes an image down, beside a shared index full of nonsense now and
// then, and checks it.
func (s series) one(i powercut.Image, v verdict, dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	err := i.Write(dir)
	if err == nil && v.number%4 == 0 {
		err = os.WriteFile(filepath.Join(dir, offline.FileName+"-shm"), staleIndex(v.number), 0o600)
	}
	if err == nil {
		err = s.day.check(dir, v.cut)
	}
	return errors.Join(err, os.RemoveAll(dir))
}

// staleIndex is what an index that was never synced may hold after a cut.
func staleIndex(n uint64) []byte {
	out := make([]byte, 32<<10)
	r := rand.NewChaCha8([32]byte{byte(n), byte(n >> 8), byte(n >> 16)})
	_, _ = r.Read(out)
	return out
}

// explain says of a broken image all that is needed to see it again.
func (s series) explain(t testing.TB, v verdict) string {
	t.Helper()
	p := powercut.NewPlatter(s.day.Trace)
	if err := p.Advance(v.cut); err != nil {
		return err.Error()
	}
	text := fmt.Sprintf("seed %d, image %d, cut at call %d of %d: %v\nlost:", s.seed, v.number, v.cut, len(s.day.Trace.Ops), v.err)
	for _, l := range p.Image(s.seed, v.number, true).Lost {
		text += "\n  " + l
	}
	path := filepath.Join(os.TempDir(), fmt.Sprintf("powercut-%d.day", s.seed))
	if err := s.day.save(path); err != nil {
		return text + "\nand the day could not be kept: " + err.Error()
	}
	return text + fmt.Sprintf("\nagain: POSAGENT_DAY=%s POSAGENT_SEED=%d POSAGENT_IMAGE=%d POSAGENT_CUT=%d go test ./offline/powercut -run TestAnImageComesAgain -v",
		path, s.seed, v.number, v.cut)
}

func (d *Day) save(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(gob.NewEncoder(file).Encode(d), file.Close())
}

func loadDay(path string) (*Day, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	d := &Day{}
	err = gob.NewDecoder(file).Decode(d)
	d.index()
	return d, err
}
