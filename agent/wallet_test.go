package agent_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/paycode"
)

// play is how a wallet behaves in one call. The request arrives after travel,
// the books change then, and the answer comes after. An empty event is the
// honest answer of the books.
type play struct {
	travel, after time.Duration
	event         charge.Event
	reason        charge.Reason
	as            string        // the answer carries the name of this wallet
	stale         time.Duration // it is one to a request that was made this long before
	deaf          bool          // the request never arrives
	held          time.Duration // the network holds the request back and delivers it this long after the answer
	verdict       charge.State  // of a fresh or a pending key; empty is the wallet's
}

var (
	honest = play{after: 300 * time.Millisecond}
	lost   = play{after: 3 * time.Second, event: charge.Lose, reason: charge.ReasonTimeout}             // arrives; the answer does not
	gone   = play{after: 3 * time.Second, event: charge.Lose, reason: charge.ReasonTimeout, deaf: true} // never arrives
	missed = play{event: charge.Miss, reason: charge.ReasonUnreachable, deaf: true}
)

func answers(e charge.Event) play { return play{after: 300 * time.Millisecond, event: e, deaf: true} }

// asked is one call that reached a wallet's client.
type asked struct {
	what string // "charge", "inquire", "reverse"
	key  charge.Key
	at   time.Duration // since the wallet was made
}

// wallet is a wallet with books of its own. It keeps its word: a key is
// answered the same for ever, and a reversed one is never approved.
type wallet struct {
	id   string
	born time.Time

	mu       sync.Mutex
	plays    map[string][]play // by call; the last one repeats, none is honest
	calls    []asked
	standing map[charge.Key]charge.State // Approved, Declined, Pending or Reversed
	debits   map[charge.Key]int          // times the customer was debited, ever
	verdict  charge.State                // of a fresh key; empty is Approved
	forgets  bool                        // it keeps no tombstones: an unseen key is not blocked by a reversal
	clock    time.Duration               // how far its clock is ahead
	closes   time.Duration               // it takes no request that is older than this; 0: any
	list     []charge.StatementEntry     // what it lists of any day, whatever its books say
	mute     bool                        // this register has no key to sign for it
	codes    map[charge.Key]time.Time    // that registers show, and until when they can be paid
	payable  time.Duration               // how long such a code lives; 0: 3 minutes
}

func newWallet(id string) *wallet {
	return &wallet{
		id: id, born: time.Now(), plays: map[string][]play{},
		standing: map[charge.Key]charge.State{}, debits: map[charge.Key]int{}, codes: map[charge.Key]time.Time{},
	}
}

// will sets what the next calls of a kind come to.
func (w *wallet) will(what string, plays ...play) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.plays[what] = plays
}

// decide is the customer's or the wallet's decision about a pending key.
func (w *wallet) decide(key charge.Key, s charge.State) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.standing[key] == charge.Pending {
		w.rule(key, s)
	}
}

// rule makes s the standing answer; mu is held.
func (w *wallet) rule(key charge.Key, s charge.State) {
	if w.standing[key] = s; s == charge.Approved {
		w.debits[key]++
	}
}

func (w *wallet) Charge(ctx context.Context, r charge.Record, _ paycode.Code) charge.Answer {
	return w.call(ctx, "charge", r, func(p play) charge.Event {
		if w.standing[r.Key] == "" {
			w.rule(r.Key, cmp.Or(p.verdict, w.verdict, charge.Approved))
		}
		return w.word(r.Key)
	})
}

// Present gives a code that a customer can pay until it runs out.
func (w *wallet) Present(ctx context.Context, r charge.Record) charge.Answer {
	return w.call(ctx, "present", r, func(p play) charge.Event {
		if w.standing[r.Key] == "" {
			w.rule(r.Key, cmp.Or(p.verdict, charge.Pending))
			w.codes[r.Key] = time.Now().Add(cmp.Or(w.payable, 3*time.Minute))
		}
		return w.word(r.Key)
	})
}

// pay is a customer who pays a code that is shown, in time.
func (w *wallet) pay(key charge.Key) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.word(key) == charge.Wait {
		w.rule(key, charge.Approved)
	}
}

func (w *wallet) Vouch(r charge.Record, _ paycode.Secret, _ time.Time) ([]byte, error) {
	if w.mute {
		return nil, errors.New("there is no key")
	}
	return []byte("signature of " + r.Key), nil
}

func (w *wallet) Forward(ctx context.Context, due charge.Due, _ paycode.Secret) charge.Answer {
	r := due.Record
	return w.call(ctx, "forward", r, func(p play) charge.Event {
		if w.standing[r.Key] == "" {
			w.rule(r.Key, cmp.Or(p.verdict, w.verdict, charge.Approved))
		}
		return w.word(r.Key)
	})
}

func (w *wallet) Inquire(ctx context.Context, r charge.Record) charge.Answer {
	return w.call(ctx, "inquire", r, func(p play) charge.Event {
		if w.standing[r.Key] == charge.Pending && p.verdict != "" {
			w.rule(r.Key, p.verdict) // the customer decided meanwhile
		}
		return w.word(r.Key)
	})
}

func (w *wallet) Reverse(ctx context.Context, r charge.Record) charge.Answer {
	return w.call(ctx, "reverse", r, func(play) charge.Event {
		if w.standing[r.Key] != charge.Declined && !(w.forgets && w.standing[r.Key] == "") {
			w.standing[r.Key] = charge.Reversed
		}
		return charge.Confirm
	})
}

// word is the standing answer to a charge or an inquiry; mu is held.
func (w *wallet) word(key charge.Key) charge.Event {
	if until, shown := w.codes[key]; shown && w.standing[key] == charge.Pending && time.Now().After(until) {
		w.rule(key, charge.Declined)
	}
	switch w.standing[key] {
	case charge.Approved:
		return charge.Approve
	case charge.Declined, charge.Reversed:
		return charge.Decline
	case charge.Pending:
		return charge.Wait
	}
	return charge.Lose // unknown here: no proof
}

func (w *wallet) call(ctx context.Context, what string, r charge.Record, arrive func(play) charge.Event) charge.Answer {
	started := time.Now()
	w.mu.Lock()
	w.calls = append(w.calls, asked{what, r.Key, started.Sub(w.born)})
	p := honest
	if queue := w.plays[what]; len(queue) > 0 {
		p = queue[0]
		if len(queue) > 1 {
			w.plays[what] = queue[1:]
		}
	}
	w.mu.Unlock()
	answer := charge.Answer{Step: charge.Step{Wallet: cmp.Or(p.as, w.id), By: charge.ByWallet, Asked: started.Add(-p.stale), Reason: p.reason}}
	time.Sleep(p.travel)
	event := charge.Lose
	if p.held > 0 {
		time.AfterFunc(p.after+p.held, func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			if w.closes == 0 || time.Since(started) < w.closes {
				arrive(p)
			}
		})
	} else if !p.deaf {
		w.mu.Lock()
		event = arrive(p)
		w.mu.Unlock()
	}
	select {
	case <-time.After(p.after - p.travel):
	case <-ctx.Done():
		event, p.event = charge.Lose, charge.Lose
	}
	if p.event != "" {
		event = p.event
	}
	if event == charge.Lose && answer.Reason == "" {
		answer.Reason = charge.ReasonCodeUnknown
	}
	answer.Event, answer.At, answer.Took = event, time.Now(), time.Since(started)
	if event != charge.Lose && event != charge.Miss {
		answer.Theirs = time.Now().Add(w.clock)
	}
	w.mu.Lock()
	if until, shown := w.codes[r.Key]; shown && event == charge.Wait {
		answer.Show, answer.Payable, answer.Reason = "PAY "+string(r.Key), time.Until(until), charge.ReasonCodeShown
	}
	w.mu.Unlock()
	if event == charge.Approve {
		answer.Receipt = "W-" + string(r.Key)
	}
	return answer
}

// took is how often the customer was debited for a key.
func (w *wallet) took(key charge.Key) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.debits[key]
}

// count is how many calls of a kind reached the client.
func (w *wallet) count(what string) int { return len(w.times(what)) }

// times are when calls of a kind were made.
func (w *wallet) times(what string) []time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []time.Duration
	for _, c := range w.calls {
		if c.what == what {
			out = append(out, c.at)
		}
	}
	return out
}

// keys are the different keys that were charged, in order.
func (w *wallet) keys() []charge.Key {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []charge.Key
	for _, c := range w.calls {
		if c.what == "charge" && !slices.Contains(out, c.key) {
			out = append(out, c.key)
		}
	}
	return out
}

// holds are the keys whose money the wallet has taken and not given back. A
// key that was debited twice is an error.
func (w *wallet) holds() (map[charge.Key]bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[charge.Key]bool{}
	for key, n := range w.debits {
		if n > 1 {
			return nil, fmt.Errorf("key %s was debited %d times", key, n)
		}
		if w.standing[key] == charge.Approved {
			out[key] = true
		}
	}
	return out, nil
}
