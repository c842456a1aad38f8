package receipt

import (
	"cmp"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/closing"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/drivers/printer"
)

// ZInput is all that the paper of a closing tells.
type ZInput struct {
	Report   closing.Report
	Store    sale.Store
	Wallets  map[string]string // their names by id, in Language
	Hash     string            // SHA-256 of the document, hex
	Again    bool              // it was printed before
	Language Language
	Place    *time.Location
}

// Z is the paper of a closing. The same document gives the same paper for ever,
// but for the mark of a copy.
func Z(in ZInput) (printer.Document, error) {
	if in.Language == "" {
		in.Language = Japanese
	}
	if in.Place == nil {
		in.Place = japan
	}
	say, known := zWords[in.Language]
	if !known || in.Report.Form != closing.Form {
		return printer.Document{}, fmt.Errorf("Z %d of form %q in language %q: %w", in.Report.Number, in.Report.Form, in.Language, ErrNoPaper)
	}
	p := &zPage{page: page{in: Input{Store: in.Store, Language: in.Language, Place: in.Place}, say: words[in.Language]}, z: in, words: say}
	p.store()
	p.title(fmt.Sprintf(say.title, in.Report.Number))
	if in.Again {
		p.text(" "+p.page.say.copy+" ", printer.Centre, printer.Style{Reverse: true})
	}
	p.head()
	for _, t := range in.Report.Takings {
		p.takings(t)
	}
	p.taxes()
	p.byWallet()
	p.compared()
	p.left()
	p.drawer()
	p.seal()
	p.add(printer.Cut{})
	return p.doc, nil
}

// zPage is the paper of a Z while it is being written.
type zPage struct {
	page
	z     ZInput
	words zVocabulary
}

func (p *zPage) head() {
	r := p.z.Report
	p.add(printer.Rule{Double: true})
	p.pair(p.words.date, r.Date, printer.Style{Bold: true})
	p.pair(p.words.at, clock(r.At, p.z.Place), printer.Style{})
	p.pair(p.page.say.register, r.Store+"-"+r.Terminal, printer.Style{})
	p.pair(p.page.say.staff, r.Operator, printer.Style{})
	p.pair(p.words.entries, fmt.Sprintf("%d-%d", r.After+1, r.Upto), printer.Style{})
}

func (p *zPage) amount(minor int64, c money.Currency) string {
	return money.Amount{Minor: minor, Currency: c}.Text()
}

// sum is a line with its count; nothing for what is not there.
func (p *zPage) sum(what string, s closing.Sum, c money.Currency) {
	if s != (closing.Sum{}) {
		p.pair(fmt.Sprintf("%s (%d)", what, s.Count), p.amount(s.Minor, c), printer.Style{})
	}
}

func (p *zPage) takings(t closing.Takings) {
	p.add(printer.Rule{})
	p.pair(p.words.net, p.amount(t.Net(), t.Currency), printer.Style{Bold: true, Tall: true})
	for _, line := range []struct {
		class closing.Class
		sum   closing.Sum
	}{
		{closing.Paid, t.Paid}, {closing.Cash, t.Cash}, {closing.Offline, t.Offline}, {closing.Refunded, t.Refunded}, {closing.Returned, t.Returned}, {closing.TopUps, t.TopUps},
		{closing.Brought, t.Brought}, {closing.Open, t.Open}, {closing.Owed, t.Owed}, {closing.Unpaid, t.Unpaid},
	} {
		p.sum(p.words.classes[line.class], line.sum, t.Currency)
	}
	if t.PointsUsed != 0 {
		p.pair(p.words.pointsUsed, p.amount(t.PointsUsed, t.Currency), printer.Style{})
	}
	if t.PointsEarned != 0 {
		p.pair(p.words.pointsEarned, p.countPoints(t.PointsEarned), printer.Style{})
	}
}

func (p *zPage) taxes() {
	if len(p.z.Report.Rates) > 0 {
		p.add(printer.Rule{})
	}
	for _, r := range p.z.Report.Rates {
		p.pair(p.page.say.rate[r.Rate], p.amount(r.Gross, r.Currency), printer.Style{})
		if r.Rate != sale.Exempt {
			p.pair(p.page.say.tax, p.amount(r.Tax, r.Currency), printer.Style{})
		}
	}
}

func (p *zPage) rows(heading string, rows []closing.Row) {
	if len(rows) == 0 {
		return
	}
	p.add(printer.Rule{})
	p.text(heading, printer.Left, printer.Style{Bold: true})
	wallet := ""
	for _, r := range rows {
		if name := cmp.Or(p.z.Wallets[r.Wallet], r.Wallet, "-"); name != wallet {
			wallet = name
			p.text(name, printer.Left, printer.Style{})
		}
		p.sum("  "+p.words.kinds[r.Kind]+" "+p.words.states[r.State], r.Sum, r.Currency)
	}
}

func (p *zPage) byWallet() { p.rows(p.words.byWallet, p.z.Report.Rows) }

// compared is what the wallets' lists say.
func (p *zPage) compared() {
	p.add(printer.Rule{})
	for _, w := range p.z.Report.Wallets {
		what := p.words.equal
		switch {
		case !w.Compared:
			what = p.words.notCompared
		case w.Left > 0:
			what = fmt.Sprintf(p.words.differ, w.Left)
		}
		p.pair(cmp.Or(p.z.Wallets[w.Wallet], w.Wallet), what, printer.Style{})
	}
}

// left is what waits, and why it was closed all the same.
func (p *zPage) left() {
	p.rows(p.words.waiting, p.z.Report.Waiting)
	if p.z.Report.Reason != "" {
		p.text(p.words.reason+p.z.Report.Reason, printer.Left, printer.Style{})
	}
}

func (p *zPage) drawer() {
	d := p.z.Report.Drawer
	const c = money.JPY
	p.add(printer.Rule{})
	if !d.Said {
		p.pair(p.words.cash, p.amount(d.Cash, c), printer.Style{})
		p.text(p.words.notCounted, printer.Left, printer.Style{})
		return
	}
	for _, line := range []struct {
		what  string
		minor int64
	}{{p.words.float, d.Float}, {p.words.other, d.Other}, {p.words.cash, d.Cash}, {p.words.expected, d.Expected}, {p.words.counted, d.Counted}} {
		p.pair(line.what, p.amount(line.minor, c), printer.Style{})
	}
	p.pair(p.words.over, p.amount(d.Over, c), printer.Style{Bold: true})
}

// seal is by what the document is known again.
func (p *zPage) seal() {
	p.add(printer.Rule{Double: true})
	p.text(p.words.hash, printer.Left, printer.Style{})
	for i := 0; i < len(p.z.Hash); i += 16 {
		p.text(p.z.Hash[i:min(i+16, len(p.z.Hash))], printer.Left, printer.Style{})
	}
}

// zVocabulary is every word that the paper of a Z needs beside those of a
// receipt.
type zVocabulary struct {
	title, date, at, entries, net, byWallet, waiting, reason string

	equal, notCompared, differ string

	float, other, cash, expected, counted, over, notCounted, hash string

	pointsUsed, pointsEarned string

	classes map[closing.Class]string
	kinds   map[charge.Kind]string
	states  map[charge.State]string
}
