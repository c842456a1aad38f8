package amountlink

import (
	"context"
	"errors"
	"time"
)

// take is the register's turn: its frame, repeated until it is good, and EOT.
// It is false when the register gave up, or went silent: nothing was asked.
func (c *call) take() (text string, ok bool, err error) {
	if err := c.send(ACK); err != nil {
		return "", false, err
	}
	for bad := 0; ; {
		t, err := c.next(textTime)
		switch {
		case errors.Is(err, errLate):
			return "", false, nil
		case err != nil:
			return "", false, err
		}
		var reply byte
		switch t.Kind {
		case Good: // once more when our ACK was lost
			text, ok, reply = t.Text, true, ACK
		case ENQ:
			text, ok, reply = "", false, ACK
		case EOT:
			return text, ok, nil
		case Bad:
			c.stray(t)
			if bad++; bad == tries {
				return "", false, c.send(EOT)
			}
			text, ok, reply = "", false, NAK
		default:
			continue
		}
		if err := c.send(reply); err != nil {
			return "", false, err
		}
	}
}

// ask has the desk answer. begun is that the register sent ENQ meanwhile: it
// does not wait for this answer any more. While the desk cannot stop, as in
// the middle of a print, ENQ is answered by NAK.
func (c *call) ask(text string) (a Answer, begun bool, err error) {
	ctx, stop := context.WithCancel(c.ctx)
	defer stop()
	done := make(chan Answer, 1)
	c.asking.Go(func() { done <- c.line.Desk.Answer(ctx, text) })
	for {
		select {
		case a = <-done:
			c.answered(a)
			return a, false, nil
		case err := <-c.failed:
			return a, false, err
		case <-c.ctx.Done():
			return a, false, c.ctx.Err()
		case t := <-c.heard:
			if t.Kind != ENQ {
				c.stray(t)
				continue
			}
		}
		stop()
		moment := time.NewTimer(yieldTime)
		select {
		case a = <-done:
			moment.Stop()
			c.answered(a)
			return a, true, nil
		case <-moment.C:
			if err := c.send(NAK); err != nil {
				return a, false, err
			}
		}
	}
}

func (c *call) answered(a Answer) {
	c.line.Counts.Requests.Add(1)
	if a.Result == Refused {
		c.line.Counts.Refused.Add(1)
	}
}

// give is the agent's turn: ENQ until the register is ready, the frame until
// it says ACK, and EOT. When both send ENQ the register goes first: begun is
// that it did, and the answer is dropped. An answer that nobody takes is
// dropped as well; the register asks what became of the sale.
func (c *call) give(a Answer) (begun bool, err error) {
	for _, p := range [][]byte{{ENQ}, Frame(a.Text())} {
		took, begun, err := c.offer(p)
		switch {
		case err != nil || begun:
			return begun, err
		case !took:
			c.line.Counts.Unheard.Add(1)
			return false, c.send(EOT)
		}
	}
	return false, c.send(EOT)
}

// offer sends until the register says ACK.
func (c *call) offer(p []byte) (took, begun bool, err error) {
	for range tries {
		if err := c.send(p...); err != nil {
			return false, false, err
		}
		t, err := c.reply()
		switch {
		case errors.Is(err, errLate):
			continue
		case err != nil:
			return false, false, err
		}
		switch t.Kind {
		case ACK:
			return true, false, nil
		case ENQ:
			return false, true, nil
		case EOT:
			return false, false, nil
		case NAK:
			if p[0] != ENQ {
				continue
			}
			if t, err := c.next(busyTime); err == nil && t.Kind == ENQ {
				return false, true, nil
			} else if err != nil && !errors.Is(err, errLate) {
				return false, false, err
			}
		}
	}
	return false, false, nil
}

// reply is the next token that answers something.
func (c *call) reply() (Token, error) {
	for {
		t, err := c.next(ackTime)
		if err != nil || t.Kind != Good && t.Kind != Bad {
			return t, err
		}
		c.stray(t)
	}
}
