package agent

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// Trouble is something that is wrong right now. Code is one of agent/health.
type Trouble struct {
	Code    string
	Subject string // the charge or wallet, when it has one
	Detail  string // for an engineer
	Since   time.Time
}

func troubleKey(code, subject string) string { return code + "|" + subject }

// trouble says that something is wrong from now on.
func (r *Register) trouble(code, subject, detail string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.troubled(code, subject, detail)
}

// troubled is trouble with r.mu held.
func (r *Register) troubled(code, subject, detail string) {
	if _, known := r.troubles[troubleKey(code, subject)]; known {
		return
	}
	r.troubles[troubleKey(code, subject)] = Trouble{Code: code, Subject: subject, Detail: detail, Since: r.parts.Now()}
	r.announce()
}

// clear says that it is right again.
func (r *Register) clear(code, subject string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleared(code, subject)
}

// cleared is clear with r.mu held.
func (r *Register) cleared(code, subject string) {
	if _, known := r.troubles[troubleKey(code, subject)]; known {
		delete(r.troubles, troubleKey(code, subject))
		r.announce()
	}
}

// watch keeps the troubles that last as long as a charge is where it is. They
// are in the books, so they come again at every start.
func (r *Register) watch(rec charge.Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key, waits := string(rec.Key), waitsAs(rec)
	for _, code := range []string{"charge.owed", "topup.owed", "refund.owed", "charge.unpaid"} {
		if code == waits {
			r.troubled(code, key, detailOf(rec))
		} else {
			r.cleared(code, key)
		}
	}
	for _, code := range []string{"charge.reversing_long", "refund.long", "charge.collecting_long"} {
		if WorkOn(rec) == NoWork || code != longOf(rec) {
			r.cleared(code, key)
		}
	}
	if rec.State != charge.Queued && rec.State != charge.Forwarding {
		r.cleared("offline.rejected", key)
	}
	if rec.Alarms > 0 {
		r.troubled("charge.alarm", string(rec.Key), "an answer contradicts the books: see the journal of this charge")
	}
}

// waitsAs is how a record stands on the manager's list; empty when it does not.
func waitsAs(rec charge.Record) string {
	switch {
	case rec.State == charge.Unpaid:
		return "charge.unpaid"
	case rec.State != charge.Owed:
		return ""
	case rec.Kind == charge.Topup:
		return "topup.owed"
	case rec.Kind == charge.Refund:
		return "refund.owed"
	}
	return "charge.owed"
}

// detailOf is how much a charge is about, and whose money it is.
func detailOf(rec charge.Record) string {
	wallets := rec.Wallet
	if wallets == "" {
		wallets = strings.Join(rec.Route, " ")
	}
	return strings.TrimSpace(rec.Amount.String() + " " + wallets)
}

// Troubles are what is wrong right now, the oldest first.
func (r *Register) Troubles() []Trouble {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.SortedFunc(maps.Values(r.troubles), func(a, b Trouble) int {
		if c := a.Since.Compare(b.Since); c != 0 {
			return c
		}
		return strings.Compare(a.Code+a.Subject, b.Code+b.Subject)
	})
}

// reach notes what an answer tells of the wallet itself: whether it is there,
// whether it answers often enough, and what its clock says; r.mu is held.
func (r *Register) reach(a charge.Answer) {
	switch {
	case a.Event == charge.Miss, a.Event == charge.Lose && (a.Reason == charge.ReasonTimeout || a.Reason == charge.ReasonUnreachable):
		r.troubled("wallet.unreachable", a.Wallet, a.Note)
	default:
		r.cleared("wallet.unreachable", a.Wallet)
	}
	r.gauge(a)
	r.timeSigned(a.Theirs)
	switch early, late := a.Asked.Add(-clockOff), a.At.Add(clockOff); {
	case a.Theirs.IsZero():
	case a.Theirs.Before(early) || a.Theirs.After(late):
		r.troubled("clock.off", a.Wallet, "the wallet's clock shows "+a.Theirs.UTC().Format(time.RFC3339)+", this register's "+a.At.UTC().Format(time.RFC3339))
	default:
		r.cleared("clock.off", a.Wallet)
	}
}

// clockOff is how far the clocks of the register and of a wallet may differ.
// By much more a good code counts as expired.
const clockOff = 30 * time.Second

// Reached is told by whoever keeps the lines to the wallets warm.
func (r *Register) Reached(wallet string, err error) {
	if err != nil {
		r.trouble("wallet.unreachable", wallet, err.Error())
		return
	}
	r.clear("wallet.unreachable", wallet)
}

// Damaged is told when the books turned out to be damaged: nothing more is
// sold until an engineer has looked.
func (r *Register) Damaged(err error) { r.trouble("journal.dead", "", err.Error()) }

// BooksRestored is told when the books turned out to be an older copy of
// themselves: what happened since then is only in the books of the wallets.
func (r *Register) BooksRestored(detail string) { r.trouble("books.restored", "", detail) }

// Strangers is told which hardware carries the ids of a device of this
// register and is none of them, each in words for an engineer. Those of the
// last time that are not named again have gone.
func (r *Register) Strangers(there []string) {
	const code = "hardware.stranger"
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.troubles {
		if t.Code == code && !slices.Contains(there, t.Subject) {
			r.cleared(code, t.Subject)
		}
	}
	for _, subject := range there {
		r.troubled(code, subject, "")
	}
}

// Dropped is told when the scanner read something that is no scan; why is a
// word of the scanner's driver.
func (r *Register) Dropped(why string) { _ = r.refuse(&Refused{Why: "scan." + why}) }

// Counts are plain numbers since the start, for whoever publishes metrics.
type Counts struct {
	Refused map[string]int64   // scans that were not taken, by why
	Answers map[Heard]int64    // answers of wallets
	Took    map[string][]int64 // by wallet: answers that took at most Buckets[i]; the last is all others
	TookSum map[string]time.Duration
	Paused  map[string]int64 // by wallet: how often it was paused

	Bulletins map[RefusedBulletin]int64 // that were not taken
}

// Heard labels an answer.
type Heard struct{ Wallet, Event, Reason string }

// RefusedBulletin labels a bulletin that was not taken.
type RefusedBulletin struct{ Wallet, Why string }

// Buckets are the upper limits of Counts.Took.
func Buckets() []time.Duration {
	return []time.Duration{
		50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond, 800 * time.Millisecond,
		1 * time.Second, 2 * time.Second, 3 * time.Second, 5 * time.Second, 10 * time.Second,
	}
}

func (c *Counts) refused(why string) {
	if c.Refused == nil {
		c.Refused = make(map[string]int64)
	}
	c.Refused[why]++
}

func (c *Counts) paused(wallet string) {
	if c.Paused == nil {
		c.Paused = make(map[string]int64)
	}
	c.Paused[wallet]++
}

func (c *Counts) bulletin(wallet, why string) {
	if c.Bulletins == nil {
		c.Bulletins = make(map[RefusedBulletin]int64)
	}
	c.Bulletins[RefusedBulletin{wallet, why}]++
}

func (c *Counts) answer(a charge.Answer) {
	if c.Answers == nil {
		c.Answers, c.Took, c.TookSum = make(map[Heard]int64), make(map[string][]int64), make(map[string]time.Duration)
	}
	c.Answers[Heard{Wallet: a.Wallet, Event: string(a.Event), Reason: string(a.Reason)}]++
	limits := Buckets()
	if c.Took[a.Wallet] == nil {
		c.Took[a.Wallet] = make([]int64, len(limits)+1)
	}
	i, _ := slices.BinarySearch(limits, a.Took)
	c.Took[a.Wallet][i]++
	c.TookSum[a.Wallet] += a.Took
}

// Counts are the numbers so far.
func (r *Register) Counts() Counts {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := Counts{
		Refused: maps.Clone(r.count.Refused), Answers: maps.Clone(r.count.Answers), Paused: maps.Clone(r.count.Paused),
		Took: make(map[string][]int64), TookSum: maps.Clone(r.count.TookSum),
		Bulletins: maps.Clone(r.count.Bulletins),
	}
	for wallet, counts := range r.count.Took {
		out.Took[wallet] = slices.Clone(counts)
	}
	return out
}
