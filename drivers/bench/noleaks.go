package bench

import (
	"bytes"
	"context"
	"fmt"
	"runtime/pprof"
	"strings"
	"testing"
	"time"
)

// NoLeaks fails the test when a goroutine that it started, or that those
// started, is still there once everything that the test cleans up is cleaned
// up. Call it first. Tests that run beside it do not matter.
func NoLeaks(t testing.TB) {
	t.Helper()
	label := fmt.Sprintf("%s %p", t.Name(), t)
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels("leaks", label)))
	t.Cleanup(func() {
		pprof.SetGoroutineLabels(context.Background()) // this one is no leak
		for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
			left := labelled(label)
			if len(left) == 0 {
				return
			}
			if time.Now().After(end) {
				t.Errorf("%d goroutines are left:\n%s", len(left), strings.Join(left, "\n"))
				return
			}
		}
	})
}

// labelled are the stacks of the goroutines with this label.
func labelled(label string) []string {
	var all bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&all, 1)
	var out []string
	for _, stack := range strings.Split(all.String(), "\n\n") {
		if strings.Contains(stack, fmt.Sprintf("%q", label)) {
			out = append(out, stack)
		}
	}
	return out
}
