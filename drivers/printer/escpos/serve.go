package escpos

import (
	"context"
	"errors"
	"time"
)

// hello makes the printer's acquaintance: how it is, what it is, and whether
// it sits in the middle of a command that an earlier job left unfinished.
func (c *connection) hello(ctx context.Context) error {
	if err := c.pass(ctx, quietTime); err != nil {
		return err
	}
	if c.p.profile.Status {
		if err := c.check(ctx); err != nil {
			return err
		}
		// A printer in the middle of a command would swallow these questions.
		if _, blocked := c.blocked(); !blocked && !c.p.half {
			if err := c.probe(ctx); err != nil {
				return err
			}
		}
	}
	c.tellHealth()
	return nil
}

// probe asks two things that a printer answers only when it gets to them, from
// behind all that it still holds. A ready one that answers neither sits in an
// unfinished command, perhaps since before this program started.
func (c *connection) probe(ctx context.Context) error {
	c.p.owed++
	want := c.p.owed
	if err := c.say(ctx, 0x1D, 'a', 0xFF, 0x1D, 'I', 'C', 0x1D, 'r', 1); err != nil {
		return err
	}
	err := c.answer(ctx, func() bool { return c.p.owed < want && c.model != "" })
	if err != nil && !errors.Is(err, errNoReply) {
		return err
	}
	if c.model != "" {
		c.p.setModel(c.model)
	}
	if c.p.owed < want {
		err := c.pass(ctx, quietTime) // for answers to earlier jobs
		c.p.owed = 0
		return err
	}
	if err := c.check(ctx); err != nil {
		return err
	}
	_, blocked := c.blocked() // meanwhile: then it says nothing about commands
	c.p.half = !blocked && c.model == "" && c.p.profile.Confirm != "none"
	return nil
}

// serve prints jobs as they come and asks an idle printer how it is.
func (c *connection) serve(ctx context.Context) error {
	idle := time.NewTicker(pollEvery)
	defer idle.Stop()
	rest := 0 // polls since the last job
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case data, ok := <-c.in:
			if !ok {
				return c.ended
			}
			c.take(data)
		case j := <-c.p.jobs:
			if err := c.run(j); err != nil {
				return err
			}
			rest = 0
			idle.Reset(pollEvery)
		case <-idle.C:
			if !c.p.profile.Status {
				continue
			}
			if err := c.check(ctx); err != nil {
				return err
			}
			c.tellHealth()
			if _, blocked := c.blocked(); blocked {
				rest = 0
			} else if rest++; rest > 2 {
				c.p.owed = 0 // a ready printer at rest holds nothing that it could still answer
			}
		}
	}
}
