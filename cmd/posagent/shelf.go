package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/agent/operator"
	"github.com/posagent/posagent/agent/paycode/picture"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/all"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/papertape"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/offline/book"
)

// shelf shows the books to the API.
type shelf struct{ books *book.Book }

// Charges is a page of charges; see server.Books.
func (s shelf) Charges(states []charge.State, before int64, limit int) ([]charge.Record, int64, error) {
	rows, err := s.books.Charges(book.Filter{States: states, Before: before, Limit: limit})
	var out []charge.Record
	for _, row := range rows {
		out = append(out, row.Record)
	}
	if err != nil || len(rows) < limit {
		return out, 0, err
	}
	next := rows[len(rows)-1].Seq
	more, err := s.books.Charges(book.Filter{States: states, Before: next, Limit: 1})
	if len(more) == 0 {
		next = 0 // the page was exactly full
	}
	return out, next, err
}

// Steps are the journal entries of a charge; see server.Books.
func (s shelf) Steps(key charge.Key) ([]control.Step, error) {
	links, err := s.books.Links(key)
	var out []control.Step
	for _, l := range links {
		out = append(out, control.Step{
			At: l.Step.At, Event: string(l.Step.Event), From: string(l.From), To: string(l.To), Moved: l.Moved,
			Wallet: l.Step.Wallet, Reason: string(l.Step.Reason), By: string(l.Step.By), Note: l.Note,
			Operator: l.Step.Operator, Receipt: l.Step.Receipt, Asked: l.Step.Asked,
		})
	}
	return out, err
}

// SaleByReference finds a sale by the POS software's number; see
// server.Books.
func (s shelf) SaleByReference(businessDate, source, reference string) (sale.Sale, bool, error) {
	found, err := s.books.SaleByReference(businessDate, source, reference)
	if errors.Is(err, book.ErrNotFound) {
		return sale.Sale{}, false, nil
	}
	return found, err == nil, err
}

// papers draw receipts from the very bytes that the printer would get.
type papers struct {
	register *agent.Register
	look     look
}

// look is what receipts are drawn with.
type look struct {
	profile profile.Printer
	papertape.Look
	font func() *papertape.Font // some megabytes, so only when a picture is asked for
}

// look is the look of the configured printer, or of a usual one.
func (d *program) look() look {
	name := "escpos-generic-80"
	if dev, ok := d.config.Device(d.config.Roles.Printer); ok {
		name = dev.Profile
	}
	p, err := configs.PrinterProfile(name)
	if err != nil {
		d.log.Error("receipts cannot be drawn", "error", err)
	}
	return look{profile: p, Look: papertape.Look{QR: func(text string, level byte) (printer.Bitmap, error) {
		m, err := picture.QR(text, picture.Level(strings.IndexByte("LMQH", level)))
		return printer.Bitmap{Width: m.Size, Height: m.Size, Bits: m.Bits}, err
	}}, font: sync.OnceValue(func() *papertape.Font { return papertape.FindFont() })}
}

func (p papers) tape(rec charge.Record, language string, picture bool) (papertape.Receipt, error) {
	doc, err := p.register.Receipt(rec, language, 0)
	if err != nil {
		return papertape.Receipt{}, err
	}
	data, _, err := all.Encode(doc, p.look.profile)
	if err != nil {
		return papertape.Receipt{}, err
	}
	drawn := p.look.Look
	if picture {
		drawn.Font = p.look.font()
	}
	tape, err := papertape.Read(data, p.look.profile, drawn)
	if err != nil || len(tape.Receipts) == 0 {
		return papertape.Receipt{}, fmt.Errorf("draw the receipt of %s: %w", rec.Key, err)
	}
	return tape.Receipts[0], nil
}

// Text is the receipt as text; see server.Papers.
func (p papers) Text(_ context.Context, rec charge.Record, language string) (string, error) {
	r, err := p.tape(rec, language, false)
	if err != nil {
		return "", err
	}
	return r.Text(), nil
}

// PNG is the receipt as a picture of the paper; see server.Papers.
func (p papers) PNG(_ context.Context, rec charge.Record, language string) ([]byte, error) {
	r, err := p.tape(rec, language, true)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = r.PNG(&b)
	return b.Bytes(), err
}

func operators(list []configs.Operator) []operator.Operator {
	var out []operator.Operator
	for _, o := range list {
		out = append(out, operator.Operator{ID: o.ID, Name: o.Name, Role: operator.Role(o.Role), Hash: o.PIN})
	}
	return out
}

// nameOf is an operator's name by id; an operator who has left stays an id.
func nameOf(list []configs.Operator) func(string) string {
	names := make(map[string]string)
	for _, o := range list {
		names[o.ID] = o.Name
	}
	return func(id string) string { return cmp.Or(names[id], id) }
}

func tokens(list []configs.Token) []server.Token {
	var out []server.Token
	for _, t := range list {
		scopes := make([]control.Scope, 0, len(t.Scopes))
		for _, s := range t.Scopes {
			scopes = append(scopes, control.Scope(s))
		}
		out = append(out, server.Token{Name: t.Name, SHA256: t.SHA256, Scopes: scopes})
	}
	return out
}

// businessDay is the day that a moment is booked on: the clock's, but for the
// hours before the day begins, which belong to the day before.
func businessDay(zone *time.Location, begins time.Duration) func(time.Time) string {
	return func(t time.Time) string {
		local := t.In(zone)
		midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone)
		if local.Sub(midnight) < begins {
			local = local.AddDate(0, 0, -1)
		}
		return local.Format(time.DateOnly)
	}
}

// BillByReference is the same for a bill.
func (s shelf) BillByReference(businessDate, source, reference string) (sale.Bill, bool, error) {
	return s.books.BillByReference(businessDate, source, reference)
}
