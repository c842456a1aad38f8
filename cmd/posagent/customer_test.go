package main

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/display"
)

func TestWhatACustomerIsTold(t *testing.T) {
	want := map[charge.State]display.What{
		charge.Prepared: display.Amount, charge.Sent: display.Wait, charge.Pending: display.Phone,
		charge.Approved: display.Paid, charge.Queued: display.Paid, charge.Forwarding: display.Paid,
		charge.Declined: display.Declined, charge.Abandoned: display.Welcome,
	}
	for _, state := range charge.States {
		must, told := want[state]
		if !told {
			must = display.Staff
		}
		v := agent.View{Charge: charge.Record{State: state}}
		if got, _ := forCustomer(v, true); got != must {
			t.Errorf("%s: a customer is told %s, not %s", state, got, must)
		}
		if got, amount := forCustomer(v, false); got != display.Welcome || amount != "" {
			t.Errorf("%s, and nothing stands: %s %q", state, got, amount)
		}
	}
	asking := agent.View{Charge: charge.Record{State: charge.Prepared}, Deadline: time.Unix(1, 0)}
	if got, _ := forCustomer(asking, true); got != display.Wait {
		t.Errorf("while a wallet is asked: %s", got)
	}
	read := agent.View{Charge: charge.Record{State: charge.Pending, Code: charge.CodeMark{Kind: charge.KindShown}}}
	if got, _ := forCustomer(read, true); got != display.Read {
		t.Errorf("while a code is shown: %s", got)
	}
	top := agent.View{Charge: charge.Record{State: charge.Prepared}, Sale: sale.Sale{TopUp: true}}
	if got, _ := forCustomer(top, true); got != display.TopUp {
		t.Errorf("of a top-up: %s", got)
	}
}

// A customer reads the amount before paying and that it is done at the end, and
// nothing that would trouble in between.
func TestDisplayOfTheCounter(t *testing.T) {
	c := newCounter(t)
	c.awaitDevice("display0", device.Ready)
	shows := func(parts ...string) {
		t.Helper()
		eventually(t, "the display shows "+strings.Join(parts, " "), func() bool {
			lines := c.display.Lines()
			text := lines[0] + "\n" + lines[1]
			return !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(text, p) })
		})
	}
	shows("ｲﾗｯｼｬｲﾏｾ")
	s := c.ring(1280)
	shows("ｺﾞｳｹｲ", "¥1,280", "ｺｰﾄﾞｦ ﾐｾﾃｸﾀﾞｻｲ")
	var mu sync.Mutex
	var read []string
	c.display.OnChange(func(lines [2]string) {
		mu.Lock()
		defer mu.Unlock()
		if word, _, _ := strings.Cut(lines[0], " "); len(read) == 0 || read[len(read)-1] != word {
			read = append(read, word)
		}
	})
	c.payByScan(s)
	shows("ｶﾝﾘｮｳ", "¥1,280", "ｱﾘｶﾞﾄｳ")
	mu.Lock()
	defer mu.Unlock()
	for _, word := range read {
		// Half of a write may be seen alone: then it is the beginning of a word.
		if !slices.ContainsFunc([]string{"ｺﾞｳｹｲ", "ｶｸﾆﾝﾁｭｳ", "ｶﾝﾘｮｳ"}, func(w string) bool { return strings.HasPrefix(w, word) }) {
			t.Errorf("on the way to a paid sale a customer reads %q of %q", word, read)
		}
	}
	if i := slices.Index(read, "ｶﾝﾘｮｳ"); i != len(read)-1 {
		t.Errorf("it is done too early: %q", read)
	}
}
