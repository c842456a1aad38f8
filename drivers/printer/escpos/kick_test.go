package escpos_test

import (
	"bytes"
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
)

// slow is a printer whose wire takes a pulse only once it may.
type slow struct {
	answering
	came, may chan struct{}
}

func (s *slow) Write(p []byte, within time.Duration) (int, error) {
	if bytes.HasPrefix(p, []byte{0x10, 0x14}) {
		close(s.came)
		<-s.may
	}
	return s.answering.Write(p, within)
}

// A pulse that is on its way can no more be said not to have been sent.
func TestAPulseOnItsWay(t *testing.T) {
	s := &slow{answering: answering{rogue: rogue{closed: make(chan struct{})}, say: make(chan []byte, 9)}, came: make(chan struct{}), may: make(chan struct{})}
	p := escpos.New("printer1", model(), "slow", func() (port.Port, error) { return s, nil }, slog.New(slog.DiscardHandler), nil)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { p.Run(ctx); close(ended) }()
	for end := time.Now().Add(10 * time.Second); p.Health().State != device.Ready && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	wish, leave := context.WithCancel(ctx)
	go func() { <-s.came; leave() }()
	if out := p.Kick(wish, 2); out.Result != printer.Unknown {
		t.Errorf("it came to %+v", out)
	}
	close(s.may)
	cancel()
	_ = s.Close()
	<-ended
}
