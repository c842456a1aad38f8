package sim

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// Worlds live for milliseconds and leave nothing behind: a collector that
// comes less often is a quarter of the time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(1200)
	os.Exit(m.Run())
}

// lived is a world's life in a bubble of its own.
func lived(t *testing.T, seed uint64, o Options) (r Result) {
	synctest.Test(t, func(*testing.T) { r = Run(seed, o) })
	return r
}

// number is a number from the environment.
func number(t *testing.T, name string, otherwise uint64) uint64 {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s=%q is no number", name, text)
	}
	return n
}

// The promises hold in a million charges with faults (POSAGENT_CHARGES=n for
// another number; with the race detector some thousand). With POSAGENT_SEED=n
// the world of that seed is lived through, with its trace.
func TestFaults(t *testing.T) {
	if os.Getenv("POSAGENT_SEED") != "" {
		replay(t, number(t, "POSAGENT_SEED", 0))
		return
	}
	want := int64(number(t, "POSAGENT_CHARGES", short))
	all := hunt(t, number(t, "POSAGENT_FIRST", 1), want)
	if all.failed != nil {
		report(t, *all.failed)
		return
	}
	all.covered(t)
	t.Logf("%d charges (%d keys) in %d worlds, %d faults, 0 violations; %s of virtual time", all.charges, all.keys, all.worlds, all.tally.Sum(), all.virtual)
	t.Logf("took %s, %s of CPU: %d charges a minute here, %d a minute on 2 cores, %s of CPU a charge",
		all.took.Round(time.Millisecond), all.cpu.Round(time.Millisecond), perMinute(all.charges, all.took), perMinute(all.charges, all.cpu/2), all.cpu/time.Duration(all.charges))
	t.Logf("without a network: %v", all.offline)
	t.Logf("faults by kind:\n%s", all.tally)
}

// withoutNetwork is what must become of charges without a network in a long run.
var withoutNetwork = []string{
	"taken", "collected", "unpaid", "written off", "replayed", "offline.clock", "offline.code",
	"offline.per_charge", "offline.per_token", "offline.outstanding", "offline.count", "offline.age", "offline.certificate", "offline.denied",
	"left", "file: taken", "file: back", "file: known",
}

// covered fails a long run in which something never came.
func (h *hunted) covered(t *testing.T) {
	if h.charges < 300_000 {
		return // too few for the rare ones
	}
	for _, f := range h.tally.Missing() {
		t.Errorf("%q never happened in %d charges: the simulator does not try what it says it tries", f, h.charges)
	}
	for _, what := range withoutNetwork {
		if h.offline[what] == 0 {
			t.Errorf("no charge without a network came to %q in %d charges", what, h.charges)
		}
	}
}

func perMinute(n int64, d time.Duration) int64 { return int64(float64(n) / d.Minutes()) }

func replay(t *testing.T, seed uint64) {
	r := lived(t, seed, Options{Trace: true, Digest: true})
	t.Log(strings.Join(r.Trace, "\n"))
	t.Logf("seed %d: %d charges, %d faults, %s of virtual time, digest %x", seed, r.Charges, r.Happened.Sum(), r.Virtual, r.Digest)
	for _, v := range r.Violations {
		t.Error(v)
	}
}

// hunted is the sum of many worlds.
type hunted struct {
	mu                    sync.Mutex
	worlds, charges, keys int64
	tally                 Tally
	offline               map[string]int
	virtual, took, cpu    time.Duration
	failed                *Result // of the lowest seed
}

// hunt lives through worlds from a seed on, until so many charges were made or
// a promise was broken.
func hunt(t *testing.T, first uint64, want int64) *hunted {
	h := &hunted{offline: map[string]int{}}
	seed := atomic.Uint64{}
	seed.Store(first - 1)
	began, cpu := time.Now(), cpuTime()
	t.Run("worlds", func(t *testing.T) {
		for i := range runtime.GOMAXPROCS(0) + 1 {
			t.Run(strconv.Itoa(i), func(t *testing.T) {
				t.Parallel()
				for h.goesOn(want) {
					h.add(lived(t, seed.Add(1), Options{}))
				}
			})
		}
	})
	h.took, h.cpu = time.Since(began), cpuTime()-cpu
	return h
}

func (h *hunted) goesOn(want int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.failed == nil && h.charges < want
}

func (h *hunted) add(r Result) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.worlds++
	h.charges += int64(r.Charges)
	h.keys += int64(r.Prepared)
	h.virtual += r.Virtual
	h.tally.Add(r.Happened)
	for what, n := range r.Offline {
		h.offline[what] += n
	}
	if len(r.Violations) > 0 && (h.failed == nil || r.Seed < h.failed.Seed) {
		h.failed = &r
	}
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// report tells what was broken and the shortest way there that was found.
func report(t *testing.T, r Result) {
	whole := lived(t, r.Seed, Options{Trace: true})
	if len(whole.Violations) == 0 {
		t.Errorf("seed %d: %s; a second run of it broke nothing, so the world is not a function of its seed", r.Seed, r.Violations[0])
		return
	}
	small := Shrink(whole, 600, func(spared map[uint64]bool) Result {
		return lived(t, r.Seed, Options{Trace: true, Spared: spared})
	})
	t.Errorf("seed %d: %s", r.Seed, whole.Violations[0])
	t.Logf("shortest trace: %d acts, %d faults\n%s", len(small.Acts), len(small.Faults), strings.Join(small.Trace, "\n"))
	t.Logf("replay the whole of it: POSAGENT_SEED=%d go test ./agent/sim -run TestFaults -v", r.Seed)
}
