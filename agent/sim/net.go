package sim

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/wallet/wire"
)

// What a broken exchange says. Nobody may decide by these words.
var (
	errGone    = errors.New("the machine has no power")
	errRefused = errors.New("dial tcp: connect: connection refused")
	errReset   = errors.New("read tcp: connection reset by peer")
)

// lane is the network between one run of a register and one wallet. It is the
// Exchange of the real client.
type lane struct {
	run   *run
	house *house
}

// call is one request as it is written.
type call struct {
	kind     string // "charge", "forward", "inquire", "reverse", "refund", "list"
	from     string // the terminal
	key      string
	query    url.Values
	nonce    string
	charge   wire.ChargeRequest
	reversal wire.ReversalRequest
	refund   wire.RefundRequest
}

func read(method, path string, body io.Reader) (call, error) {
	var c call
	var data []byte
	if body != nil {
		var err error
		if data, err = io.ReadAll(body); err != nil {
			return c, err
		}
	}
	path, query, _ := strings.Cut(path, "?")
	last := path[strings.LastIndexByte(path, '/')+1:]
	switch {
	case method == http.MethodPost && path == wire.PathCharges:
		c.kind = "charge"
		err := unjson(data, &c.charge)
		c.key, c.nonce = c.charge.Key, c.charge.Nonce
		if c.charge.Mode == wire.Forwarded {
			c.kind = "forward"
		}
		return c, err
	case method == http.MethodPost && path == wire.PathRefunds:
		c.kind = "refund"
		err := unjson(data, &c.refund)
		c.key, c.nonce = c.refund.Key, c.refund.Nonce
		return c, err
	case method == http.MethodPost && last == "reversal":
		c.kind = "reverse"
		err := unjson(data, &c.reversal)
		c.key, c.nonce = strings.TrimSuffix(strings.TrimPrefix(path, wire.PathCharges+"/"), "/reversal"), c.reversal.Nonce
		return c, err
	case method == http.MethodGet && path == wire.PathReconciliation:
		var err error
		c.kind = "list"
		c.query, err = url.ParseQuery(query)
		c.nonce = c.query.Get("nonce")
		return c, err
	case method == http.MethodGet:
		c.kind, c.key, c.nonce = "inquire", last, strings.TrimPrefix(query, "nonce=")
		return c, nil
	}
	return c, errors.New("no such call: " + method + " " + path)
}

// message is one exchange on its way.
type message struct {
	call
	lane  *lane
	ident uint64
	dice  dice
	fault Fault // faults: none
	bytes int64
	back  chan authorize.Evidence
}

// Do carries one request. All that it does to the world it enters into the
// agenda, so that requests of one instant are taken in the same order in every
// run.
func (l *lane) Do(ctx context.Context, method, path string, body io.Reader) authorize.Evidence {
	w := l.house.w
	if l.run.dead.Load() {
		return authorize.Evidence{Err: errGone}
	}
	c, err := read(method, path, body)
	if err != nil {
		return authorize.Evidence{Err: err}
	}
	c.from = l.run.till.id
	m := &message{call: c, lane: l, back: make(chan authorize.Evidence, 1)}
	m.ident = w.nth(c.key, c.kind+l.house.id)
	m.dice = dice{hash("message", m.ident)}
	m.bytes = 200 + int64(m.dice.below(400))
	m.fault = w.messageFault(m)
	w.agenda.at(w.now()+time.Microsecond+time.Duration(m.dice.below(1000)), m.ident, m.leave)
	select {
	case ev := <-m.back:
		return ev
	case <-ctx.Done():
		return authorize.Evidence{Bytes: m.bytes, Err: ctx.Err()}
	case <-l.run.gone:
		return authorize.Evidence{Bytes: m.bytes, Err: errGone}
	}
}

// nth names the next call of a kind about a key.
func (w *World) nth(key, kind string) uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.face(key)
	f.calls[kind]++
	return hash(kind, w.plan.seed, f.who, uint64(f.calls[kind]))
}

// face is what faults know a key by; w.mu is held.
func (w *World) face(key string) *face {
	f := w.faces[charge.Key(key)]
	if f == nil {
		f = &face{who: hash(key), calls: make(map[string]int)}
		w.faces[charge.Key(key)] = f
	}
	return f
}

func (w *World) faceOf(key string) *face {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.face(key)
}

// messageFaults are the faults of an exchange and how they share the chance of
// one.
var messageFaults = []struct {
	fault  Fault
	weight int
}{
	{RequestRefused, 8}, {RequestLost, 10}, {RequestReset, 8}, {RequestLate, 8}, {RequestHeld, 10}, {RequestTwice, 8},
	{AnswerLost, 12}, {AnswerReset, 8}, {AnswerLate, 5}, {AnswerSwapped, 6}, {AnswerReplayed, 5}, {AnswerNonsense, 4}, {AnswerStrange, 5}, {AnswerSlow, 5},
	{WalletCrashLost, 2}, {WalletCrashKept, 2},
}

// messageFault draws what goes wrong with a message; faults when nothing does.
func (w *World) messageFault(m *message) Fault {
	if w.healed.Load() || !m.dice.chance(w.plan.rates.message) || w.spared(m.ident) {
		return faults
	}
	sum := 0
	for _, f := range messageFaults {
		sum += f.weight
	}
	n := m.dice.below(sum)
	for _, f := range messageFaults {
		if n -= f.weight; n < 0 {
			w.struck(f.fault, m.ident)
			return f.fault
		}
	}
	return faults
}

// leave is when the request leaves the register, or does not.
func (m *message) leave() {
	w, run := m.lane.house.w, m.lane.run
	if run.dead.Load() {
		return
	}
	if w.strike(CrashBeforeSend, w.plan.rates.crash, m.ident, 0) {
		run.crash("before a byte of %s %s left", m.kind, m.key)
		return
	}
	if m.kind == "forward" {
		run.till.marked(m)
	}
	go_, back := m.dice.between(5*time.Millisecond, 150*time.Millisecond), m.dice.between(5*time.Millisecond, 400*time.Millisecond)
	if m.dice.chance(0.3) { // before the mark is written
		go_, back = m.dice.between(time.Millisecond, 6*time.Millisecond), m.dice.between(time.Millisecond, 6*time.Millisecond)
	}
	away := m.lane.house.away && m.dice.chance(0.6)
	if m.kind == "forward" && m.fault != RequestRefused && !away {
		run.till.forwards(m)
		run.till.givesUp(m)
	}
	switch {
	case m.fault == RequestRefused || away:
		m.after(go_, authorize.Evidence{Err: errRefused})
	case m.fault == RequestLost:
	case m.fault == RequestReset:
		m.bytes = 1 + int64(m.dice.below(int(m.bytes)))
		m.after(go_, authorize.Evidence{Bytes: m.bytes, Err: errReset})
	case m.fault == RequestLate:
		terms := m.lane.house.terms
		m.arrive(m.dice.between(terms.Deadline, terms.GiveUp-5*time.Second), back)
	case m.fault == RequestHeld:
		m.arrive(m.dice.between(5*time.Second, m.lane.house.holds(&m.dice)), back)
	case m.fault == RequestTwice:
		m.arrive(go_, back)
		m.arrive(m.dice.between(time.Millisecond, m.lane.house.holds(&m.dice)), back)
	default:
		m.arrive(go_, back)
	}
	w.tracef("send", "%s %s to %s%s", m.kind, m.key, m.lane.house.id, m.word())
	if w.strike(CrashAfterSend, w.plan.rates.crash, m.ident, 0) {
		tie := m.ident + 1
		soon := []time.Duration{15 * time.Millisecond, 200 * time.Millisecond}[m.dice.below(2)]
		w.agenda.at(w.now()+m.dice.between(0, soon), tie, func() { run.crash("after %s %s left", m.kind, m.key) })
	}
}

// holds is how long a network may keep a request of this wallet: where keys
// are not blocked for good, no longer than the wallet's quiet time allows for.
func (h *house) holds(d *dice) time.Duration {
	longest := []time.Duration{20 * time.Second, 65 * time.Second, 3 * time.Hour}[d.below(3)]
	if h.terms.Quiet > 0 {
		longest = min(longest, h.terms.Quiet-15*time.Second)
	}
	return longest
}

func (m *message) word() string {
	if m.fault == faults {
		return ""
	}
	return ": " + m.fault.String()
}

// after hands the register what the exchange left behind.
func (m *message) after(wait time.Duration, ev authorize.Evidence) {
	w := m.lane.house.w
	w.agenda.at(w.now()+wait, m.ident+2, func() { m.deliver(ev) })
}

// arrive lets the request reach the wallet, and its answer come back.
func (m *message) arrive(wait, back time.Duration) {
	w, h := m.lane.house.w, m.lane.house
	w.agenda.at(w.now()+wait, m.ident+3, func() {
		if h.away || m.fault == WalletCrashLost {
			w.tracef("arrive", "%s %s at %s: nobody there", m.kind, m.key, h.id)
			m.crashed()
			return
		}
		if m.fault == AnswerSwapped && m.dice.chance(0.5) { // and the request went astray as well
			m.after(back, authorize.Evidence{Bytes: m.bytes, Status: http.StatusOK, Answer: copied(h.other)})
			return
		}
		r := h.take(m.call)
		w.tracef("arrive", "%s %s at %s: %s", m.kind, m.key, h.id, r)
		m.answered(r, back)
		if r.answer != nil {
			h.keep(*r.answer)
		}
	})
}

// crashed lets the wallet be away for a moment when this message killed it.
func (m *message) crashed() {
	w, h := m.lane.house.w, m.lane.house
	if m.fault != WalletCrashLost && m.fault != WalletCrashKept || h.away {
		return
	}
	h.away = true
	w.agenda.at(w.now()+m.dice.between(time.Second, 8*time.Second), m.ident+4, func() { h.away = false })
}

// answered sends the wallet's answer back, or what becomes of it.
func (m *message) answered(r reply, back time.Duration) {
	h := m.lane.house
	ev := authorize.Evidence{Bytes: m.bytes, Status: r.status, Answer: r.answer, Problem: r.problem, Body: r.body}
	switch m.fault {
	case AnswerLost:
		return
	case WalletCrashKept:
		m.crashed()
		return
	case AnswerReset:
		ev = authorize.Evidence{Bytes: m.bytes, Err: errReset}
	case AnswerLate:
		back += h.terms.Deadline
	case AnswerSlow:
		back += m.dice.between(h.terms.Soft, h.terms.Soft+time.Second)
	case AnswerSwapped:
		ev = authorize.Evidence{Bytes: m.bytes, Status: http.StatusOK, Answer: copied(h.other)}
	case AnswerReplayed:
		ev = authorize.Evidence{Bytes: m.bytes, Status: http.StatusOK, Answer: copied(h.last[m.key])}
	case AnswerNonsense:
		ev = authorize.Evidence{Bytes: m.bytes, Status: http.StatusOK, Err: errors.New("no JSON of the contract")}
	case AnswerStrange:
		ev = authorize.Evidence{Bytes: m.bytes, Status: []int{302, 408, 409, 429, 500, 502, 503}[m.dice.below(7)]}
	}
	m.after(back, ev)
}

func copied(a wire.Answer) *wire.Answer { return &a }

// deliver is the answer's arrival at the register.
func (m *message) deliver(ev authorize.Evidence) {
	w, run := m.lane.house.w, m.lane.run
	if run.dead.Load() {
		return
	}
	if w.strike(CrashOnAnswer, w.plan.rates.crash, m.ident, 0) {
		run.crash("when the answer to %s %s came", m.kind, m.key)
		return
	}
	select {
	case m.back <- ev:
		run.till.hears(m, ev)
		w.tracef("answer", "%s %s from %s: %s", m.kind, m.key, m.lane.house.id, heard(ev))
	default:
	}
}

func heard(ev authorize.Evidence) string {
	if ev.Err != nil {
		return ev.Err.Error()
	}
	return reply{ev.Status, ev.Answer, ev.Problem, ev.Body}.String()
}

func (r reply) String() string {
	switch {
	case r.answer != nil:
		return string(r.answer.Status) + " for " + r.answer.Key
	case r.problem != nil:
		return http.StatusText(r.status) + ", " + r.problem.Type
	}
	return http.StatusText(r.status)
}
