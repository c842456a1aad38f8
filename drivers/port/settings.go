package port

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// setOne sets what an address names behind its ?.
func (a *Address) setOne(name, value string) (err error) {
	switch name {
	case "baud":
		if a.Baud, err = strconv.Atoi(value); err != nil || a.Baud < 50 || a.Baud > 4_000_000 {
			return fmt.Errorf("baud %q must be from 50 to 4000000", value)
		}
	case "mode":
		return a.setMode(value)
	case "flow":
		return a.setFlow(value)
	case "connect":
		a.Connect, err = span(name, value, 100*time.Millisecond, time.Minute)
	case "idle":
		a.Idle, err = span(name, value, time.Second, time.Hour)
	case "node":
		return a.Device.setNode(value)
	case "interface":
		if a.Device.Interface, err = strconv.Atoi(value); err != nil || a.Device.Interface < 1 || a.Device.Interface > 32 {
			return fmt.Errorf("interface %q must be from 1 to 32: 1 is the first of its kind", value)
		}
	}
	return err
}

func span(name, value string, least, most time.Duration) (time.Duration, error) {
	d, err := time.ParseDuration(value)
	if err != nil || d < least || d > most {
		return 0, fmt.Errorf("%s %q must be from %v to %v, such as 5s", name, value, least, most)
	}
	return d, nil
}

// setMode reads "8N1": data bits, parity, stop bits.
func (a *Address) setMode(mode string) error {
	if len(mode) != 3 || !strings.Contains("78", mode[:1]) || !strings.Contains("NEOMS", mode[1:2]) || !strings.Contains("12", mode[2:]) {
		return errors.New("mode must be like 8N1: 7 or 8 data bits, parity N, E, O, M or S, 1 or 2 stop bits")
	}
	a.DataBits, a.Parity, a.StopBits = int(mode[0]-'0'), mode[1], int(mode[2]-'0')
	return nil
}

func (a *Address) setFlow(word string) error {
	switch f := Flow(word); f {
	case RTSCTS, XONXOFF, DTRDSR:
		a.Flow = f
		return nil
	case "none":
		a.Flow = NoFlow
		return nil
	}
	return fmt.Errorf("flow %q is not known; use rtscts, xonxoff, dtrdsr or none", word)
}

// nodes are the words for the files that a device can have.
var nodes = []struct {
	word string
	kind Kind
}{{"tty", Serial}, {"lp", LP}, {"hidraw", HIDRaw}, {"evdev", EvDev}, {"video", Video}}

func (d *Device) setNode(word string) error {
	for _, n := range nodes {
		if n.word == word {
			d.Node = n.kind
			return nil
		}
	}
	return fmt.Errorf("node %q is not known; use tty, lp, hidraw, evdev or video", word)
}

func nodeWord(kind Kind) string {
	for _, n := range nodes {
		if n.kind == kind {
			return n.word
		}
	}
	return string(kind)
}
