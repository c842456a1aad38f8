package virtual_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/virtual"
)

// newPrinter is a running printer and the near end of its line.
func newPrinter(t *testing.T, set func(*virtual.Printer)) (p *virtual.Printer, near *os.File, capture string) {
	t.Helper()
	dir := t.TempDir()
	capture = filepath.Join(dir, "capture")
	p, err := virtual.NewPrinter(filepath.Join(dir, "printer"), capture, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if set != nil {
		set(p)
	}
	near, err = os.OpenFile(p.Path(), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() {
		if err := p.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); ended.Wait(); _ = near.Close() })
	return p, near, capture
}

// ask writes and reads exactly as many bytes as the answer must have.
func ask(t *testing.T, near *os.File, question, want string) {
	t.Helper()
	if _, err := near.WriteString(question); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(want))
	if _, err := io.ReadFull(near, got); err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("% X is answered by % X, want % X", question, got, want)
	}
}

func TestPrinterAnswers(t *testing.T) {
	p, near, _ := newPrinter(t, nil)
	ask(t, near, "\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04", "\x12\x12\x12\x12")
	ask(t, near, "\x1DIC", "_VIRTUAL-80\x00")
	ask(t, near, "\x1Dr\x01", "\x00")
	ask(t, near, "\x1D(H\x06\x00000042", "7\"0042\x00")
	ask(t, near, "\x1Da\xFF", "\x10\x00\x00\x0F")
	p.PaperLow()
	ask(t, near, "", "\x10\x00\x03\x0F")
	p.PaperOut()
	ask(t, near, "", "\x18\x00\x0F\x0F")
	ask(t, near, "\x10\x04\x01\x10\x04\x02\x10\x04\x04", "\x1A\x32\x7E")
	p.PaperIn()
	ask(t, near, "", "\x10\x00\x00\x0F")
	p.CoverOpen()
	ask(t, near, "\x10\x04\x02", "\x38\x00\x00\x0F\x16")
	p.CoverClose()
	ask(t, near, "", "\x10\x00\x00\x0F")
	ask(t, near, "\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08", "7%\x00")
	ask(t, near, "\x1B@\x1Dr\x02", "\x00") // ESC @ ended the automatic status
	p.PaperLow()
	ask(t, near, "\x1Dr\x01", "\x03")
}

// Real-time questions are answered within a picture, and stay in its data.
func TestPrinterAnswersWithinAPicture(t *testing.T) {
	var mu sync.Mutex
	var receipts [][]byte
	_, near, capture := newPrinter(t, func(p *virtual.Printer) {
		p.OnReceipt(func(raw []byte) { mu.Lock(); defer mu.Unlock(); receipts = append(receipts, raw) })
	})
	job := "\x1B@\x1Dv0\x00\x04\x00\x01\x00\xFF\x10\x04\x01text\n\x1DVB\x00"
	ask(t, near, job, "\x12")
	ask(t, near, "\x1Dr\x01", "\x00") // all before it was carried out
	mu.Lock()
	defer mu.Unlock()
	if len(receipts) != 1 || string(receipts[0]) != job {
		t.Errorf("receipts are %q, want %q", receipts, job)
	}
	if got, err := os.ReadFile(capture); err != nil || string(got) != job+"\x1Dr\x01" {
		t.Errorf("capture is %q, %v", got, err)
	}
}

// Paper that ends in a receipt holds it; no byte is lost or printed twice.
func TestPrinterHoldsAReceiptWithoutPaper(t *testing.T) {
	receipts := make(chan []byte, 2)
	p, near, _ := newPrinter(t, func(p *virtual.Printer) {
		p.OnReceipt(func(raw []byte) { receipts <- raw })
		p.PaperOutAfter(2)
	})
	job := "\x1Da\xFFa\nb\nc\n\x1DVB\x00"
	ask(t, near, job, "\x10\x00\x00\x0F\x18\x00\x0F\x0F")
	ask(t, near, "\x10\x04\x04", "\x7E")
	select {
	case raw := <-receipts:
		t.Fatalf("cut without paper: %q", raw)
	default:
	}
	p.PaperIn()
	if raw := <-receipts; string(raw) != job {
		t.Errorf("receipt is %q", raw)
	}
}

// A printer that does not read pushes back; what it could not take waits.
func TestPrinterPushesBack(t *testing.T) {
	p, near, _ := newPrinter(t, func(p *virtual.Printer) { p.SetBuffer(64); p.StopReading() })
	wrote := make(chan int, 1)
	go func() {
		n, err := near.Write(bytes.Repeat([]byte("x\n"), 100_000))
		if err != nil {
			t.Error(err)
		}
		wrote <- n
	}()
	select {
	case n := <-wrote:
		t.Fatalf("%d bytes were taken by a printer that reads nothing", n)
	case <-time.After(100 * time.Millisecond):
	}
	p.SetSpeed(0)
	p.Resume()
	if n := <-wrote; n != 200_000 {
		t.Errorf("%d bytes were taken", n)
	}
	ask(t, near, "\x1Dr\x01", "\x00")
}
