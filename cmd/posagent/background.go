package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
)

// background starts what runs beside the register.
func (d *program) background(ctx context.Context, work *crew) {
	for _, w := range d.wallets {
		if w.line != nil {
			work.do(func() error { d.keepWarm(ctx, w); return nil })
		}
		if w.notices != nil {
			work.do(func() error { d.hear(ctx, w); return nil })
		}
	}
	d.power.on(ctx, work)
	d.gear.Load().start(d)
	d.plugs.Watch(d.plugged)
	work.do(func() error { d.plugs.Run(ctx); return nil })
	work.do(func() error { d.lookAround(ctx); return nil })
	work.do(func() error { d.checkBooks(); return nil })
	work.do(func() error { d.watchdog(ctx); return nil })
	work.do(func() error { d.keepMark(ctx); return nil })
	work.do(func() error { d.forgetWishes(ctx); return nil })
	work.do(func() error { d.courier.Run(ctx); return nil })
	work.do(func() error { return d.tracing.run(ctx) })
	work.do(func() error { d.bell.mailer.Run(ctx); return nil })
	work.do(func() error { d.bell.watch(ctx); return nil })
	d.serveLinks(ctx, work)
}

// keepMark brings the mark beside the books up to date: every minute, beside
// the sales, and once more when the last sale is over.
func (d *program) keepMark(ctx context.Context) {
	const every = time.Minute
	d.lookBack()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for stopping := false; !stopping; {
		select {
		case <-ctx.Done():
			stopping = true
		case <-ticker.C:
		}
		d.books.Heard(d.register.TimeSaid())
		if err := d.books.SaveMark(); err != nil {
			d.log.Error("an older copy of the books might not be noticed", "error", err)
		}
	}
}

// lookBack says in the log whether the books are what they were.
func (d *program) lookBack() {
	if why, yes := d.books.Restored(); yes {
		d.log.Error("charges may be missing that a wallet knows: compare the books with its list of each day since then", "why", why, "since", d.books.LostSince())
	}
	if d.books.MarkLost() {
		d.log.Warn("the mark beside the books was gone, so nobody can tell whether they are an older copy; there is a new one now", "file", offline.MarkName)
	}
}

// checkBooks looks through the whole database once it is open for business: a
// second or so for a year's sales, and no reason to make a cashier wait.
func (d *program) checkBooks() {
	if err := d.store.Check(); err != nil {
		d.log.Error("the books are damaged", "error", err)
		d.register.Damaged(err)
	}
}

// watchdog tells systemd that the register still turns. A journal that cannot
// write is no reason to be killed: the pages then say what is wrong.
func (d *program) watchdog(ctx context.Context) {
	every, err := daemon.SdWatchdogEnabled(false)
	if err != nil || every == 0 {
		return
	}
	ticker := time.NewTicker(every / 3)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if d.turns() == nil {
				_, _ = daemon.SdNotify(false, daemon.SdNotifyWatchdog)
			}
		}
	}
}

// turns tells whether the register's lock is free and the books can be read.
func (d *program) turns() error {
	d.register.Standing()
	return d.store.View(func(rows book.Rows) error {
		_, err := rows.LastLink()
		if errors.Is(err, book.ErrNotFound) {
			return nil
		}
		return err
	})
}

// ready tells whether the register could take a sale as far as this machine
// goes. The network and the printer are not asked.
func (d *program) ready() error {
	for _, t := range d.register.Troubles() {
		if t.Code == "journal.dead" {
			return errors.New(t.Detail)
		}
	}
	return d.turns()
}

// room refuses charges while their outcome might not fit on the disk.
func (d *program) room() error {
	free, err := d.store.Room()
	if err != nil {
		return fmt.Errorf("ask for the free space of %s: %w", d.config.Data.Dir, err)
	}
	if least := int64(d.config.Data.MinFreeMB) << 20; free < least {
		return fmt.Errorf("%s has %d MB free, less than [data] min_free_mb = %d: free some space", d.config.Data.Dir, free>>20, d.config.Data.MinFreeMB)
	}
	return nil
}

func (d *program) gauges() []server.Gauge {
	return []server.Gauge{
		{Name: "journal_commits_total", Help: "Durable commits since the start.", Read: func() float64 { return float64(d.store.Stats().Commits) }},
		{Name: "journal_operations_total", Help: "Operations in those commits.", Read: func() float64 { return float64(d.store.Stats().Writes) }},
		{Name: "disk_free_bytes", Help: "Free bytes on the disk of the books.", Read: func() float64 {
			free, err := d.store.Room()
			if err != nil {
				return -1
			}
			return float64(free)
		}},
	}
}

// dropped tells the cashier about what was read and is no scan. A duplicate is
// the same code once more and needs no word.
func (d *program) dropped(drop scanner.Drop) {
	switch drop.Kind {
	case scanner.Duplicate:
	case scanner.NotWanted:
		d.register.Unwanted()
	default:
		d.register.Dropped(string(drop.Kind))
	}
}
