package port

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Requests of evdev (linux/input.h). The group is E.
const (
	evVersion = 0x01
	evID      = 0x02
	evName    = 0x06
	evSocket  = 0x07
	evSerial  = 0x08
	evKeys    = 0x18
	evLEDs    = 0x19
	evGrab    = 1<<30 | 4<<16 | 'E'<<8 | 0x90 // EVIOCGRAB
	evClock   = 1<<30 | 4<<16 | 'E'<<8 | 0xA0 // EVIOCSCLOCKID

	keyBytes = (0x2FF + 1) / 8 // KEY_MAX
	ledBytes = (0x0F + 1) / 8  // LED_MAX
)

// evdev is a device of keys: a scanner that types what it reads.
type evdev struct {
	*wire
	file   *os.File
	kernel kernel
}

// openEvDev opens a device of keys for reading only. It is not grabbed yet.
func openEvDev(path string, k kernel, t *tap) (Port, error) {
	f, err := openDevice(path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	e := newEvDev(f, k, t)
	err = control(f, func(fd int) error {
		if _, err := word(k, fd, reads('E', evVersion, 4)); err != nil {
			return err
		}
		return e.steadyClock(fd)
	})
	if errors.Is(err, unix.ENOTTY) || errors.Is(err, unix.EINVAL) {
		err = fmt.Errorf("%s: %w; it is not an input device (/dev/input/event…)", path, ErrNotDevice)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return e, nil
}

func newEvDev(f *os.File, k kernel, t *tap) *evdev {
	return &evdev{wire: &wire{name: f.Name(), stream: f, tap: t.keys()}, file: f, kernel: k}
}

// steadyClock has events timed by the clock that nobody sets: the pause
// between two keys tells a scanner from a hand.
func (e *evdev) steadyClock(fd int) error {
	clock := make([]byte, 4)
	binary.NativeEndian.PutUint32(clock, unix.CLOCK_MONOTONIC)
	_, err := e.kernel.fill(fd, evClock, clock)
	return err
}

// Grab implements Grabber. Somebody else's grab is ErrBusy.
func (e *evdev) Grab(on bool) error {
	value := 0
	if on {
		value = 1
	}
	err := control(e.file, func(fd int) error { return e.kernel.set(fd, evGrab, value) })
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.EBUSY):
		return busy(e.name)
	}
	return e.explain(err)
}

// Describe implements Describer.
func (e *evdev) Describe() (d Description, err error) {
	err = control(e.file, func(fd int) error {
		const idBytes = 8 // __u16 bustype, vendor, product, version
		id := make([]byte, idBytes)
		if _, err := e.kernel.fill(fd, reads('E', evID, idBytes), id); err != nil {
			return err
		}
		d.Vendor, d.Product = binary.NativeEndian.Uint16(id[2:]), binary.NativeEndian.Uint16(id[4:])
		d.Name, d.Socket, d.Serial = name(e.kernel, fd, 'E', evName), name(e.kernel, fd, 'E', evSocket), name(e.kernel, fd, 'E', evSerial)
		return nil
	})
	if err != nil {
		return Description{}, e.explain(err)
	}
	return d, nil
}

// Keys implements Keyboard.
func (e *evdev) Keys() ([]byte, error) { return e.bits(evKeys, keyBytes) }

// LEDs implements Keyboard.
func (e *evdev) LEDs() ([]byte, error) { return e.bits(evLEDs, ledBytes) }

func (e *evdev) bits(number, size uint) ([]byte, error) {
	into := make([]byte, size)
	err := control(e.file, func(fd int) error {
		_, err := e.kernel.fill(fd, reads('E', number, size), into)
		return err
	})
	if err != nil {
		return nil, e.explain(err)
	}
	return into, nil
}

// Write implements Port: keys are only read.
func (e *evdev) Write([]byte, time.Duration) (int, error) {
	return 0, fmt.Errorf("%s: %w; nothing can be written to it", e.name, ErrNotDevice)
}
