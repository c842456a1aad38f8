package demo

import (
	"fmt"
	"slices"

	"github.com/posagent/posagent/drivers/virtual"
)

// Trouble is something that a visitor can have happen to a device of the demo.
type Trouble struct {
	Action string
	Short  string   // for the help
	On     []string // the devices that can have it
}

// trouble is one of them for one device.
type trouble struct {
	action, device, short string
	do                    func(*counter) error
}

func troubles() []trouble {
	const plug, unplug = "Plug a device in again", "Pull a device's plug"
	printer := func(do func(*virtual.Printer)) func(*counter) error {
		return func(c *counter) error { do(c.printer); return nil }
	}
	return []trouble{
		{"unplug", "scanner0", unplug, func(c *counter) error { return c.scanner.Unplug() }},
		{"unplug", "printer0", unplug, func(c *counter) error { return c.printer.Unplug() }},
		{"unplug", "display0", unplug, func(c *counter) error { return c.display.Unplug() }},
		{"plug", "scanner0", plug, func(c *counter) error { return c.scanner.Plug() }},
		{"plug", "printer0", plug, func(c *counter) error { return c.printer.Plug() }},
		{"plug", "display0", plug, func(c *counter) error { return c.display.Plug() }},
		{"unplug-in-receipt", "printer0", "Pull the printer's plug in the middle of the next receipt",
			printer(func(p *virtual.Printer) { p.After(midReceipt, func() { _ = p.Unplug() }) })},
		{"noise", "scanner0", "Let the scanner send garbage", func(c *counter) error { return c.scanner.Noise() }},
		{"flood", "scanner0", "Let the scanner send 10 MB of garbage", func(c *counter) error { return c.scanner.Flood(floodBytes) }},
		{"paper-out", "printer0", "Take the printer's paper away", printer((*virtual.Printer).PaperOut)},
		{"paper-out-in-receipt", "printer0", "Let the paper end in the middle of the next receipt",
			printer(func(p *virtual.Printer) { p.PaperOutAfter(midReceiptLines) })},
		{"paper-low", "printer0", "Let the roll be nearly empty", printer((*virtual.Printer).PaperLow)},
		{"paper-in", "printer0", "Put new paper in", printer((*virtual.Printer).PaperIn)},
		{"cover-open", "printer0", "Open the printer's cover", printer((*virtual.Printer).CoverOpen)},
		{"cover-close", "printer0", "Close the printer's cover", printer((*virtual.Printer).CoverClose)},
		{"cutter-jam", "printer0", "Jam the printer's cutter", printer((*virtual.Printer).CutterJam)},
		{"cutter-free", "printer0", "Free the cutter", printer((*virtual.Printer).CutterFree)},
		{"open", "drawer", "Open the cash drawer with its key", printer((*virtual.Printer).OpenDrawer)},
		{"close", "drawer", "Push the cash drawer shut", printer((*virtual.Printer).CloseDrawer)},
		{"jam", "drawer", "Lock the cash drawer, so that it does not open", printer((*virtual.Printer).JamDrawer)},
		{"free", "drawer", "Unlock the cash drawer", printer((*virtual.Printer).FreeDrawer)},
	}
}

// Troubles are all of them.
func Troubles() (out []Trouble) {
	for _, t := range troubles() {
		if n := len(out); n > 0 && out[n-1].Action == t.action {
			out[n-1].On = append(out[n-1].On, t.device)
			continue
		}
		out = append(out, Trouble{Action: t.action, Short: t.short, On: []string{t.device}})
	}
	return out
}

// do carries an order for a device out.
func (c *counter) do(action, name string) error {
	if slices.Contains([]string{"scanner", "printer", "display"}, name) {
		name += "0"
	}
	known := false
	for _, t := range troubles() {
		if known = known || t.device == name; t.device == name && t.action == action {
			return t.do(c)
		}
	}
	if !known {
		return fmt.Errorf("there is no device %q: use scanner0, printer0, display0 or drawer", name)
	}
	return fmt.Errorf("%s cannot do %q", name, action)
}

// midReceipt is after how many bytes, or lines, a receipt is not whole yet.
const (
	midReceipt      = 300
	midReceiptLines = 6
	floodBytes      = 10_000_000
)

// printerTOML is a profile of one's own: the generic printer, with the drawer's
// sensor as it is wired here.
const printerTOML = `# Written by posctl demo at each start; changes are lost.
# escpos-generic-80 with a drawer whose sensor is at the high level when it is open.
kind = "printer"
model = "ESC/POS, 80 mm, with a drawer"
language = "escpos"
columns = 48
dots = 576
kanji = "cp932"
ibm = "ibm"
qr = true
cut = true
sensor = "high"
confirm = "gsr"
status = true
`
