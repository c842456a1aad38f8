package bench

import (
	"strings"
	"testing"
)

// The check sees a goroutine that stays, and none when it has gone.
func TestMainSeesALeak(t *testing.T) {
	stop := make(chan struct{})
	ended := make(chan struct{})
	staysBehind := func() {
		<-stop
		close(ended)
	}
	go staysBehind()
	seen := func() bool {
		for _, stack := range others() {
			if strings.Contains(stack, "TestMainSeesALeak.func1") {
				return true
			}
		}
		return false
	}
	if !seen() {
		t.Error("a goroutine that waits for ever was not seen")
	}
	close(stop)
	<-ended
	for seen() { // it has a few instructions left
	}
	var out strings.Builder
	if code := run(func() int { return 3 }, &out); code != 3 || out.Len() > 0 {
		t.Errorf("of tests that failed came %d, %q", code, out.String())
	}
}
