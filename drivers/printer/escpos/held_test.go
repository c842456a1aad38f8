package escpos_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/printer"
)

// A bad wire makes an XOFF of something, or loses an XON. That costs one
// document its time, and not each one until the program is started again.
func TestAnXOFFThatNoXONEnds(t *testing.T) {
	p := model()
	p.Flow = "xonxoff"
	b := newStand(t, p)
	b.untilState(device.Ready, device.ReasonNone)
	if err := b.paper.Say([]byte{0x13}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond)
	out := b.print(receipt(), time.Second)
	b.want(out, printer.Failed, device.NoReply)
	b.untilState(device.Ready, device.ReasonNone) // once it was greeted anew
	b.want(b.print(receipt(), 5*time.Second), printer.Confirmed, device.ReasonNone)
	b.wantPaper(receipt())
}
