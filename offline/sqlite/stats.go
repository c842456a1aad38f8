package sqlite

import (
	"sync"
	"time"
)

// Stats are plain numbers since Open.
type Stats struct {
	Commits  int64    // transactions, kept or not
	Writes   int64    // Updates and marks; Writes/Commits is how many share one
	LogBytes int64    // size of the write-ahead log; above 16 MB a reader holds it
	Took     []Bucket // how long commits took, from BEGIN to synced
}

// Bucket counts what took at most UpTo and more than the bucket before. The
// last one has UpTo 0 and counts the rest.
type Bucket struct {
	UpTo  time.Duration
	Count int64
}

// bounds double from 64 µs, less than a disk's flush, to a second.
const (
	firstBound = 64 * time.Microsecond
	bounds     = 15
)

type counters struct {
	mu      sync.Mutex
	commits int64
	writes  int64
	took    [bounds + 1]int64
}

func (n *counters) add(writes int, took time.Duration) {
	i := 0
	for limit := firstBound; i < bounds && took > limit; limit *= 2 {
		i++
	}
	n.mu.Lock()
	n.commits++
	n.writes += int64(writes)
	n.took[i]++
	n.mu.Unlock()
}

func (w *writer) stats() Stats {
	n := &w.count
	n.mu.Lock()
	defer n.mu.Unlock()
	s := Stats{Commits: n.commits, Writes: n.writes, Took: make([]Bucket, bounds+1)}
	for i, limit := 0, firstBound; i <= bounds; i, limit = i+1, limit*2 {
		s.Took[i] = Bucket{UpTo: limit, Count: n.took[i]}
	}
	s.Took[bounds].UpTo = 0
	return s
}
