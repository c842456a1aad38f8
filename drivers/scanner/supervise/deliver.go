package supervise

import (
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"github.com/posagent/posagent/drivers/scanner"
)

// duplicateWindow is how long the same payload counts as the same scan: a
// phone shows a QR code and its barcode at once, and a scanner may read both,
// or one of them twice.
const duplicateWindow = 2 * time.Second

// Stats counts since the start.
type Stats struct {
	Frames       uint64 // delivered
	Overflows    uint64
	HalfFrames   uint64
	Noises       uint64
	Duplicates   uint64
	NotWanted    uint64 // read while nobody waited
	Checksums    uint64
	Others       uint64 // unmarked, foreign, typed
	Unread       uint64 // delivered, but nobody took them
	DroppedBytes uint64 // of what was no code
	Reconnects   uint64 // opened again after the first time
	LastRead     time.Time
}

// Stats are the counters as they stand.
func (s *Scanner) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stats
}

// maxRecent is how many payloads are remembered. A hand with a scanner shows
// a few within the window; a scanner gone mad must not fill the memory.
const maxRecent = 1024

// recent are the payloads of the last moments, as hashes: a live code is not
// kept for longer than it takes to hand it on.
type recent struct {
	seen  map[hash]bool
	order []shown // the oldest first
}

type hash [sha256.Size]byte

type shown struct {
	hash hash
	at   time.Time
}

// has tells whether a payload was added within the window.
func (r *recent) has(h hash, now time.Time) bool {
	r.forget(now, maxRecent)
	return r.seen[h]
}

func (r *recent) add(h hash, now time.Time) {
	r.forget(now, maxRecent-1)
	if r.seen == nil {
		r.seen = make(map[hash]bool)
	}
	r.seen[h] = true
	r.order = append(r.order, shown{h, now})
}

// forget drops what is older than the window, or more than most.
func (r *recent) forget(now time.Time, most int) {
	for len(r.order) > 0 && (now.Sub(r.order[0].at) >= duplicateWindow || len(r.order) > most) {
		delete(r.seen, r.order[0].hash)
		r.order = r.order[1:]
	}
}

// handle delivers frames and reports drops.
func (s *Scanner) handle(events []scanner.Event) {
	for _, e := range events {
		now := time.Now()
		switch e := e.(type) {
		case scanner.Frame:
			s.good()
			if kind := s.refuse(sha256.Sum256(e.Data), now); kind != "" {
				s.report(scanner.Drop{Kind: kind, Bytes: len(e.Data), Device: s.config.ID, At: now})
				clear(e.Data) // nobody else has it
				continue
			}
			s.say(strings.TrimSpace("scan "+e.AIM), len(e.Data))
			s.deliver(scanner.Scan{AIM: e.AIM, Data: e.Data, Device: s.config.ID, At: now, Beside: e.Beside})
		case scanner.Drop:
			e.Device, e.At = s.config.ID, now
			s.report(e)
			s.bad(e)
		}
	}
}

// refuse tells why a payload is not delivered; empty: it is. What was read
// while nobody waited may be shown again at once: it was not used. But of a
// phone that lies in front of the scanner one word is enough.
func (s *Scanner) refuse(h hash, now time.Time) scanner.DropKind {
	switch {
	case s.recent.has(h, now):
		return scanner.Duplicate
	case s.disarm():
		s.recent.add(h, now)
		return ""
	case s.unwanted.has(h, now):
		return scanner.Duplicate
	}
	s.unwanted.add(h, now)
	return scanner.NotWanted
}

// deliver puts a scan into the queue; the oldest makes room. Run is the only
// writer, so that the loop ends.
func (s *Scanner) deliver(scan scanner.Scan) {
	s.count(func(st *Stats) { st.Frames++ })
	for {
		select {
		case s.scans <- scan:
			return
		default:
		}
		select {
		case old := <-s.scans:
			s.report(scanner.Drop{Kind: scanner.Unread, Bytes: len(old.Data), Device: s.config.ID, At: scan.At})
		default:
		}
	}
}

// Nobody reads faster than this: so many drops are told at once, then one
// after each pause. All of them are counted.
const (
	mostTold  = 16
	tellPause = 250 * time.Millisecond
)

// mayTell keeps a scanner gone mad from flooding the watchers, who write a log
// and wake pages.
func (s *Scanner) mayTell(now time.Time) bool {
	if pauses := int(now.Sub(s.toldAt) / tellPause); pauses > 0 {
		s.told, s.toldAt = max(0, s.told-pauses), now
	}
	if s.told >= mostTold {
		return false
	}
	s.told++
	return true
}

// report counts a drop and tells those who watch for drops.
func (s *Scanner) report(d scanner.Drop) {
	s.say("drop "+string(d.Kind), d.Bytes)
	s.count(func(st *Stats) {
		switch d.Kind {
		case scanner.Duplicate:
			st.Duplicates++
			return
		case scanner.Unread:
			st.Unread++
			return
		case scanner.NotWanted:
			st.NotWanted++
			return
		case scanner.Overflow:
			st.Overflows++
		case scanner.HalfFrame:
			st.HalfFrames++
		case scanner.Noise:
			st.Noises++
		case scanner.Checksum:
			st.Checksums++
		default:
			st.Others++
		}
		st.DroppedBytes += uint64(d.Bytes)
	})
	if !s.mayTell(d.At) {
		return
	}
	s.log.Debug("scan dropped", "kind", d.Kind, "bytes", d.Bytes)
	s.mu.Lock()
	watchers := s.dropWatchers
	s.mu.Unlock()
	for _, tell := range watchers {
		tell(d)
	}
}

// Heard implements Host.
func (s *Scanner) Heard() { s.count(func(st *Stats) { st.LastRead = time.Now() }) }

// Tell implements Host.
func (s *Scanner) Tell(what string) { s.say(what, 0) }

// Listen has told called with each thing that the driver makes of what comes:
// "opened", "scan ]Q1", "drop noise", "lost", and how many bytes it was of. The
// bytes themselves are never told. told must be quick.
func (s *Scanner) Listen(told func(what string, bytes int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners = append(slices.Clone(s.listeners), told)
}

func (s *Scanner) say(what string, bytes int) {
	s.mu.Lock()
	listeners := s.listeners
	s.mu.Unlock()
	for _, told := range listeners {
		told(what, bytes)
	}
}

func (s *Scanner) count(change func(*Stats)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.stats)
}
