package find

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/posagent/posagent/drivers/all"
	"github.com/posagent/posagent/drivers/hotplug"
	"github.com/posagent/posagent/drivers/port"
)

// Answer is what a printer says of itself.
type Answer struct {
	Maker    string `json:"maker,omitempty"`
	Model    string `json:"model,omitempty"`
	DeviceID string `json:"device_id,omitempty"` // of a USB printer: MFG:…;MDL:…;CMD:…;
	Baud     int    `json:"baud,omitempty"`      // of a serial line: the speed at which it answered
}

// answerTime is how long a printer may take to say who it is.
const answerTime = 500 * time.Millisecond

// speeds are tried in turn on a serial line: the usual ones of receipt printers.
var speeds = []int{115200, 38400, 19200, 9600}

// Ask asks what sits at a node who it is. Of a USB printer its IEEE 1284 id is
// read, which sends nothing to it; with speak it is asked in ESC/POS as well
// (GS I), which prints two letters on one that speaks something else. A serial
// line is only asked with speak. What answers nothing has an empty Answer.
func Ask(ctx context.Context, n hotplug.Node, speak bool) (Answer, error) {
	direct := all.Direct(n, port.Address{})
	switch {
	case n.Kind == hotplug.LP:
		return askAt(ctx, direct, speak)
	case n.Kind != hotplug.TTY || !speak:
		return Answer{}, nil
	}
	for _, baud := range speeds {
		direct.Baud = baud
		a, err := askAt(ctx, direct, true)
		if err != nil || a.Model != "" || a.Maker != "" {
			a.Baud = baud
			return a, err
		}
	}
	return Answer{}, nil
}

func askAt(ctx context.Context, at port.Address, speak bool) (out Answer, err error) {
	p, err := port.Open(at)
	if err != nil {
		return Answer{}, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if d, ok := p.(port.Describer); ok {
		if about, err := d.Describe(); err == nil {
			out.DeviceID = about.DeviceID
			out.Maker, out.Model = fromDeviceID(about.DeviceID)
		}
	}
	if !speak {
		return out, nil
	}
	const makerAndModel = "\x1dIB\x1dIC"
	if _, err := p.Write([]byte(makerAndModel), answerTime); err != nil && !errors.Is(err, port.ErrTimeout) {
		return out, fmt.Errorf("ask who it is: %w", err)
	}
	names, err := listen(ctx, p)
	if len(names) > 0 {
		out.Maker = names[0]
	}
	if len(names) > 1 {
		out.Model = names[1]
	}
	return out, err
}

// listen reads until two names have come, or none came in time.
func listen(ctx context.Context, p port.Port) ([]string, error) {
	var said []byte
	buf := make([]byte, 256)
	for end := time.Now().Add(answerTime); ctx.Err() == nil; {
		left := time.Until(end)
		if names := names(said); len(names) == 2 || left <= 0 || len(said) > 4*len(buf) {
			return names, nil
		}
		n, err := p.Read(buf, left)
		said = append(said, buf[:n]...)
		if err != nil && !errors.Is(err, port.ErrTimeout) {
			return names(said), fmt.Errorf("listen to who it is: %w", err)
		}
	}
	return names(said), ctx.Err()
}

// names are the answers to GS I: each an underscore, a text and a NUL. Status
// bytes may stand between them.
func names(said []byte) (out []string) {
	for {
		_, rest, ok := bytes.Cut(said, []byte("_"))
		if !ok {
			return out
		}
		name, rest, ok := bytes.Cut(rest, []byte{0})
		if !ok {
			return out
		}
		out = append(out, plain(name))
		said = rest
	}
}

// plain keeps what a terminal can show.
func plain(name []byte) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '.'
		}
		return r
	}, string(name)))
}

// fromDeviceID reads maker and model from an IEEE 1284 id.
func fromDeviceID(id string) (maker, model string) {
	for part := range strings.SplitSeq(id, ";") {
		name, value, _ := strings.Cut(part, ":")
		switch strings.ToUpper(strings.TrimSpace(name)) {
		case "MFG", "MANUFACTURER":
			maker = strings.TrimSpace(value)
		case "MDL", "MODEL":
			model = strings.TrimSpace(value)
		}
	}
	return maker, model
}
