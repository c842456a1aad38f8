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
	if !c.p.profile.Status {
		c.tellHealth()
		return nil
	}
	if err := c.check(ctx); err != nil {
		return err
	}
	if c.p.half {
		return nil // what follows would be swallowed; recover comes before the next job
	}
	if err := c.say(ctx, 0x1D, 'a', 0xFF, 0x1D, 'I', 'C'); err != nil {
		return err
	}
	err := c.answer(ctx, func() bool { return c.model != "" })
	if err == nil {
		c.p.setModel(c.model)
	} else if !errors.Is(err, errNoReply) {
		return err
	}
	_, blocked := c.blocked()
	if !blocked && c.p.profile.Confirm == "gsr" {
		return c.probe(ctx)
	}
	// Models that report process ids answer GS I too. A ready one that does
	// not is still waiting for the rest of a picture.
	c.p.half = !blocked && c.p.profile.Confirm == "processid" && c.model == ""
	return nil
}

// probe has the printer answer once from behind all that it still holds. Then
// no answer is owed any more; without one it sits in an unfinished command.
func (c *connection) probe(ctx context.Context) error {
	c.p.owed++
	want := c.p.owed
	if err := c.say(ctx, 0x1D, 'r', 1); err != nil {
		return err
	}
	err := c.answer(ctx, func() bool { return c.p.owed < want })
	if errors.Is(err, errNoReply) {
		c.p.half = true
		return nil
	}
	if err != nil {
		return err
	}
	if err := c.pass(ctx, quietTime); err != nil {
		return err
	}
	c.p.owed = 0
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
			if _, blocked := c.blocked(); blocked {
				rest = 0
			} else if rest++; rest > 2 {
				c.p.owed = 0 // a ready printer at rest holds nothing that it could still answer
			}
		}
	}
}
