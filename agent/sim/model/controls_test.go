package model

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/book"
)

var update = flag.Bool("update", false, "write the traces in testdata anew")

type take = func(book.Rules, book.Row, charge.Step) (book.Row, bool, string)

// taking the rules as they are, but for one kind of step.
func instead(when func(book.Row, charge.Step) bool, then func(book.Row, charge.Step) (book.Row, charge.Step)) take {
	return func(u book.Rules, row book.Row, step charge.Step) (book.Row, bool, string) {
		if when(row, step) {
			row, step = then(row, step)
		}
		return u.Take(row, step)
	}
}

// endsIn moves a row by hand, as a table with one wrong arrow would.
func endsIn(from charge.State, on charge.Event, to charge.State) take {
	return func(u book.Rules, row book.Row, step charge.Step) (book.Row, bool, string) {
		if row.State == from && step.Event == on {
			row.State, row.ChangedAt = to, step.At
			return row, true, ""
		}
		return u.Take(row, step)
	}
}

type outcome = func(authorize.Asked, authorize.Evidence) (charge.Event, charge.Reason)

// meant is the meaning of answers with one mistake.
func meant(when func(authorize.Asked, authorize.Evidence) bool, event charge.Event) outcome {
	return func(asked authorize.Asked, ev authorize.Evidence) (charge.Event, charge.Reason) {
		if when(asked, ev) {
			return event, charge.ReasonOther
		}
		return authorize.Outcome(asked, ev)
	}
}

// controls are mistakes that must be found. Each is put in for one exploration
// of a world in which production code comes out clean.
var controls = []struct {
	name  string
	world World
	fault Faults
	says  string // part of what must be found
}{
	{"no quiet time", World{Wallets: []Wallet{quiet}, Keys: 1}, Faults{NoQuiet: true}, "reversed in the books, and a wallet has the money"},
	{"quiet time from the first request", World{Wallets: []Wallet{quiet}, Keys: 1}, Faults{QuietFirst: true}, "reversed in the books, and a wallet has the money"},
	{"stale route", World{Wallets: []Wallet{plain, plain}, Keys: 1, Crashes: 1}, Faults{
		Take: instead(func(row book.Row, s charge.Step) bool {
			return s.Event == charge.Confirm && row.State == charge.Reversing
		},
			func(row book.Row, s charge.Step) (book.Row, charge.Step) {
				if row.Wallet != "" {
					row.Route = []string{row.Wallet}
				}
				return row, s
			}),
	}, "reversed in the books, and a wallet has the money"},
	{"one confirmation for all", World{Wallets: []Wallet{plain, plain}, Keys: 1, Crashes: 1}, Faults{
		Take: endsIn(charge.Reversing, charge.Confirm, charge.Reversed),
	}, "reversed in the books, and a wallet has the money"},
	{"nonce not compared", World{Wallets: []Wallet{quiet}, Keys: 1, Replays: true}, Faults{
		Outcome: func(asked authorize.Asked, ev authorize.Evidence) (charge.Event, charge.Reason) {
			if ev.Answer != nil {
				asked.Nonce = ev.Answer.Nonce
			}
			return authorize.Outcome(asked, ev)
		},
	}, "reversed in the books, and a wallet has the money"},
	{"answer of another key", World{Wallets: []Wallet{plain}, Keys: 2, Replays: true}, Faults{
		Outcome: func(asked authorize.Asked, ev authorize.Evidence) (charge.Event, charge.Reason) {
			if ev.Answer != nil {
				asked.Nonce, asked.Key = ev.Answer.Nonce, charge.Key(ev.Answer.Key)
			}
			return authorize.Outcome(asked, ev)
		},
	}, "approved in the books, and no wallet has the money"},
	{"decline ends a reversal", World{Wallets: []Wallet{{Tombstones: true, Doorkeeper: true}}, Keys: 1, Copies: 1}, Faults{
		Take: endsIn(charge.Reversing, charge.Decline, charge.Reversed),
	}, "reversed in the books, and a wallet has the money"},
	{"unknown taken for no", World{Wallets: []Wallet{plain}, Keys: 1}, Faults{
		Outcome: meant(func(_ authorize.Asked, ev authorize.Evidence) bool { return ev.Status == 404 }, charge.Decline),
	}, "declined in the books, and a wallet has the money"},
	{"silence taken for no", World{Wallets: []Wallet{plain}, Keys: 1}, Faults{
		Outcome: meant(func(_ authorize.Asked, ev authorize.Evidence) bool { return ev.Err != nil && ev.Bytes > 0 }, charge.Decline),
	}, "declined in the books, and a wallet has the money"},
	{"silence taken for a miss", World{Wallets: []Wallet{plain, plain}, Keys: 1}, Faults{
		Outcome: meant(func(_ authorize.Asked, ev authorize.Evidence) bool { return ev.Err != nil }, charge.Miss),
	}, "abandoned in the books, and a wallet has the money"},
	{"prepared after a crash is abandoned", World{Wallets: []Wallet{plain}, Keys: 1, Crashes: 1}, Faults{
		Take: endsIn(charge.Prepared, charge.Lose, charge.Abandoned),
	}, "abandoned in the books, and a wallet has the money"},
	{"new key while in doubt", World{Wallets: []Wallet{plain}, Keys: 2}, Faults{
		NewKey: func(r charge.Record) bool { return r.State.AllowsNewKey() || r.State.Doubtful() },
	}, "one sale is paid twice"},
	{"late reply adopted", World{Wallets: []Wallet{plain}, Keys: 1}, Faults{
		Take: instead(func(row book.Row, s charge.Step) bool { return s.By == charge.ByWallet },
			func(row book.Row, s charge.Step) (book.Row, charge.Step) { s.Asked = s.At; return row, s }),
	}, "a late reply moved a charge"},
	{"a cancel is done at once", World{Wallets: []Wallet{plain}, Keys: 1}, Faults{
		Take: endsIn(charge.Sent, charge.Cancel, charge.Reversed),
	}, "reversed in the books, and a wallet has the money"},
	{"shown before it is durable", World{Wallets: []Wallet{plain}, Keys: 1, Crashes: 1}, Faults{ShowFirst: true}, "the goods are with the customer"},
	{"a wallet without its tombstones", World{Wallets: []Wallet{{Tombstones: true, Forgets: true}}, Keys: 1}, Faults{}, "reversed in the books, and a wallet has the money"},
	{"a wallet that debits twice", World{Wallets: []Wallet{{Tombstones: true, DebitsTwice: true}}, Keys: 1, Copies: 1}, Faults{}, "debited twice"},
	{"a refusal that is not heard", World{Wallets: []Wallet{{Tombstones: true, Window: true}}, Keys: 1}, Faults{
		Outcome: meant(func(_ authorize.Asked, ev authorize.Evidence) bool { return ev.Status == 409 }, charge.Lose),
	}, "stuck"},
	{"what is owed is closed by a wallet that has nothing", World{Wallets: []Wallet{plain, {Tombstones: true, Window: true}}, Keys: 1, Crashes: 1}, Faults{
		Differ: func(wallet string, ours *charge.Record, theirs *charge.StatementEntry) agent.Mismatch {
			if ours.State == charge.Owed && theirs != nil && theirs.State != charge.Approved {
				return agent.NothingOwed
			}
			return agent.Differ(wallet, ours, theirs)
		},
	}, "reversed in the books, and a wallet has the money"},
	{"what was paid by hand is reversed", World{Wallets: []Wallet{{Tombstones: true, Window: true}}, Keys: 1, Manager: true}, Faults{
		Differ: func(wallet string, ours *charge.Record, theirs *charge.StatementEntry) agent.Mismatch {
			rec := *ours
			rec.Reason = charge.ReasonNone
			return agent.Differ(wallet, &rec, theirs)
		},
	}, "from the till twice"},
	{"no timer gives a doubt up", World{Wallets: []Wallet{plain}, Keys: 1}, Faults{
		Take: func(u book.Rules, row book.Row, s charge.Step) (book.Row, bool, string) {
			if s.Event == charge.Cancel && s.By == charge.ByTimer {
				return row, false, ""
			}
			return u.Take(row, s)
		},
	}, "stuck"},
}

// refundControls are the same for refunds.
var refundControls = []struct {
	name  string
	world Refunds
	says  string
}{
	{"a refund that looks at no other", Refunds{Faults: RefundFaults{
		MayRefund: func(of charge.Record, _ []charge.Record, amount money.Amount) error {
			return charge.MayRefund(of, nil, amount)
		},
	}}, "the books give 3 back of 2"},
	{"a refund of what is being reversed", Refunds{Manager: true, Careless: true, Faults: RefundFaults{
		MayRefund: func(of charge.Record, refunds []charge.Record, amount money.Amount) error {
			if of.State == charge.Reversing {
				of.State = charge.Approved
			}
			return charge.MayRefund(of, refunds, amount)
		},
	}}, "the customer paid 2 and gets 3 back"},
	{"a void beside a refund", Refunds{Manager: true, Careless: true, Faults: RefundFaults{
		Twice: func(book.Row, charge.Event, []charge.Record) string { return "" },
	}}, "the customer paid 2 and gets 3 back"},
	{"a refund under a new key", Refunds{Faults: RefundFaults{NewKey: true}}, "the books give 4 back of 2"},
	{"a refund whose silence is a no", Refunds{Faults: RefundFaults{
		Outcome: meant(func(_ authorize.Asked, ev authorize.Evidence) bool { return ev.Err != nil && ev.Bytes > 0 }, charge.Decline),
	}}, "is declined in the books, and the wallet made it"},
}

// Every mistake is found, and the shortest way to it reads as the text in
// testdata. The world itself comes out clean without the mistake.
func TestMistakesAreFound(t *testing.T) {
	for _, c := range controls {
		t.Run(c.name, func(t *testing.T) {
			world := c.world
			world.Faults = c.fault
			r := Check(world, limit)
			if !strings.Contains(r.Broken, c.says) {
				t.Fatalf("found %q, want %q\n%s", r.Broken, c.says, r.Trace)
			}
			golden(t, c.name, r.Broken+"\n"+r.Trace)
			if r := Check(sound(c.world), limit); r.Broken != "" {
				t.Errorf("without the mistake: %s\n%s", r.Broken, r.Trace)
			}
		})
	}
}

// sound is a world without the mistakes of its wallets.
func sound(w World) World {
	w.Wallets = slices.Clone(w.Wallets)
	for i := range w.Wallets {
		w.Wallets[i].Forgets, w.Wallets[i].DebitsTwice = false, false
	}
	return w
}

func TestMistakesWithRefundsAreFound(t *testing.T) {
	for _, c := range refundControls {
		t.Run(c.name, func(t *testing.T) {
			r := CheckRefunds(c.world, limit)
			if !strings.Contains(r.Broken, c.says) {
				t.Fatalf("found %q, want %q\n%s", r.Broken, c.says, r.Trace)
			}
			golden(t, c.name, r.Broken+"\n"+r.Trace)
			c.world.Faults = RefundFaults{}
			if r := CheckRefunds(c.world, limit); r.Broken != "" {
				t.Errorf("without the mistake: %s\n%s", r.Broken, r.Trace)
			}
		})
	}
}

// What nothing in the agent prevents: money from the till for what was only
// written off. A wallet may give it back as well, because what was on its way
// arrives after all; the list of the day shows it then.
func TestWhatAWriteOffCannotKnow(t *testing.T) {
	charges := Check(World{Wallets: []Wallet{plain}, Keys: 1, Manager: true, ByHand: true}, limit)
	if want := "given back from the till and by a wallet"; !strings.Contains(charges.Broken, want) {
		t.Errorf("a charge: found %q, want %q", charges.Broken, want)
	}
	golden(t, "a charge written off and given back", charges.Broken+"\n"+charges.Trace)
	refunds := CheckRefunds(Refunds{Manager: true, ByHand: true}, limit)
	if want := "gets 4 back"; !strings.Contains(refunds.Broken, want) {
		t.Errorf("a refund: found %q, want %q", refunds.Broken, want)
	}
	golden(t, "a refund written off and given back", refunds.Broken+"\n"+refunds.Trace)
}

// What a wallet must promise: it refuses for ever only what it has taken. One
// that refuses whatever it cannot find makes a debt of a charge that it never
// saw.
func TestWhatAWalletMustPromise(t *testing.T) {
	hasty := Wallet{Tombstones: true, Window: true, RefusesAll: true}
	r := Check(World{Wallets: []Wallet{plain, hasty}, Keys: 1, Crashes: 1}, limit)
	if want := "owed in the books, and no wallet has the money"; !strings.Contains(r.Broken, want) {
		t.Errorf("found %q, want %q", r.Broken, want)
	}
	golden(t, "a wallet refuses what it never saw", r.Broken+"\n"+r.Trace)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", strings.ReplaceAll(name, " ", "-")+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the trace is\n%s\nwant\n%s\n(go test -update writes it anew)", got, want)
	}
}
