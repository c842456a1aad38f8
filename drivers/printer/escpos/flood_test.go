package escpos_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
	"github.com/posagent/posagent/drivers/profile"
)

// rogue is a printer that never stops talking.
type rogue struct {
	turn   int
	closed chan struct{}
	once   sync.Once
}

func (r *rogue) Read(p []byte, _ time.Duration) (int, error) {
	select {
	case <-r.closed:
		return 0, port.ErrClosed
	default:
	}
	r.turn++
	if r.turn%2 == 0 {
		return copy(p, "\x12\x10\x00\x00\x0F"), nil
	}
	return copy(p, "\x12\x30\x00\x00\x0F"), nil
}

func (r *rogue) Write(p []byte, _ time.Duration) (int, error) { return len(p), nil }

func (r *rogue) Close() error { r.once.Do(func() { close(r.closed) }); return nil }

// lines is a log.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// A printer that tells another state with every word, without end, and
// watchers that take their time. The register goes on and can be stopped, and
// neither the log nor the watchers get each word.
func TestPrinterThatTalksWithoutEnd(t *testing.T) {
	var log lines
	var told atomic.Int64
	r := &rogue{closed: make(chan struct{})}
	p := escpos.New("printer1", model(), "rogue", func() (port.Port, error) { return r, nil }, slog.New(slog.NewTextHandler(&log, nil)), nil)
	p.Watch(func(device.Health) { told.Add(1); time.Sleep(time.Millisecond) })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { p.Run(ctx); close(ended) }()
	short, done := context.WithTimeout(ctx, time.Second)
	defer done()
	if out := p.Print(short, receipt()); out.Result == printer.Confirmed || out.Result == printer.Sent {
		t.Errorf("it confirmed nothing, but %+v", out)
	}
	cancel()
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Error("the supervisor does not end while the printer talks")
	}
	if n, lines := told.Load(), strings.Count(log.String(), "printer health"); n > 60 || lines > 60 {
		t.Errorf("%d changes were told and %d lines logged in a second or two", n, lines)
	}
	_ = r.Close()
	<-ended
}

// The name that a printer gives itself goes to pages and terminals: whatever
// it says, it is plain text.
func TestModelIsPlainText(t *testing.T) {
	r := &answering{rogue: rogue{closed: make(chan struct{})}, say: make(chan []byte, 9)}
	p := escpos.New("printer1", model(), "rogue", func() (port.Port, error) { return r, nil }, slog.New(slog.DiscardHandler), nil)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { p.Run(ctx); close(ended) }()
	for end := time.Now().Add(10 * time.Second); p.Health().State != device.Ready && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if got := p.Health().Model; got != "TM..2J.." {
		t.Errorf("the model is %q", got)
	}
	cancel()
	_ = r.Close()
	<-ended
}

// answering is a printer that answers properly, but for its name.
type answering struct {
	rogue
	say chan []byte
}

func (a *answering) Read(p []byte, _ time.Duration) (int, error) {
	select {
	case b := <-a.say:
		return copy(p, b), nil
	case <-a.closed:
		return 0, port.ErrClosed
	}
}

func (a *answering) Write(p []byte, _ time.Duration) (int, error) {
	switch {
	case bytes.HasPrefix(p, []byte{0x10, 0x04}):
		a.say <- []byte{0x12}
	case bytes.Contains(p, []byte{0x1D, 'I', 'C'}):
		a.say <- []byte("\x10\x00\x00\x0F_TM\xc2\x9b2J\x7f\xff\x00\x00")
	}
	return len(p), nil
}

// chatter says its name without end, and now and then another one.
type chatter struct {
	answering
	turn int
}

func (c *chatter) Read(p []byte, timeout time.Duration) (int, error) {
	select {
	case b := <-c.say:
		return copy(p, b), nil
	case <-c.closed:
		return 0, port.ErrClosed
	case <-time.After(100 * time.Microsecond):
		c.turn++
		return copy(p, fmt.Sprintf("_TM-T88%s\x00", []string{"V", "V", "V", "VI"}[c.turn/100%4])), nil
	}
}

// A profile is found by the printer's name, and not as often as it says it.
func TestAProfileIsNotFoundWithoutEnd(t *testing.T) {
	var log lines
	c := &chatter{answering: answering{rogue: rogue{closed: make(chan struct{})}, say: make(chan []byte, 9)}}
	open := model()
	found := model()
	found.Model, found.Names = "TM-T88", []string{"TM-T88"}
	open.Others = []profile.Printer{found}
	p := escpos.New("printer1", open, "rogue", func() (port.Port, error) { return c, nil }, slog.New(slog.NewTextHandler(&log, nil)), nil)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { p.Run(ctx); close(ended) }()
	time.Sleep(200 * time.Millisecond)
	cancel()
	_ = c.Close()
	<-ended
	if n := strings.Count(log.String(), "was found by its name"); n < 1 || n > 4 || p.Profile().Model != "TM-T88" {
		t.Errorf("the profile was found %d times, and is %s", n, p.Profile().Model)
	}
}
