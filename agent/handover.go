package agent

import (
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// movedTooLong is when a charge that left with a queue file should be
// collected by whoever has it. After that the file may be lost.
const movedTooLong = 24 * time.Hour

// movedSince counts a charge that left with a queue file and is not collected.
func (d *drained) movedSince(left time.Time) {
	if d.moved++; d.since.IsZero() || left.Before(d.since) {
		d.since = left
	}
}

// movedLong keeps the trouble that charges left long ago and nobody collected
// them. The wallet was asked about each just now, so that only a whole round
// takes it away.
func (r *Register) movedLong(wallet string, d drained) {
	switch {
	case d.moved > 0 && r.parts.Now().Sub(d.since) > movedTooLong:
		r.trouble("offline.moved", wallet, fmt.Sprintf("%d charges left with queue files and are not collected, the first left at %s", d.moved, d.since.UTC().Format(time.RFC3339)))
	case d.whole:
		r.clear("offline.moved", wallet)
	}
}

// Reread is told of charges that the books moved by themselves, as those that
// left with a queue file or came back: whoever sees one reads how it stands now.
func (r *Register) Reread(keys []charge.Key) {
	for _, key := range keys {
		r.reread(key)
	}
}

func (r *Register) reread(key charge.Key) {
	defer r.pens.take(key)()
	rec, err := r.parts.Memory.Charge(key)
	if err != nil {
		r.log.Error("a charge that changed hands cannot be read", "charge", string(key), "error", err)
		return
	}
	r.watch(rec)
	r.show(rec)
}
