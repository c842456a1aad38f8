package amountlink_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent/control/amountlink"
)

var sale42 = amountlink.Request{Op: amountlink.OpSale, Sequence: 42, Amount: 1280, Reference: "R-7"}

// bubble runs a line in a world of its own, whose clock jumps while all wait.
func bubble(t *testing.T, run func(t *testing.T, r register, till *till, counts *amountlink.Counts)) {
	synctest.Test(t, func(t *testing.T) {
		till, counts := newTill(), new(amountlink.Counts)
		r, end := serve(t, desk(till), counts)
		run(t, r, till, counts)
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}

const today = "1999-12-31-0042" // the world of synctest begins at midnight UTC, before the day begins

func TestASaleByTheLine(t *testing.T) {
	bubble(t, func(t *testing.T, r register, till *till, counts *amountlink.Counts) {
		a := r.asks(sale42)
		if a.Result != amountlink.InProgress || a.Goods || a.Final || a.Amount != 1280 || a.Sequence != 42 || a.Key == "" {
			t.Errorf("at once: %+v", a)
		}
		time.AfterFunc(2*time.Second, func() { till.becomes(today, "sent", "hold") }) // no news for a register
		time.AfterFunc(4*time.Second, func() { till.becomes(today, "approved", "hand_over") })
		before := time.Now()
		q := sale42
		q.Wait = 30
		if a = r.asks(q); a.Result != amountlink.Approved || !a.Goods || !a.Final || a.Wallet != "own" {
			t.Errorf("approved: %+v", a)
		}
		if took := time.Since(before); took != 4*time.Second {
			t.Errorf("the answer came after %v, want 4s: as soon as there is one", took)
		}
		if a = r.asks(amountlink.Request{Op: amountlink.OpReprint, Sequence: 42}); a.Result != amountlink.Ready || till.printed != 1 {
			t.Errorf("reprint: %+v, %d printed", a, till.printed)
		}
		if counts.Requests.Load() != 3 || counts.Refused.Load() != 0 || counts.Spoiled.Load() != 0 || till.opened != 1 {
			t.Errorf("%+v, %d sales", counts, till.opened)
		}
	})
}

func TestAnotherAmountIsRefused(t *testing.T) {
	bubble(t, func(t *testing.T, r register, till *till, counts *amountlink.Counts) {
		r.asks(sale42)
		for _, q := range []amountlink.Request{
			{Op: amountlink.OpSale, Sequence: 42, Amount: 1281, Reference: "R-7"},
			{Op: amountlink.OpSale, Sequence: 42, Amount: 1280, Reference: "R-8"},
		} {
			if a := r.asks(q); a.Result != amountlink.Refused || a.Trouble != amountlink.OtherSale || a.Goods || a.Amount != 0 {
				t.Errorf("%+v: %+v", q, a)
			}
		}
		if till.opened != 1 || counts.Refused.Load() != 2 {
			t.Errorf("%d sales, %d refused", till.opened, counts.Refused.Load())
		}
	})
}

// What is lost on the line is sent again, from either side, and is one sale.
func TestLostAcknowledgements(t *testing.T) {
	bubble(t, func(t *testing.T, r register, till *till, counts *amountlink.Counts) {
		frame := amountlink.Frame(sale42.Text())
		broken := bytes.Clone(frame)
		broken[10] ^= 1
		r.says(amountlink.ENQ)
		r.hears(amountlink.ACK)
		r.says(broken...) // a bit was lost
		r.hears(amountlink.NAK)
		r.says(frame...)
		r.hears(amountlink.ACK)
		r.says(frame...) // that ACK was lost
		r.hears(amountlink.ACK)
		r.says(amountlink.EOT)
		r.hears(amountlink.ENQ) // unheard for three seconds
		r.hears(amountlink.ENQ)
		r.says(amountlink.NAK) // the register is busy
		r.hears(amountlink.ENQ)
		r.says(amountlink.ACK)
		first := r.reads()
		r.says(amountlink.NAK) // a bit was lost
		if again := r.reads(); again != first {
			t.Errorf("%+v, then %+v", first, again)
		}
		if again := r.reads(); again != first { // our ACK was lost
			t.Errorf("%+v, then %+v", first, again)
		}
		r.says(amountlink.ACK)
		r.hears(amountlink.EOT)
		if till.opened != 1 || counts.Spoiled.Load() != 1 || counts.Unheard.Load() != 0 {
			t.Errorf("%d sales, %+v", till.opened, counts)
		}
	})
}

func TestNobodyTakesTheAnswer(t *testing.T) {
	bubble(t, func(t *testing.T, r register, till *till, counts *amountlink.Counts) {
		r.says(amountlink.ENQ)
		r.hears(amountlink.ACK)
		r.says(amountlink.Frame(sale42.Text())...)
		r.hears(amountlink.ACK)
		r.says(amountlink.EOT)
		r.hears(amountlink.ENQ, amountlink.ENQ, amountlink.ENQ, amountlink.ENQ, amountlink.EOT)
		if a := r.asks(amountlink.Request{Op: amountlink.OpInquire, Sequence: 42}); a.Result != amountlink.InProgress {
			t.Errorf("the inquiry afterwards: %+v", a)
		}
		if counts.Unheard.Load() != 1 {
			t.Errorf("%d unheard", counts.Unheard.Load())
		}
	})
}

// A half frame, a turn that ends in the middle and noise ask for nothing.
func TestWhatIsNotWhole(t *testing.T) {
	bubble(t, func(t *testing.T, r register, till *till, counts *amountlink.Counts) {
		frame := amountlink.Frame(sale42.Text())
		r.says(amountlink.ENQ)
		r.hears(amountlink.ACK)
		r.says(frame[:20]...) // and no more
		r.hears(amountlink.NAK)
		time.Sleep(4 * time.Second) // the register is given up
		r.says(frame...)            // without ENQ
		r.says([]byte("noise\x15\x06\x04")...)
		r.says(amountlink.ENQ)
		r.hears(amountlink.ACK)
		r.says(frame...)
		r.hears(amountlink.ACK)
		r.says(amountlink.ENQ) // it has changed its mind
		r.hears(amountlink.ACK)
		r.says(amountlink.EOT)
		for range 3 {
			r.says(amountlink.ENQ)
			r.hears(amountlink.ACK)
			r.says(frame[:len(frame)-1]...) // its block check is missing
			r.hears(amountlink.NAK)
			r.says(amountlink.EOT)
		}
		if till.opened != 0 || counts.Requests.Load() != 0 || counts.Spoiled.Load() != 5 {
			t.Errorf("%d sales, %+v", till.opened, counts)
		}
		if a := r.asks(amountlink.Request{Op: amountlink.OpStatus}); a.Result != amountlink.Ready {
			t.Errorf("status: %+v", a)
		}
	})
}

func TestFourBadFramesEndTheTurn(t *testing.T) {
	bubble(t, func(t *testing.T, r register, till *till, _ *amountlink.Counts) {
		r.says(amountlink.ENQ)
		r.hears(amountlink.ACK)
		long := amountlink.Frame(strings.Repeat("1", 500))
		for range 3 {
			r.says(long...)
			r.hears(amountlink.NAK)
		}
		r.says(long...)
		r.hears(amountlink.EOT)
		if a := r.asks(sale42); a.Result != amountlink.InProgress {
			t.Errorf("afterwards: %+v", a)
		}
	})
}

// A register that does not wait any more asks anew, and is heard at once.
func TestTheRegisterBeginsAnew(t *testing.T) {
	bubble(t, func(t *testing.T, r register, till *till, _ *amountlink.Counts) {
		q := sale42
		q.Wait = 30
		r.says(amountlink.ENQ)
		r.hears(amountlink.ACK)
		r.says(amountlink.Frame(q.Text())...)
		r.hears(amountlink.ACK)
		before := time.Now()
		r.says(amountlink.EOT)
		time.Sleep(time.Second)
		if a := r.asks(amountlink.Request{Op: amountlink.OpCancel, Sequence: 42}); a.Result != amountlink.Cancelled || !a.Final {
			t.Errorf("cancel while it waits: %+v", a)
		}
		r.says(amountlink.ENQ)
		r.hears(amountlink.ACK)
		r.says(amountlink.Frame(sale42.Text())...)
		r.hears(amountlink.ACK)
		r.says(amountlink.EOT)
		r.hears(amountlink.ENQ)
		if a := r.asks(amountlink.Request{Op: amountlink.OpInquire, Sequence: 42}); a.Result != amountlink.Cancelled { // both sent ENQ
			t.Errorf("after a collision: %+v", a)
		}
		if took := time.Since(before); took > 2*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestBusyPrinting(t *testing.T) {
	bubble(t, func(t *testing.T, r register, till *till, _ *amountlink.Counts) {
		till.slow = make(chan struct{})
		r.asks(sale42)
		till.becomes(today, "approved", "hand_over")
		r.says(amountlink.ENQ)
		r.hears(amountlink.ACK)
		r.says(amountlink.Frame(amountlink.Request{Op: amountlink.OpReprint, Sequence: 42}.Text())...)
		r.hears(amountlink.ACK)
		r.says(amountlink.EOT)
		r.says(amountlink.ENQ)
		r.hears(amountlink.NAK) // it cannot be stopped
		close(till.slow)
		if a := r.takes(); a.Op != amountlink.OpReprint || a.Result != amountlink.Ready {
			t.Errorf("%+v", a)
		}
	})
}

// A register that asks every second whether somebody is there is no flood.
func TestARegisterThatOnlySaysENQ(t *testing.T) {
	bubble(t, func(t *testing.T, r register, _ *till, counts *amountlink.Counts) {
		for range 40_000 {
			r.says(amountlink.ENQ)
			r.hears(amountlink.ACK)
			r.says(amountlink.EOT)
			time.Sleep(time.Second)
		}
		if counts.Floods.Load() != 0 {
			t.Error("it was taken for a flood")
		}
	})
}

func TestAFloodEndsTheLine(t *testing.T) {
	for what, p := range map[string][]byte{
		"noise":         bytes.Repeat([]byte{'x'}, 70<<10),
		"half a frame":  append([]byte{amountlink.STX}, bytes.Repeat([]byte{'1'}, 70<<10)...),
		"broken frames": bytes.Repeat([]byte{amountlink.STX, '1', amountlink.ETX, 0}, 20<<10),
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				counts := new(amountlink.Counts)
				r, end := serve(t, desk(newTill()), counts)
				go func() { _, _ = io.Copy(io.Discard, r) }()
				if _, err := r.Write(p); err == nil {
					t.Error("all of it was read")
				}
				if err := end(); !errors.Is(err, amountlink.ErrFlood) || counts.Floods.Load() != 1 {
					t.Errorf("ended by %v, %d floods", err, counts.Floods.Load())
				}
			})
		})
	}
}

// Whatever comes over a line, a register is heard a minute later, and nothing
// was sold by noise.
func FuzzLine(f *testing.F) {
	frame := amountlink.Frame(sale42.Text())
	f.Add([]byte("\x05\x05\x02\x03\x03\x04\x06\x15\x06"))
	f.Add(append([]byte{amountlink.ENQ}, frame[:len(frame)-1]...))
	f.Add(append(bytes.Repeat([]byte{amountlink.ENQ, amountlink.STX, amountlink.ETX}, 5), amountlink.EOT, amountlink.ACK))
	f.Add([]byte("\x05\x021ST0000000000000000                \x035\x04\x06\x15\x05\x06"))
	f.Fuzz(func(t *testing.T, noise []byte) {
		noise = noise[:min(len(noise), 4096)]
		if bytes.Contains(noise, []byte("1SL")) {
			return
		}
		bubble(t, func(t *testing.T, r register, till *till, _ *amountlink.Counts) {
			go func() { _, _ = r.Write(noise) }()
			quiet := r.ReadWriter.(net.Conn)
			_ = quiet.SetReadDeadline(time.Now().Add(5 * time.Minute))
			_, _ = io.Copy(io.Discard, quiet)
			_ = quiet.SetReadDeadline(time.Time{})
			if till.opened != 0 {
				t.Errorf("%d sales were opened", till.opened)
			}
			if a := r.asks(sale42); a.Result != amountlink.InProgress {
				t.Errorf("afterwards: %+v", a)
			}
		})
	})
}
