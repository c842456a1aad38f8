package main

import (
	"context"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/configs/managed"
	"github.com/posagent/posagent/drivers/all"
	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/offline"
)

// start is what the program found before it read its configuration.
type start struct {
	path   string // of the configuration
	undone bool   // a change of settings that nobody had confirmed was taken back
}

// takeBack takes a change of settings back that nobody had confirmed when the
// program ended, however it ended.
func takeBack(path string) (start, error) {
	undone, err := offline.NewSettings(configs.DropIn(path), "").Undo()
	return start{path, undone}, err
}

// wireSettings makes the one way by which settings change while the register
// runs.
func (d *program) wireSettings(c configs.Config) (*managed.Manager, error) {
	return managed.New(managed.Options{
		Path: d.start.path, Running: c, Undone: d.start.undone, Files: offline.NewSettings(configs.DropIn(d.start.path), c.Data.Dir),
		Refit: d.refit, Now: time.Now,
		Note: func(who managed.Who, what string) {
			d.log.Info("settings", "by", who.By, "who", who.Name, "act", what)
			if err := d.books.Note(charge.By(who.By), who.Name, what); err != nil {
				d.log.Error("an act is not in the journal", "act", what, "error", err)
			}
		},
	})
}

// paperWait is how long a change of devices waits for a receipt that is being
// printed.
const paperWait = 35 * time.Second

// refit exchanges the hardware for that of another configuration; see
// managed.Refit.
func (d *program) refit(ctx context.Context, next configs.Config, probe time.Duration) (probes []managed.Probe, err error) {
	select {
	case <-d.power.up:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	wait, cancel := context.WithTimeout(ctx, paperWait)
	defer cancel()
	err = d.register.Refit(wait, func() (*agent.Fittings, error) {
		fresh, fault := d.exchange(next)
		if fault != nil {
			return nil, fault
		}
		old := d.gear.Load()
		if probes = d.answers(ctx, fresh, old, probe); bad(probes) {
			back, fault := d.newGear(old.config, fresh)
			if fault != nil { // it was made before, of the same
				return nil, fault
			}
			fresh.endBeside(back)
			back.start(d)
			d.gear.Store(back)
			return d.fittings(back), &managed.Refusal{Why: managed.NoAnswer, Detail: said(probes), Probes: probes}
		}
		d.gear.Store(fresh)
		return d.fittings(fresh), nil
	})
	return probes, err
}

// exchange ends what is not in the next configuration, and starts what is new
// there. Nothing has ended when it fails.
func (d *program) exchange(next configs.Config) (*gear, error) {
	old := d.gear.Load()
	fresh, err := d.newGear(next, old)
	if err != nil {
		return nil, &managed.Refusal{Why: managed.Invalid, Detail: err.Error()}
	}
	old.endBeside(fresh)
	fresh.start(d)
	return fresh, nil
}

// answers waits until every device that is new has answered, and for those
// that do not no longer than patience. A device that waits for a person, such
// as for paper, has answered.
func (d *program) answers(ctx context.Context, fresh, old *gear, patience time.Duration) []managed.Probe {
	if patience == 0 {
		return nil
	}
	var out []managed.Probe
	begun := time.Now()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	known := map[all.Device]bool{}
	for _, dev := range old.supervised() {
		known[dev] = true
	}
	for _, dev := range fresh.supervised() {
		if !known[dev] {
			h := answer(ctx, dev)
			out = append(out, managed.Probe{
				Device: h.ID, Good: answered(h), State: string(h.State), Reason: string(h.Reason), Detail: h.Detail, Elapsed: time.Since(begun),
			})
		}
	}
	return out
}

// answer waits until a device has answered or ctx ends.
func answer(ctx context.Context, dev all.Device) device.Health {
	changed := make(chan struct{}, 1)
	dev.Watch(func(device.Health) {
		select {
		case changed <- struct{}{}:
		default:
		}
	})
	for {
		if h := dev.Health(); answered(h) {
			return h
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return dev.Health()
		}
	}
}

// answered tells whether a device is there and speaks as it was set up.
func answered(h device.Health) bool {
	switch h.State {
	case device.Ready, device.Degraded:
		return true
	case device.Blocked:
		switch h.Reason {
		case device.PaperOut, device.CoverOpen, device.Cutter, device.HeadHot, device.FeedButton, device.Offline:
			return true
		}
	}
	return false
}

func bad(probes []managed.Probe) bool {
	for _, p := range probes {
		if !p.Good {
			return true
		}
	}
	return false
}

// said is which devices have not answered.
func said(probes []managed.Probe) string {
	text := ""
	for _, p := range probes {
		if !p.Good {
			text += fmt.Sprintf("%s did not answer within %s (%s, %s: %s); ", p.Device, p.Elapsed.Round(100*time.Millisecond), p.State, p.Reason, p.Detail)
		}
	}
	return text + "all is as it was before"
}
