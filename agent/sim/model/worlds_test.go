package model

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// limit is the most states that an exploration may have: about 2 GB.
const limit = 20_000_000

// deep: POSAGENT_MODEL=deep explores with one more crash and one more copy
// everywhere, and lets the network lose requests of two keys as well.
var deep = os.Getenv("POSAGENT_MODEL") == "deep"

// Wallets of the worlds below.
var (
	plain      = Wallet{Tombstones: true}
	confirming = Wallet{Tombstones: true, Confirms: true}
	quiet      = Wallet{Confirms: true}
)

var worlds = []struct {
	name  string
	world World
}{
	{"two wallets with tombstones", World{Wallets: []Wallet{confirming, confirming}, Keys: 1, Lists: true}},
	{"with tombstones and without", World{Wallets: []Wallet{confirming, quiet}, Keys: 1, Lists: true}},
	{"two wallets without tombstones", World{Wallets: []Wallet{quiet, quiet}, Keys: 1, Lists: true}},
	{"not reversed while the customer confirms", World{Wallets: []Wallet{
		{Tombstones: true, Confirms: true, HoldsFast: true}, {Confirms: true, HoldsFast: true},
	}, Keys: 1, Lists: true}},
	{"windows that close", World{Wallets: []Wallet{
		{Tombstones: true, Confirms: true, Window: true}, {Confirms: true, Window: true},
	}, Keys: 1, Manager: true}},
	{"wallets that take back", World{Wallets: []Wallet{
		{Tombstones: true, TakesBack: true}, {Confirms: true, TakesBack: true},
	}, Keys: 1, Lists: true}},
	{"refused at the door", World{Wallets: []Wallet{
		{Tombstones: true, Doorkeeper: true}, {Doorkeeper: true},
	}, Keys: 1, Manager: true}},
	{"wallets that die", World{Wallets: []Wallet{
		{Tombstones: true, Dies: true}, {Dies: true},
	}, Keys: 1, Manager: true, Offline: true}},
	{"answers that come again", World{Wallets: []Wallet{confirming, quiet}, Keys: 1, Replays: true}},
	{"without network", World{Wallets: []Wallet{confirming, quiet}, Keys: 1, Manager: true, Offline: true}},
	{"a top-up", World{Wallets: []Wallet{confirming, quiet}, Kind: charge.Topup, Keys: 1, Manager: true, Offline: true}},
	{"top-ups and lists", World{Wallets: []Wallet{confirming, quiet}, Kind: charge.Topup, Keys: 1, Lists: true}},
	{"top-ups that are spent", World{Wallets: []Wallet{
		{Tombstones: true, Confirms: true, Window: true}, {Confirms: true, Window: true},
	}, Kind: charge.Topup, Keys: 1, Manager: true}},
	{"top-ups that wallets take back", World{Wallets: []Wallet{{Tombstones: true, TakesBack: true}, {TakesBack: true}}, Kind: charge.Topup, Keys: 1, Lists: true}},
	{"two keys at one wallet", World{Wallets: []Wallet{plain}, Keys: 2, Lists: true}},
	{"two keys at two wallets", World{Wallets: []Wallet{plain, plain}, Keys: 2}},
	{"two keys and answers that come again", World{Wallets: []Wallet{plain}, Keys: 2, Replays: true}},
	{"two keys with tombstones and without", World{Wallets: []Wallet{plain, {}}, Keys: 2}},
	{"two keys and a manager", World{Wallets: []Wallet{{Tombstones: true, Window: true}}, Keys: 2, Manager: true}},
	{"two keys of a top-up that is spent", World{Wallets: []Wallet{{Tombstones: true, Window: true}}, Kind: charge.Topup, Keys: 2}},
}

// sized sets a world's bounds.
func sized(w World) World {
	switch {
	case racing && w.Keys == 2:
	case racing:
		w.Crashes, w.Copies = 1, 1
	case w.Keys == 2 && !deep:
		w.Crashes, w.Copies = 1, 1
	case w.Keys == 2:
		w.Crashes, w.Copies, w.Lossy = 2, 1, true
	case deep:
		w.Crashes, w.Copies, w.Lossy = 4, 4, true
	default:
		w.Crashes, w.Copies, w.Lossy = 2, 2, true
	}
	return w
}

// No money is lost, none is taken twice, nothing is shown that is not so, and
// nothing is ever stuck: in every state of every world.
func TestNothingGoesWrong(t *testing.T) {
	for _, c := range worlds {
		t.Run(c.name, func(t *testing.T) {
			report(t, func() Result { return Check(sized(c.world), limit) })
		})
	}
}

func report(t *testing.T, explore func() Result) {
	t.Helper()
	began := time.Now()
	r := explore()
	var after runtime.MemStats
	runtime.ReadMemStats(&after)
	t.Logf("%d states, %d moves, at most %d from the start, %.1f s, %d MB of heap", r.States, r.Moves, r.Depth, time.Since(began).Seconds(), after.HeapInuse>>20)
	if r.Broken != "" {
		t.Fatalf("%s\n%s", r.Broken, r.Trace)
	}
}

// A customer gets back at most what was paid, whatever is lost, repeated or
// forgotten of refunds, voids and a manager's money from the till.
func TestRefundsGiveBackOnce(t *testing.T) {
	for _, owed := range []bool{false, true} {
		for _, careless := range []bool{false, true} {
			w := Refunds{Owed: owed, Careless: careless, Manager: true, Crashes: 2, Copies: 2, Lossy: true}
			if racing {
				w.Crashes, w.Copies = 1, 0
			}
			t.Run(fmt.Sprintf("owed %v, careless wallet %v", owed, careless), func(t *testing.T) {
				report(t, func() Result { return CheckRefunds(w, limit) })
			})
		}
	}
}

// unused are the arrows that nothing in the worlds takes.
var unused = map[string]string{
	"pending send":      "a charge that waits for the customer is asked for, never sent again",
	"indoubt send":      "a doubt is asked for, never sent again",
	"reversing send":    "what is being undone is never sent again",
	"abandoned approve": "nothing was ever sent: only a wallet that takes money unasked leads there",
}

// The worlds are not empty: every other arrow of the table is taken somewhere.
func TestEveryArrowIsTaken(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range worlds {
		m := newModel(sized(c.world))
		if c.world.Keys == 2 || c.world.Kind != "" {
			continue
		}
		if r := Explore(m, limit); r.Broken != "" {
			t.Fatal(r.Broken)
		}
		for asked := range m.taken {
			seen[string(charge.States[asked.state-1])+" "+string(asked.event)] = true
		}
	}
	var missing []string
	for _, s := range charge.States {
		for _, e := range charge.Events {
			name := string(s) + " " + string(e)
			_, arrow := charge.Next(s, e)
			switch {
			case arrow && !seen[name] && unused[name] == "":
				missing = append(missing, name)
			case seen[name] && unused[name] != "":
				t.Errorf("%s is taken, but the list says why not: %s", name, unused[name])
			}
		}
	}
	if len(missing) > 0 {
		t.Errorf("no world takes: %s", strings.Join(missing, ", "))
	}
}
