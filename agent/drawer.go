package agent

import (
	"context"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/drivers/drawer"
)

// movesCash tells that cash belongs into the drawer or comes out of it: a
// top-up, a part of a bill in cash, money that is handed back.
func movesCash(rec charge.Record) bool {
	switch rec.Kind {
	case charge.Topup, charge.Cash:
		return rec.State == charge.Approved
	case charge.Refund:
		return rec.State == charge.Reversed && rec.Reason == charge.ReasonByHand
	}
	return false
}

// openDrawer opens the cash drawer when cash moves, in the background: it lies
// on the counter and belongs into it, or the customer waits for it. Whatever
// becomes of that, the record stands; a drawer that did not open is a matter of
// its own health.
func (r *Register) openDrawer(rec charge.Record) {
	at := r.fit().Drawer
	if at == nil || !movesCash(rec) {
		return
	}
	r.work.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), printFor)
		defer cancel()
		out := at.Open(ctx)
		if out.Result == drawer.Opened || out.Result == drawer.Sent {
			r.logOf(rec.SaleID).Info("cash drawer", "charge", string(rec.Key), "result", string(out.Result))
			return
		}
		r.log.Warn("the cash drawer did not open for cash", "charge", string(rec.Key), "result", string(out.Result), "reason", string(out.Reason), "detail", out.Detail)
	})
}
