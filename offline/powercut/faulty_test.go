package powercut_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/powercut"
	"github.com/posagent/posagent/offline/sqlite"
)

// faulty is one run of the agent's memory on a disk with a fault.
type faulty struct {
	powercut.Fault
	kinds []error // what a failure may be called
	dir   string
	shop  *shop
	errs  []error // what the register was told
	dead  bool    // it was told that the disk is in doubt

	failed int // calls that failed while the books were open
	folds  int // how often the log was folded in
}

// run is a life on the faulty disk, and what is found afterwards. failed is
// how many calls the disk refused.
func (r *faulty) run(base map[string][]byte) (failed int, err error) {
	if err := os.Mkdir(r.dir, 0o700); err != nil {
		return 0, err
	}
	for name, data := range base {
		if err := os.WriteFile(filepath.Join(r.dir, name), data, 0o600); err != nil {
			return 0, err
		}
	}
	rec, err := disk.Record(r.dir)
	if err != nil {
		return 0, err
	}
	wrong := errors.Join(disk.Arm(r.Fault), r.live(rec), r.honest(), r.close())
	failed, err = disk.Disarm()
	failed += r.failed
	trace, gone := rec.End()
	if err := errors.Join(err, gone, wrong); err != nil {
		return failed, err
	}
	r.folds = (&Day{Trace: trace}).count(powercut.Sync, offline.FileName)
	return failed, errors.Join(r.opensAgain(r.dir, "opened again"), r.cut(trace), os.RemoveAll(r.dir))
}

// live opens the books, sells, and goes on selling whatever happens, as a
// register would.
func (r *faulty) live(rec *powercut.Recorder) error {
	s, err := openShop(r.dir, false, rec)
	if err != nil {
		r.errs = append(r.errs, err)
		return r.named(err)
	}
	r.shop = s
	first, wrong := r.prepared("f-1")
	if first != "" {
		s.Mark(first, charge.Step{Event: charge.Send, Wallet: "alpha", By: charge.ByCashier, Code: codeOf("f-1")})
		wrong = errors.Join(wrong, r.applied(first, "f-1", 3, charge.Step{Event: charge.Approve, Wallet: "alpha", By: charge.ByWallet, Asked: t0}))
	}
	second, err := r.prepared("f-2")
	wrong = errors.Join(wrong, err)
	if second != "" { // the mark goes with the next charge's commit, and may fail with it
		s.Mark(second, charge.Step{Event: charge.Send, Wallet: "beta", By: charge.ByCashier, Code: codeOf("f-2")})
	}
	third, err := r.prepared("f-3")
	wrong = errors.Join(wrong, err)
	if second != "" {
		wrong = errors.Join(wrong, r.applied(second, "f-2", 3, charge.Step{Event: charge.Lose, By: charge.ByTimer}))
	}
	if third != "" {
		wrong = errors.Join(wrong, r.applied(third, "f-3", 2, charge.Step{Event: charge.Cancel, By: charge.ByCashier}))
	}
	wrong = errors.Join(wrong, r.taken("f-5"))
	for n := range 12 { // with these the log gets full
		if first == "" {
			break
		}
		wrong = errors.Join(wrong, r.printed(first, n > 0))
	}
	return wrong
}

// step does one write and holds its error against the promises.
func (r *faulty) step(write func() error) (done bool, wrong error) {
	err := write()
	if err == nil && r.dead {
		return true, errors.New("a write went through after the disk was in doubt")
	}
	if err != nil {
		r.errs = append(r.errs, err)
		r.dead = r.dead || errors.Is(err, sqlite.ErrDead)
	}
	return err == nil, r.named(err)
}

// named wants an error that says its kind and the next step.
func (r *faulty) named(err error) error {
	if err == nil {
		return nil
	}
	var p *sqlite.Problem
	if !errors.As(err, &p) || p.Next == "" {
		return fmt.Errorf("an error that is no Problem: %w", err)
	}
	for _, kind := range r.kinds {
		if errors.Is(err, kind) {
			return nil
		}
	}
	return fmt.Errorf("an error of another kind: %w", err)
}

func (r *faulty) prepared(id string) (key charge.Key, wrong error) {
	done, wrong := r.step(func() error {
		rec, err := r.shop.Prepare(aSale(id), charge.ByCashier)
		key = rec.Key
		return err
	})
	if !done {
		return "", wrong
	}
	return key, errors.Join(wrong, r.shop.told(ack{Key: key, Sale: id, State: charge.Prepared, Links: 1, Paper: charge.Unprinted}))
}

func (r *faulty) applied(key charge.Key, id string, links int, step charge.Step) error {
	var rec charge.Record
	done, wrong := r.step(func() (err error) {
		rec, err = r.shop.Apply(key, step)
		return err
	})
	if !done {
		return wrong
	}
	return errors.Join(wrong, r.shop.told(ack{Key: key, Sale: id, State: rec.State, Links: links, Paper: charge.Unprinted}))
}

// taken takes a sale without a network, and sends it.
func (r *faulty) taken(id string) error {
	key, wrong := r.prepared(id)
	if key == "" {
		return wrong
	}
	var rec charge.Record
	done, err := r.step(func() (err error) {
		rec, err = r.shop.accept(key, id)
		return err
	})
	if wrong = errors.Join(wrong, err); !done {
		return wrong
	}
	wrong = errors.Join(wrong, r.shop.told(ack{Key: key, Sale: id, State: rec.State, Links: 2, Paper: charge.Unprinted}))
	return errors.Join(wrong, r.applied(key, id, 3, charge.Step{Event: charge.Send, Wallet: wallets[0], By: charge.ByTimer}))
}

func (r *faulty) printed(key charge.Key, again bool) error {
	var rec charge.Record
	done, wrong := r.step(func() (err error) {
		rec, err = r.shop.Printed(key, charge.PaperDone, again)
		return err
	})
	if !done {
		return wrong
	}
	last := r.newest()[key]
	last.Paper, last.Again = rec.Paper, rec.Reprints
	return errors.Join(wrong, r.shop.told(last))
}

func (r *faulty) newest() map[charge.Key]ack {
	out := map[charge.Key]ack{}
	if r.shop != nil {
		for _, a := range r.shop.acks {
			out[a.Key] = a
		}
	}
	return out
}

// honest looks, once the disk has failed and is well again, whether the book
// says what it told, and whether it goes on as it should: not at all when the
// disk was in doubt, else as if nothing had happened.
func (r *faulty) honest() error {
	if failed, err := disk.Failed(); err != nil || failed == 0 || r.shop == nil {
		return err
	}
	var err error
	if r.failed, err = disk.Disarm(); err != nil {
		return err
	}
	for key, a := range r.newest() {
		rec, err := r.shop.Charge(key)
		if err != nil {
			return err
		}
		if a.State == charge.Prepared && a.Sale == "f-2" {
			a.State = rec.State // its mark is told to nobody
		}
		if rec.State != a.State || rec.Paper != a.Paper || rec.Reprints != a.Again {
			return fmt.Errorf("charge %s was told to be %s, %s, %d copies, and is shown as %s, %s, %d", key, a.State, a.Paper, a.Again, rec.State, rec.Paper, rec.Reprints)
		}
	}
	key, wrong := r.prepared("f-4")
	switch {
	case wrong != nil:
		return wrong
	case key == "" && !r.dead:
		return fmt.Errorf("the disk is well again and the books take nothing: %w", r.errs[len(r.errs)-1])
	case key == "":
		return nil
	}
	return r.applied(key, "f-4", 2, charge.Step{Event: charge.Send, Wallet: "alpha", By: charge.ByCashier, Code: codeOf("f-4")})
}

func (r *faulty) close() error {
	if r.shop == nil {
		return nil
	}
	return r.named(r.shop.store.Close())
}

// opensAgain starts on what the fault has left, without a fault: what was told
// is there, nothing is half there, and after a full disk nothing else is.
func (r *faulty) opensAgain(dir, how string) error {
	store, err := offline.Open(dir, offline.Options{LogAsFound: true})
	if err != nil {
		return fmt.Errorf("%s: %w", how, err)
	}
	d := &Day{}
	err = store.View(func(rows book.Rows) (err error) {
		d.Journal, err = rows.LinksAfter(0, 1_000_000)
		return err
	})
	for _, a := range r.newest() {
		a.At = 0
		d.Acks = append(d.Acks, a)
	}
	d.index()
	err = errors.Join(err, d.recovered(store, dir, 0))
	if r.Code == powercut.Full {
		err = errors.Join(err, r.nothingElse(d))
	}
	if err = errors.Join(err, store.Close()); err != nil {
		return fmt.Errorf("%s: %w; told were %+v, and the errors %v", how, err, d.Acks, r.errs)
	}
	return nil
}

// nothingElse: a write that was refused because the disk is full left nothing.
func (r *faulty) nothingElse(d *Day) error {
	told := r.newest()
	for key, numbers := range d.of {
		a, note := told[key], d.Journal[numbers[0]-1].Note
		if a.Sale == "f-2" && a.State == charge.Prepared && len(numbers) == 2 {
			continue // its mark alone
		}
		if strings.HasPrefix(note, "sale f-") && a.Links != len(numbers) {
			return fmt.Errorf("charge %s has %d journal entries, told were %d", key, len(numbers), a.Links)
		}
	}
	return nil
}

// cut lets the power go as well, right after.
func (r *faulty) cut(trace powercut.Trace) error {
	p := powercut.NewPlatter(trace)
	if err := p.Advance(len(trace.Ops)); err != nil {
		return err
	}
	dir := r.dir + "-cut"
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	err := p.Image(uint64(r.At), uint64(r.Code), false).Write(dir)
	if err == nil && r.shop != nil {
		err = (&Day{Marks: r.shop.marks}).mark(dir, len(trace.Ops))
	}
	if err == nil {
		err = r.opensAgain(dir, "after a power cut")
	}
	return errors.Join(err, os.RemoveAll(dir))
}
