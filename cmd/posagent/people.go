package main

import (
	"cmp"
	"sync/atomic"
	"time"

	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/agent/operator"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/offline"
)

// wirePeople makes the operators of the settings and those that the register
// keeps. Where there is nobody, the first manager comes in with a code that
// only whoever reads the log or the data directory has.
func (d *program) wirePeople(c configs.Config) (*operator.Staff, *operator.Setup, error) {
	staff, err := operator.NewStaff(operators(c.Operators), offline.NewTries(d.home))
	if err != nil {
		return nil, nil, err
	}
	kept, err := offline.NewPeople(d.home)
	if err != nil {
		return nil, nil, err
	}
	if err := staff.Keep(kept); err != nil {
		return nil, nil, err
	}
	d.staff.Store(staff)
	if !staff.Nobody() {
		return staff, nil, offline.KeepSetup(d.home, "")
	}
	setup := operator.NewSetup(time.Now)
	d.log.Warn("nobody may sign in yet: make the first manager within ten minutes with posctl users setup, or at any time with posctl users add at the machine", "set_up_code", setup.Code())
	return staff, setup, offline.KeepSetup(d.home, setup.Code())
}

// doorForPeople is what the API needs of them.
func (d *program) doorForPeople(o *server.Options) error {
	p := d.config.People
	staff, setup, err := d.wirePeople(d.config)
	o.Staff, o.Setup = staff, setup
	o.SetUp = func() {
		if err := offline.KeepSetup(d.home, ""); err != nil {
			d.log.Error("the used set-up code is still on the disk", "error", err)
		}
	}
	o.Rules = operator.Rules{SecondAbove: p.SecondAbove, TwoAbove: p.TwoAbove, Require: p.Require}
	o.Idle = map[operator.Role]time.Duration{operator.Cashier: p.IdleCashier, operator.Manager: p.IdleManager, operator.Engineer: p.IdleManager}
	return err
}

// called is the name of an operator of the settings or of the register; one
// that nobody has stays an id.
func (d *program) called(settled func(string) string) func(string) string {
	return func(id string) string {
		if staff := d.staff.Load(); staff != nil {
			return cmp.Or(staff.Names()[id], id)
		}
		return settled(id)
	}
}

// staffed holds the operators once they are known; the register is made first.
type staffed = atomic.Pointer[operator.Staff]
