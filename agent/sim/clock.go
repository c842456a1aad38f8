package sim

import (
	"time"
	"unsafe"
)

// base is when every world begins, by the clocks of its machines.
var base = time.Date(2026, 11, 25, 6, 0, 0, 0, time.UTC)

// clockTime is a time as time.Now returns it on a real machine: what the clock
// on the wall shows and, apart from it, a monotonic reading that nobody can
// set. Bubbles of testing/synctest give times without that reading, and then a
// clock that jumps would seem to make spans longer, which it does not in a
// shop. There is no public way to make such a time; TestClock holds this one to
// what package time promises.
func clockTime(wall time.Time, reading time.Duration) time.Time {
	type layout struct {
		wall uint64 // 1 bit: has a reading; 33 bits: seconds since 1885; 30 bits: nanoseconds
		ext  int64  // the reading
		loc  *time.Location
	}
	epoch := time.Date(1885, 1, 1, 0, 0, 0, 0, time.UTC)
	seconds := uint64(wall.Unix() - epoch.Unix())
	t := layout{wall: 1<<63 | seconds<<30 | uint64(wall.Nanosecond()), ext: int64(reading), loc: time.UTC}
	return *(*time.Time)(unsafe.Pointer(&t))
}
