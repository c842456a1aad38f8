package agent

import (
	"context"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/receipt"
)

// Presenter asks a wallet for a code that the register shows and a customer
// then pays. It is one attempt, as a charge is.
type Presenter interface {
	Present(context.Context, charge.Record) charge.Answer
}

// ShownCode is a code that the register shows. It is not remembered on disk:
// every inquiry tells it again.
type ShownCode struct {
	Text  string    // empty once its time is over
	Until time.Time // a customer can pay it, by our clock
}

// Grace is how long after the end of a code's time the register still waits
// for the wallet to close it by itself, before it takes the code back. A
// register that has just started asks for at least as long: the customer may
// have paid while it was away.
const (
	showGrace = 5 * time.Second
	showAnew  = 10 * time.Second
)

// Present asks a wallet for a code that pays the standing sale, to be shown to
// the customer; an empty wallet is the first one that gives codes. While a code
// of the sale is open there is no second one: asking again is told how the
// first stands, and a scan is refused until it was cancelled or has run out. It
// returns when the wallet has answered; from then on the wallet is asked in the
// background until the customer has paid, or the code's time is over and the
// charge undone.
func (r *Register) Present(saleID, wallet, operator string) (View, error) {
	if open, err := r.shows(saleID, wallet); open || err != nil {
		if err != nil {
			return View{}, err
		}
		return r.Look(saleID)
	}
	w, ok := r.presenter(wallet)
	if !ok {
		return View{}, &Refused{Why: "show.no_wallet"}
	}
	rec, err := r.takeToShow(saleID, w, operator) // key and amount are durable; from here on a request may be under way
	if err != nil {
		return View{}, err
	}
	defer r.work.Done()
	answer := w.Shows.Present(r.traced(rec), rec)
	if rec, err = r.land(rec.Key, answer); err != nil { // durable before the code is shown
		return View{}, r.blind(err)
	}
	switch {
	case rec.State == charge.Approved:
		r.print(rec)
	case rec.State.Open() && rec.State != charge.Prepared:
		r.settle(rec)
	}
	return r.Look(saleID)
}

// presenter is the wallet that gives a code.
func (r *Register) presenter(wallet string) (Wallet, bool) {
	for _, w := range r.parts.Wallets {
		if w.Shows != nil && (wallet == "" || wallet == w.ID) {
			return w, true
		}
	}
	return Wallet{}, false
}

// Presenters are the wallets that give codes to show, the preferred one first.
func (r *Register) Presenters() []string {
	var ids []string
	for _, w := range r.parts.Wallets {
		if w.Shows != nil {
			ids = append(ids, w.ID)
		}
	}
	return ids
}

// shows tells whether a code of the sale is open already; one of another
// wallet is a refusal.
func (r *Register) shows(saleID, wallet string) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d := r.desk
	switch {
	case !d.standing || d.sale.ID != saleID:
		return false, &Refused{Why: "register.not_standing"}
	case !codeOpen(d.charge):
		return false, nil
	case wallet != "" && wallet != d.charge.Wallet:
		return false, &Refused{Why: "register.code_shown"}
	}
	return true, nil
}

// codeOpen tells that a customer may still pay a code that the register shows.
func codeOpen(rec charge.Record) bool { return rec.Shown() && rec.State.Doubtful() }

// takeToShow is take for a code that the wallet will give.
func (r *Register) takeToShow(saleID string, w Wallet, operator string) (charge.Record, error) {
	held, err := r.hold()
	if err != nil {
		return charge.Record{}, err
	}
	refuse := func(err error) (charge.Record, error) {
		r.rest()
		return charge.Record{}, err
	}
	switch {
	case held.sale.ID != saleID:
		return refuse(&Refused{Why: "register.not_standing"})
	case held.sale.TopUp: // cash is in the till: the customer's code must be at hand
		return refuse(&Refused{Why: "show.no_topup"})
	}
	if err := r.mayTry(held, w.ID, true); err != nil {
		return refuse(err)
	}
	rec, err := r.fresh(held)
	if err != nil {
		return refuse(err)
	}
	// A mark of its own for each key, so that the books can tell it from a
	// code that was scanned, and find none used twice.
	mark := charge.CodeMark{Kind: charge.KindShown, Hash: r.parts.HashCode(paycode.Secret("shown\x00" + string(rec.Key)))}
	if operator == "" {
		operator = held.sale.Operator
	}
	return r.start(rec, w, mark, operator)
}

// PrintShown puts the code of the standing sale on paper, for a customer who
// cannot read the display, and waits for what became of it.
func (r *Register) PrintShown(saleID string) error {
	v, ok := r.Standing()
	switch {
	case !ok || v.Sale.ID != saleID:
		return &Refused{Why: "register.not_standing"}
	case v.Shown == nil || v.Shown.Text == "":
		return &Refused{Why: "show.nothing"}
	case r.fit().Printer == nil:
		return &Refused{Why: "printer.none"}
	}
	in, err := r.paperInput(v.Charge, r.fit().Paper.Language)
	if err != nil {
		return err
	}
	doc, err := receipt.Shown(in, receipt.ShownCode{Text: v.Shown.Text, Until: v.Shown.Until, QR: r.drawn(v.Shown.Text)})
	if err != nil {
		return err
	}
	return r.send(doc)
}

// keepShown notes the code of an answer, and until when it can be paid: by the
// wallet's word, and never longer than the register itself will wait; r.mu is
// held.
func (r *Register) keepShown(rec charge.Record, a charge.Answer) {
	if a.Show == "" || !rec.Shown() {
		return
	}
	until := earlier(a.At.Add(a.Payable), a.At.Add(r.wallets[rec.Wallet].Terms.ShowFor))
	if before, known := r.shown[rec.Key]; known && before.Text == a.Show && !until.Before(before.Until) {
		return // each answer took another time to come: the clock on the page must not jump
	}
	r.shown[rec.Key] = ShownCode{Text: a.Show, Until: until}
	r.announce()
}

// shownEnds is when a charge whose code is shown is taken back.
func shownEnds(rec charge.Record, t charge.Terms, began time.Time) time.Time {
	latest := began.Add(t.ShowFor + showGrace) // whatever the clock was when it was sent
	end := later(rec.SentAt.Add(t.ShowFor+showGrace), began.Add(showAnew))
	return earlier(end, latest)
}

// standAgain puts a sale whose code was shown when the register stopped back on
// the desk: the customer may be about to pay it, and the cashier must see it,
// and be able to cancel it.
func (r *Register) standAgain(rec charge.Record) {
	if !codeOpen(rec) {
		return
	}
	s, err := r.parts.Memory.Sale(rec.SaleID)
	if err != nil {
		r.log.Error("the sale of a code that was shown cannot be read", "charge", string(rec.Key), "error", err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.desk.standing && r.desk.phase == resting {
		r.desk = desk{sale: s, charge: rec, standing: true}
		r.announce()
	}
}
