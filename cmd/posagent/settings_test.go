package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/virtual"
)

// manager is the API as somebody at the machine has it.
func (c *counter) manager() *control.Client { return control.Dial("unix:"+c.at("api.sock"), "") }

// change changes one setting, or tells why not.
func (c *counter) change(key, value, within string) (control.SettingsChange, error) {
	c.Helper()
	now, err := c.manager().Settings(context.Background())
	check(c.T, err)
	return c.manager().ChangeSettings(context.Background(), now.Match, control.NewSettings{Set: []control.NewSetting{{Key: key, Value: value}}, Probe: "2s", Within: within})
}

// setTo is the value of a setting as it runs.
func (c *counter) setTo(key string) string {
	c.Helper()
	now, err := c.manager().Settings(context.Background())
	check(c.T, err)
	for _, v := range now.Values {
		if v.Key == key {
			return v.Value
		}
	}
	return ""
}

const printerAddress = "device.printer0.address"

// netPrinter is another printer, in the network.
func (c *counter) netPrinter() *virtual.Socket {
	c.Helper()
	at, err := virtual.NewSocket("127.0.0.1:0")
	check(c.T, err)
	p, err := virtual.NewPrinterOn(at, c.at("capture.net"), slog.New(slog.DiscardHandler))
	check(c.T, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = p.Run(ctx) }()
	c.Cleanup(func() { cancel(); <-ended })
	return at
}

// A change that breaks the printer rolls itself back within its time, one that
// is confirmed stays, and a sale runs through both.
func TestSettingsChangeDuringASale(t *testing.T) {
	c := newCounter(t)
	before := c.setTo(printerAddress)
	s := c.ring(500)
	_, err := c.change(printerAddress, "tcp:"+freePort(t), "")
	var refused *control.Error
	if !errors.As(err, &refused) || refused.Why != "config.probe" || !strings.Contains(refused.Detail, "printer0") {
		t.Fatalf("a printer that is not there: %v", err)
	}
	c.awaitDevice("printer0", device.Ready)
	if now := c.setTo(printerAddress); now != before {
		t.Errorf("it is at %s, want %s", now, before)
	}
	c.awaitPaper(c.payByScan(s), charge.PaperDone)

	s = c.ring(700)
	net := c.netPrinter()
	done, err := c.change(printerAddress, "tcp:"+net.Path(), "")
	check(t, err)
	if done.State != "pending" || len(done.Probes) != 1 || !done.Probes[0].Good || len(done.Diff) != 1 {
		t.Errorf("the change is %+v", done)
	}
	_, err = c.manager().ConfirmSettings(context.Background())
	check(t, err)
	c.awaitPaper(c.payByScan(s), charge.PaperDone)
	paper, err := os.ReadFile(c.at("capture.net"))
	check(t, err)
	if !strings.Contains(string(paper), c.await(s, func(control.Sale) bool { return true }).ChargeKey) {
		t.Error("the receipt is not at the new printer")
	}
	if _, err := c.manager().ConfirmSettings(context.Background()); !errors.As(err, &refused) || refused.Why != "config.none" {
		t.Errorf("a second confirmation: %v", err)
	}
	list, err := c.manager().Generations(context.Background())
	check(t, err)
	if g := list.Generations; len(g) != 3 || g[0].State != "confirmed" || g[1].State != "rolled_back" || g[2].What != "found" {
		t.Errorf("the list is %+v", list)
	}
}

// What nobody confirms is taken back by the clock.
func TestSettingsNobodyConfirms(t *testing.T) {
	c := newCounter(t)
	_, err := c.change("receipt.footer", "またどうぞ", "5s")
	check(t, err)
	if now := c.setTo("receipt.footer"); now != `"またどうぞ"` {
		t.Errorf("it is %s", now)
	}
	eventually(t, "it is taken back", func() bool { return c.setTo("receipt.footer") == `""` })
	text, err := os.ReadFile(configs.DropIn(c.config))
	if err != nil || strings.Contains(string(text), "footer") {
		t.Errorf("the file has %q (%v)", text, err)
	}
}

// After a kill between the change and its confirmation the old settings hold.
func TestSettingsKilledBeforeConfirmed(t *testing.T) {
	p := newPlace(t, "")
	c := &counter{T: t, place: p}
	agent := p.start(t)
	_, err := c.change("receipt.footer", "x", "10m")
	check(t, err)
	agent.kill()
	p.start(t)
	if now := c.setTo("receipt.footer"); now != `""` {
		t.Errorf("it is %s", now)
	}
	list, err := c.manager().Generations(context.Background())
	check(t, err)
	if len(list.Generations) != 2 || list.Generations[0].State != "rolled_back" {
		t.Errorf("the list is %+v", list)
	}
}

// What is not for the API is refused, with the place where it is set.
func TestSettingsRefused(t *testing.T) {
	p := newPlace(t, "")
	check(t, os.WriteFile(p.at("conf.d/99-engineer.toml"), []byte("[receipt]\nfooter = \"mine\"\n"), 0o600))
	c := &counter{T: t, place: p}
	p.start(t)
	for _, r := range []struct{ key, value, why, says string }{
		{"wallet.own.url", "https://evil.example", "config.locked", "wallet.own.url"},
		{"api.listen", "127.0.0.1:9", "config.locked", "at the machine"},
		{"receipt.footer", "yours", "config.overridden", "99-engineer.toml:2"},
		{"receipt.print", "perhaps", "config.invalid", ""},
		{"device.p.address", "file:/etc/shadow", "config.locked", "device.p.address"},
		{"device.p.profile", "/etc/shadow", "config.locked", "device.p.profile"},
	} {
		_, err := c.change(r.key, r.value, "")
		var refused *control.Error
		if !errors.As(err, &refused) || refused.Why != r.why || !strings.Contains(refused.Detail, r.says) {
			t.Errorf("%s = %s: %+v", r.key, r.value, err)
		}
		if r.why == "config.invalid" && (len(refused.Errors) != 1 || !strings.HasPrefix(refused.Errors[0].Location, configs.DropIn(p.config)+":")) {
			t.Errorf("the fault is told as %+v", refused)
		}
	}
	_, err := c.manager().ChangeSettings(context.Background(), "older", control.NewSettings{Set: []control.NewSetting{{Key: "receipt.print", Value: false}}})
	var refused *control.Error
	if !errors.As(err, &refused) || refused.Status != 412 {
		t.Errorf("an older look: %v", err)
	}
}
