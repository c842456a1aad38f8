package main

import (
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/amountlink"
	"github.com/posagent/posagent/drivers/virtual"
)

// oldTill is a register at the other end of a line.
type oldTill struct {
	t testing.TB
	io.ReadWriter
}

func (o oldTill) hears(want byte) {
	o.t.Helper()
	got := make([]byte, 1)
	if _, err := io.ReadFull(o, got); err != nil || got[0] != want {
		o.t.Fatalf("heard %x (%v), want %x", got, err, want)
	}
}

func (o oldTill) says(p ...byte) {
	o.t.Helper()
	_, err := o.Write(p)
	check(o.t, err)
}

func (o oldTill) asks(q amountlink.Request) amountlink.Answer {
	o.t.Helper()
	o.says(amountlink.ENQ)
	o.hears(amountlink.ACK)
	o.says(amountlink.Frame(q.Text())...)
	o.hears(amountlink.ACK)
	o.says(amountlink.EOT)
	o.hears(amountlink.ENQ)
	o.says(amountlink.ACK)
	frame := make([]byte, 75)
	_, err := io.ReadFull(o, frame)
	check(o.t, err)
	o.says(amountlink.ACK)
	o.hears(amountlink.EOT)
	a, err := amountlink.ParseAnswer(string(frame[1:73]))
	check(o.t, err)
	return a
}

// pay pays the sale that stands at the register.
func (p *place) pay(t testing.TB) {
	t.Helper()
	r, err := p.client.Register(t.Context())
	check(t, err)
	if r.Sale == nil {
		t.Fatal("no sale stands at the register")
	}
	_, err = p.client.PaySale(t.Context(), r.Sale.ID, control.Code{Text: p.mint(t)})
	check(t, err)
}

// A register by TCP: one sequence is one sale, also after a power cut, and it
// can do no more than sell.
func TestARegisterByTCP(t *testing.T) {
	at := freePort(t)
	p := newPlace(t, "\n[link]\nname = \"old\"\nlisten = \""+at+"\"\n")
	p.startWallet(t)
	agent := p.start(t)
	dial := func() oldTill {
		var conn net.Conn
		eventually(t, "the agent listens for registers", func() (up bool) {
			var err error
			conn, err = net.Dial("tcp", at)
			return err == nil
		})
		t.Cleanup(func() { _ = conn.Close() })
		return oldTill{t, conn}
	}
	o := dial()
	sale := amountlink.Request{Op: amountlink.OpSale, Sequence: 1, Amount: 1280, Reference: "R-1"}
	first := o.asks(sale)
	if first.Result != amountlink.InProgress || first.Goods || first.Key == "" {
		t.Fatalf("at once: %+v", first)
	}
	p.pay(t)
	sale.Wait = 30
	paid := o.asks(sale)
	if paid.Result != amountlink.Approved || !paid.Goods || !paid.Final || paid.Key != first.Key || paid.Wallet != "own" {
		t.Errorf("paid: %+v, first %+v", paid, first)
	}
	other := sale
	other.Amount = 1281
	for want, q := range map[amountlink.Trouble]amountlink.Request{
		amountlink.OtherSale:      other,
		amountlink.UnknownOp:      {Op: "RF", Sequence: 1, Amount: 1280},
		amountlink.WrongAmount:    {Op: amountlink.OpSale, Sequence: 2},
		amountlink.NotPrinted:     {Op: amountlink.OpReprint, Sequence: 1},
		amountlink.NoTraining:     {Op: amountlink.OpSale, Sequence: 2, Amount: 1, Training: true},
		amountlink.NotCancellable: {Op: amountlink.OpCancel, Sequence: 3},
	} {
		a := o.asks(q)
		if want == amountlink.NotCancellable {
			if a.Result != amountlink.NotFound {
				t.Errorf("cancel of nothing: %+v", a)
			}
		} else if a.Result != amountlink.Refused || a.Trouble != want || a.Goods {
			t.Errorf("%+v: %+v, want %s", q, a, want)
		}
	}
	if a := o.asks(amountlink.Request{Op: amountlink.OpCancel, Sequence: 1}); a.Result != amountlink.Approved || !a.Goods {
		t.Errorf("a cancel gives nothing back: %+v", a)
	}
	check(t, agent.cmd.Process.Kill())
	agent.ended(t)
	p.start(t)
	o = dial()
	if a := o.asks(sale); a != paid {
		t.Errorf("after a power cut: %+v, want %+v", a, paid)
	}
	frame := amountlink.Frame(sale.Text())
	frame[9] ^= 1
	o.says(amountlink.ENQ)
	o.hears(amountlink.ACK)
	o.says(frame...)
	o.hears(amountlink.NAK)
	o.says(amountlink.EOT)
	_, _ = o.Write(make([]byte, 1<<20))
	eventually(t, "the flood is counted", func() bool { return strings.Contains(p.metrics(t), "posagent_register_link_floods_total 1\n") })
	if got := p.metrics(t); !strings.Contains(got, "posagent_register_link_bad_frames_total 1\n") || !strings.Contains(got, "posagent_register_link_requests_total 1\n") {
		t.Error(regexp.MustCompile(`(?m)^posagent_register.*$`).FindAllString(got, -1))
	}
	if n := len(p.standings(t)); n != 1 {
		t.Errorf("the wallet has %d charges", n)
	}
	notes := p.notes(t)
	if !strings.Contains(notes, "-0001 of link:old: it stands for another amount") {
		t.Errorf("the refusal is not in the journal: %s", notes)
	}
}

// A register by a serial line, whose cable is pulled and put back.
func TestARegisterByASerialLine(t *testing.T) {
	p := newPlace(t, "\n[link]\nname = \"own\"\naddress = \"serial:DIR/line?baud=9600&mode=7E1\"\n")
	cable, err := virtual.NewLine(p.at("line"))
	check(t, err)
	t.Cleanup(func() { _ = cable.Close() })
	p.startWallet(t)
	p.start(t)
	eventually(t, "the line is open", func() bool {
		log, err := os.ReadFile(p.at("agent.log"))
		return err == nil && strings.Contains(string(log), "the way to the register is open")
	})
	o := oldTill{t, cable}
	sale := amountlink.Request{Op: amountlink.OpSale, Sequence: 1, Amount: 500}
	first := o.asks(sale)
	check(t, cable.Unplug())
	eventually(t, "the trouble is told", func() bool { return p.troubled(t, "register_link.down") })
	check(t, cable.Plug())
	eventually(t, "it goes on by itself", func() bool { return !p.troubled(t, "register_link.down") })
	if a := o.asks(amountlink.Request{Op: amountlink.OpCancel, Sequence: 1}); a.Result != amountlink.Cancelled || a.Key != first.Key {
		t.Errorf("cancelled: %+v", a)
	}
}

func (p *place) metrics(t testing.TB) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+control.PathMetrics, nil)
	check(t, err)
	req.Header.Set("Authorization", "Bearer "+visitorToken)
	resp, err := (&http.Client{Timeout: time.Minute}).Do(req)
	check(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	check(t, err)
	return string(text)
}

// notes are what the journal says beside charges.
func (p *place) notes(t testing.TB) string {
	t.Helper()
	j, err := control.Dial("unix:"+p.at("api.sock"), "").Journal(t.Context(), 0, 1000)
	check(t, err)
	var out strings.Builder
	for _, e := range j.Entries {
		out.WriteString(e.Note + "\n")
	}
	return out.String()
}

// A register by files, through a kill.
func TestARegisterByFiles(t *testing.T) {
	p := newPlace(t, "\n[file_drop]\ndir = \"DIR/drop\"\n")
	check(t, os.Mkdir(p.at("drop"), 0o700))
	p.startWallet(t)
	agent := p.start(t)
	asks := func(name string, q amountlink.Request) (a amountlink.Answer) {
		check(t, os.WriteFile(p.at("drop/"+name+".tmp"), []byte(q.Text()), 0o600))
		check(t, os.Rename(p.at("drop/"+name+".tmp"), p.at("drop/"+name+".req")))
		eventually(t, name+" is answered", func() bool {
			data, err := os.ReadFile(p.at("drop/" + name + ".ans"))
			if err == nil {
				a, err = amountlink.ParseAnswer(strings.TrimSuffix(string(data), "\r\n"))
				check(t, err)
			}
			return err == nil
		})
		return a
	}
	sale := amountlink.Request{Op: amountlink.OpSale, Sequence: 7, Amount: 300, Reference: "R-7"}
	first := asks("a", sale)
	p.pay(t)
	sale.Wait = 30
	if paid := asks("b", sale); paid.Result != amountlink.Approved || !paid.Goods || paid.Key != first.Key {
		t.Errorf("paid: %+v, first %+v", paid, first)
	}
	check(t, agent.cmd.Process.Kill())
	agent.ended(t)
	p.start(t)
	if again := asks("c", sale); again.Result != amountlink.Approved || again.Key != first.Key {
		t.Errorf("after a power cut: %+v", again)
	}
	if n := len(p.standings(t)); n != 1 {
		t.Errorf("the wallet has %d charges", n)
	}
}

// A register by a unix socket, which is for the service's group, also where a
// killed agent left the old one.
func TestARegisterByASocket(t *testing.T) {
	p := newPlace(t, "\n[link]\nlisten = \"unix:DIR/link.sock\"\n")
	p.startWallet(t)
	agent := p.start(t)
	dial := func() (o oldTill) {
		eventually(t, "the agent listens for registers", func() bool {
			conn, err := net.Dial("unix", p.at("link.sock"))
			if err == nil {
				t.Cleanup(func() { _ = conn.Close() })
				o = oldTill{t, conn}
			}
			return err == nil
		})
		return o
	}
	sale := amountlink.Request{Op: amountlink.OpSale, Sequence: 1, Amount: 100}
	first := dial().asks(sale)
	info, err := os.Stat(p.at("link.sock"))
	check(t, err)
	if info.Mode().Perm() != 0o660 {
		t.Errorf("the socket has mode %v", info.Mode())
	}
	check(t, agent.cmd.Process.Kill())
	agent.ended(t)
	p.start(t)
	if a := dial().asks(sale); a.Key != first.Key || a.Sequence != 1 {
		t.Errorf("after a kill: %+v, first %+v", a, first)
	}
}
