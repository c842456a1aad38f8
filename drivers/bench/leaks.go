package bench

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Main is a TestMain that fails when a goroutine outlives the tests of its
// package: a driver that leaves one behind at each unplugging fills the memory
// of a register within months.
//
//	func TestMain(m *testing.M) { bench.Main(m) }
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run is Main for a TestMain that has more to do afterwards: it returns the
// exit code.
func Run(m *testing.M) int { return run(m.Run, os.Stderr) }

func run(tests func() int, out io.Writer) int {
	code := tests()
	if code != 0 {
		return code
	}
	left := leftOver()
	if len(left) == 0 {
		return 0
	}
	fmt.Fprintf(out, "%d goroutines outlive the tests:\n\n%s\n", len(left), strings.Join(left, "\n\n"))
	return 1
}

// leftOver are the stacks of goroutines that are not the tests' own. They get
// time to come to their end; only a leak waits for all of it.
func leftOver() []string {
	const enough = 5 * time.Second
	for end := time.Now().Add(enough); ; time.Sleep(time.Millisecond) {
		left := others()
		if len(left) == 0 || time.Now().After(end) {
			return left
		}
	}
}

func others() []string {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	var out []string
	for _, stack := range strings.Split(string(buf), "\n\n")[1:] { // the first is this one
		if !ofTesting(stack) {
			out = append(out, stack)
		}
	}
	return out
}

func ofTesting(stack string) bool {
	for _, own := range []string{"testing.(*F).Fuzz", "testing.runFuzz", "os/signal.signal_recv", "os/signal.loop", "runtime.ensureSigM", "internal/fuzz.", "testing.(*M).startAlarm"} {
		if strings.Contains(stack, own) {
			return true
		}
	}
	return false
}
