package wirecheck

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/posagent/posagent/wallet/wire"
)

// bodyChecks are rule 11 and the chapter on bodies.
func bodyChecks() []check {
	return []check{
		{name: "problems", rule: "11", says: "what is not in the contract is a 404 or 405, as a problem that says nothing of a key", try: func(p *probe) {
			key := p.own.key()
			for _, call := range [][2]string{{"GET", "/"}, {"GET", "/v1"}, {"GET", "/v2/charges/" + key}, {"PUT", wire.PathCharges}, {"DELETE", "/v1/charges/" + key}, {"GET", wire.PathRefunds}} {
				p.problemOf(p.own.raw(p.ctx, call[0], call[1], "", nil), "", http.StatusNotFound, http.StatusMethodNotAllowed)
			}
			p.problem(p.own.raw(p.ctx, "GET", "/v1/charges/"+p.own.name+"-1_1", "", nil), http.StatusBadRequest, wire.ProblemInvalid)
			p.problem(p.own.inquire(p.ctx, key, nonce()), http.StatusNotFound, wire.ProblemUnknownKey)
		}},
		{name: "bad-bodies", rule: "bodies", codes: 1, says: "a body that can be read in two ways, or has what no request has, is a 400 and keeps nothing", try: badBodies},
		{name: "big-bodies", rule: "bodies", says: "a body above 64 kB is a 413, and 100 MB are not read", try: bigBodies},
	}
}

func badBodies(p *probe) {
	req := p.own.charged(p.codes[0], p.o.Amount)
	data, err := json.Marshal(req)
	if err != nil {
		p.lacks = err.Error()
		return
	}
	good, amount := string(data), fmt.Sprintf(`"amount":%d`, req.Amount)
	with := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	for _, body := range []string{
		"", "null", "[" + good + "]", good + good, good + "x", good[:len(good)-1], `"` + req.Key + `"`,
		with(amount, amount+","+`"amount":1`), with(amount, amount+`,"\u0061mount":1`), with(amount, `"Amount":100`), with(amount, amount+`,"Amount":1`),
		with(amount, `"amount":NaN`), with(amount, `"amount":Infinity`), with(amount, `"amount":-1`), with(amount, `"amount":0`), with(amount, `"amount":-0`),
		with(amount, amount+".0"), with(amount, amount+".5"), with(amount, `"amount":1e2`), with(amount, `"amount":9223372036854775808`),
		with(amount, `"amount":1`+strings.Repeat("0", 400)), with(amount, `"amount":"100"`), with(amount, `"amount":null`), with(amount, `"amount":[100]`),
		with(amount, `"amount":{"n":100}`), with(amount, `"amount":true`), with(amount+",", ""), with(amount, `"amount":0100`),
		with(`"mode"`, `"tip":1,"mode"`), with(`"mode":"online"`, `"mode":"cash"`), with(p.o.Currency, "yen"), with(p.o.Currency, ""), with(p.o.Currency, p.o.Currency+"\xff"),
		with(req.Code, ""), with(req.Code, `12\n34`), with(req.Code, `12\u000034`), with(req.Code, "１２３４"), with(req.Code, strings.Repeat("9", 1025)),
		with(req.Nonce, ""), with(req.Nonce, "a b"), with(req.Nonce, strings.Repeat("n", 65)), with(req.ValidUntil.Format("2006-01-02T15:04:05Z07:00"), "tomorrow"),
		with(req.Key, req.Key+"/1"), with(req.Key, req.Key+`\u0000`), with(req.Key, req.Key+strings.Repeat("1", 33-len(req.Key))),
		strings.Repeat(`{"key":`, 8_000), strings.Repeat("[", 60_000),
	} {
		p.problem(p.own.raw(p.ctx, "POST", wire.PathCharges, "application/json", []byte(body)), http.StatusBadRequest, wire.ProblemInvalid)
	}
	p.problem(p.own.raw(p.ctx, "POST", wire.PathCharges, "text/plain", data), http.StatusUnsupportedMediaType, wire.ProblemInvalid)
	p.problem(p.own.raw(p.ctx, "POST", wire.PathCharges, "", data), http.StatusUnsupportedMediaType, wire.ProblemInvalid)
	p.problem(p.inChunks(data), http.StatusLengthRequired, wire.ProblemInvalid)
	p.problem(p.own.inquire(p.ctx, req.Key, nonce()), http.StatusNotFound, wire.ProblemUnknownKey)
	p.is(p.own.charge(p.ctx, req), wire.Approved) // neither key nor code was spent
}

// inChunks sends a body without its length.
func (p *probe) inChunks(data []byte) reply {
	out := reply{sent: "POST " + wire.PathCharges + " in chunks " + short(data)}
	req, err := http.NewRequestWithContext(p.ctx, "POST", p.base+wire.PathCharges, io.MultiReader(bytes.NewReader(data)))
	if err != nil {
		return reply{err: err}
	}
	req.Header.Set("Content-Type", "application/json")
	return p.own.do(req, out)
}

const hundredMB = 100 << 20

func bigBodies(p *probe) {
	deep := []byte(strings.Repeat(`{"key":`, 1_000_000))
	p.turnedAway(p.own.raw(p.ctx, "POST", wire.PathCharges, "application/json", deep), "413 or 400, or the connection is closed")
	sent := &endless{left: hundredMB}
	req, err := http.NewRequestWithContext(p.ctx, "POST", p.base+wire.PathCharges, sent)
	if err != nil {
		p.lacks = err.Error()
		return
	}
	req.ContentLength = hundredMB
	req.Header.Set("Content-Type", "application/json")
	r := p.own.do(req, reply{sent: "POST " + wire.PathCharges + " with 100 MB"})
	p.turnedAway(r, "413 or 400, or the connection is closed")
	took := sent.sent.Load()
	p.note(r.sent, "it is not read to the end", fmt.Sprintf("%d bytes were taken", took), took < hundredMB)
	again := p.own.raw(p.ctx, "GET", wire.PathPing, "", nil)
	p.judge(again, "204: it lives", again.err == nil && again.status == http.StatusNoContent)
}

// turnedAway is for bodies that a wallet may stop reading: then what it said may
// be lost with the connection.
func (p *probe) turnedAway(r reply, want string) {
	p.judge(r, want, r.err != nil || r.status == http.StatusRequestEntityTooLarge || r.status == http.StatusBadRequest)
}

// endless is spaces.
type endless struct {
	left int64
	sent atomic.Int64
}

func (e *endless) Read(b []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := min(int64(len(b)), e.left)
	for i := range b[:n] {
		b[i] = ' '
	}
	e.left -= n
	e.sent.Add(n)
	return int(n), nil
}

func hostOf(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return base
	}
	if u.Port() == "" {
		return u.Host + ":443"
	}
	return u.Host
}
