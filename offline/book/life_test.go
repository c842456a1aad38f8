package book_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/charge"
)

// Any sequence of steps, marks, crashes and failing disks keeps the promises
// of the books.
func TestAnyLifeKeepsTheBooks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := newFixture(t)
		m := &machine{fixture: f, states: map[charge.Key]charge.State{}}
		t.Repeat(map[string]func(*rapid.T){
			"prepare": m.anotherSale,
			"apply":   m.step,
			"mark":    m.mark,
			"flush":   func(*rapid.T) { f.alone() },
			"disk":    func(*rapid.T) { f.broken = !f.broken },
			"crash":   m.restart,
			"":        m.check,
		})
	})
}

type machine struct {
	*fixture
	keys   []charge.Key
	states map[charge.Key]charge.State // as last shown
}

func (m *machine) anotherSale(t *rapid.T) {
	rec, err := m.Prepare(aSale(fmt.Sprintf("sale-%d", rapid.IntRange(0, 3).Draw(t, "sale"))), charge.ByCashier)
	if err != nil {
		return
	}
	if slices.Contains(m.keys, rec.Key) {
		t.Fatalf("key %s was issued twice", rec.Key)
	}
	m.keys = append(m.keys, rec.Key)
	m.states[rec.Key] = rec.State
}

func (m *machine) any(t *rapid.T) (charge.Key, charge.Step) {
	if len(m.keys) == 0 {
		t.Skip("no charge yet")
	}
	at := m.later(time.Duration(rapid.IntRange(0, 2).Draw(t, "seconds")) * time.Second)
	return rapid.SampledFrom(m.keys).Draw(t, "key"), charge.Step{
		Event:  rapid.SampledFrom(charge.Events).Draw(t, "event"),
		Wallet: rapid.SampledFrom([]string{"alpha", "beta", ""}).Draw(t, "wallet"),
		By:     rapid.SampledFrom([]charge.By{charge.ByWallet, charge.ByCashier, charge.ByTimer}).Draw(t, "by"),
		Asked:  at.Add(-time.Duration(rapid.IntRange(0, 3).Draw(t, "ago")) * time.Second), At: at,
	}
}

func (m *machine) step(t *rapid.T) {
	key, step := m.any(t)
	rec, err := m.Apply(key, step)
	if m.broken {
		if err == nil {
			t.Fatal("a broken disk wrote")
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	m.states[key] = rec.State
}

func (m *machine) mark(t *rapid.T) {
	key, step := m.any(t)
	m.Mark(key, step)
}

func (m *machine) restart(*rapid.T) {
	m.broken = false
	m.crash()
	m.open("alpha", "beta")
}

func (m *machine) check(t *rapid.T) {
	links := m.links()
	m.verify(len(links))
	at := map[charge.Key]charge.State{}
	for _, l := range links {
		if l.From != at[l.Key] {
			t.Fatalf("entry %d of %s begins at %q, the one before ended at %q", l.N, l.Key, l.From, at[l.Key])
		}
		at[l.Key] = l.To
		if l.From == "" {
			continue
		}
		to, arrow := charge.Next(l.From, l.Step.Event)
		if l.Moved && (!arrow || to != l.To) || !l.Moved && l.From != l.To {
			t.Fatalf("entry %d goes %s %s %s, moved %v: no such arrow", l.N, l.From, l.Step.Event, l.To, l.Moved)
		}
	}
	for key := range m.states {
		rec, err := m.Charge(key)
		if err != nil {
			t.Fatal(err)
		}
		if rec.State != at[key] {
			t.Fatalf("charge %s is %s, its journal ends at %s", key, rec.State, at[key])
		}
		for _, w := range rec.Confirmed {
			if !slices.Contains(rec.Route, w) {
				t.Fatalf("charge %s: confirmed by %v, but the route is %v", key, rec.Confirmed, rec.Route)
			}
		}
		if rec.State == charge.Reversed && len(rec.Confirmed) < len(rec.Route) && m.reversedByWallets(key) {
			t.Fatalf("charge %s is reversed over %v with %v alone", key, rec.Route, rec.Confirmed)
		}
	}
}

// reversedByWallets: a debt that was paid back by hand needs no wallet's word.
func (m *machine) reversedByWallets(key charge.Key) bool {
	links, err := m.Links(key)
	if err != nil {
		return false
	}
	for _, l := range slices.Backward(links) {
		if l.To == charge.Reversed && l.Moved {
			return l.From == charge.Reversing
		}
	}
	return false
}
