package bench

import (
	"context"
	"runtime/pprof"
	"testing"
)

// A check that finds nothing is no check: a goroutine that is started under a
// label is found until it ends.
func TestLeaksAreFound(t *testing.T) {
	pprof.SetGoroutineLabels(pprof.WithLabels(t.Context(), pprof.Labels("leaks", `planted "leak"`)))
	end, ended, started := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		go func() { close(started); <-end; close(ended) }() // by way of another
	}()
	pprof.SetGoroutineLabels(context.Background())
	<-started
	if got := labelled(`planted "leak"`); len(got) != 1 {
		t.Errorf("%d goroutines are found, want the one that was planted", len(got))
	}
	close(end)
	<-ended
}

func TestNoLeaksLetsAnHonestTestPass(t *testing.T) {
	NoLeaks(t)
	done := make(chan struct{})
	go func() { <-done }()
	t.Cleanup(func() { close(done) }) // later than the test, earlier than the check
}
