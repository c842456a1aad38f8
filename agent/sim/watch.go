package sim

import (
	"slices"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
)

// taken is a charge that a register took without a network, as whoever stands
// beside its disk sees it: from what is written, and from no count that the
// books keep.
type taken struct {
	signature
	key     charge.Key
	minor   int64
	token   string
	serial  string
	at      time.Time // by the register's clock
	state   charge.State
	carried bool // another register's
	moved   bool // it left with a queue file
	left    time.Duration
	sent    bool // a forward of it left, and the wallet has not said since that it does not know it
}

func (o *taken) outstanding() bool {
	return o.state == charge.Queued || o.state == charge.Forwarding
}

// watched is a transaction with somebody who looks on.
type watched struct {
	book.Tx
	rows   []book.Row
	proofs []proof
	moves  []move
}

type proof struct {
	row book.Row
	charge.Proof
}

type move struct {
	seq  int64
	gone bool
}

func (x *watched) AddProof(row book.Row, p charge.Proof) error {
	x.proofs = append(x.proofs, proof{row, p})
	return x.Tx.AddProof(row, p)
}

func (x *watched) PutCharge(row book.Row) error {
	x.rows = append(x.rows, row)
	return x.Tx.PutCharge(row)
}

func (x *watched) MoveProof(seq int64, at time.Time) error {
	x.moves = append(x.moves, move{seq, !at.IsZero()})
	return x.Tx.MoveProof(seq, at)
}

// update writes to the store, and looks at what is durable then.
func (d *disk) update(do func(book.Tx) error) error {
	if !d.run.till.w.plan.offline.on {
		return d.Store.Update(do)
	}
	x := &watched{}
	err := d.Store.Update(func(tx book.Tx) error {
		*x = watched{Tx: tx} // it may run twice
		return do(x)
	})
	if err == nil {
		d.run.till.see(x)
	}
	return err
}

// see takes in what was written, and judges what was taken.
func (t *till) see(x *watched) {
	for _, row := range x.rows {
		if one := t.taken[row.Key]; one != nil {
			one.state = row.State
		}
	}
	for _, m := range x.moves {
		for _, one := range t.taken {
			if t.seqs[one.key] == m.seq {
				one.moved, one.left = m.gone, t.w.now()
			}
		}
	}
	for _, p := range x.proofs {
		one := &taken{
			key: p.row.Key, minor: p.row.Amount.Minor, token: p.Token, serial: p.Serial, at: p.row.ChangedAt, state: p.row.State, carried: p.row.Carried,
			signature: signature{device: p.Device, counter: uint32(p.Counter)},
		}
		if one.carried && !t.w.accepted[one.key] {
			t.w.fail("what is brought in was taken", "%s has %s, which no register has taken", t.id, one.key)
		}
		if !one.carried {
			t.w.accepted[one.key] = true
			t.accepted(one, p.Affords)
		}
		t.taken[one.key], t.seqs[one.key] = one, p.row.Seq
		t.started(one.key)
	}
}

// accepted judges a charge at the instant at which it is durable that it was
// taken: by itself, and beside what else is outstanding.
func (t *till) accepted(one *taken, affords int64) {
	w, most := t.w, t.w.plan.offline.limits
	w.came("taken")
	sum, count, token, spent := one.minor, 1, one.minor, one.minor
	var oldest time.Time
	for _, o := range t.taken {
		if o.serial == one.serial {
			spent += o.minor
		}
		if o.device == one.device && o.counter >= one.counter {
			w.fail("a code pays once", "%s: %s was taken on counter %d of a phone, after %s on %d", t.id, one.key, one.counter, o.key, o.counter)
		}
		if o.token == one.token && o.state == charge.Unpaid {
			w.fail("nothing goes over a limit", "%s: %s was taken of a customer of whom %s is unpaid", t.id, one.key, o.key)
		}
		if !o.outstanding() {
			continue
		}
		if o.token == one.token {
			token += o.minor
		}
		if o.carried {
			continue
		}
		sum, count = sum+o.minor, count+1
		if oldest.IsZero() || o.at.Before(oldest) {
			oldest = o.at
		}
	}
	over := func(limit charge.Limit, what string, is, most int64) {
		if is > most && !slices.Contains(t.lifted[one.key], limit) {
			w.fail("nothing goes over a limit", "%s: with %s %s is %d, and may be %d", t.id, one.key, what, is, most)
		}
	}
	over(charge.PerCharge, "one charge", one.minor, most.PerCharge)
	over(charge.PerToken, "what one customer owes", token, most.PerToken)
	over(charge.Outstanding, "what is outstanding", sum, most.Outstanding)
	over(charge.Count, "the number that is outstanding", int64(count), int64(most.Count))
	over(charge.Certificate, "what was taken under one certificate", spent, affords)
	if !oldest.IsZero() {
		over(charge.Age, "the age of the oldest in seconds", int64(t.now().Round(0).Sub(oldest)/time.Second), int64(most.Age/time.Second))
	}
	t.inTime(one)
}

// inTime: no code is taken after its life, but by a clock that nobody here
// could know to be wrong. A clock may be behind by two minutes.
func (t *till) inTime(one *taken) {
	const slack = 2*time.Minute + 5*time.Second
	code, made := t.w.codes[one.signature]
	known := t.behind || t.began-time.Duration(t.skew.Load()) > slack
	if late := t.w.wall().Sub(code.ends); made && known && late > slack {
		t.w.fail("no code is taken after its life", "%s: %s was taken %s too late, by a clock that went back", t.id, one.key, late)
	}
}
