package supervise

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/scanner"
)

// errPanic marks a loss that was a panic.
var errPanic = errors.New("the driver failed by a fault of its own")

// badLimit is how many drops in a row, without one code, make a scanner's
// settings doubtful: one or two are a bad cable or a hasty hand.
const badLimit = 3

// doubtPause keeps a scanner gone mad, which sends noise and codes in turn,
// from flooding the watchers with two changes of its health for each code.
const doubtPause = time.Second

// Health is how the scanner is now.
func (s *Scanner) Health() device.Health { return s.vitals.Health() }

// Watch has tell called with the present health now, and with each new state
// or reason from then on, in order. tell must be quick and must not call Watch.
func (s *Scanner) Watch(tell func(device.Health)) { s.vitals.Watch(tell) }

// WatchDrops has tell called with what was read and not delivered, by the
// goroutine that reads: tell must be quick. Of a flood it hears the beginning
// and then a few a second; Stats counts all of it.
func (s *Scanner) WatchDrops(tell func(scanner.Drop)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropWatchers = append(slices.Clone(s.dropWatchers), tell)
}

// opened: the device is open. Most cannot be asked who they are; more is known
// with the first code.
func (s *Scanner) opened() {
	s.badRun, s.open = 0, true
	s.say("opened", 0)
	s.mu.Lock()
	if s.wasOpen {
		s.stats.Reconnects++
	}
	s.wasOpen = true
	s.mu.Unlock()
	s.become(device.Ready, device.ReasonNone, "")
}

// lost: the device could not be opened, or failed.
func (s *Scanner) lost(err error) {
	if s.open {
		s.say("lost", 0)
	}
	s.open = false
	state, reason := judge(err)
	if reason == device.NotFound && s.Health().Reason == device.Unplugged {
		reason = device.Unplugged // it was here before; that says more
	}
	s.become(state, reason, err.Error())
}

// judge says what an error of a port means for the device.
func judge(err error) (device.State, device.Reason) {
	if errors.Is(err, errPanic) {
		return device.Faulted, device.Unrecoverable
	}
	if errors.Is(err, ErrWrongModel) {
		return device.Faulted, device.WrongModel
	}
	if state, reason, known := port.Trouble(err); known {
		return state, reason
	}
	return device.Absent, device.NoReply
}

// good: a whole code came, so that port and settings are right.
func (s *Scanner) good() {
	s.badRun, s.worked = 0, true
	s.vitals.Worked()
	s.become(device.Ready, device.ReasonNone, "")
}

// bad: bytes came that are no code.
func (s *Scanner) bad(d scanner.Drop) {
	s.badRun++
	if s.badRun < badLimit || s.Health().State != device.Ready || d.At.Sub(s.doubted) < doubtPause {
		return
	}
	s.doubted = d.At
	s.become(device.Degraded, device.WrongModel, fmt.Sprintf(
		"bytes come but no code (last: %s, %d bytes); check %s", d.Kind, d.Bytes, s.config.Doubt))
}

// become changes the health and tells the watchers, if it is a change.
func (s *Scanner) become(state device.State, reason device.Reason, detail string) {
	if s.vitals.Become(state, reason, detail) {
		s.log.Info("scanner is "+string(state), "reason", reason, "detail", detail)
	}
}
