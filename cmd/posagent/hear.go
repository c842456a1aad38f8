package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/posagent/posagent/agent/authorize/own"
)

// How a register waits for a wallet's next bulletin. A wallet that lets it
// wait tells of a stop at once; with one that answers at once, or was away
// for a moment, a stop acts within 5 s all the same. Pauses vary by a fifth,
// so that registers do not ask all at once.
const (
	hearWait  = 30 * time.Second // at the wallet
	hearAgain = time.Second      // after a new bulletin, and after the first failure
	hearQuick = 4 * time.Second  // after an answer that did not wait
	hearMost  = 15 * time.Second // after many failures
)

// hear takes the bulletins of a wallet until ctx ends.
func (d *program) hear(ctx context.Context, w wallet) {
	tag, failed := "", 0
	for {
		began := time.Now()
		signed, next, err := w.notices.Next(ctx, tag, hearWait)
		if ctx.Err() != nil {
			return
		}
		pause := hearAgain
		if signed != nil {
			tag = next // also of one that is refused: what is asked for is another
			var fresh bool
			if fresh, err = d.bulletins.take(w.ID, signed); err == nil && !fresh {
				pause = hearQuick
			}
		} else if err == nil && time.Since(began) < hearWait/2 {
			pause = hearQuick
		}
		if err != nil {
			d.deaf(w.ID, failed, err)
			pause = min(hearAgain<<min(failed, 8), hearMost)
			failed++
		} else {
			failed = 0
		}
		if !idle(ctx, pause) {
			return
		}
	}
}

// deaf logs a failure, but not every one of a wallet that is away for a night:
// that it cannot be reached, or that its bulletin is old, is a trouble of its
// own.
func (d *program) deaf(wallet string, before int, err error) {
	switch {
	case before > 0:
		d.log.Debug("no bulletin", "wallet", wallet, "error", err)
	case errors.Is(err, own.ErrNoBulletin):
		d.log.Warn("the keys of this wallet's bulletins are set, but it has none", "wallet", wallet)
	default:
		d.log.Warn("no bulletin", "wallet", wallet, "error", err)
	}
}

// idle waits for about that long, and tells whether ctx still lives.
func idle(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(time.Duration(float64(d) * (0.8 + 0.4*rand.Float64())))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
