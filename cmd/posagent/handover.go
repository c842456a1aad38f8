package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/handover"
)

// hands lets charges change hands (server.Handover): it writes queue files and
// takes them in, a few charges in a transaction, so that nobody who pays
// meanwhile waits for long.
type hands struct {
	*taker
	register *agent.Register
	wallets  []wallet
	codes    *paycode.Classifier
	secrets  secrets
	secret   string // that opens queue files
	store    string
	terminal string
	day      func(time.Time) string
	now      func() time.Time
	room     func() error // nil error while the disk has room
	log      *slog.Logger

	one sync.Mutex // held by one export or import: a passphrase costs memory, and what leaves leaves with one file
}

// atOnce is how many charges one transaction moves.
const atOnce = 50

// queueKey is this register's secret for queue files, made at its first start.
func queueKey(dir string) (string, error) {
	return offline.SecretText(dir, "queue.key", handover.NewIdentity, func(text string) error {
		_, err := handover.Recipient(text)
		return err
	})
}

// Recipient is whom others seal queue files for; see server.Handover.
func (h *hands) Recipient() (string, error) { return handover.Recipient(h.secret) }

// Export writes a queue file; see server.Handover. A charge is in the books as
// moved before the file that it is in is finished.
func (h *hands) Export(wish control.NewExport, by charge.By, operator string) (control.QueueFile, error) {
	var out control.QueueFile
	h.one.Lock()
	defer h.one.Unlock()
	if handover.CheckReceivers(wish.Recipients, wish.Passphrase) != nil {
		return out, &agent.Refused{Why: "handover.receiver"}
	}
	f := handover.File{ID: h.newID(), Store: h.store, Terminal: h.terminal, Made: h.now().UTC().Truncate(time.Second), Certificates: map[string][]byte{}}
	for _, w := range h.wallets {
		list, left, stay, err := h.leaving(w, wish.Again, handover.MostInFile-len(f.Charges))
		if err != nil {
			return out, err
		}
		out.Left, out.Stay = out.Left+left, out.Stay+stay
		if len(list) > 0 {
			f.Certificates[w.ID] = w.certificate
			f.Charges = append(f.Charges, list...)
		}
	}
	if len(f.Charges) == 0 {
		return out, &agent.Refused{Why: "handover.empty"}
	}
	var err error
	if f.Charges, err = h.moveOut(f.Charges, f.ID, wish.Again, by, operator); err != nil {
		return out, err
	}
	if len(f.Charges) == 0 {
		return out, &agent.Refused{Why: "handover.empty"} // all were collected meanwhile
	}
	if out.File, err = handover.Seal(f, wish.Recipients, wish.Passphrase); err != nil {
		return out, err
	}
	out.ID, out.Made, out.Count = f.ID, f.Made, len(f.Charges)
	for _, c := range f.Charges {
		out.Amount += c.Amount.Minor
	}
	return out, nil
}

func (h *hands) newID() string {
	id := make([]byte, 4)
	_, _ = rand.Read(id) // never fails (crypto/rand)
	return fmt.Sprintf("Q-%s-%s-%s", h.terminal, h.now().UTC().Format("20060102T150405"), hex.EncodeToString(id))
}

// leaving are the charges of a wallet that may leave, at most so many; left
// had no room, and stay cannot leave.
func (h *hands) leaving(w wallet, again bool, most int) (out []handover.Charge, left, stay int, err error) {
	var after charge.Due
	for {
		page, err := h.Due(w.ID, after, 500)
		if err != nil || len(page) == 0 {
			return out, left, stay, err
		}
		after = page[len(page)-1]
		for _, due := range page {
			switch {
			case !due.Moved.IsZero() && !again:
				continue
			case due.Carried || w.Forwards == nil:
				stay++
				continue
			case len(out) == most:
				left++
				continue
			}
			c, err := h.vouched(w, due)
			if err != nil {
				h.log.Error("a charge cannot leave", "charge", string(due.Key), "error", err)
				stay++
				continue
			}
			out = append(out, c)
		}
	}
}

// vouched is a charge with this register's signature.
func (h *hands) vouched(w wallet, due charge.Due) (handover.Charge, error) {
	code, err := h.Evidence(due.Key)
	if err != nil {
		return handover.Charge{}, err
	}
	accepted := due.Accepted.UTC().Truncate(time.Second)
	signature, err := w.Forwards.Vouch(due.Record, code, accepted)
	return handover.Charge{Key: due.Key, Wallet: w.ID, Amount: due.Amount, Accepted: accepted, Code: code, Signature: signature}, err
}

// moveOut marks charges as moved, and returns those that are.
func (h *hands) moveOut(list []handover.Charge, file string, again bool, by charge.By, operator string) (out []handover.Charge, err error) {
	moved := make(map[charge.Key]bool)
	for begin := 0; begin < len(list); begin += atOnce {
		var keys []charge.Key
		for _, c := range list[begin:min(begin+atOnce, len(list))] {
			keys = append(keys, c.Key)
		}
		gone, err := h.MoveOut(keys, file, again, by, operator)
		if err != nil {
			return nil, err
		}
		for _, key := range gone {
			moved[key] = true
		}
		h.register.Reread(gone)
	}
	for _, c := range list {
		if moved[c.Key] { // the others were collected meanwhile
			out = append(out, c)
		}
	}
	return out, nil
}

// Reclaim lets what left be collected here again; see server.Handover.
func (h *hands) Reclaim(by charge.By, operator string) (int, error) {
	n := 0
	for _, w := range h.wallets {
		for after := (charge.Due{}); ; {
			page, err := h.Due(w.ID, after, atOnce)
			if err != nil || len(page) == 0 {
				if err != nil {
					return n, err
				}
				break
			}
			after = page[len(page)-1]
			var keys []charge.Key
			for _, due := range page {
				keys = append(keys, due.Key)
			}
			back, err := h.MoveBack(keys, by, operator)
			if n += back; err != nil {
				return n, err
			}
		}
	}
	h.register.Collect()
	return n, nil
}

// Import takes a queue file in; see server.Handover.
func (h *hands) Import(in control.NewImport, by charge.By, operator string) (control.Import, error) {
	h.one.Lock()
	defer h.one.Unlock()
	f, err := handover.Unseal(in.File, h.secret, in.Passphrase)
	switch {
	case errors.Is(err, handover.ErrNotForUs):
		return control.Import{}, &agent.Refused{Why: "handover.not_for_us"}
	case errors.Is(err, handover.ErrDamaged):
		h.log.Warn("a queue file is not taken in", "error", err)
		return control.Import{}, &agent.Refused{Why: "handover.damaged"}
	case err != nil:
		return control.Import{}, err
	case f.Store != h.store:
		return control.Import{}, &agent.Refused{Why: "handover.other_store"}
	}
	out := control.Import{ID: f.ID, Terminal: f.Terminal, Made: f.Made, Refused: []control.NotIn{}}
	if err := h.genuine(f); err != nil {
		h.log.Warn("a queue file is not taken in", "file", f.ID, "terminal", f.Terminal, "error", err)
		return out, &agent.Refused{Why: "handover.not_genuine"}
	}
	if err := h.room(); err != nil {
		return out, err
	}
	err = h.takeIn(f, &out, by, operator)
	h.register.Collect()
	return out, err
}

// takeIn brings a file's charges into the books.
func (h *hands) takeIn(f handover.File, out *control.Import, by charge.By, operator string) error {
	for begin := 0; begin < len(f.Charges); begin += atOnce {
		var list []charge.Carried
		for _, c := range f.Charges[begin:min(begin+atOnce, len(f.Charges))] {
			one, err := h.carried(c, f.Certificates[c.Wallet], "queue file "+f.ID)
			if err != nil {
				out.Refused = append(out.Refused, control.NotIn{Key: string(c.Key), Why: err.Error()})
				continue
			}
			one.Instead = h.uncollectable(c.Key)
			list = append(list, one)
		}
		became, why, err := h.TakeOver(list, h.day, by, operator)
		if err != nil {
			return err
		}
		var keys []charge.Key
		for i, c := range list {
			if counted(out, c, became[i], why[i]); became[i] != charge.HandedRefused {
				keys = append(keys, c.Key)
			}
		}
		h.register.Reread(keys)
		for _, c := range f.Charges[begin:min(begin+atOnce, len(f.Charges))] {
			h.writtenOff(c, f.Certificates[c.Wallet])
		}
	}
	return nil
}

// writtenOff lets a charge be sent once more that was brought before and was
// written off since.
func (h *hands) writtenOff(c handover.Charge, certificate []byte) {
	rec, err := h.Charge(c.Key)
	if err != nil || !rec.Carried || rec.State != charge.Unpaid || rec.Reason != charge.ReasonWrittenOff || rec.Amount != c.Amount {
		return
	}
	h.register.SendAgain(charge.Due{Record: rec, Accepted: c.Accepted, Signature: c.Signature, Certificate: certificate}, c.Code)
}
