package agent_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/drivers/printer"
)

// takesOffline takes a sale on a signed code without a network.
func (s *shop) takesOffline(id, code string) charge.Record {
	s.t.Helper()
	s.away(true)
	s.sells(id)
	s.pays(code)
	v, err := s.Look(id)
	must(s.t, err)
	return v.Charge
}

// What is taken without a network has its receipt at once, and the store its
// copy, in one print: with the charge as a code, signed by this register.
// Collecting it prints nothing more, and then there is no copy of it.
func TestAStoreCopyComesWithTheReceipt(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		key := s.takesOffline("a", "OP1:taro/1").Key
		if rec := s.is("a", charge.Queued); rec.Paper != charge.PaperDone {
			t.Errorf("its paper is %s", rec.Paper)
		}
		papers := s.press.papers()
		want := "[QR PSL1:" + string(key) + " OP1:taro/1 signature of " + string(key) + "]"
		if len(papers) != 1 {
			t.Fatalf("%d prints", len(papers))
		}
		receipt, copied, both := strings.Cut(papers[0], "STORE COPY")
		if !both || !strings.Contains(receipt, "RECEIPT") || !strings.Contains(receipt, "TAKEN OFFLINE") || strings.Contains(receipt, "PSL1:") || !strings.Contains(copied, want) {
			t.Errorf("printed %q, want %s", papers[0], want)
		}
		for _, b := range s.press.docs[0].Blocks { // printers without a QR command print the drawing
			if qr, ok := b.(printer.QR); ok && qr.Bitmap.Width != 8*len(qr.Text) {
				t.Errorf("the code %q comes with the drawing of another", qr.Text)
			}
		}
		if paper, err := s.ReprintStoreCopy(key); err != nil || paper != charge.PaperDone {
			t.Errorf("once more: %s, %v", paper, err)
		}
		if _, err := s.Reprint(key); err != nil {
			t.Errorf("the receipt once more: %v", err)
		}
		papers = s.press.papers()
		if !strings.Contains(papers[1], want) || !strings.Contains(papers[1], " COPY ") || strings.Contains(papers[1], "RECEIPT") {
			t.Errorf("the store's copy once more is %q", papers[1])
		}
		if !strings.Contains(papers[2], "COPY (reprint 1)") || strings.Contains(papers[2], "PSL1:") {
			t.Errorf("the receipt once more is %q", papers[2])
		}
		s.away(false)
		time.Sleep(time.Hour)
		if rec := s.is("a", charge.Approved); len(s.press.papers()) != 3 || rec.Reprints != 1 || rec.Paper != charge.PaperDone {
			t.Errorf("after it was collected: %d prints, %d reprints, paper %s", len(s.press.papers()), rec.Reprints, rec.Paper)
		}
		_, err := s.ReprintStoreCopy(key)
		s.refused(err, "slip.none")
		s.even()
	})
}

// A store copy without a code says in words why, and the customer has the
// receipt all the same.
func TestAStoreCopyWithoutACode(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, c *taker) {
		c.sealed = true
		s.takesOffline("a", "OP1:taro/1")
		s.is("a", charge.Queued)
		c.sealed = false
		s.own.mute = true
		s.takesOffline("b", "OP1:taro/2")
		s.is("b", charge.Queued)
		s.own.mute = false
		_, err := s.Open(aSale("c", 666), charge.ByCashier)
		must(t, err)
		s.pays("OP1:taro/3")
		s.is("c", charge.Queued)
		papers := s.press.papers()
		for i, why := range []string{"the customer's code could not be read", "no key to sign with", "cannot be written as one"} {
			if len(papers) != 3 || !strings.Contains(papers[i], "RECEIPT") || !strings.Contains(papers[i], "STORE COPY") || !strings.Contains(papers[i], why) || strings.Contains(papers[i], "PSL1:") {
				t.Fatalf("printed %q, want %s", papers, why)
			}
		}
		s.away(false)
		time.Sleep(time.Hour)
		s.even()
	})
}

// Paper holds nobody up: the next sale begins while the copy is being printed,
// and what never reached paper is printed with the receipt when it does.
func TestAStoreCopyHoldsNothingUp(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		s.press.takes = 20 * time.Second
		s.press.becomes(printer.Failed)
		began := time.Now()
		key := s.takesOffline("a", "OP1:taro/1").Key
		s.takesOffline("b", "OP1:hanako/1")
		if took := time.Since(began); took > time.Second {
			t.Errorf("two sales took %s", took)
		}
		time.Sleep(time.Minute)
		if rec := s.is("a", charge.Forwarding); rec.Paper != charge.PaperFailed {
			t.Errorf("its paper is %s", rec.Paper)
		}
		s.press.becomes(printer.Confirmed)
		if paper, err := s.ReprintStoreCopy(key); err != nil || paper != charge.PaperDone || strings.Contains(s.press.papers()[0], " COPY ") {
			t.Errorf("the first copy: %s, %v, %q", paper, err, s.press.papers())
		}
		if rec, err := s.Reprint(key); err != nil || rec.Reprints != 0 || rec.Paper != charge.PaperDone {
			t.Errorf("the original: %+v, %v", rec, err)
		}
		if papers := s.press.papers(); len(papers) != 2 || !strings.Contains(papers[1], "PSL1:") || strings.Contains(papers[1], "reprint") {
			t.Errorf("printed %q", papers)
		}
		s.away(false)
		time.Sleep(time.Hour)
		s.even()
	})
}

// A charge that was collected before its paper came has a plain receipt.
func TestCollectedBeforeItIsPrinted(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		s.press.takes = 20 * time.Second
		s.sells("first")
		s.pays(code(1)) // holds the printer
		s.takesOffline("a", "OP1:taro/1")
		s.away(false)
		time.Sleep(time.Minute)
		s.is("a", charge.Approved)
		papers := s.press.papers()
		if len(papers) != 2 || strings.Contains(papers[1], "STORE COPY") || strings.Contains(papers[1], "OFFLINE") {
			t.Errorf("printed %q", papers)
		}
		s.even()
	})
}

// What another register took can be written on paper here as well, with the
// signature of that one.
func TestAStoreCopyOfAnotherRegistersCharge(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		key := s.elsewhere()
		s.away(true)
		s.brings(key, "taro")
		synctest.Wait()
		if _, err := s.ReprintStoreCopy(key); err != nil {
			t.Fatal(err)
		}
		if papers := s.press.papers(); len(papers) != 1 || !strings.Contains(papers[0], "PSL1:"+string(key)+" OP1:taro theirs]") {
			t.Errorf("printed %q", papers)
		}
	})
}
