package agent

import (
	"context"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/drivers/drawer"
)

// openDrawer opens the cash drawer when cash has become money in a wallet, in
// the background: the cash lies on the counter and belongs into it. Whatever
// becomes of that, the top-up stands; a drawer that did not open is a matter of
// its own health.
func (r *Register) openDrawer(rec charge.Record) {
	at := r.fit().Drawer
	if at == nil || rec.Kind != charge.Topup || rec.State != charge.Approved {
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
		r.log.Warn("the cash drawer did not open after a top-up", "charge", string(rec.Key), "result", string(out.Result), "reason", string(out.Reason), "detail", out.Detail)
	})
}
