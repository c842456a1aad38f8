package amountlink_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/amountlink"
)

// till is Sales in memory: a sale is prepared until the test says what became
// of it.
type till struct {
	mu      sync.Mutex
	sales   map[string]control.Sale
	refs    map[string]string
	changed chan struct{}
	opened  int
	printed int
	broken  error         // what every call fails with
	slow    chan struct{} // Reprint waits for it
}

func newTill() *till {
	return &till{sales: map[string]control.Sale{}, refs: map[string]string{}, changed: make(chan struct{})}
}

func (t *till) Prepare(wish, reference string, amount int64) (control.Sale, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, there := t.sales[wish]
	switch {
	case t.broken != nil:
		return s, t.broken
	case amount == 0:
		return s, amountlink.ErrWrong
	case there && (s.Amount != amount || t.refs[wish] != reference):
		return s, amountlink.ErrOtherSale
	case !there:
		t.opened++
		s = control.Sale{ID: wish, Amount: amount, State: "prepared", Goods: "hold", ChargeKey: fmt.Sprintf("S0001-T01-217000000-%d", t.opened), Opened: time.Now()}
		t.sales[wish], t.refs[wish] = s, reference
	}
	return s, nil
}

func (t *till) Cancel(wish string) (control.Sale, error) {
	s, err := t.Sale(context.Background(), wish, 0)
	if err == nil && s.State == "prepared" {
		t.becomes(wish, "abandoned", "hold")
		s, err = t.Sale(context.Background(), wish, 0)
	}
	return s, err
}

func (t *till) Sale(ctx context.Context, wish string, wait time.Duration) (control.Sale, error) {
	t.mu.Lock()
	s, there := t.sales[wish]
	changed, broken := t.changed, t.broken
	t.mu.Unlock()
	switch {
	case broken != nil:
		return s, broken
	case !there:
		return s, amountlink.ErrNotFound
	case wait == 0:
		return s, nil
	}
	select {
	case <-changed:
	case <-ctx.Done():
	case <-time.After(wait):
	}
	return t.Sale(ctx, wish, 0)
}

func (t *till) Reprint(wish string) (control.Sale, error) {
	if t.slow != nil {
		<-t.slow
	}
	s, err := t.Sale(context.Background(), wish, 0)
	if err == nil && s.State != "approved" {
		return s, amountlink.ErrNotPrinted
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.printed++
	return s, err
}

func (t *till) becomes(wish, state, goods string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.sales[wish]
	s.State, s.Goods, s.Wallet = state, goods, "own"
	t.sales[wish] = s
	close(t.changed)
	t.changed = make(chan struct{})
}

func desk(t *till) amountlink.Desk {
	return amountlink.Desk{Sales: t, Day: func(at time.Time) string { return at.UTC().Add(-5 * time.Hour).Format(time.DateOnly) }, Now: time.Now}
}

// register is the other end of a line, as docs/integrator tells to write it.
type register struct {
	t testing.TB
	io.ReadWriter
}

func (r register) says(p ...byte) {
	r.t.Helper()
	if _, err := r.Write(p); err != nil {
		r.t.Fatal(err)
	}
}

func (r register) hears(want ...byte) {
	r.t.Helper()
	got := make([]byte, len(want))
	if n, err := io.ReadFull(r, got); err != nil || string(got) != string(want) {
		r.t.Fatalf("heard % x (%v), want % x", got[:n], err, want)
	}
}

// asks is a whole exchange.
func (r register) asks(q amountlink.Request) amountlink.Answer {
	r.t.Helper()
	r.says(amountlink.ENQ)
	r.hears(amountlink.ACK)
	r.says(amountlink.Frame(q.Text())...)
	r.hears(amountlink.ACK)
	r.says(amountlink.EOT)
	return r.takes()
}

// takes is the agent's turn.
func (r register) takes() amountlink.Answer {
	r.t.Helper()
	r.hears(amountlink.ENQ)
	r.says(amountlink.ACK)
	a := r.reads()
	r.says(amountlink.ACK)
	r.hears(amountlink.EOT)
	return a
}

// reads is a frame of the agent.
func (r register) reads() amountlink.Answer {
	r.t.Helper()
	frame := make([]byte, 72+3)
	if n, err := io.ReadFull(r, frame); err != nil {
		r.t.Fatalf("after % x: %v", frame[:n], err)
	}
	var reader amountlink.Reader
	for i, b := range frame {
		if token, ok := reader.Feed(b); ok && i == len(frame)-1 && token.Kind == amountlink.Good {
			a, err := amountlink.ParseAnswer(token.Text)
			if err != nil {
				r.t.Fatal(err)
			}
			return a
		}
	}
	r.t.Fatalf("% x is not a frame", frame)
	return amountlink.Answer{}
}

// serve begins to serve one end of a connection and returns the other; ended
// tells how it ended.
func serve(t testing.TB, d amountlink.Desk, counts *amountlink.Counts) (far register, end func() error) {
	near, other := net.Pipe()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	line := amountlink.Line{Desk: d, Quiet: amountlink.ErrQuiet, Counts: counts}
	go func() { done <- line.Serve(ctx, amountlink.Conn{Conn: near}) }()
	t.Cleanup(func() { stop(); _ = other.Close() })
	return register{t, other}, func() error {
		stop()
		_ = other.Close()
		err := <-done
		if errors.Is(err, context.Canceled) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) {
			return nil
		}
		return err
	}
}
