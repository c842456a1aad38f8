package memory

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
)

// proof is what stands behind a charge, as the tables of the SQLite store have
// it.
type proof struct {
	charge.Proof
	amount      int64
	exposed     charge.Exposure // of this one alone
	outstanding bool
	carried     bool
	moved       time.Time
}

func (t *tx) AddProof(row book.Row, p charge.Proof) error {
	_, there := t.d.proofs[row.Seq]
	if _, known := t.d.charges[row.Seq]; !known || there || p.Device == "" || p.Token == "" || p.Serial == "" || len(p.Sealed) == 0 || p.Counter < 0 {
		return fmt.Errorf("charge %s has a proof already, or this is none", row.Key)
	}
	for _, other := range t.d.proofs {
		if other.Device == p.Device && other.Counter == p.Counter {
			return fmt.Errorf("charge %s: that code is another's proof", row.Key)
		}
	}
	p.Until, p.Sealed = plain(p.Until), slices.Clone(p.Sealed)
	p.Signature, p.Certificate = cloned(p.Signature), cloned(p.Certificate)
	t.setProof(row.Seq, proof{Proof: p, carried: row.Carried, amount: row.Amount.Minor, outstanding: true, exposed: charge.Exposure{Count: 1, Minor: row.Amount.Minor, Oldest: plain(row.ChangedAt)}})
	return nil
}

func (t *tx) setProof(seq int64, p proof) {
	old, there := t.d.proofs[seq]
	t.undo = append(t.undo, func() {
		if there {
			t.d.proofs[seq] = old
		} else {
			delete(t.d.proofs, seq)
		}
	})
	t.d.proofs[seq] = p
}

func (t *tx) CloseProof(seq int64) error {
	if p, there := t.d.proofs[seq]; there {
		p.outstanding = false
		t.setProof(seq, p)
	}
	return nil
}

func (t *tx) WipeProof(seq int64) error {
	if p, there := t.d.proofs[seq]; there {
		p.Sealed = nil
		t.setProof(seq, p)
	}
	return nil
}

func (r rows) LastCounter(device string) (int64, error) {
	last, found := int64(-1), false
	for _, p := range r.d.proofs {
		if p.Device == device {
			last, found = max(last, p.Counter), true
		}
	}
	if !found {
		return 0, book.ErrNotFound
	}
	return last, nil
}

// ReplaceProof puts other evidence in place of what is there.
func (t *tx) ReplaceProof(seq int64, sealed, signature, certificate []byte) error {
	p, there := t.d.proofs[seq]
	if !there || len(sealed) == 0 {
		return fmt.Errorf("charge number %d has no proof, or this is none", seq)
	}
	p.Sealed, p.Signature, p.Certificate = cloned(sealed), cloned(signature), cloned(certificate)
	t.setProof(seq, p)
	return nil
}

// MoveProof notes when a charge left with a queue file.
func (t *tx) MoveProof(seq int64, at time.Time) error {
	p, there := t.d.proofs[seq]
	if !there {
		return fmt.Errorf("charge number %d has no proof", seq)
	}
	p.moved = plain(at)
	t.setProof(seq, p)
	return nil
}

func (r rows) Exposure(carried bool) (e charge.Exposure, err error) {
	for _, p := range r.d.proofs {
		if !p.outstanding || p.carried != carried {
			continue
		}
		if e.Count, e.Minor = e.Count+1, e.Minor+p.amount; e.Oldest.IsZero() || p.exposed.Oldest.Before(e.Oldest) {
			e.Oldest = p.exposed.Oldest
		}
	}
	return e, nil
}

func (r rows) ExposureOf(token string) (sum int64, err error) {
	for p := range maps.Values(r.d.proofs) {
		if p.outstanding && p.Token == token {
			sum += p.amount
		}
	}
	return sum, nil
}

func (r rows) SpentUnder(serial string) (sum int64, err error) {
	for p := range maps.Values(r.d.proofs) {
		if p.Serial == serial {
			sum += p.amount
		}
	}
	return sum, nil
}

func (r rows) Unpaid(token string) (bool, error) {
	for seq, p := range r.d.proofs {
		if p.Token == token && r.d.charges[seq].State == charge.Unpaid {
			return true, nil
		}
	}
	return false, nil
}

func (r rows) Due(wallet string, after charge.Due, most int) ([]charge.Due, error) {
	var out []charge.Due
	for seq, p := range r.d.proofs {
		if !p.outstanding || r.d.charges[seq].Wallet != wallet {
			continue
		}
		if one := r.due(seq, p); byEnd(one, after) > 0 {
			out = append(out, one)
		}
	}
	slices.SortFunc(out, byEnd)
	return out[:min(most, len(out))], nil
}

func (r rows) DueOf(seq int64) (charge.Due, error) {
	p, there := r.d.proofs[seq]
	if !there || !p.outstanding {
		return charge.Due{}, book.ErrNotFound
	}
	return r.due(seq, p), nil
}

func (r rows) due(seq int64, p proof) charge.Due {
	return charge.Due{
		Record: copyRow(r.d.charges[seq]).Record, Accepted: p.exposed.Oldest, Until: p.Until, Seq: seq,
		Signature: cloned(p.Signature), Certificate: cloned(p.Certificate), Moved: p.moved,
	}
}

func byEnd(a, b charge.Due) int {
	return cmp.Or(a.Until.Compare(b.Until), cmp.Compare(a.Seq, b.Seq))
}

func (r rows) Evidence(seq int64) ([]byte, error) {
	p, there := r.d.proofs[seq]
	if !there || p.Sealed == nil {
		return nil, book.ErrNotFound
	}
	return slices.Clone(p.Sealed), nil
}
