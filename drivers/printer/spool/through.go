package spool

import (
	"context"
	"errors"
	"fmt"
)

// passing is bytes for a device that hangs on the printer.
type passing struct {
	data []byte
	done chan error
}

// Through sends bytes to a device that hangs on the printer, such as a customer
// display, between two documents. They are the caller's to wrap so that the
// printer passes them on. It fails when the printer is away or cannot work on
// anything now.
func (p *Printer) Through(ctx context.Context, data []byte) error {
	k := &passing{data: data, done: make(chan error, 1)}
	select {
	case p.through <- k:
	case <-ctx.Done():
		return fmt.Errorf("the printer that the device hangs on does not pass anything on: %w", context.Cause(ctx))
	case <-p.stopped:
		return errors.New("the printer's supervisor has ended")
	}
	select {
	case err := <-k.done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("the printer that the device hangs on does not take anything: %w", context.Cause(ctx))
	}
}

// pass sends bytes through. An error is the end of the connection.
func (c *Conn) pass(k *passing) error {
	if reason, blocked := c.blocked(); blocked || c.p.half {
		k.done <- fmt.Errorf("the printer that the device hangs on cannot pass anything on: %s", reason)
		return nil
	}
	err := c.Say(context.Background(), k.data...)
	k.done <- err
	return ends(err)
}
