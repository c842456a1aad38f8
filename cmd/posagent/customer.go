package main

import (
	"context"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/drivers/all"
	"github.com/posagent/posagent/drivers/display"
)

// showCustomer keeps the customer display at what stands at the register,
// until ctx ends.
func (d *program) showCustomer(ctx context.Context, at all.Display) {
	for {
		changed := d.register.Changed()
		v, standing := d.register.Standing()
		what, amount := forCustomer(v, standing)
		at.Show(display.Say(what, amount, d.config.Store.Language))
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
}

// forCustomer is what a customer is told of a sale. What is not known yet, or
// is being undone, is never shown as paid and never as declined: then the
// staff speaks.
func forCustomer(v agent.View, standing bool) (display.What, string) {
	if !standing {
		return display.Welcome, ""
	}
	amount := v.Sale.Amount.Text()
	switch v.Charge.State {
	case charge.Prepared:
		switch {
		case !v.Deadline.IsZero():
			return display.Wait, amount
		case v.Sale.TopUp:
			return display.TopUp, amount
		}
		return display.Amount, amount
	case charge.Sent:
		return display.Wait, amount
	case charge.Pending:
		if v.Charge.Shown() {
			return display.Read, amount
		}
		return display.Phone, amount
	case charge.Approved, charge.Queued, charge.Forwarding:
		return display.Paid, amount
	case charge.Declined:
		return display.Declined, amount
	case charge.Abandoned, "":
		return display.Welcome, ""
	}
	return display.Staff, amount
}
