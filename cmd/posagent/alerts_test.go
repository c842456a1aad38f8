package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	netmail "net/mail"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/alert"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/mail/mailtest"
	"github.com/posagent/posagent/agent/webhook"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/device"
)

// read is a letter's subject and text.
func read(t *testing.T, letter string) (subject, text string) {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(letter))
	check(t, err)
	subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	check(t, err)
	body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, m.Body))
	check(t, err)
	return subject, string(body)
}

// An alert is raised once and mailed once, whatever is killed and whichever
// relay is away; and the journal says who has acknowledged it.
func TestAlertsSurviveAKillAndADeadRelay(t *testing.T) {
	relay := mailtest.New(t, func(r *mailtest.Relay) { r.Answers = map[string]string{"MAIL": "451 later"} })
	p := newPlace(t, fmt.Sprintf("\n[alerts]\ndisk_free_mb = 1000000\n\n[mail]\nrelay = %q\nca = \"DIR/relay.crt\"\nfrom = \"till@shop.test\"\nto = [\"taro@shop.test\"]\nuser = \"till\"\npassword_file = \"DIR/mail.secret\"\n", relay.Addr()))
	check(t, os.WriteFile(p.at("relay.crt"), relay.PEM, 0o600))
	check(t, os.WriteFile(p.at("mail.secret"), []byte("hidden word\n"), 0o600))
	p.startWallet(t)
	agent := p.start(t)
	local := control.Dial("unix:"+p.at("api.sock"), "")
	var stands control.Alert
	eventually(t, "the disk is told of, and its mail fails", func() bool {
		list, err := local.Alerts(t.Context(), true, 0, 0)
		if err != nil {
			return false
		}
		i := slices.IndexFunc(list.Alerts, func(a control.Alert) bool { return a.Code == "disk.low" })
		if i >= 0 {
			stands = list.Alerts[i]
		}
		return i >= 0 && list.Mail.State == "failing" && strings.Contains(list.Mail.Problem, "451")
	})
	tried, err := local.TestAlerts(t.Context())
	check(t, err)
	if len(tried.Tried) != 1 || tried.Tried[0].OK || tried.Tried[0].Problem == "" {
		t.Errorf("the test says %+v", tried)
	}
	check(t, agent.cmd.Process.Kill())
	agent.ended(t)
	relay.Answer("MAIL", nil)
	p.start(t)
	eventually(t, "the mail arrives", func() bool { return len(relay.Letters()) > 0 })
	subject, text := read(t, relay.Letters()[0])
	if subject != "[みほん商店 T01] 保存先の空きが少なくなっています" || !strings.Contains(text, " MB") || strings.Contains(text+subject, "hidden") {
		t.Errorf("it reads %q, %q", subject, text)
	}
	a, err := local.AcknowledgeAlert(t.Context(), stands.ID)
	if err != nil || a.Seen.IsZero() || a.SeenBy == "" || a.TitleE != "The disk is filling up" {
		t.Errorf("acknowledged: %+v, %v", a, err)
	}
	if _, err := local.AcknowledgeAlert(t.Context(), 99); err == nil {
		t.Error("an alert that is not there was acknowledged")
	}
	if tried, err = local.TestAlerts(t.Context()); err != nil || !tried.Tried[0].OK {
		t.Errorf("the test says %+v, %v", tried, err)
	}
	time.Sleep(2 * time.Second) // time for what must not come
	if got := relay.Letters(); len(got) != 2 {
		t.Errorf("it got %d letters, want one of the disk and a test", len(got))
	}
	list, err := local.Alerts(t.Context(), false, 0, 0)
	check(t, err)
	disks := slices.DeleteFunc(list.Alerts, func(a control.Alert) bool { return a.Code != "disk.low" })
	if len(disks) != 1 || disks[0].ID != stands.ID || !disks[0].Raised.Equal(stands.Raised) {
		t.Errorf("after a restart there are %+v", disks)
	}
	notes(t, local, "alert 1 raised: disk.low", "alert 1 acknowledged: disk.low")
	checked, err := local.VerifyJournal(t.Context(), true)
	if err != nil || !checked.Whole {
		t.Errorf("the journal: %+v, %v", checked, err)
	}
}

// notes are in the journal, in this order, each once.
func notes(t *testing.T, client *control.Client, want ...string) {
	t.Helper()
	all, err := client.Journal(t.Context(), 0, 500)
	check(t, err)
	var got []string
	for _, e := range all.Entries {
		if strings.HasPrefix(e.Note, "alert ") {
			got = append(got, e.Note)
		}
	}
	for i, w := range want {
		if len(got) != len(want) || !strings.HasPrefix(got[i], w) {
			t.Errorf("the journal says %q, want %q", got, want)
			return
		}
	}
}

// What a device calls itself makes no other letter; both languages say what
// there is to do, and an end says that it is one.
func TestLetters(t *testing.T) {
	at := time.Date(2026, 11, 27, 0, 30, 0, 0, time.UTC)
	c := clerk{store: configs.Store{ID: "S001", Terminal: "01", Name: "渋谷店", NameEN: "Shibuya"}, zone: time.FixedZone("JST", 9*3600)}
	a := hookAlert{ID: 3, Code: "hardware.stranger", Subject: "Evil\r\nBcc: <mallory@evil.test>\u2028", Raised: at, what: alert.Raised}
	l := c.letter(webhook.Event{ID: "S001-01-7-abcdef", At: at, Data: a})
	if strings.ContainsAny(l.Subject, "\r\n\u2028") || !strings.HasPrefix(l.Subject, "[渋谷店 01] ") || !strings.Contains(l.Text, "2026-11-27 09:30") {
		t.Errorf("%q\n%s", l.Subject, l.Text)
	}
	c.english = true
	a = hookAlert{ID: 4, Code: "device.paper_out", Subject: "printer0", Raised: at, what: alert.Reminded}
	if l = c.letter(webhook.Event{ID: "x", At: at, Data: a}); !strings.HasPrefix(l.Subject, "[Shibuya 01] Still: ") || !strings.HasSuffix(l.Subject, ": printer0") {
		t.Errorf("%q", l.Subject)
	}
	a.what, a.Cleared = alert.Cleared, at.Add(time.Hour)
	if l = c.letter(webhook.Event{ID: "x", At: at, Data: a}); !strings.HasPrefix(l.Subject, "[Shibuya 01] Over: ") || !strings.Contains(l.Text, "Over: 2026-11-27 10:30") {
		t.Errorf("%q\n%s", l.Subject, l.Text)
	}
	if l = c.letter(webhook.Event{ID: "test-1", At: at, Type: webhook.Test, Data: map[string]string{}}); l.Subject != "[Shibuya 01] Test of alerts" {
		t.Errorf("%q", l.Subject)
	}
}

// A device that is not there is one trouble whatever is thought of why, and
// many charges of one kind are one.
func TestWhatIsSeen(t *testing.T) {
	view := func(state device.State, reason device.Reason) agent.DeviceView {
		return agent.DeviceView{Role: "printer", Health: device.Health{ID: "printer0", Kind: "printer", State: state, Reason: reason}}
	}
	for want, v := range map[string]agent.DeviceView{
		"device.state.absent": view(device.Absent, device.Unplugged), "device.paper_out": view(device.Blocked, device.PaperOut), "device.paper_near_end": view(device.Degraded, device.PaperNearEnd),
		"": view(device.Ready, ""), " ": view(device.Connecting, device.NoReply), "  ": view(device.Degraded, device.CannotTell), "   ": view(device.Disabled, ""),
	} {
		got := devicesNow([]agent.DeviceView{v})
		if strings.TrimSpace(want) == "" && len(got) > 0 || strings.TrimSpace(want) != "" && (len(got) != 1 || got[0].Code != want || got[0].Subject != "printer0") {
			t.Errorf("%+v is %+v, want %q", v.Health, got, want)
		}
	}
	var list []agent.Trouble
	for i := range 12 {
		list = append(list, agent.Trouble{Code: "charge.unpaid", Subject: fmt.Sprint("K", i), Detail: "100 JPY own"})
	}
	list = append(list, agent.Trouble{Code: "wallet.unreachable", Subject: "own", Detail: "dial tcp 10.1.2.3"})
	got := grouped(list)
	if len(got) != 2 || got[0] != (alert.Seen{Code: "wallet.unreachable", Subject: "own"}) || got[1].Level != 2 || got[1].Detail != "12: K0 K1 K2 K3 K4 …" {
		t.Errorf("%+v", got)
	}
}
