package virtual

// fault is set, and tells the register when automatic status is on.
func (p *Printer) fault(change func()) {
	p.set(func() {
		change()
		p.tellStatus()
	})
}

// PaperOut takes the paper away.
func (p *Printer) PaperOut() { p.fault(func() { p.noPaper = true }) }

// PaperOutAfter lets the paper end when so many more lines are printed.
func (p *Printer) PaperOutAfter(lines int) { p.set(func() { p.paperLeft = lines }) }

// PaperIn puts a new roll in; a receipt that was held is printed on.
func (p *Printer) PaperIn() {
	p.fault(func() { p.noPaper, p.lowPaper, p.paperLeft = false, false, -1 })
}

// PaperLow lets the near-end sensor see a nearly empty roll.
func (p *Printer) PaperLow() { p.fault(func() { p.lowPaper = true }) }

// CoverOpen opens the cover.
func (p *Printer) CoverOpen() { p.fault(func() { p.cover = true }) }

// CoverClose closes it.
func (p *Printer) CoverClose() { p.fault(func() { p.cover = false }) }

// CutterJam blocks the cutter.
func (p *Printer) CutterJam() { p.fault(func() { p.cutterJam = true }) }

// CutterFree takes the jam away.
func (p *Printer) CutterFree() { p.fault(func() { p.cutterJam = false }) }

// HeadHot lets the head get too hot to print.
func (p *Printer) HeadHot() { p.fault(func() { p.headHot = true }) }

// HeadCool lets it cool down.
func (p *Printer) HeadCool() { p.fault(func() { p.headHot = false }) }

// StopReading lets the printer take no more bytes from the line and answer
// nothing; Resume ends that.
func (p *Printer) StopReading() { p.set(func() { p.stalled = true }) }

// StopReadingAfter is StopReading when so many more bytes have arrived.
func (p *Printer) StopReadingAfter(bytes int) { p.After(bytes, p.StopReading) }

// Resume lets a printer read again.
func (p *Printer) Resume() { p.set(func() { p.stalled = false }) }

// After has something happen the moment when so many more bytes have arrived,
// such as CoverOpen, PaperOut, CutterJam or Unplug; the byte behind them is
// not read before.
func (p *Printer) After(bytes int, do func()) {
	p.set(func() { p.orders = append(p.orders, order{left: max(1, bytes), do: do}) })
}

// Lose lets so many of the next answers get lost.
func (p *Printer) Lose(answers int) { p.set(func() { p.lose = answers }) }

// Unplug pulls the cable. The printer keeps its power and what it has received.
func (p *Printer) Unplug() error { return p.cable.Unplug() }

// Plug puts the cable back.
func (p *Printer) Plug() error { return p.cable.Plug() }

// JamDrawer lets pulses not open the drawer.
func (p *Printer) JamDrawer() { p.set(func() { p.drawer.stuck = true }) }

// FreeDrawer lets them open it again.
func (p *Printer) FreeDrawer() { p.set(func() { p.drawer.stuck = false }) }

// OpenDrawer opens the drawer by its key.
func (p *Printer) OpenDrawer() { p.fault(func() { p.drawer.open = true }) }

// CloseDrawer pushes the drawer shut.
func (p *Printer) CloseDrawer() { p.fault(func() { p.drawer.open = false }) }

// pulse is current for the drawer's magnet. It needs p.mu.
func (p *Printer) pulse() {
	p.drawers++
	if !p.drawer.stuck && !p.drawer.open {
		p.drawer.open = true
		if p.drawer.wired {
			p.tellStatus()
		}
	}
}

// sensor is the level of the drawer's pin; low when nothing is wired. It needs
// p.mu.
func (p *Printer) sensor() bool { return p.drawer.wired && p.drawer.open != p.drawer.lowOpen }

// offline needs p.mu.
func (p *Printer) offline() bool { return p.noPaper || p.cover || p.cutterJam || p.headHot }

// tellStatus tells the state without a question. It needs p.mu.
func (p *Printer) tellStatus() {
	if p.automatic {
		p.reply(p.manners.status(p)...)
	}
}
