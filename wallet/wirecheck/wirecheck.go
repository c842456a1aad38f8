// Package wirecheck judges a wallet against the contract of wallet/wire, as a
// register would meet it: over mutual TLS, with test codes of customers who have
// money. It reads no wallet's books, and changes nothing but what its own charges,
// refunds, top-ups and reversals change; it is for a wallet's test system.
//
// Invariant: what a check says was sent and came is what went over the wire,
// without customers' codes; a check that could not be made is never called kept.
package wirecheck

import (
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// Options are the wallet and what it is judged with. URL and Register must be
// given; a check that needs anything else says so and is left out.
type Options struct {
	URL      string
	Roots    *x509.CertPool   // who signed the wallet's certificate; nil: those of this machine
	Register tls.Certificate  // of the register that the check plays; its common name is STORE-TERMINAL
	Other    *tls.Certificate // of another register, best of the same store
	Expired  *tls.Certificate // of the registers' authority, and past its time
	Codes    Codes            // fresh codes of customers; nil: none
	Amount   int64            // minor units of a small charge; 0 is 100
	Currency string           // empty is JPY

	Wallet       string              // the wallet's id in its bulletin
	BulletinKeys []ed25519.PublicKey // who signs its bulletin

	Only []string     // names of checks; empty: all
	Told func(Result) // is told of each check as it ends; may be nil
}

// Outcome is what a check came to.
type Outcome string

const (
	Kept    Outcome = "kept"
	Broken  Outcome = "broken"
	Missing Outcome = "missing" // it could not be made
)

// Step is one thing that was sent, what should come, and what came.
type Step struct {
	Sent string `json:"sent"`
	Want string `json:"want"`
	Came string `json:"came"`
	OK   bool   `json:"ok"`
}

// Result is one check.
type Result struct {
	Check   string  `json:"check"`
	Rule    string  `json:"rule"` // of the contract: a number, or the name of its chapter
	Says    string  `json:"says"`
	Outcome Outcome `json:"outcome"`
	Needs   string  `json:"needs,omitempty"` // what was missing
	Steps   []Step  `json:"steps,omitempty"`
}

// Report is all that was found.
type Report struct {
	URL      string   `json:"url"`
	Register string   `json:"register"`
	Results  []Result `json:"checks"`
	Kept     int      `json:"kept"`
	Broken   int      `json:"broken"`
	Missing  int      `json:"missing"`
}

// ErrUnreachable means that no wallet answers there at all.
var ErrUnreachable = errors.New("the wallet does not answer")

// ErrOptions means that the check was asked for wrongly.
var ErrOptions = errors.New("the check cannot begin")

// check is one rule's trial.
type check struct {
	name, rule, says string
	codes            int // of customers who have money
	waits            int // of customers who must confirm on the phone
	needs            func(Options) string
	try              func(*probe)
}

// Names are all checks, in the order in which they are made.
func Names() []string {
	var out []string
	for _, c := range checks() {
		out = append(out, c.name)
	}
	return out
}

// CodesNeeded is how many codes all checks use up: of customers who have money,
// and of those who must confirm.
func CodesNeeded() (pays, waits int) {
	for _, c := range checks() {
		pays, waits = pays+c.codes, waits+c.waits
	}
	return pays, waits
}

func checks() []check {
	return slices.Concat(doorChecks(), keyChecks(), tombstoneChecks(), ownerChecks(), codeChecks(),
		refundChecks(), reversalChecks(), phoneChecks(), bodyChecks(), forwardChecks(), atOnceChecks(), bulletinChecks(), dayChecks())
}

// Epochs of a run are drawn, so that two runs never meet in a key, from above
// those that registers have before 2030.
const firstEpoch, lastEpoch = 320_000_000, 1_000_000_000

var registerForm = regexp.MustCompile(`^[0-9A-Za-z]+-[0-9A-Za-z]+$`)

// runner is what the checks of one run share.
type runner struct {
	o                   Options
	base                string
	own, other          *line
	epoch               int64
	mu                  sync.Mutex
	seq                 int
	secrets             []string        // codes that must not be told
	book                map[string]word // what the wallet said last of each key
	business            time.Time       // when the run began
	firstWord, lastWord time.Time       // the wallet's clock, as its answers tell it
}

// word is what the wallet has said of a key.
type word struct {
	wire.Entry
	blocked bool // before it was ever seen: it has no kind of its own
}

// Run makes the checks. It is an error if they could not begin, and no error if
// the wallet breaks rules.
func Run(ctx context.Context, o Options) (Report, error) {
	r, err := newRunner(o)
	if err != nil {
		return Report{}, err
	}
	defer r.close()
	report := Report{URL: r.base, Register: r.own.name}
	if first := r.own.raw(ctx, "GET", wire.PathPing, "", nil); first.err != nil {
		return report, fmt.Errorf("%w at %s: %w", ErrUnreachable, r.base, first.err)
	}
	for _, c := range checks() {
		if len(o.Only) > 0 && !slices.Contains(o.Only, c.name) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return report, err
		}
		result := r.make(ctx, c)
		switch result.Outcome {
		case Kept:
			report.Kept++
		case Broken:
			report.Broken++
		default:
			report.Missing++
		}
		report.Results = append(report.Results, result)
		if o.Told != nil {
			o.Told(result)
		}
	}
	return report, nil
}

func newRunner(o Options) (*runner, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%w: the wallet's address is %q, but must be https://HOST:PORT", ErrOptions, o.URL)
	}
	for _, name := range o.Only {
		if !slices.Contains(Names(), name) {
			return nil, fmt.Errorf("%w: there is no check %q; there are %s", ErrOptions, name, strings.Join(Names(), ", "))
		}
	}
	if o.Amount == 0 {
		o.Amount = 100
	}
	if o.Currency == "" {
		o.Currency = "JPY"
	}
	r := &runner{o: o, base: strings.TrimSuffix(o.URL, "/"), book: map[string]word{}, business: time.Now()}
	r.epoch = firstEpoch + rand.Int64N(lastEpoch-firstEpoch)
	if r.own, err = r.line(o.Register); err != nil {
		return nil, err
	}
	if o.Other != nil {
		if r.other, err = r.line(*o.Other); err != nil {
			return nil, err
		}
		if r.other.name == r.own.name {
			return nil, fmt.Errorf("%w: both certificates are of register %s", ErrOptions, r.own.name)
		}
	}
	return r, nil
}

func (r *runner) close() {
	r.own.client.CloseIdleConnections()
	if r.other != nil {
		r.other.client.CloseIdleConnections()
	}
}

// make makes one check, with the codes that it needs.
func (r *runner) make(ctx context.Context, c check) Result {
	out := Result{Check: c.name, Rule: c.rule, Says: c.says, Outcome: Missing}
	if c.needs != nil {
		if out.Needs = c.needs(r.o); out.Needs != "" {
			return out
		}
	}
	p := &probe{runner: r, ctx: ctx}
	var err error
	if p.codes, err = r.take(ctx, Pays, c.codes); err == nil {
		p.waits, err = r.take(ctx, Waits, c.waits)
	}
	if err != nil {
		out.Needs = err.Error()
		return out
	}
	c.try(p)
	out.Steps, out.Needs = p.steps, p.lacks
	switch {
	case slices.ContainsFunc(p.steps, func(s Step) bool { return !s.OK }):
		out.Outcome, out.Needs = Broken, ""
	case p.lacks == "" && len(p.steps) > 0:
		out.Outcome = Kept
	}
	return out
}

// take gets codes, and remembers what may not be told.
func (r *runner) take(ctx context.Context, kind Kind, n int) ([]string, error) {
	var out []string
	for range n {
		if r.o.Codes == nil {
			return nil, fmt.Errorf("test codes of customers (--codes or --mint), %d for this check", n)
		}
		code, err := r.o.Codes.Code(ctx, kind)
		if err != nil {
			return nil, err
		}
		r.secrets = append(r.secrets, code)
		out = append(out, code)
	}
	return out, nil
}
