package sim

import "fmt"

// trace is what happened, line by line. Only the driver writes to it, so that
// its order is that of the agenda.
type trace struct {
	keep   bool // the lines
	digest bool // their hash
	lines  []string
	sum    uint64
}

func (t *trace) on() bool { return t.keep || t.digest }

// tracef adds a line.
func (w *World) tracef(what, format string, args ...any) {
	if !w.trace.on() {
		return
	}
	line := fmt.Sprintf("%14.9f  %-9s %s", w.now().Seconds(), what, fmt.Sprintf(format, args...))
	if w.trace.digest {
		w.trace.sum = hash(line, w.trace.sum)
	}
	if w.trace.keep {
		w.trace.lines = append(w.trace.lines, line)
	}
}
