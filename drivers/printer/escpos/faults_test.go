package escpos_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/papertape"
	"github.com/posagent/posagent/drivers/profile"
)

func TestPaperThatEndsInTheMiddle(t *testing.T) {
	t.Run("new paper in time", func(t *testing.T) {
		b := newStand(t, model())
		b.untilState(device.Ready, device.ReasonNone)
		b.paper.PaperOutAfter(5)
		go func() {
			b.untilState(device.Blocked, device.PaperOut)
			b.paper.PaperIn()
		}()
		b.want(b.print(receipt(), 20*time.Second), printer.Confirmed, device.ReasonNone)
		b.wantPaper(receipt())
	})
	for _, confirm := range []string{"processid", "gsr"} {
		t.Run("too late, "+confirm, func(t *testing.T) {
			p := model()
			p.Confirm = confirm
			b := newStand(t, p)
			b.untilState(device.Ready, device.ReasonNone)
			b.paper.PaperOutAfter(5)
			b.want(b.print(receipt(), time.Second), printer.Unknown, device.PaperOut)
			b.want(b.print(long(3), time.Second), printer.Failed, device.PaperOut)
			b.paper.PaperIn() // what it held comes out now, once
			b.wantPaper(receipt())
			want := map[string]printer.Result{"processid": printer.Confirmed, "gsr": printer.Processed}[confirm]
			b.want(b.print(long(3), 20*time.Second), want, device.ReasonNone)
			b.wantPaper(receipt(), long(3))
		})
	}
}

func TestCablePulledInMidReceipt(t *testing.T) {
	b := newStand(t, model())
	b.untilState(device.Ready, device.ReasonNone)
	b.paper.PaperOutAfter(1) // so that the picture is certainly not through
	done := make(chan printer.Outcome)
	go func() { done <- b.print(picture(), 30*time.Second) }()
	b.untilState(device.Blocked, device.PaperOut)
	if err := b.paper.Unplug(); err != nil {
		t.Fatal(err)
	}
	out := <-done
	b.want(out, printer.Torn, device.Unplugged)
	if out.Bytes == 0 {
		t.Error("no byte left")
	}
	b.until("absent", func() bool { return b.driver.Health().State == device.Absent })
	if out := b.print(receipt(), time.Second); out.Result != printer.Failed {
		t.Errorf("without a cable: %+v", out)
	}
	b.paper.PaperIn()
	if err := b.paper.Plug(); err != nil {
		t.Fatal(err)
	}
	b.untilState(device.Ready, device.ReasonNone)
	// The printer still waits for the rest of a slice. The next receipt must
	// be whole, on paper of its own, and the torn one is not printed again.
	b.want(b.print(receipt(), 30*time.Second), printer.Confirmed, device.ReasonNone)
	b.until("two receipts", func() bool { return len(b.raw) == 2 })
	got := b.texts()
	if want := onPaper(t, receipt(), b.profile); got[1] != want {
		t.Errorf("the receipt after it is\n%s", got[1])
	}
}

func onPaper(t *testing.T, doc printer.Document, p profile.Printer) string {
	t.Helper()
	tape, err := papertape.Read(encode(t, doc, p), p, papertape.Look{})
	if err != nil {
		t.Fatal(err)
	}
	return tape.Receipts[0].Text()
}

func TestPrinterThatStopsReading(t *testing.T) {
	b := newStand(t, model())
	b.untilState(device.Ready, device.ReasonNone)
	b.paper.StopReadingAfter(2000)
	start := time.Now()
	out := b.print(long(2000), 4*time.Second)
	if out.Result != printer.Torn || out.Bytes == 0 {
		t.Fatalf("outcome is %+v", out)
	}
	// Not a measurement: a blocked write would last until the test is killed.
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("Print took %v of 4 s", took)
	}
	out = b.print(receipt(), 3*time.Second) // refused, whatever becomes of the wire
	if out.Result != printer.Failed || out.Bytes != 0 {
		t.Fatalf("while it does not read: %+v", out)
	}
	b.paper.Resume()
	b.untilState(device.Ready, device.ReasonNone)
	b.want(b.print(receipt(), 30*time.Second), printer.Confirmed, device.ReasonNone)
	got := b.texts()
	if want := onPaper(t, receipt(), b.profile); got[len(got)-1] != want {
		t.Errorf("the receipt after it is\n%s", got[len(got)-1])
	}
}
