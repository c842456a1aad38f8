package amountlink_test

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control/amountlink"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/virtual"
)

// A serial line as the kernel has it: a pseudo terminal, by drivers/port.
func TestByASerialLine(t *testing.T) {
	cable, err := virtual.NewLine(filepath.Join(t.TempDir(), "register"))
	if err != nil {
		t.Fatal(err)
	}
	defer cable.Close()
	opened, err := port.Open(port.Address{Kind: port.Serial, Path: cable.Path(), Baud: 9600, DataBits: 8, Parity: 'N', StopBits: 1})
	if err != nil {
		t.Fatal(err)
	}
	till, counts := newTill(), new(amountlink.Counts)
	ended := make(chan error, 1)
	line := amountlink.Line{Desk: desk(till), Quiet: port.ErrTimeout, Counts: counts}
	go func() { ended <- line.Serve(t.Context(), opened) }()
	r := register{t, cable}
	if a := r.asks(sale42); a.Result != amountlink.InProgress {
		t.Errorf("%+v", a)
	}
	frame := amountlink.Frame(sale42.Text())
	r.says(amountlink.ENQ)
	r.hears(amountlink.ACK)
	r.says(frame[:9]...) // half of it, and a second of silence
	r.hears(amountlink.NAK)
	r.says(frame...)
	r.hears(amountlink.ACK)
	r.says(amountlink.EOT)
	if a := r.takes(); a.Result != amountlink.InProgress || till.opened != 1 {
		t.Errorf("%+v, %d sales", a, till.opened)
	}
	if err := cable.Unplug(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, port.ErrGone) {
		t.Errorf("ended by %v, want the line gone", err)
	}
}

func TestByTCP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended, told := make(chan error, 1), make(chan error, 100)
	line := amountlink.Line{Desk: desk(newTill()), Counts: new(amountlink.Counts)}
	go func() { ended <- line.Accept(ctx, l, func(err error) { told <- err }) }()
	dial := func() register {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		return register{t, conn}
	}
	var all []register
	for range 5 { // the first of them has lost its power and does not know
		r := dial()
		if a := r.asks(sale42); a.Result != amountlink.InProgress {
			t.Errorf("%+v", a)
		}
		all = append(all, r)
	}
	if n, err := all[0].Read(make([]byte, 1)); err == nil {
		t.Errorf("the oldest of too many connections is still there: %d bytes", n)
	}
	if a := all[1].asks(sale42); a.Result != amountlink.InProgress {
		t.Errorf("another one: %+v", a)
	}
	_, _ = all[4].Write(make([]byte, 100<<10))
	select {
	case err := <-told:
		if !errors.Is(err, amountlink.ErrFlood) {
			t.Errorf("it ended by %v, want a flood", err)
		}
	case <-time.After(time.Minute):
		t.Error("a flood goes on for ever")
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := io.ReadAll(all[1]); err != nil {
		t.Error(err)
	}
}
