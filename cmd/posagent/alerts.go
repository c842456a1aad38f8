package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/posagent/posagent/agent/alert"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/mail"
	"github.com/posagent/posagent/agent/webhook"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/offline/book"
)

// alertsEvery is how often the register is looked at.
const alertsEvery = 30 * time.Second

// bell tells people of troubles: the desk decides, the books remember, and
// whoever follows the journal tells.
type bell struct {
	d      *program
	mailer *webhook.Courier // of one endpoint, or of none
	to     []string
	name   func(id string) string // of operators

	mu   sync.Mutex // held over desk and books together
	desk *alert.Desk
}

// wireAlerts makes the bell of the alerts that stand.
func (d *program) wireAlerts(c configs.Config) error {
	standing, err := d.books.StandingAlerts()
	if err != nil {
		return fmt.Errorf("read the alerts that stand: %w", err)
	}
	var known []alert.Alert
	for _, a := range standing {
		known = append(known, ofBook(a))
	}
	d.bell = &bell{
		d: d, to: c.Mail.To, name: d.called(nameOf(c.Operators)),
		desk: alert.New(alert.Rules{Remind: c.Alerts.Remind, Calm: c.Alerts.Calm}, known, time.Now()),
	}
	d.bell.mailer, err = d.wireMail(c)
	return err
}

// watch looks at the register until ctx ends.
func (b *bell) watch(ctx context.Context) {
	ticker := time.NewTicker(alertsEvery)
	defer ticker.Stop()
	for {
		b.mailTrouble(time.Now())
		b.ring(time.Now(), b.d.troublesNow(time.Now()))
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// ring writes down what people are to be told of.
func (b *bell) ring(now time.Time, seen []alert.Seen) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.desk.Look(now, seen) {
		kept, err := b.d.books.PutAlert(toBook(c.Alert), string(c.What))
		if err != nil { // it comes again with the next look
			b.d.log.Error("an alert is not in the books, and nobody is told", "code", c.Code, "subject", c.Subject, "error", err)
			continue
		}
		c.ID = kept.ID
		b.desk.Kept(c)
		b.d.log.Warn("alert", "id", c.ID, "what", string(c.What), "code", c.Code, "subject", c.Subject, "detail", c.Detail)
	}
}

// mailTrouble shows on the screen, and by webhooks, that mails do not arrive.
func (b *bell) mailTrouble(now time.Time) {
	const patience = 15 * time.Minute
	for _, s := range b.mailer.List() {
		if s.Off != "" || !s.Since.IsZero() && now.Sub(s.Since) > patience {
			b.d.register.Noticed("alert.mail", "", s.Problem)
		} else {
			b.d.register.Mended("alert.mail", "")
		}
	}
}

// List is a page of alerts; see server.Alerts.
func (b *bell) List(standing bool, before int64, limit int) (control.Alerts, error) {
	const usual = 50
	if limit == 0 {
		limit = usual
	}
	out := control.Alerts{Alerts: []control.Alert{}}
	list, err := b.d.books.StandingAlerts()
	if !standing && err == nil {
		if list, err = b.d.books.Alerts(before, limit); len(list) == limit && limit > 0 {
			out.Next = list[limit-1].ID
		}
	} else {
		slices.Reverse(list)
	}
	for _, a := range list {
		out.Alerts = append(out.Alerts, b.shape(a))
	}
	for _, s := range b.mailer.List() {
		m := control.AlertMail{State: "ok", To: b.to, LastOK: s.LastOK, Since: s.Since, Next: s.Next, Problem: s.Problem}
		switch {
		case s.Off != "":
			m.State = s.Off
		case !s.Since.IsZero():
			m.State = "failing"
		}
		out.Mail = &m
	}
	return out, err
}

// Acknowledge writes down who has seen to an alert; see server.Alerts.
func (b *bell) Acknowledge(id int64, by charge.By, who string) (control.Alert, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, err := b.d.books.SeeAlert(id, by, who)
	if errors.Is(err, book.ErrNotFound) {
		return control.Alert{}, false, nil
	}
	if err == nil {
		b.desk.Acknowledged(id)
	}
	return b.shape(a), true, err
}

// Test sends test messages; see server.Alerts. A mail that arrives lets those
// go on that were given up.
func (b *bell) Test(ctx context.Context) control.AlertTest {
	const patience = 30 * time.Second // of whoever asked
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out := control.AlertTest{Tried: []control.AlertTried{}}
	store := b.d.config.Store
	try := func(c *webhook.Courier, name, to string) bool {
		a, err := c.Test(ctx, name, map[string]string{"store": store.ID, "terminal": store.Terminal})
		if err != nil {
			a.Problem = err.Error()
		}
		out.Tried = append(out.Tried, control.AlertTried{To: to, OK: a.OK(), Seconds: a.Took.Seconds(), Problem: a.Problem})
		return a.OK()
	}
	for _, s := range b.mailer.List() {
		if try(b.mailer, s.Name, "mail") && (s.Off != "" || !s.Since.IsZero()) {
			if err := b.mailer.Enable(s.Name); err != nil {
				b.d.log.Error("mails do not go on", "error", err)
			}
		}
	}
	for _, s := range b.d.courier.List() {
		if len(s.Events) == 0 || slices.Contains(s.Events, webhook.Raised) || slices.Contains(s.Events, "alert.*") {
			try(b.d.courier, s.Name, "webhook "+s.Name)
		}
	}
	return out
}

func (b *bell) shape(a book.Alert) control.Alert {
	return control.Alert{
		ID: a.ID, Code: a.Code, Subject: a.Subject, Detail: a.Detail, Level: a.Level,
		Raised: a.Raised, Cleared: a.Cleared, Seen: a.Seen, SeenBy: b.name(a.SeenBy),
	}
}

func ofBook(a book.Alert) alert.Alert {
	return alert.Alert{
		ID: a.ID, Seen: alert.Seen{Code: a.Code, Subject: a.Subject, Detail: a.Detail, Level: a.Level},
		Raised: a.Raised, Reminded: a.Reminded, Cleared: a.Cleared, Quiet: !a.Seen.IsZero(),
	}
}

// toBook leaves out who has acknowledged it: the books keep that by themselves.
func toBook(a alert.Alert) book.Alert {
	return book.Alert{
		ID: a.ID, Code: a.Code, Subject: a.Subject, Detail: a.Detail, Level: a.Level,
		Raised: a.Raised, Reminded: a.Reminded, Cleared: a.Cleared,
	}
}

// wireMail makes what mails alerts: nobody, when there is no relay.
func (d *program) wireMail(c configs.Config) (*webhook.Courier, error) {
	m := c.Mail
	o := webhook.Options{
		Feed: letters{deeds{d.books, c.Store.ID, c.Store.Terminal}}, Memory: hookPlaces{d.store}, Now: time.Now, Spread: rand.Float64,
		Changed: d.register.Changed, Longest: 10 * time.Minute, Log: d.log,
	}
	if m.Relay == "" {
		return d.noMail(o)
	}
	relay := mail.Relay{
		Address: m.Relay, Implicit: m.TLS == "implicit", From: m.From, To: m.To, User: m.User,
		Password: func() (string, error) { return password(m.PasswordFile) }, Roots: rootsOf(m.CA),
	}
	zone, err := c.Store.Location()
	if err != nil {
		return nil, err
	}
	writer := clerk{store: c.Store, english: m.Language == "en", zone: zone}
	o.Endpoints = []webhook.Endpoint{{Name: mailPlace, Deliver: func(ctx context.Context, ev webhook.Event) error {
		return relay.Send(ctx, writer.letter(ev))
	}}}
	return webhook.New(o)
}

// mailPlace is where the mails have come, among the webhooks' places: a
// webhook's name has no colon.
const mailPlace = "mail:"

// noMail makes the courier of nobody. Mails that begin again some day begin with
// what happens then, and not with what happened in between.
func (d *program) noMail(o webhook.Options) (*webhook.Courier, error) {
	places, err := o.Memory.Places()
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(places, func(p webhook.Place) bool { return p.Name == mailPlace }) {
		end, err := o.Feed.End()
		if err != nil {
			return nil, err
		}
		if err := o.Memory.Keep(webhook.Place{Name: mailPlace, N: end}); err != nil {
			return nil, err
		}
	}
	return webhook.New(o)
}
