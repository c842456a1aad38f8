package wirecut_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/sim/wirecut"
)

func TestAllPasses(t *testing.T) {
	f := listen(t)
	p := proxy(t, f.addr, nil)
	long := strings.Repeat("x", 300<<10) + "\n"
	for n := range 3 {
		conn := f.dial(t, p)
		go func() { _, _ = conn.Write([]byte(long)) }()
		hear(t, conn, long)
		if p.Conns() != n+1 {
			t.Errorf("%d connections, want %d", p.Conns(), n+1)
		}
	}
	if len(p.Begun()) != 0 {
		t.Errorf("troubles: %v", p.Begun())
	}
}

// A held request arrives although the client has gone away meanwhile.
func TestARequestArrivesAfterItsClientHasGone(t *testing.T) {
	for name, leave := range map[string]func(*tls.Conn){
		"closed": func(c *tls.Conn) { c.Close() },
		"killed": func(c *tls.Conn) { _ = c.NetConn().(*net.TCPConn).SetLinger(0); _ = c.NetConn().Close() },
	} {
		f := listen(t)
		p := proxy(t, f.addr, nil)
		conn := greeted(t, f, p)
		p.Order(wirecut.Plan{Request: wirecut.Fault{Do: wirecut.Hold, After: 3}})
		say(t, conn, "late\n")
		eventually(t, "the hold began", func() bool { return p.Begun()[wirecut.Hold] == 1 })
		leave(conn)
		time.Sleep(20 * time.Millisecond)
		if h := f.heard(); len(h) != 1 {
			t.Errorf("%s: it was not held: %q", name, h)
		}
		if p.Held() == 0 {
			t.Errorf("%s: nothing is held", name)
		}
		p.Order(wirecut.Plan{})
		eventually(t, "it arrives", func() bool { return len(f.heard()) == 2 && p.Held() == 0 })
	}
}

func TestAHoldWithAnEnd(t *testing.T) {
	f := listen(t)
	const pause = 50 * time.Millisecond
	p := proxy(t, f.addr, nil)
	conn := greeted(t, f, p)
	for _, plan := range []wirecut.Plan{
		{Request: wirecut.Fault{Do: wirecut.Hold, For: pause}}, {Answer: wirecut.Fault{Do: wirecut.Hold, For: pause, After: 9}},
	} {
		p.Order(plan)
		began := time.Now()
		say(t, conn, "again\n")
		hear(t, conn, "again\n")
		if took := time.Since(began); took < pause {
			t.Errorf("%+v took %s", plan, took)
		}
		say(t, conn, "and on\n") // once only
		hear(t, conn, "and on\n")
	}
	if n := p.Begun()[wirecut.Hold]; n != 2 {
		t.Errorf("%d holds", n)
	}
}

// Nothing arrives beyond the ordered byte, whichever way it ends.
func TestTheByteThatIsOrdered(t *testing.T) {
	for _, act := range []wirecut.Act{wirecut.Close, wirecut.Reset, wirecut.Swallow} {
		for _, after := range []int64{0, 1, 700} {
			var got bytes.Buffer
			l, err := net.Listen("tcp", "127.0.0.1:0")
			check(t, err)
			done := make(chan struct{})
			go func() {
				defer close(done)
				conn, err := l.Accept()
				if err == nil {
					_, _ = io.Copy(&got, conn)
					conn.Close()
				}
			}()
			p, err := wirecut.New(l.Addr().String(), func(int) wirecut.Plan {
				return wirecut.Plan{Request: wirecut.Fault{Do: act, After: after}}
			})
			check(t, err)
			conn, err := net.Dial("tcp", p.Addr())
			check(t, err)
			sent := strings.Repeat("0123456789", 200)
			say(t, conn, sent)
			eventually(t, "it began", func() bool { return p.Begun()[act] == 1 })
			conn.Close()
			<-done
			if act != wirecut.Reset && got.String() != sent[:after] || !strings.HasPrefix(sent[:after], got.String()) {
				t.Errorf("%s after %d: %d bytes arrived", act, after, got.Len())
			}
			check(t, p.Close())
			l.Close()
		}
	}
}

func TestAClientSeesHowItEnds(t *testing.T) {
	for act, want := range map[wirecut.Act]error{wirecut.Close: io.EOF, wirecut.Reset: syscall.ECONNRESET} {
		f := listen(t)
		p := proxy(t, f.addr, nil)
		conn := greeted(t, f, p)
		p.Order(wirecut.Plan{Answer: wirecut.Fault{Do: act}})
		say(t, conn, "cut\n")
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, want) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s of the answer: %v, want %v", act, err, want)
		}
		if h := f.heard(); len(h) != 2 {
			t.Errorf("%s of the answer: the request did not arrive: %q", act, h)
		}
	}
}

func TestASwallowedAnswerLeavesTheConnectionOpen(t *testing.T) {
	f := listen(t)
	p := proxy(t, f.addr, nil)
	conn := greeted(t, f, p)
	p.Order(wirecut.Plan{Answer: wirecut.Fault{Do: wirecut.Swallow}})
	say(t, conn, "lost\n")
	eventually(t, "the request arrived", func() bool { return len(f.heard()) == 2 })
	check(t, conn.SetDeadline(time.Now().Add(50*time.Millisecond)))
	var timeout net.Error
	if _, err := conn.Read(make([]byte, 1)); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("%v, want silence", err)
	}
}

func TestATrickleArrivesWhole(t *testing.T) {
	f := listen(t)
	p := proxy(t, f.addr, nil)
	conn := greeted(t, f, p)
	p.Order(wirecut.Plan{
		Request: wirecut.Fault{Do: wirecut.Trickle, For: 10 * time.Microsecond},
		Answer:  wirecut.Fault{Do: wirecut.Trickle, For: 10 * time.Microsecond},
	})
	line := strings.Repeat("drop ", 20) + "\n"
	say(t, conn, line)
	hear(t, conn, line)
	if b := p.Begun()[wirecut.Trickle]; b != 2 {
		t.Errorf("%d trickles", b)
	}
}

// A trouble that comes once leaves the connections alone that come after it,
// and those beside it.
func TestATroubleThatComesOnce(t *testing.T) {
	f := listen(t)
	p := proxy(t, f.addr, nil)
	beside, struck := greeted(t, f, p), greeted(t, f, p)
	p.Order(wirecut.Plan{Request: wirecut.Fault{Do: wirecut.Hold}, Once: true})
	say(t, struck, "held\n")
	eventually(t, "the hold began", func() bool { return p.Begun()[wirecut.Hold] == 1 })
	say(t, beside, "free\n")
	hear(t, beside, "free\n")
	greeted(t, f, p)
	if h := f.heard(); len(h) != 4 {
		t.Errorf("heard %q", h)
	}
	p.Order(wirecut.Plan{})
	hear(t, struck, "held\n")
}

// Orders may come at any time, from anywhere.
func TestOrdersAmongTraffic(t *testing.T) {
	f := listen(t)
	p := proxy(t, f.addr, wirecut.Seeded(1, 4000, time.Millisecond))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 30 {
				conn, err := tls.DialWithDialer(&net.Dialer{Timeout: 20 * time.Millisecond}, "tcp", p.Addr(), f.roots)
				if err != nil {
					continue
				}
				_ = conn.SetDeadline(time.Now().Add(20 * time.Millisecond))
				_, _ = conn.Write([]byte("some\n"))
				_, _ = conn.Read(make([]byte, 5))
				conn.Close()
			}
		})
	}
	for n := range 300 {
		plan := wirecut.Seeded(2, 4000, time.Millisecond)(n)
		plan.Once = n%2 == 0
		p.Order(plan)
		time.Sleep(100 * time.Microsecond)
	}
	all.Wait()
	p.Order(wirecut.Plan{})
	greeted(t, f, p)
}

// TLS does not take a piece twice: the first is read, and then it is over.
func TestTLSNoticesWhatIsRepeated(t *testing.T) {
	f := listen(t)
	p := proxy(t, f.addr, nil)
	conn := greeted(t, f, p)
	p.Order(wirecut.Plan{Request: wirecut.Fault{Do: wirecut.Repeat}})
	say(t, conn, "once\n")
	eventually(t, "the server breaks off", func() bool { return f.broke() != nil })
	if h := f.heard(); len(h) != 2 || h[1] != "once\n" {
		t.Errorf("heard %q", h)
	}
}

func TestATargetThatIsNotThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	addr := l.Addr().String()
	l.Close()
	p := proxy(t, addr, nil)
	conn, err := net.Dial("tcp", p.Addr())
	check(t, err)
	check(t, conn.SetDeadline(time.Now().Add(patience)))
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("something answers")
	}
	conn.Close()
}

// Close ends what is held, swallowed and idle, and leaves nothing behind.
func TestCloseEndsEverything(t *testing.T) {
	f := listen(t)
	for _, plan := range []wirecut.Plan{
		{}, {Request: wirecut.Fault{Do: wirecut.Hold}}, {Answer: wirecut.Fault{Do: wirecut.Hold, For: time.Hour}},
		{Answer: wirecut.Fault{Do: wirecut.Swallow}}, {Request: wirecut.Fault{Do: wirecut.Trickle, For: time.Hour}},
	} {
		p, err := wirecut.New(f.addr, nil)
		check(t, err)
		conn := greeted(t, f, p)
		p.Order(plan)
		say(t, conn, "last\n")
		for act := range map[wirecut.Act]bool{plan.Request.Do: true, plan.Answer.Do: true} {
			eventually(t, "it began", func() bool { return act == wirecut.Pass || p.Begun()[act] > 0 })
		}
		check(t, p.Close()) // waits for nothing that lasts an hour
		conn.Close()
	}
}

func TestTheSameSeedGivesTheSamePlans(t *testing.T) {
	one, two, other := wirecut.Seeded(7, 2000, time.Second), wirecut.Seeded(7, 2000, time.Second), wirecut.Seeded(8, 2000, time.Second)
	acts, differ := map[wirecut.Act]bool{}, false
	for n := range 200 {
		a := one(n)
		if !reflect.DeepEqual(a, two(n)) {
			t.Errorf("connection %d: %+v and %+v", n, a, two(n))
		}
		differ = differ || !reflect.DeepEqual(a, other(n))
		for _, f := range []wirecut.Fault{a.Request, a.Answer} {
			acts[f.Do] = true
			if f.After < 0 || f.After > 2000 || f.For < 0 || f.For > time.Second {
				t.Errorf("connection %d: %+v", n, f)
			}
		}
	}
	if !differ || len(acts) != 7 {
		t.Errorf("differ: %t, acts drawn: %v", differ, acts)
	}
}
