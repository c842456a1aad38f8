package whole_test

import (
	"crypto"
	crand "crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/authorize/own"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/agent/sim/taking"
	"github.com/posagent/posagent/agent/sim/wirecut"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/oda"
)

// terms are those of a wallet whose customers have no patience at all, so that
// a doubt is over within a second.
func terms() charge.Terms {
	t := charge.Standard()
	t.Soft, t.Deadline = 60*pace, 200*pace
	t.Inquiries = []time.Duration{50 * pace, 50 * pace, 100 * pace}
	t.GiveUp, t.GiveUpPending, t.ShowFor = 500*pace, 700*pace, 900*pace
	t.ReverseFirst, t.ReverseMax = 100*pace, 3000*pace // not shorter: sixteen registers that ask again as soon as a busy machine was too slow would keep it so
	return t
}

// counter is one register of the shop with its cashier, its disk and its own
// piece of network. It outlives the crashes of its register.
type counter struct {
	t     *testing.T
	fars  []*far
	name  string // the terminal
	dir   string
	codes *paycode.Classifier
	wires []*wirecut.Proxy // one to each wallet
	ids   []authorize.Identity
	dice  *rand.Rand // of the cashier's goroutine alone

	disk  *disk
	books *book.Book
	reg   *agent.Register
	lines []*authorize.Line
	taker *takes
	signs agent.Forwarder
	watch sync.WaitGroup

	count tally // of the cashier's goroutine
	cut   int   // sales for which the line to the first wallet is cut

	issued map[charge.Key]string // to the sale that it was issued for
	copied string                // where an older copy of the books lies; empty: there is none
	forgot bool                  // an older copy was put back
	older  bool                  // and the register has not started on it yet

	sealer   *offline.Sealer
	identity string // that opens queue files, the same for the whole shop
	receiver string
	files    chan []byte // queue files on their way

	mu    sync.Mutex
	shown map[charge.Key]bool // approved on the screen of a living register
	taken map[charge.Key]bool // without a network
	has   map[charge.Key]bool // in the end
}

// tally is what happened, so that a fault that never came is noticed.
type tally struct{ Charges, Crashes, Cancels, DoubleTaps, Shared, Retried, Bounces, Repeats, Restores, Refunds, TopUps, Paused, Outages, Taken, Left, Handed, Shown int }

func (n *tally) add(m tally) {
	n.Charges += m.Charges
	n.Crashes += m.Crashes
	n.Cancels += m.Cancels
	n.DoubleTaps += m.DoubleTaps
	n.Shared += m.Shared
	n.Retried += m.Retried
	n.Bounces += m.Bounces
	n.Repeats += m.Repeats
	n.Restores += m.Restores
	n.Refunds += m.Refunds
	n.TopUps += m.TopUps
	n.Paused += m.Paused
	n.Outages += m.Outages
	n.Taken += m.Taken
	n.Left += m.Left
	n.Handed += m.Handed
	n.Shown += m.Shown
}

func newCounter(t *testing.T, fars []*far, terminal string, seed uint64) *counter {
	t.Helper()
	c := &counter{t: t, fars: fars, name: terminal, dir: t.TempDir(), shown: map[charge.Key]bool{}, taken: map[charge.Key]bool{}, has: map[charge.Key]bool{}, issued: map[charge.Key]string{}, dice: rand.New(rand.NewPCG(seed, 1))}
	rules := signedRules(fars[0].id)
	for _, f := range fars {
		rules.Digits = append(rules.Digits, paycode.DigitsRule{ID: f.id, Match: "^97[" + f.digits + "][0-9]{17}$", Wallet: f.id})
		pair, err := f.authority.Client("S1", terminal)
		check(t, err)
		cert, err := pair.TLS()
		check(t, err)
		c.ids = append(c.ids, authorize.Identity{Certificate: cert, Roots: f.authority.Pool()})
		w, err := wirecut.New(f.addr, nil)
		check(t, err)
		c.wires = append(c.wires, w)
	}
	var err error
	c.codes, err = paycode.New(rules, c.wallets())
	check(t, err)
	key := make([]byte, offline.SecretSize)
	_, _ = crand.Read(key)
	c.sealer, err = offline.NewSealer(key)
	check(t, err)
	check(t, c.start(0))
	return c
}

func (c *counter) wallets() (ids []string) {
	for _, f := range c.fars {
		ids = append(ids, f.id)
	}
	return ids
}

// start opens the books that the last run left and recovers what is open. The
// register crashes once more after so many steps of that, unless it is 0.
func (c *counter) start(crash int) error {
	store, err := offline.Open(c.dir, offline.Options{})
	if err != nil {
		return err
	}
	c.disk, c.reg = &disk{Store: store, steps: crash}, nil
	options := book.Options{Store: "S1", Terminal: c.name, Wallets: c.wallets(), Now: time.Now, Mark: offline.NewHighWater(c.dir)}
	if c.books, err = book.Open(c.disk, options); err != nil {
		return err
	}
	c.lines = nil
	c.taker = &takes{&taking.Taker{Book: c.books, Trust: c.fars[0].issuer.Trust(), Cache: oda.NewCache(64), Limits: limits, Sealer: c.sealer}, c}
	var wallets []agent.Wallet
	for i, f := range c.fars {
		line := authorize.NewLine("https://"+c.wires[i].Addr(), c.ids[i])
		c.lines = append(c.lines, line)
		ask := &own.Client{ID: f.id, Store: "S1", Terminal: c.name, Line: line, Terms: terms()}
		one := agent.Wallet{ID: f.id, Name: f.id, Terms: terms(), Ask: ask, Refunds: ask, TopUps: ask, Lists: ask}
		if i == 0 {
			one.Shows = ask
		}
		if f.issuer != nil {
			ask.Signer = c.ids[i].Certificate.PrivateKey.(crypto.Signer)
			one.Forwards, c.signs = ask, ask
		}
		wallets = append(wallets, one)
	}
	spread := rand.New(rand.NewPCG(c.dice.Uint64(), 2))
	var drawing sync.Mutex
	c.reg = agent.New(agent.Parts{
		Store: sale.Store{ID: "S1", Terminal: c.name, Name: "S1"}, Journal: c.books, Memory: c.books, Accounts: c.books, Offline: c.taker, NotFound: book.ErrNotFound, Codes: c.codes,
		Wallets: wallets, Room: func() error { return nil },
		HashCode: taking.HashCode,
		Day:      func(now time.Time) string { return now.Format(time.DateOnly) }, Zone: time.UTC, Now: time.Now,
		MostTopUp: 1_000_000, Spread: func() float64 { drawing.Lock(); defer drawing.Unlock(); return spread.Float64() },
	}, slog.New(slog.DiscardHandler))
	asOffline(c.reg, c.fars[0].id)
	reg, d := c.reg, c.disk
	c.watch.Go(func() { c.look(reg, d) })
	_, err = c.reg.Recover()
	return err
}

// look is the screen: it remembers every charge that it ever showed as paid.
func (c *counter) look(reg *agent.Register, d *disk) {
	for !d.gone() {
		changed := reg.Changed()
		if v, ok := reg.Standing(); ok && v.Charge.State.Goods() == charge.HandOver && !d.gone() {
			c.mu.Lock()
			c.shown[v.Charge.Key] = true
			c.mu.Unlock()
		}
		select {
		case <-changed:
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// crash ends the register as a power cut does, and starts it again on what was
// durable, now and then only to crash on the way up.
func (c *counter) crash() error {
	for {
		c.count.Crashes++
		c.disk.kill()
		if c.reg != nil {
			for _, line := range c.lines {
				line.Close()
			}
			c.reg.Leave() // its goroutines end; nothing of what they do counts any more
		}
		c.watch.Wait()
		if err := c.disk.Close(); err != nil {
			return fmt.Errorf("close the books of terminal %s: %w", c.name, err)
		}
		if err := c.restore(); err != nil {
			return err
		}
		again := 0
		if c.dice.IntN(4) == 0 {
			again = 1 + c.dice.IntN(6)
		}
		err := c.start(again)
		if !c.disk.gone() {
			c.disk.crashAfter(0)
			c.recall()
			return err
		}
	}
}

// restore puts an older copy of the books back, now and then, or makes one. The
// mark beside the books is not part of a copy, as when somebody brings the
// database back from yesterday's backup.
func (c *counter) restore() error {
	file := filepath.Join(c.dir, offline.FileName)
	switch {
	case c.copied != "" && c.chance(15):
		c.count.Restores++
		c.forgot, c.older = true, true
		if err := os.Remove(file + "-wal"); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return copyFile(c.copied, file)
	case c.chance(30):
		c.copied = filepath.Join(c.dir, "yesterday.db")
		return copyFile(file, c.copied)
	}
	return nil
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o600)
}
