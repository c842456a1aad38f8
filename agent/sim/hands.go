package sim

import (
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/handover"
)

// export lets what is to be collected leave with a queue file.
func (r *run) export(file int) {
	w := r.till.w
	left, err := r.offline.Leave(w.wallets[0].id, r.offline.signs, fmt.Sprint("Q", file), false)
	if err != nil { // and there is no file
		return
	}
	w.mu.Lock()
	w.files[file] = left
	w.became["left"] += len(left)
	w.mu.Unlock()
	r.reread(left)
}

func (r *run) reread(list []handover.Charge) {
	var keys []charge.Key
	for _, c := range list {
		keys = append(keys, c.Key)
	}
	r.reg.Reread(keys)
}

func (w *World) file(n int) []handover.Charge {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.files[n]
}

// takeIn brings a queue file's charges into a register's books.
func (r *run) takeIn(file []handover.Charge) {
	var list []charge.Carried
	for _, c := range file {
		one, err := r.offline.Carried(c, "queue file")
		if err == nil {
			list = append(list, one)
		}
	}
	became, _, err := r.offline.TakeOver(list, func(at time.Time) string { return at.Format(time.DateOnly) }, charge.ByManager, "manager")
	if err != nil {
		return
	}
	for _, b := range became {
		r.till.w.came("file: " + string(b))
	}
	r.reread(file)
	r.reg.Collect()
}

// reclaim collects again what has left: all of it, or these.
func (r *run) reclaim(keys []charge.Key) {
	if keys == nil {
		due, _ := r.offline.Due(r.till.w.wallets[0].id, charge.Due{}, 1000)
		for _, one := range due {
			keys = append(keys, one.Key)
		}
	}
	_, _ = r.offline.MoveBack(keys, charge.ByManager, "manager")
	r.reg.Collect()
}

// reclaim is what a shop does about queue files that are lost, or whose charges
// were given up where they were taken in.
func (w *World) reclaim() {
	for _, t := range w.tills {
		var lost []charge.Key
		for key, one := range t.taken {
			if one.moved && one.outstanding() && !w.collects(t, key) {
				lost = append(lost, key)
			}
		}
		if len(lost) > 0 && t.run != nil && t.run.ready {
			run := t.run
			go run.reclaim(lost)
		}
	}
}

// collects tells whether another register has a charge and has not given it up.
func (w *World) collects(but *till, key charge.Key) bool {
	for _, t := range w.tills {
		if one := t.taken[key]; t != but && one != nil && one.state != charge.Unpaid {
			return true
		}
	}
	return false
}
