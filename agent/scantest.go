package agent

import (
	"context"
	"time"

	"github.com/posagent/posagent/drivers/scanner"
)

// testTime is how long somebody has to hold a code in front of the scanner.
const testTime = 20 * time.Second

// testScanner lets the scanner read one code of any kind, and tells by a code
// of agent/health what came of it. What it reads goes nowhere: it is neither
// kept nor charged, and can be used afterwards. A sale that begins meanwhile
// has the scanner.
func (r *Register) testScanner(ctx context.Context) string {
	read := make(chan struct{}, 1)
	r.mu.Lock()
	if r.desk.phase != resting || r.whyNot() == "" || r.importing() || r.testing != nil || r.leaving {
		r.mu.Unlock()
		return "scan.test_busy"
	}
	r.testing = read
	r.aim()
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.testing = nil
		r.aim()
	}()
	timer := time.NewTimer(testTime)
	defer timer.Stop()
	select {
	case <-read:
		return "scan.test_good"
	case <-timer.C:
	case <-ctx.Done():
	case <-r.life.Done():
	}
	return "scan.test_none"
}

// forTest tells whether a scan is one that somebody wanted to see, and no more.
func (r *Register) forTest(scanner.Scan) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.testing == nil || r.whyNot() == "" {
		return false
	}
	select {
	case r.testing <- struct{}{}:
	default: // one is enough
	}
	return true
}
