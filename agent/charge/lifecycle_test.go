package charge_test

import (
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/charge"
)

// table reads a table of testdata: a head line, then one line per state in the
// order of charge.States. cell is called for each.
func table(t *testing.T, file string, cell func(s charge.State, column, value string)) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var head []string
	row := 0
	for _, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Fields(strings.ReplaceAll(line, "new key", "new_key"))
		if head == nil {
			head = fields
			continue
		}
		if row >= len(charge.States) || fields[0] != string(charge.States[row]) || len(fields) != len(head) {
			t.Fatalf("%s: row %d is %q: want one row per state, in their order, with %d cells", file, row+1, line, len(head))
		}
		for i := 1; i < len(fields); i++ {
			cell(charge.States[row], head[i], fields[i])
		}
		row++
	}
	if row != len(charge.States) {
		t.Fatalf("%s has %d states, want %d", file, row, len(charge.States))
	}
}

// Every state with every event, by name.
func TestEveryPairOfStateAndEvent(t *testing.T) {
	pairs := 0
	table(t, "testdata/lifecycle.txt", func(s charge.State, event, want string) {
		pairs++
		t.Run(string(s)+" "+event, func(t *testing.T) {
			to, moves := charge.Next(s, charge.Event(event))
			got := string(to)
			if !moves {
				if got != "" {
					t.Errorf("no arrow, but Next names %s", got)
				}
				got = "."
			}
			if got != want {
				t.Errorf("leads to %s, want %s", got, want)
			}
		})
	})
	if want := len(charge.States) * len(charge.Events); pairs != want {
		t.Errorf("%d pairs were compared, want %d", pairs, want)
	}
}

func TestWhatEachStateMeans(t *testing.T) {
	yes := map[bool]string{true: "yes", false: "no"}
	table(t, "testdata/states.txt", func(s charge.State, column, want string) {
		var got string
		switch column {
		case "work":
			got = map[bool]string{true: "open", false: "settled"}[s.Open()]
		case "doubt":
			got = yes[s.Doubtful()]
		case "new_key":
			got = yes[s.AllowsNewKey()]
		case "goods":
			got = string(s.Goods())
		default:
			t.Fatalf("column %q", column)
		}
		if got != want {
			t.Errorf("%s: %s is %s, want %s", s, column, got, want)
		}
	})
}

func TestWhatContradictsTheBooks(t *testing.T) {
	table(t, "testdata/contradicts.txt", func(s charge.State, event, want string) {
		got := "."
		if charge.Contradicts(s, charge.Event(event)) {
			got = "!"
		}
		if got != want {
			t.Errorf("%s %s: %s, want %s", s, event, got, want)
		}
	})
}

func TestOpenAndSettledArePartition(t *testing.T) {
	for _, s := range charge.States {
		if s.Open() == s.Settled() {
			t.Errorf("%s: open %v, settled %v; it must be one of them", s, s.Open(), s.Settled())
		}
		if !s.Known() {
			t.Errorf("%s is not known", s)
		}
	}
	for _, s := range []charge.State{"", "Approved", "paid"} {
		if s.Known() || s.Open() || s.Settled() || s.Doubtful() || s.AllowsNewKey() || s.Goods() != charge.Hold {
			t.Errorf("%q is no state, but something is true of it", s)
		}
	}
}

// A second charge for the same sale must not end up beside a first one that is
// paid after all. Whatever happens, no way leads from a state that allows a
// new key to one that hands over goods or keeps the customer's money for a
// sale.
func TestAStateThatAllowsANewKeyIsNeverPaidAgain(t *testing.T) {
	for _, s := range charge.States {
		if !s.AllowsNewKey() {
			continue
		}
		for to := range reachable(s) {
			if to == charge.Approved || to == charge.Unpaid || to.Goods() == charge.HandOver {
				t.Errorf("from %s a way leads to %s", s, to)
			}
			if !to.AllowsNewKey() {
				t.Errorf("from %s a way leads to %s, which allows no new key", s, to)
			}
		}
	}
}

// Nothing is stuck: from every state a way leads to one that is settled, and
// whatever was sent can still be undone.
func TestNothingIsStuck(t *testing.T) {
	for _, s := range charge.States {
		settled := s.Settled()
		for to := range reachable(s) {
			settled = settled || to.Settled()
		}
		if !settled {
			t.Errorf("no way leads from %s to a settled state", s)
		}
		if s.Doubtful() || s == charge.Queued || s == charge.Forwarding {
			if to, _ := charge.Next(s, charge.Cancel); to != charge.Reversing {
				t.Errorf("cancel leads from %s to %q: what may have been paid must be reversed", s, to)
			}
		}
	}
}

// A timeout is never a decline, and what may have been paid is never called
// given up.
func TestNoDoubtBecomesANoWithoutTheWallet(t *testing.T) {
	for _, s := range charge.States {
		for _, e := range charge.Events {
			to, moves := charge.Next(s, e)
			if !moves {
				continue
			}
			if to == charge.Declined && e != charge.Decline {
				t.Errorf("%s %s leads to declined without the wallet's no", s, e)
			}
			if to == charge.Approved && e != charge.Approve {
				t.Errorf("%s %s leads to approved without the wallet's yes", s, e)
			}
			if to == charge.Reversed && e != charge.Confirm {
				t.Errorf("%s %s leads to reversed without a confirmation", s, e)
			}
			if to == charge.Abandoned && s != charge.Prepared {
				t.Errorf("%s %s leads to abandoned, although a request may have left", s, e)
			}
		}
	}
}

// reachable are all states that some sequence of events leads to from s.
func reachable(s charge.State) map[charge.State]bool {
	found := map[charge.State]bool{}
	todo := []charge.State{s}
	for len(todo) > 0 {
		from := todo[0]
		todo = todo[1:]
		for _, e := range charge.Events {
			if to, moves := charge.Next(from, e); moves && !found[to] {
				found[to] = true
				todo = append(todo, to)
			}
		}
	}
	return found
}

// Any life at all, step by step: the states stay known, and goods are only
// handed over after a yes, or after an acceptance without network.
func TestAnyLife(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := charge.Prepared
		var said, accepted bool
		for _, e := range rapid.SliceOfN(rapid.SampledFrom(charge.Events), 1, 60).Draw(t, "events") {
			to, moves := charge.Next(s, e)
			if !moves {
				continue
			}
			said = said || e == charge.Approve
			accepted = accepted || e == charge.Queue
			s = to
			if !s.Known() {
				t.Fatalf("%q is no state", s)
			}
			if s.Goods() == charge.HandOver && !said && !accepted {
				t.Fatalf("goods go in %s, but nobody said yes", s)
			}
		}
	})
}

// What is not a word of ours moves nothing and alarms nobody.
func TestUnknownWordsMoveNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.String().Draw(t, "word")
		for _, e := range charge.Events {
			if charge.State(word).Known() || string(e) == word {
				t.Skip("a word of ours")
			}
			if to, moves := charge.Next(charge.State(word), e); moves || to != "" {
				t.Fatalf("%q %s leads to %s", word, e, to)
			}
		}
		for _, s := range charge.States {
			if to, moves := charge.Next(s, charge.Event(word)); moves || to != "" {
				t.Fatalf("%s %q leads to %s", s, word, to)
			}
			if charge.Contradicts(s, charge.Event(word)) {
				t.Fatalf("%q alarms in %s", word, s)
			}
		}
	})
}
