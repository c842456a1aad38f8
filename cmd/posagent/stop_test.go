package main

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/wallet/wire"
)

// systemd is the other end of NOTIFY_SOCKET (sd_notify(3)).
type systemd struct {
	path string
	told chan string
}

func newSystemd(t *testing.T, p *place) *systemd {
	t.Helper()
	s := &systemd{path: p.at("notify"), told: make(chan string, 1000)}
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: s.path, Net: "unixgram"})
	check(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := conn.Read(buf)
			if err != nil {
				return
			}
			s.told <- string(buf[:n])
		}
	}()
	return s
}

// hears waits for a message and lets others pass.
func (s *systemd) hears(t *testing.T, want string) {
	t.Helper()
	for limit := time.After(patience); ; {
		select {
		case got := <-s.told:
			if got == want {
				return
			}
		case <-limit:
			t.Fatalf("systemd never hears %s", want)
		}
	}
}

func TestNotify(t *testing.T) {
	p := newPlace(t, "")
	realAuthority(t, p)
	s := newSystemd(t, p)
	c := launch(t, "agent", p.at("agent.log"), func(cmd *exec.Cmd) {
		cmd.Env = append(cmd.Env, "NOTIFY_SOCKET="+s.path, "WATCHDOG_USEC=60000")
	}, p.asShop()...)
	s.hears(t, "READY=1")
	resp, err := http.Get(p.url + control.PathReadyz) // ready is said when it is true, not before
	check(t, err)
	check(t, resp.Body.Close())
	if resp.StatusCode != http.StatusOK {
		t.Errorf("systemd was told that it is ready, but it answers %s", resp.Status)
	}
	for range 3 {
		s.hears(t, "WATCHDOG=1")
	}
	check(t, c.cmd.Process.Signal(syscall.SIGTERM))
	s.hears(t, "STOPPING=1")
	if code := c.ended(t); code != 0 {
		t.Errorf("exit code %d after SIGTERM", code)
	}
}

// A start that fails is never called ready.
func TestNotReadyWhenItFails(t *testing.T) {
	p := newPlace(t, "")
	check(t, os.Remove(p.at("data")))
	s := newSystemd(t, p)
	c := launch(t, "agent", p.at("agent.log"), func(cmd *exec.Cmd) { cmd.Env = append(cmd.Env, "NOTIFY_SOCKET="+s.path) }, p.asShop()...)
	if code := c.ended(t); code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	if len(s.told) > 0 {
		t.Errorf("systemd was told %q", <-s.told)
	}
}

// An open stream and a waiting call do not hold a stop up; a charge under way
// gets its outcome, and a sale that nobody paid is given up.
func TestStop(t *testing.T) {
	p := newPlace(t, "")
	p.startWallet(t)
	c := p.start(t)
	stream := p.get(t, control.PathEvents)
	events := bufio.NewReader(stream.Body)
	_, err := events.ReadString('\n')
	check(t, err)
	first, _, why, err := p.send(context.Background(), control.PathSales, "first", control.NewSale{Amount: 100, Currency: "JPY"})
	check(t, err)
	if first.State != "prepared" {
		t.Fatalf("it opens %+v %s", first, why)
	}
	waited := make(chan error, 1)
	go func() {
		_, err := p.client.Sale(context.Background(), first.ID, 60*time.Second)
		waited <- err
	}()
	p.fault(t, wire.FaultSlow)
	paid := make(chan control.Sale, 1)
	code := p.mint(t)
	go func() {
		sale, _, _, _ := p.send(context.Background(), salePath(control.PathSaleCode, first.ID), "code", control.Code{Text: code})
		paid <- sale
	}()
	eventually(t, "the wallet has the charge", func() bool { return len(p.standings(t)) == 1 })
	check(t, c.cmd.Process.Signal(syscall.SIGTERM))
	if code := c.ended(t); code != 0 {
		t.Errorf("exit code %d after SIGTERM", code)
	}
	if err := <-waited; err != nil {
		t.Errorf("the waiting call was not answered: %v", err)
	}
	if sale := <-paid; sale.State != string(charge.Approved) {
		t.Errorf("the charge under way was answered with %+v", sale)
	}
	for {
		if _, err := events.ReadString('\n'); err != nil {
			break // the stream has ended
		}
	}
	if _, err := os.Lstat(p.at("api.sock")); err == nil {
		t.Error("a clean stop left its socket behind")
	}
	for line := range strings.Lines(string(tail(p.at("agent.log")))) {
		if strings.Contains(line, `"level":"ERROR"`) {
			t.Errorf("a clean stop logs an error: %s", line)
		}
	}
}

// A sale that stands unpaid is given up when the agent stops: a customer who
// comes later is not charged for it.
func TestStopGivesUpTheUnpaidSale(t *testing.T) {
	p := newPlace(t, "")
	p.startWallet(t)
	c := p.start(t)
	sale, _, why, err := p.send(context.Background(), control.PathSales, "one", control.NewSale{Amount: 100, Currency: "JPY"})
	check(t, err)
	check(t, c.cmd.Process.Signal(syscall.SIGTERM))
	if code := c.ended(t); code != 0 {
		t.Errorf("exit code %d after SIGTERM", code)
	}
	p.start(t)
	after, err := p.client.Charge(context.Background(), sale.ChargeKey)
	check(t, err)
	if after.State != string(charge.Abandoned) {
		t.Errorf("the sale %s is %s after the stop, want abandoned", why, after.State)
	}
}

// get makes a call whose answer may take for ever.
func (p *place) get(t *testing.T, path string) *http.Response {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, p.url+path, nil)
	check(t, err)
	req.Header.Set("Authorization", "Bearer "+visitorToken)
	resp, err := http.DefaultClient.Do(req)
	check(t, err)
	t.Cleanup(func() { _ = resp.Body.Close() })
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s answers %s", path, resp.Status)
	}
	return resp
}
