package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/oda"
	wallet "github.com/posagent/posagent/wallet/reference"
	"github.com/posagent/posagent/wallet/reference/issuer"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// house is one wallet as the network sees it.
type house struct {
	w     *World
	id    string
	terms charge.Terms
	books books
	away  bool
	last  map[string]wire.Answer // by key: the last answer, which a network may replay
	other wire.Answer            // the last approval, which a network may hand to the wrong one
}

// books are a wallet's own.
type books interface {
	charge(now time.Duration, r wire.ChargeRequest) reply
	// forward is charge for what a register took without a network; another one
	// of the store may bring it in.
	forward(from string, r wire.ChargeRequest) reply
	list(q url.Values) reply // of a register's day
	inquire(now time.Duration, key, nonce string) reply
	reverse(now time.Duration, key string, r wire.ReversalRequest) reply
	refund(now time.Duration, r wire.RefundRequest) reply
	// code is a fresh code of a customer; a poor one cannot pay anything.
	code(d *dice, poor bool) (string, error)
	// standings are all keys and how often each was debited and given back,
	// counted from what moved and not from any status.
	standings(now time.Duration) ([]standing, error)
	// check adds up the wallet's books.
	check() error
}

type standing struct {
	key    string
	of     string // of a refund: the payment
	status wire.Status
	amount int64
	debits int // ever
	backs  int // ever; of a refund, how often it was given
}

// reply is what a wallet answers.
type reply struct {
	status  int
	answer  *wire.Answer
	problem *wire.Problem
	body    []byte // of a list
}

func says(a wire.Answer) reply { return reply{status: http.StatusOK, answer: &a} }

func problem(status int, kind string) reply {
	return reply{status: status, problem: &wire.Problem{Type: kind, Title: http.StatusText(status), Status: status}}
}

func newHouse(w *World, p walletPlan) *house {
	h := &house{w: w, id: p.id, terms: p.terms, last: make(map[string]wire.Answer)}
	if p.traits == nil {
		h.books = newReference(w)
	} else {
		h.books = &foreign{w: w, house: h, traits: *p.traits, rows: make(map[string]*row)}
	}
	return h
}

// take lets the wallet act on a call, and remembers its answer.
func (h *house) take(c call) reply {
	var r reply
	now := h.w.now()
	switch {
	case c.kind == "charge" || c.kind == "forward":
		h.w.identify(c)
	case c.kind != "list" && !strings.HasPrefix(c.key, "S1-"+c.from+"-"): // as at the door of the reference wallet's server
		r = problem(http.StatusForbidden, wire.ProblemForbidden)
		r.problem.Nonce = c.nonce
		return r
	}
	switch c.kind {
	case "charge":
		r = h.books.charge(now, c.charge)
	case "forward":
		r = h.books.forward(c.from, c.charge)
	case "list":
		r = h.books.list(c.query)
	case "inquire":
		r = h.books.inquire(now, c.key, c.nonce)
	case "reverse":
		r = h.books.reverse(now, c.key, c.reversal)
	case "refund":
		r = h.books.refund(now, c.refund)
	}
	if r.problem != nil {
		r.problem.Nonce = c.nonce
	}
	return r
}

// keep remembers an answer for a network that mixes them up.
func (h *house) keep(a wire.Answer) {
	h.last[a.Key] = a
	if a.Status == wire.Approved || h.other.Key == "" {
		h.other = a
	}
}

// reference is the reference wallet: the real ledger over its store in memory.
type reference struct {
	w      *World
	ledger *ledger.Ledger
	store  *ledger.Memory
	trust  oda.Trust
	phones map[int]*phone // by customer, from 1 on
	opened int64          // the customers' money when all began
}

func newReference(w *World) *reference {
	r := &reference{w: w, store: ledger.NewMemory(), phones: make(map[int]*phone)}
	d := roll(w.plan.seed, "codes", 0, 0)
	o := ledger.Options{Clock: w.wall, Random: &d, Firm: d.chance(0.3)}
	var err error
	if w.plan.offline.on {
		o.Issuer, err = issuer.New("own", issuerKey)
		r.trust = o.Issuer.Trust()
	}
	r.ledger = ledger.New(r.store, o)
	for i := range customers {
		err = errors.Join(err, r.open(fmt.Sprintf("customer%d", i), 100_000_000))
	}
	err = errors.Join(err, r.open("poor", 10))
	for till := range w.plan.tills {
		if w.plan.offline.on {
			err = errors.Join(err, r.ledger.MeetRegister(fmt.Sprintf("S1-T%d", till+1), terminalKey(w.plan.seed, till).Public()))
		}
	}
	if err != nil {
		w.fail("wallet", "%v", err)
	}
	return r
}

func (r *reference) open(customer string, yen int64) error {
	r.opened += yen
	_, err := r.ledger.AddCustomer(customer, yen)
	return err
}

const customers = 5

// Read makes dice a source of random bytes.
func (d *dice) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(d.next() >> 32)
	}
	return len(p), nil
}

// wall is the time by a clock that is right.
func (w *World) wall() time.Time { return base.Add(w.now()) }

func (r *reference) charge(_ time.Duration, q wire.ChargeRequest) reply {
	if q.Mode == wire.Presented {
		a, err := r.ledger.Present(q)
		return replyTo(a, err)
	}
	who := r.w.faceOf(q.Key).who
	d := roll(r.w.plan.seed, "on phone", who, 0)
	if !d.chance(0.12) {
		a, err := r.ledger.Charge(q)
		return replyTo(a, err)
	}
	a, err := r.ledger.ChargeOnPhone(q)
	if err != nil || a.Status != wire.Pending || r.w.confirm(q.Key) {
		return replyTo(a, err)
	}
	at, yes := r.w.decides(&d, who, time.Minute)
	if at > 0 {
		r.w.agenda.at(r.w.now()+at, hash("confirms", who), func() {
			a, err := r.ledger.Confirm(q.Key, yes)
			r.w.tracef("customer", "says %t about %s: %s", yes, q.Key, replyTo(a, err))
		})
	}
	return replyTo(a, err)
}

// confirm tells whether a customer has been asked about a key before.
func (w *World) confirm(key string) (again bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.face(key)
	f.calls["confirm"]++
	return f.calls["confirm"] > 1
}

// decides is what a customer does who must confirm on the phone, and when; 0
// is never.
func (w *World) decides(d *dice, who uint64, long time.Duration) (at time.Duration, yes bool) {
	at, yes = d.between(time.Second, 12*time.Second), true
	switch {
	case w.strike(ConfirmNo, 0.2, who, 0):
		yes = false
	case w.strike(ConfirmNever, 0.15, who, 0):
		at = 0
	case w.strike(ConfirmSlow, 0.2, who, 0):
		at = d.between(20*time.Second, long)
	}
	return at, yes
}

func (r *reference) forward(from string, q wire.ChargeRequest) reply {
	if from == q.Terminal {
		return replyTo(r.ledger.Forward(q))
	}
	return replyTo(r.ledger.BringIn(q))
}

func (r *reference) list(q url.Values) reply {
	from, err := time.Parse(time.RFC3339Nano, q.Get("from"))
	to, err2 := time.Parse(time.RFC3339Nano, q.Get("to"))
	page, err3 := r.ledger.Day(ledger.DayRequest{
		Store: q.Get("store"), Terminal: q.Get("terminal"), BusinessDate: q.Get("business_date"), From: from, To: to, After: q.Get("after"), Nonce: q.Get("nonce"),
	})
	body, err4 := json.Marshal(page)
	if err := errors.Join(err, err2, err3, err4); err != nil {
		return replyTo(wire.Answer{}, err)
	}
	return reply{status: http.StatusOK, body: body}
}

func (r *reference) inquire(_ time.Duration, key, nonce string) reply {
	a, err := r.ledger.Inquire(key, nonce)
	return replyTo(a, err)
}

func (r *reference) reverse(_ time.Duration, key string, q wire.ReversalRequest) reply {
	a, err := r.ledger.Reverse(key, q)
	return replyTo(a, err)
}

func (r *reference) refund(_ time.Duration, q wire.RefundRequest) reply {
	a, err := r.ledger.Refund(q)
	return replyTo(a, err)
}

func replyTo(a wire.Answer, err error) reply {
	status, problem := wallet.Outcome(err, "")
	if problem != nil {
		return reply{status: status, problem: problem}
	}
	return says(a)
}

func (r *reference) code(d *dice, poor bool) (string, error) {
	name := fmt.Sprintf("customer%d", d.below(customers))
	if poor {
		name = "poor"
	}
	m, err := r.ledger.MintCode(name)
	return m.Code, err
}

// standings counts what moved to a store's account and away from it, key by
// key.
func (r *reference) standings(time.Duration) ([]standing, error) {
	var out []standing
	at := map[string]int{}
	err := r.store.View(func(tx ledger.Tx) error {
		rows, err := tx.Standings()
		if err != nil {
			return err
		}
		for _, st := range rows {
			at[st.Key] = len(out)
			out = append(out, standing{key: st.Key, of: st.ChargeKey, status: st.Status, amount: st.Amount.Minor})
		}
		accounts, err := tx.Accounts()
		if err != nil {
			return err
		}
		txns, err := tx.Txns(0, 1<<30)
		for _, t := range txns {
			for _, p := range t.Postings {
				i, known := at[t.Key]
				switch {
				case !known || accounts[p.Account-1].Class != ledger.ClassStore:
				case p.Amount.Minor > 0:
					out[i].debits++
				default:
					out[i].backs++
				}
			}
		}
		return err
	})
	return out, err
}

func (r *reference) check() error {
	t, err := r.ledger.Trial()
	switch {
	case err != nil:
		return err
	case t.Sum != 0 || t.Negative != 0 || t.Wrong != 0:
		return fmt.Errorf("%+v", t)
	}
	return r.conserved()
}

// conserved: what customers had is theirs, put aside for them or held, or is at
// a shop; nothing came and nothing went.
func (r *reference) conserved() error {
	return r.store.View(func(tx ledger.Tx) error {
		accounts, err := tx.Accounts()
		sum := int64(0)
		for _, a := range accounts {
			if a.Class != ledger.ClassFloat {
				sum += a.Balance.Minor
			}
		}
		if err == nil && sum != r.opened {
			err = fmt.Errorf("customers had %d, and with what is put aside for them and what shops have it is %d", r.opened, sum)
		}
		return err
	})
}

func unjson(body []byte, into any) error { return json.Unmarshal(body, into) }
