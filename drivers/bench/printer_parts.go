package bench

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/virtual"
)

// slip is a small document with a number.
func slip(n int) printer.Document {
	return printer.Document{Title: fmt.Sprint("slip ", n), Blocks: []printer.Block{
		printer.Text{Text: "領収書", Align: printer.Centre, Style: printer.Style{Bold: true, Wide: true, Tall: true}},
		printer.Pair{Left: "コーヒー ｺｰﾋｰ", Right: "¥480"},
		printer.Text{Text: fmt.Sprintf("No.%d", n), Style: printer.Style{Underline: true, Reverse: true}},
		printer.Barcode{Kind: printer.Code128, Text: fmt.Sprintf("R-%d", n), Align: printer.Right},
		printer.Cut{},
	}}
}

// logo is a document that is mostly dots.
func logo(rows int) printer.Document {
	b := printer.Bitmap{Width: 320, Height: rows, Bits: bytes.Repeat([]byte{0xA5, 0x3C}, 20*rows)}
	return printer.Document{Title: "logo", Blocks: []printer.Block{printer.Text{Text: "上"}, printer.Picture{Bitmap: b, Align: printer.Centre}, printer.Text{Text: "下"}, printer.Cut{}}}
}

// long is a document of more bytes than wire and printer hold together.
func long(lines int) printer.Document {
	doc := printer.Document{Title: "long"}
	for i := range lines {
		doc.Blocks = append(doc.Blocks, printer.Pair{Left: fmt.Sprintf("行 %d", i+1), Right: "¥100"})
	}
	doc.Blocks = append(doc.Blocks, printer.Cut{})
	return doc
}

const soon = 15 * time.Second // for a document that will come out

func (b *printerBench) whole() {
	doc := logo(500)
	b.wantDone(b.print(doc, soon))
	b.wantPapers(doc)
	if h := b.driver.Health(); h.LastOK.IsZero() {
		b.Error("LastOK is not set after a document")
	}
}

func (b *printerBench) order() {
	var docs []printer.Document
	for i := range 5 {
		docs = append(docs, slip(i))
		b.wantDone(b.print(docs[i], soon))
	}
	b.wantPapers(docs...)
}

func (b *printerBench) blocked() {
	n := 0
	for _, c := range []struct {
		reason      device.Reason
		break_, fix func(*virtual.Printer)
	}{
		{device.PaperOut, (*virtual.Printer).PaperOut, (*virtual.Printer).PaperIn},
		{device.CoverOpen, (*virtual.Printer).CoverOpen, (*virtual.Printer).CoverClose},
		{device.Cutter, (*virtual.Printer).CutterJam, (*virtual.Printer).CutterFree},
		{device.HeadHot, (*virtual.Printer).HeadHot, (*virtual.Printer).HeadCool},
	} {
		if b.model.Answers == "sii" && (c.reason == device.Cutter || c.reason == device.HeadHot) {
			c.reason = device.Offline // one bit stands for several errors
		}
		c.break_(b.paper)
		b.want(b.print(slip(n), soon), printer.Failed, c.reason)
		b.untilHealth(device.Blocked, c.reason)
		c.fix(b.paper)
		b.untilReady()
		b.wantDone(b.print(slip(n), soon))
		n++
	}
	b.wantPapers(slip(0), slip(1), slip(2), slip(3))
}

func (b *printerBench) newPaper() {
	b.paper.PaperOutAfter(5)
	var watch sync.WaitGroup
	watch.Go(func() {
		b.untilHealth(device.Blocked, device.PaperOut)
		b.paper.PaperIn()
	})
	b.wantDone(b.print(long(40), soon))
	watch.Wait()
	b.wantPapers(long(40))
}

func (b *printerBench) tooLate() {
	b.paper.PaperOutAfter(5)
	b.want(b.print(long(40), 600*time.Millisecond), printer.Unknown, device.PaperOut)
	b.want(b.print(slip(1), soon), printer.Failed, device.PaperOut)
	b.paper.PaperIn() // what it held comes out now, once
	b.untilReady()
	b.wantPapers(long(40))
	b.wantDone(b.print(slip(2), soon))
	b.wantPapers(long(40), slip(2))
}

func (b *printerBench) coverAtByte() {
	b.paper.After(700, b.paper.CoverOpen)
	var watch sync.WaitGroup
	watch.Go(func() {
		b.untilHealth(device.Blocked, device.CoverOpen)
		b.paper.CoverClose()
	})
	b.wantDone(b.print(long(40), soon))
	watch.Wait()
	b.wantPapers(long(40))
}

// cut breaks the wire within a picture. The printer keeps half a command; the
// next document must be whole, on paper of its own.
func (b *printerBench) cut() {
	b.paper.After(3000, func() {
		if err := b.paper.Unplug(); err != nil {
			b.Error(err)
		}
	})
	b.wantBroken(b.print(logo(2000), soon), device.Unplugged)
	b.until("absent", func() bool { return b.driver.Health().State == device.Absent })
	if out := b.print(slip(1), soon); out.Result != printer.Failed || out.Bytes != 0 {
		b.Errorf("without a cable: %+v", out)
	}
	if err := b.paper.Plug(); err != nil {
		b.Fatal(err)
	}
	b.untilUsable()
	b.wantDone(b.print(slip(2), soon))
	b.wantLast(0, slip(2))
}

func (b *printerBench) stalls() {
	b.paper.StopReadingAfter(2000)
	broken := b.print(logo(40_000), time.Second)
	for end := time.Now().Add(patience); broken.Bytes == 0 && time.Now().Before(end); { // a busy machine did not begin within the second
		broken = b.print(logo(40_000), time.Second)
	}
	b.wantBroken(broken, device.NoReply)
	if out := b.print(slip(1), time.Second); out.Result != printer.Failed || out.Bytes != 0 {
		b.Fatalf("while it does not read: %+v", out)
	}
	b.paper.Resume()
	b.untilUsable()
	out := b.print(slip(2), soon)
	// It reads all that had piled up before it answers: until then a document is
	// refused whole.
	for end := time.Now().Add(patience); out.Result == printer.Failed && out.Bytes == 0 && time.Now().Before(end); {
		b.untilUsable()
		out = b.print(slip(2), soon)
	}
	b.wantDone(out)
	b.wantLast(0, slip(2))
}

// neverReads gives a thousand documents to a printer that takes no byte.
func (b *printerBench) neverReads() {
	b.paper.StopReading()
	b.start()
	b.untilHealth(device.Blocked, device.NoReply)
	jobs := func(n int) (heap uint64, goroutines int) {
		for i := range n {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			if out := b.driver.Print(ctx, slip(i)); out.Result != printer.Failed || out.Bytes != 0 {
				b.Fatalf("document %d: %+v", i, out)
			}
			cancel()
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc, runtime.NumGoroutine()
	}
	heap, goroutines := jobs(50)
	more, still := jobs(1000)
	if more > heap+1<<20 || still > goroutines+4 {
		b.Errorf("after 1000 documents %d bytes and %d goroutines, %d and %d before", more, still, heap, goroutines)
	}
}

// floods talks without sense, as fast as it can, while a document is printed.
func (b *printerBench) floods() {
	noise := make([]byte, 256<<10)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	var talk sync.WaitGroup
	talk.Go(func() {
		for at := 0; at < len(noise); at += 4096 {
			_ = b.paper.Say(noise[at : at+4096]) // a wire that was given up meanwhile is another one next time
		}
	})
	for i := range 3 {
		if out := b.print(slip(i), soon); out.Result == printer.Failed && out.Bytes != 0 {
			b.Errorf("outcome is %+v", out)
		}
	}
	talk.Wait()
	b.until("ready after the flood", func() bool { return b.driver.Health().State == device.Ready })
	for n := 10; ; n++ { // the last of the noise may still be on its way
		out := b.print(slip(n), soon)
		if out.Result != printer.Failed && out.Result != printer.Unknown {
			b.wantDone(out)
			return
		}
		if n > 20 {
			b.Fatalf("it does not print any more: %+v", out)
		}
	}
}

func (b *printerBench) late() {
	b.paper.SetLate(40 * time.Millisecond)
	for i := range 3 {
		b.wantDone(b.print(slip(i), soon))
	}
	b.wantPapers(slip(0), slip(1), slip(2))
}

// lost loses answers to questions. The driver asks again, on a new wire if it
// must; nothing is printed twice.
func (b *printerBench) lost() {
	b.paper.Lose(2)
	if out := b.print(slip(0), soon); out.Result == printer.Failed {
		b.untilReady()
		b.wantDone(b.print(slip(0), soon))
	}
	b.wantPapers(slip(0))
}

func (b *printerBench) xoff() {
	if b.wire != "pty" {
		return // a network has a flow control of its own
	}
	c := newPrinterBench(b.T, b.wire, b.xoffModel(), b.joins)
	c.paper.SetBuffer(32 << 10)
	c.paper.SetXOFF()
	c.start()
	c.untilReady()
	doc := long(1200)
	c.wantDone(c.print(doc, 2*soon))
	c.wantPapers(doc)
	if n := c.paper.Overrun(); n > 0 {
		b.Errorf("%d bytes got lost", n)
	}
}

func (b *printerBench) foreign() {
	if err := b.paper.Speak(b.joins.Other); err != nil {
		b.Fatal(err)
	}
	b.start()
	b.until("an answer that is none", func() bool {
		h := b.driver.Health()
		return h.State == device.Faulted && h.Reason == device.WrongModel || h.State == device.Blocked && h.Reason == device.NoReply
	})
	if out := b.print(slip(1), soon); out.Result != printer.Failed || out.Bytes != 0 {
		b.Errorf("outcome is %+v", out)
	}
}

func (b *printerBench) drawer() {
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	defer cancel()
	for _, pin := range []int{2, 5} {
		out := b.driver.Kick(ctx, pin)
		if out.Result == printer.Failed || out.Result == printer.Torn {
			b.Fatalf("outcome is %+v", out)
		}
	}
	b.wantDone(b.print(printer.Document{Blocks: []printer.Block{printer.Kick{}, printer.Cut{}}}, soon))
	b.until("three pulses", func() bool { return len(b.raw) == 1 })
	if n := b.paper.Drawer(); n != 3 {
		b.Errorf("%d pulses, want 3", n)
	}
}

func (b *printerBench) xoffModel() profile.Printer {
	p := b.model
	p.Flow, p.Chunk = "xonxoff", 256
	return p
}
