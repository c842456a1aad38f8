package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/amountlink"
	"github.com/posagent/posagent/agent/control/filedrop"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/all"
	"github.com/posagent/posagent/drivers/hotplug"
	"github.com/posagent/posagent/drivers/port"
)

// linked are the registers that ask for sales by other ways than the API.
type linked struct {
	line *amountlink.Counts
	drop *filedrop.Counts
	end  []context.CancelFunc
}

func newLinked() linked { return linked{line: new(amountlink.Counts), drop: new(filedrop.Counts)} }

func (l *linked) close() {
	for _, end := range l.end {
		end()
	}
}

// serveLinks begins to listen to such registers. A line that cannot be opened
// is a matter of health, not of starting.
func (d *program) serveLinks(ctx context.Context, work *crew) {
	ctx, end := context.WithCancel(ctx)
	d.linked.end = append(d.linked.end, end)
	if open := d.lineOf(d.config.Link); open != nil {
		work.do(func() error { d.keepOpen(ctx, d.config.Link.Name, open); return nil })
	}
	if c := d.config.FileDrop; c.Dir != "" {
		drop := filedrop.Drop{Dir: c.Dir, Desk: d.desk(c.Name), Counts: d.linked.drop, Log: d.log}
		work.do(func() error { d.keepOpen(ctx, c.Name, drop.Serve); return nil })
	}
}

// lineOf is what serves the configured line once, nil when there is none.
func (d *program) lineOf(c configs.RegisterLink) func(ctx context.Context, up func()) error {
	line := amountlink.Line{Desk: d.desk(c.Name), Quiet: port.ErrTimeout, Counts: d.linked.line}
	switch {
	case c.Address != (port.Address{}):
		const usualBaud = 9600
		a := c.Address
		if a.Baud == 0 && a.Kind != port.TCP {
			a.Baud = usualBaud
		}
		return func(ctx context.Context, up func()) error {
			hardware := all.New(hotplug.Machine(), append(addresses(d.config.Devices), a))
			place, err := hardware.NewLine(a)
			if err != nil {
				return err
			}
			wire, err := place.Open()
			if err != nil {
				return err
			}
			up()
			return line.Serve(ctx, wire)
		}
	case c.Listen != "":
		return func(ctx context.Context, up func()) error {
			l, err := listenLink(c)
			if err != nil {
				return err
			}
			up()
			return line.Accept(ctx, l, func(err error) { d.log.Warn("a register's connection ended", "error", err) })
		}
	}
	return nil
}

// listenLink listens where a configuration says. A unix socket is for the
// service's group: the POS software is another user.
func listenLink(c configs.RegisterLink) (net.Listener, error) {
	path, isSocket := c.Socket()
	if !isSocket {
		return net.Listen("tcp", c.Listen)
	}
	if err := clearAway(path); err != nil {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o660); err != nil { // no umask: it would be that of all files that are made meanwhile
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// keepOpen opens and serves again whatever ends.
func (d *program) keepOpen(ctx context.Context, name string, open func(ctx context.Context, up func()) error) {
	const pause = 2 * time.Second
	const code = "register_link.down"
	for said := ""; ; {
		err := open(ctx, func() {
			said = ""
			d.register.Mended(code, name)
			d.log.Info("the way to the register is open", "link", name)
		})
		if ctx.Err() != nil {
			return
		}
		if text := fmt.Sprint(err); text != said {
			said = text
			d.log.Warn("the way to the register ended", "link", name, "error", err)
		}
		d.register.Noticed(code, name, said)
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// desk answers the texts of one such register.
func (d *program) desk(name string) amountlink.Desk {
	return amountlink.Desk{Sales: &far{api: d.api.Till(name), currency: string(d.config.Store.Currency)}, Day: d.day, Now: time.Now, Training: d.mode.On}
}

// far are the sales of a register at the other end of a line; see
// amountlink.Sales.
type far struct {
	api      *server.Till
	currency string
}

// Prepare opens a sale, or finds it.
func (f *far) Prepare(wish, reference string, amount int64) (control.Sale, error) {
	s, err := f.api.Prepare(wish, reference, amount, f.currency)
	return s, linkError(err)
}

// Cancel asks for it to be undone.
func (f *far) Cancel(wish string) (control.Sale, error) {
	s, err := f.api.Cancel(wish)
	return s, linkError(err)
}

// Sale is how it stands.
func (f *far) Sale(ctx context.Context, wish string, wait time.Duration) (control.Sale, error) {
	s, err := f.api.Sale(ctx, wish, wait)
	return s, linkError(err)
}

// Reprint prints its receipt once more.
func (f *far) Reprint(wish string) (control.Sale, error) {
	s, err := f.api.Reprint(wish)
	return s, linkError(err)
}

// linkError is a problem of the API as a link tells it.
func linkError(err error) error {
	var p *control.Error
	if !errors.As(err, &p) {
		return err
	}
	switch {
	case p.Status == http.StatusNotFound:
		return amountlink.ErrNotFound
	case p.Status == http.StatusUnprocessableEntity:
		return fmt.Errorf("%w: %w", amountlink.ErrWrong, err)
	}
	switch p.Why {
	case "sale.conflict":
		return amountlink.ErrOtherSale
	case "register.not_standing":
		return amountlink.ErrNotStanding
	case "register.no_receipt", "printer.none", "printer.unprinted":
		return amountlink.ErrNotPrinted
	}
	return err
}

// gauges are what happened on lines.
func (l linked) gauges() []server.Gauge {
	of := func(n *atomic.Int64) func() float64 { return func() float64 { return float64(n.Load()) } }
	return []server.Gauge{
		{Name: "register_link_requests_total", Help: "Requests of registers by a line that were answered.", Read: of(&l.line.Requests)},
		{Name: "register_link_refused_total", Help: "Of those, the refused.", Read: of(&l.line.Refused)},
		{Name: "register_link_bad_frames_total", Help: "Frames with a wrong block check, cut short, too long or out of turn.", Read: of(&l.line.Spoiled)},
		{Name: "register_link_unheard_total", Help: "Answers that the register did not take.", Read: of(&l.line.Unheard)},
		{Name: "register_link_floods_total", Help: "Lines that were ended because nothing but noise came.", Read: of(&l.line.Floods)},
		{Name: "file_drop_requests_total", Help: "Requests of registers by files that were answered.", Read: of(&l.drop.Requests)},
		{Name: "file_drop_refused_total", Help: "Of those, the refused.", Read: of(&l.drop.Refused)},
		{Name: "file_drop_bad_total", Help: "Dropped files that were no requests.", Read: of(&l.drop.Bad)},
	}
}
