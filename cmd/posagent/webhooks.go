package main

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/agent/webhook"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
)

// wireWebhooks makes what tells other programs.
func (d *program) wireWebhooks(c configs.Config) (err error) {
	o := webhook.Options{
		Feed: deeds{d.books, c.Store.ID, c.Store.Terminal}, Memory: hookPlaces{d.store}, Now: time.Now, Spread: rand.Float64,
		Changed: d.register.Changed, Tell: d.hookTold, Log: d.log,
	}
	for _, w := range c.Webhooks {
		e := webhook.Endpoint{Name: w.Name, URL: w.URL, Events: w.Events, Secrets: func() ([]webhook.Secret, error) { return hookSecrets(w.SecretFile) }, Roots: rootsOf(w.CA)}
		for _, text := range w.AllowPrivate {
			net, err := configs.ParseNetwork(text)
			if err != nil {
				return fmt.Errorf("webhook %s: %w", w.Name, err)
			}
			e.Allowed = append(e.Allowed, net)
		}
		o.Endpoints = append(o.Endpoints, e)
	}
	d.courier, err = webhook.New(o)
	return err
}

// hookTold shows on the screen that a receiver is not told any more.
func (d *program) hookTold(at webhook.Place) {
	if at.Off == "" {
		d.register.Mended("webhook.off", at.Name)
		return
	}
	d.register.Noticed("webhook.off", at.Name, at.Off)
}

// hookSecrets reads the secret of a webhook.
func hookSecrets(place string) ([]webhook.Secret, error) {
	text, err := secretText(place)
	if err != nil {
		return nil, err
	}
	return webhook.ReadSecrets(text)
}

// secretText is what a secret's file or its credential holds.
func secretText(place string) (string, error) {
	if name, ok := strings.CutPrefix(place, "credential:"); ok {
		dir := os.Getenv("CREDENTIALS_DIRECTORY")
		if dir == "" {
			return "", errors.New("systemd gave this service no credentials: see LoadCredential=")
		}
		place = filepath.Join(dir, name)
	} else if info, err := os.Stat(place); err == nil && info.Mode().Perm()&0o007 != 0 {
		return "", fmt.Errorf("%s may be read by everybody: chmod 600 it", place)
	}
	text, err := os.ReadFile(place)
	if err != nil {
		return "", err
	}
	return string(text), nil
}

// hookPlaces keeps in the books how far the webhooks have come.
type hookPlaces struct{ store *offline.Store }

// Places are all of them; see webhook.Memory.
func (p hookPlaces) Places() (out []webhook.Place, err error) {
	kept, err := p.store.Webhooks()
	for _, k := range kept {
		out = append(out, webhook.Place(k))
	}
	return out, err
}

// Keep remembers one within a second.
func (p hookPlaces) Keep(at webhook.Place) error {
	p.store.KeepWebhook(offline.Webhook(at))
	return nil
}

// deeds are the steps of charges in the journal that mean something to other
// programs; see webhook.Feed.
type deeds struct {
	books           *book.Book
	store, terminal string
}

// End is the number of the newest entry.
func (f deeds) End() (n int64, err error) { return f.books.End() }

// After are the events among the next entries.
func (f deeds) After(n int64) ([]webhook.Event, int64, error) { return f.each(n, f.event) }

func (f deeds) each(n int64, tells func(book.Link) (webhook.Event, bool, error)) (out []webhook.Event, last int64, err error) {
	const page = 100
	links, err := f.books.Journal(n, page)
	last = n
	for _, l := range links {
		if err != nil {
			break
		}
		var ev webhook.Event
		var is bool
		if ev, is, err = tells(l); is && err == nil {
			out = append(out, ev)
		}
		last = l.N
	}
	return out, last, err
}

// told are the states that are worth a message.
var told = map[charge.State]bool{
	charge.Approved: true, charge.Declined: true, charge.InDoubt: true, charge.Queued: true, charge.Owed: true, charge.Unpaid: true, charge.Reversed: true,
}

// hookCharge is what a message says of a charge. It is as it was after the
// step; the customer's code is in no form part of it.
type hookCharge struct {
	Store        string `json:"store"`
	Terminal     string `json:"terminal"`
	Journal      int64  `json:"journal"`
	Key          string `json:"charge_key"`
	Kind         string `json:"kind"`
	Of           string `json:"of,omitempty"`
	SaleID       string `json:"sale_id"`
	Reference    string `json:"reference,omitempty"`
	BusinessDate string `json:"business_date"`
	Amount       int64  `json:"amount"`
	Currency     string `json:"currency"`
	Wallet       string `json:"wallet,omitempty"`
	State        string `json:"state"`
	From         string `json:"from"`
	Goods        string `json:"goods"`
	Reason       string `json:"reason,omitempty"`
	Receipt      string `json:"receipt,omitempty"`
	PointsUsed   int64  `json:"points_used,omitempty"`
	PointsEarned int64  `json:"points_earned,omitempty"`
}

// event is what an entry tells.
func (f deeds) event(l book.Link) (webhook.Event, bool, error) {
	switch {
	case l.Key == "" && strings.HasPrefix(l.Note, book.AlertNote):
		return f.alerted(l)
	case l.Key == "":
		return f.closed(l)
	}
	if !l.Moved || l.From == l.To || !told[l.To] {
		return webhook.Event{}, false, nil
	}
	rec, err := f.books.Charge(l.Key)
	if err != nil {
		return webhook.Event{}, false, fmt.Errorf("journal entry %d: %w", l.N, err)
	}
	s, err := f.books.Sale(rec.SaleID)
	if err != nil {
		return webhook.Event{}, false, fmt.Errorf("journal entry %d: %w", l.N, err)
	}
	var bill sale.Bill
	if s.Bill != "" {
		if bill, err = f.books.Bill(s.Bill); err != nil {
			return webhook.Event{}, false, fmt.Errorf("journal entry %d: %w", l.N, err)
		}
	}
	kind := cmp.Or(rec.Kind, charge.Payment)
	then := rec
	then.State = l.To
	var points charge.Points
	if l.To == charge.Approved {
		points = rec.Points
	}
	return webhook.Event{
		N: l.N, ID: f.id(l), Type: string(kind) + "." + string(l.To), At: l.Step.At,
		Data: hookCharge{
			Store: f.store, Terminal: f.terminal, Journal: l.N, Key: string(l.Key), Kind: string(kind), Of: string(rec.Of), SaleID: rec.SaleID,
			Reference: s.Reference, BusinessDate: s.BusinessDate, Amount: rec.Amount.Minor, Currency: string(rec.Amount.Currency),
			Wallet: cmp.Or(l.Step.Wallet, rec.Wallet), State: string(l.To), From: string(l.From), Goods: string(agent.GoodsOf(then, s, bill)), Reason: string(l.Step.Reason), Receipt: l.Step.Receipt,
			PointsUsed: points.Used, PointsEarned: points.Earned,
		},
	}, true, nil
}
