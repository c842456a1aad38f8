package receipt

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/drivers/printer"
)

// page is a document while it is being written.
type page struct {
	in  Input
	say vocabulary
	doc printer.Document
}

func (p *page) add(blocks ...printer.Block) { p.doc.Blocks = append(p.doc.Blocks, blocks...) }

// text adds a paragraph, and nothing when there is nothing to say.
func (p *page) text(s string, align printer.Align, style printer.Style) {
	if s = clean(s); s != "" {
		p.add(printer.Text{Text: s, Align: align, Style: style})
	}
}

func (p *page) pair(left, right string, style printer.Style) {
	p.add(printer.Pair{Left: clean(left), Right: clean(right), Style: style})
}

// clean drops what cannot stand on a receipt. Lines of a sale were checked
// before, but a wallet's number and a footer come from elsewhere, and none of
// them may carry a printer command.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) && r != unicode.ReplacementChar || r == '\u3000' {
			return r
		}
		return -1
	}, s)
}

func (p *page) english() bool { return p.in.Language == English }

func (p *page) store() {
	s := p.in.Store
	name := s.Name
	if p.english() && s.NameEN != "" {
		name = s.NameEN
	}
	p.text(name, printer.Centre, printer.Style{Bold: true, Wide: columns(name) <= 16, Tall: true})
	p.text(s.Address, printer.Centre, printer.Style{})
	if s.Phone != "" {
		p.text(p.say.phone+s.Phone, printer.Centre, printer.Style{})
	}
	if s.Invoice != "" {
		p.text(p.say.invoice+string(s.Invoice), printer.Centre, printer.Style{})
	}
}

// columns is how wide a text is in half-width characters, at the most. A name
// of up to 16 fits twice as wide on every paper, of which the narrowest has 32.
func columns(s string) int {
	n := 0
	for _, r := range s {
		if n++; r > unicode.MaxASCII {
			n++
		}
	}
	return n
}

// title is what the paper is. One of a training says that before all else, and
// is no receipt: a receipt with this title and a store's name could be used as one.
func (p *page) title(title string) {
	p.add(printer.Space{Lines: 1})
	if p.in.Training {
		p.text(p.say.training, printer.Centre, printer.Style{Bold: true, Wide: true, Tall: true})
		if title == p.say.receipt || title == p.say.formal {
			return
		}
	}
	p.text(title, printer.Centre, printer.Style{Bold: true, Wide: true, Tall: true})
}

// marks are what makes this paper other than the first one of an approved
// charge.
func (p *page) marks() {
	if p.in.Reprint > 0 {
		p.text(" "+fmt.Sprintf(p.say.again, p.in.Reprint)+" ", printer.Centre, printer.Style{Reverse: true})
	}
	if p.in.Charge.State != charge.Approved {
		p.text(" "+p.say.offline+" ", printer.Centre, printer.Style{Reverse: true})
		p.text(p.say.offlineNote, printer.Centre, printer.Style{})
	}
}

// facts are when, where and under which number.
func (p *page) facts() {
	p.add(printer.Rule{})
	p.pair(p.say.at, p.at(), printer.Style{})
	register := p.in.Store.ID + "-" + p.in.Store.Terminal
	p.pair(p.say.register, register, printer.Style{})
	if p.in.Sale.Operator != "" {
		p.pair(p.say.staff, p.in.Sale.Operator, printer.Style{})
	}
	if p.in.Sale.Reference != "" {
		p.pair(p.say.reference, p.in.Sale.Reference, printer.Style{})
	}
	p.pair(p.say.key, string(p.in.Charge.Key), printer.Style{})
	p.add(printer.Rule{})
}

var weekdays = [...]string{"日", "月", "火", "水", "木", "金", "土"}

// at is when the charge was made. It is the one time that is the same on the
// receipt, on every reprint, and before and after an offline charge was
// collected.
func (p *page) at() string {
	at := p.in.Charge.PreparedAt
	if at.IsZero() {
		at = p.in.Sale.At
	}
	at = at.In(p.in.Place)
	if p.english() {
		return at.Format("2 Jan 2006 15:04")
	}
	return at.Format("2006年1月2日") + "(" + weekdays[at.Weekday()] + ")" + at.Format(" 15:04")
}

// goods are the lines; a sale without lines is one line at the standard rate.
func (p *page) goods() {
	lines := p.in.Sale.Lines
	if len(lines) == 0 {
		lines = []sale.Line{{Name: p.say.item, Quantity: 1, Amount: p.in.Sale.Amount, Rate: sale.Standard}}
	}
	count := 0
	for _, l := range lines {
		name := l.Name
		if l.Rate == sale.Reduced {
			name += "※"
		}
		p.pair(name, l.Amount.Text(), printer.Style{})
		if each := l.Amount; l.Quantity > 1 && each.Minor%int64(l.Quantity) == 0 {
			each.Minor /= int64(l.Quantity)
			p.text(fmt.Sprintf(p.say.each, each.Text(), l.Quantity), printer.Left, printer.Style{})
		} else if l.Quantity > 1 {
			p.text(fmt.Sprintf(p.say.pieces, l.Quantity), printer.Left, printer.Style{})
		}
		if l.Amount.Minor > 0 { // a discount is no piece of goods
			count += l.Quantity
		}
	}
	p.add(printer.Rule{})
	p.text(fmt.Sprintf(p.say.count, count), printer.Left, printer.Style{})
}

// totals are the sum and, as a qualified simplified invoice needs them, the
// totals per rate with the tax in each.
func (p *page) totals(totals []sale.RateTotal) {
	p.pair(p.say.total, p.in.Sale.Amount.Text(), printer.Style{Bold: true, Wide: true, Tall: true})
	p.rates(totals)
}

// rates are what is taxed at each rate, and the tax in it.
func (p *page) rates(totals []sale.RateTotal) {
	for _, t := range totals {
		p.pair(p.say.rate[t.Rate], t.Gross.Text(), printer.Style{})
		if t.Rate != sale.Exempt {
			p.pair(p.say.tax, t.Tax.Text(), printer.Style{})
		}
	}
}

func (p *page) payment() {
	c := p.in.Charge
	p.add(printer.Rule{})
	how := p.say.paid
	if c.State != charge.Approved {
		how = p.say.waiting
	}
	p.pair(strings.TrimSpace(how+" "+p.in.Wallet), c.Amount.Text(), printer.Style{})
	if number := clean(c.Receipt); number != "" {
		p.pair(p.say.number, number, printer.Style{})
	}
	if c.Code.Masked != "" {
		p.pair(p.say.code, c.Code.Masked, printer.Style{})
	}
	p.points(c, "")
	p.add(printer.Rule{})
}

// points are what the wallet's points did in a payment, or in a refund. They
// are a part of what is paid above, and change nothing of the tax.
func (p *page) points(c charge.Record, indent string) {
	if !c.Points.Any() {
		return
	}
	used, earned := p.say.pointsUsed, p.say.pointsEarned
	if c.Kind == charge.Refund {
		used, earned = p.say.pointsBack, p.say.pointsTaken
	}
	if c.Points.Used > 0 {
		p.pair(indent+used, money.Amount{Minor: c.Points.Used, Currency: c.Amount.Currency}.Text(), printer.Style{})
	}
	if c.Points.Earned > 0 {
		p.pair(indent+earned, p.countPoints(c.Points.Earned), printer.Style{})
	}
	p.pair(indent+p.say.pointsLeft, p.countPoints(c.Points.Left), printer.Style{})
}

func (p *page) countPoints(n int64) string {
	return fmt.Sprintf(p.say.points, strings.Replace(money.Yen(n).Text(), "¥", "", 1))
}

func (p *page) legend(totals []sale.RateTotal) {
	for _, t := range totals {
		if t.Rate == sale.Reduced {
			p.text(p.say.legend, printer.Left, printer.Style{})
		}
	}
}

// find is the code under which the charge is found again by scanning.
func (p *page) find() {
	p.text(p.say.find, printer.Centre, printer.Style{})
	p.add(printer.QR{Text: string(p.in.Charge.Key), Bitmap: p.in.QR, Align: printer.Centre})
}

// footer is the store's last words.
func (p *page) footer() {
	if p.in.Footer == "" {
		return
	}
	p.add(printer.Space{Lines: 1})
	for _, line := range strings.Split(p.in.Footer, "\n") {
		p.text(line, printer.Centre, printer.Style{})
	}
}

// clock is the time to the second, for a person who compares histories.
func clock(at time.Time, place *time.Location) string {
	return at.In(place).Format("2006-01-02 15:04:05")
}
