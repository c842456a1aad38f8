package spool

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/printer"
)

// hello makes the printer's acquaintance. Something that talks but never
// answers is no printer of this language.
func (c *Conn) hello(ctx context.Context) error {
	if err := c.Pass(ctx, QuietTime); err != nil {
		return err
	}
	if c.p.Profile().Status {
		err := c.talk.Hello(ctx)
		if errors.Is(err, ErrNoReply) && c.noise > 0 {
			return fmt.Errorf("%w: %d bytes that no answer explains", ErrWrongModel, c.noise)
		}
		if err != nil {
			return err
		}
	}
	c.met = true
	c.tellHealth()
	return nil
}

// serve prints jobs as they come and asks an idle printer how it is.
func (c *Conn) serve(ctx context.Context) error {
	idle := time.NewTimer(c.pollIn())
	defer idle.Stop()
	rest := 0 // polls since the last job
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case data, ok := <-c.in:
			if !ok {
				return c.ended
			}
			c.take(data)
			continue
		case k := <-c.p.pulses:
			err = c.pulse(k)
		case k := <-c.p.through:
			err = c.pass(k)
		case j := <-c.p.jobs:
			err = c.run(j)
			rest = 0
		case <-idle.C:
			rest++
			err = c.poll(ctx, &rest)
		}
		if err != nil {
			return err
		}
		idle.Reset(c.pollIn())
	}
}

// poll asks an idle printer how it is.
func (c *Conn) poll(ctx context.Context, rest *int) error {
	if !c.p.Profile().Status {
		return nil
	}
	if err := c.talk.Check(ctx); err != nil {
		return err
	}
	c.tellHealth()
	switch {
	case c.isBlocked():
		*rest = 0
	case *rest > 2:
		c.talk.Rest()
	}
	return nil
}

// pollIn is when an idle printer is asked next: soon when somebody is at it and
// what they do should show, or while a drawer should open or shut.
func (c *Conn) pollIn() time.Duration {
	switch {
	case c.opening > 0:
		c.opening--
		return pollOpening
	case c.isBlocked() || c.pulsed && c.talk.Status().Drawer != c.level:
		return pollBlocked
	}
	return pollEvery
}

// pulse is a drawer that is to be opened at once.
type pulse struct {
	pin  int
	done chan error
}

var (
	errNoPulse  = errors.New("this printer opens a drawer in the order of printing only")
	errOnItsWay = errors.New("nobody waited until the pulse was sent")
)

// pulse sends a real-time command. An error is the end of the connection.
func (c *Conn) pulse(k *pulse) error {
	b := c.talk.Pulse(k.pin)
	if b == nil || c.p.half {
		k.done <- errNoPulse
		return nil
	}
	c.opening, c.pulsed, c.level = 4, true, c.talk.Status().Drawer
	err := c.Say(context.Background(), b...)
	k.done <- err
	return ends(err)
}

// Kick opens the drawer at a pin: at once where the printer can, else as a
// document of its own. The best result is Sent: whether the drawer has opened
// is for its sensor to say.
func (p *Printer) Kick(ctx context.Context, pin int) printer.Outcome {
	err := p.kick(ctx, pin)
	switch {
	case err == nil:
		return printer.Outcome{Result: printer.Sent, Reason: device.CannotTell, Detail: "the pulse was sent"}
	case errors.Is(err, errNoPulse):
		return p.Print(ctx, printer.Document{Title: "drawer", Blocks: []printer.Block{printer.Kick{Pin: pin}}})
	case errors.Is(err, errOnItsWay):
		return printer.Outcome{Result: printer.Unknown, Reason: device.CannotTell, Detail: err.Error()}
	}
	return printer.Outcome{Result: printer.Failed, Reason: p.Health().Reason, Detail: err.Error()}
}

func (p *Printer) kick(ctx context.Context, pin int) error {
	ctx, cancel := context.WithTimeout(ctx, jobLimit)
	defer cancel()
	k := &pulse{pin: pin, done: make(chan error, 1)}
	select {
	case p.pulses <- k:
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-p.stopped:
		return errors.New("the printer's supervisor has ended")
	}
	select {
	case err := <-k.done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", errOnItsWay, context.Cause(ctx))
	}
}
