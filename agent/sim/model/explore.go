package model

import (
	"fmt"
	"strings"
)

// System is what is explored: where it starts, all that may happen next, and
// what must hold. S is the whole of a state; two equal values are one state.
type System[S comparable] interface {
	// Start are the states that everything begins from.
	Start() []S
	// Moves calls yield for everything that may happen in a state.
	Moves(s S, yield func(Move[S]))
	// Broken tells what is wrong with a state; empty when nothing is.
	Broken(s S) string
	// Ended tells that there is no more work and that all books agree.
	Ended(s S) bool
	// Show is a state for a person, on one line.
	Show(s S) string
}

// Move is one thing that may happen.
type Move[S comparable] struct {
	Text   string // a constant sentence with the places {key} and {wallet}
	Key    int    // counted from 0
	Wallet int
	To     S
	Broken string // what this very step breaks, whatever state it leads to
	// Good ranks the moves that happen for certain when the network delivers
	// and the wallets live; the lowest one above 0 is taken. 0 is a move that
	// nobody can count on, such as a crash or a cashier's wish.
	Good int
}

func (m Move[S]) String() string {
	return strings.NewReplacer("{key}", fmt.Sprint(m.Key+1), "{wallet}", walletName(m.Wallet)).Replace(m.Text)
}

// Result is what an exploration found.
type Result struct {
	States int    // distinct states that can be reached
	Moves  int    // arrows between them
	Depth  int    // the longest of all shortest ways to a state
	Broken string // what does not hold; empty when all does
	Trace  string // the shortest way there, for a person
}

// node is what is kept of a state beside the state itself: the state that it
// was first reached from, and the one that it leads to when all goes well.
type node struct{ parent, good int32 }

const (
	nowhere = -1 // no way on
	ended   = -2 // nothing left to do
)

// search is one exploration under way.
type search[S comparable] struct {
	sys   System[S]
	limit int
	ids   map[S]int32
	nodes []node
	next  []S // found and not looked at yet
	res   Result
}

// Explore walks through every state that can be reached, nearest first, so
// that the first fault found has the shortest trace. Then it follows the good
// moves from every state to an end. It stops with a complaint when there are
// more states than limit: half an exploration proves nothing.
func Explore[S comparable](sys System[S], limit int) Result {
	e := &search[S]{sys: sys, limit: limit, ids: make(map[S]int32)}
	for _, s := range sys.Start() {
		e.found(s, nowhere)
	}
	first := int32(0)
	for len(e.next) > 0 && e.res.Broken == "" {
		level := e.next
		e.next = nil
		for i, s := range level {
			if e.look(s, first+int32(i)); e.res.Broken != "" {
				break
			}
		}
		first += int32(len(level))
		e.res.Depth++
	}
	e.res.States = len(e.nodes)
	if e.res.Broken == "" {
		e.follow()
	}
	return e.res
}

// found is the number of a state, a new one if it was never seen.
func (e *search[S]) found(s S, parent int32) int32 {
	if id, known := e.ids[s]; known {
		return id
	}
	id := int32(len(e.nodes))
	e.ids[s] = id
	e.nodes = append(e.nodes, node{parent: parent, good: nowhere})
	e.next = append(e.next, s)
	return id
}

// look takes all moves out of a state.
func (e *search[S]) look(s S, id int32) {
	if e.sys.Ended(s) {
		e.nodes[id].good = ended
	}
	best := 0
	e.sys.Moves(s, func(m Move[S]) {
		if e.res.Broken != "" {
			return
		}
		e.res.Moves++
		before := len(e.nodes)
		to := e.found(m.To, id)
		broken := m.Broken
		if broken == "" && len(e.nodes) > before {
			broken = e.sys.Broken(m.To)
		}
		switch {
		case broken != "":
			e.broken(broken, e.trace(id)+e.line(len(e.path(id)), m))
		case len(e.nodes) > e.limit:
			e.res.Broken = fmt.Sprintf("more than %d states: make the world smaller or the limit larger", e.limit)
		}
		if m.Good > 0 && (best == 0 || m.Good < best) && e.nodes[id].good != ended {
			best, e.nodes[id].good = m.Good, to
		}
	})
}

func (e *search[S]) broken(what, trace string) { e.res.Broken, e.res.Trace = what, trace }

// follow goes along the good moves from every state. Each must come to an end;
// one that comes back to itself is stuck for ever.
func (e *search[S]) follow() {
	const unseen, under, ends = 0, 1, 2
	mark := make([]uint8, len(e.nodes))
	for start := range e.nodes {
		var way []int32
		at := int32(start)
		for at >= 0 && mark[at] == unseen {
			mark[at] = under
			way = append(way, at)
			at = e.nodes[at].good
		}
		if at == nowhere || at >= 0 && mark[at] == under {
			e.broken("stuck: nothing that happens for certain brings it to an end", e.trace(way[0])+e.stuck(way))
			return
		}
		for _, n := range way {
			mark[n] = ends
		}
	}
}

// stuck shows where the good moves of a stuck state go.
func (e *search[S]) stuck(way []int32) string {
	states := e.states(way)
	var out strings.Builder
	out.WriteString("from here, if all goes well:\n")
	for _, id := range way[:min(len(way), 20)] {
		fmt.Fprintf(&out, "     %s\n", e.sys.Show(states[id]))
	}
	return out.String()
}

// path are the states from a start to this one.
func (e *search[S]) path(id int32) []int32 {
	var out []int32
	for ; id >= 0; id = e.nodes[id].parent {
		out = append(out, id)
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// states looks the states with these numbers up: only for a trace, so that
// nothing more need be kept of millions of others.
func (e *search[S]) states(ids []int32) map[int32]S {
	want := make(map[int32]bool, len(ids))
	for _, id := range ids {
		want[id] = true
	}
	out := make(map[int32]S, len(ids))
	for s, id := range e.ids {
		if want[id] {
			out[id] = s
		}
	}
	return out
}

// trace is the way to a state in words.
func (e *search[S]) trace(id int32) string {
	path := e.path(id)
	states := e.states(path)
	var out strings.Builder
	fmt.Fprintf(&out, "     %s\n", e.sys.Show(states[path[0]]))
	for i, at := range path[1:] {
		told := false
		e.sys.Moves(states[path[i]], func(m Move[S]) {
			if !told && m.To == states[at] {
				told = true
				out.WriteString(e.line(i+1, m))
			}
		})
	}
	return out.String()
}

func (e *search[S]) line(n int, m Move[S]) string {
	return fmt.Sprintf("%3d. %s\n     %s\n", n, m, e.sys.Show(m.To))
}

// walletName is what a wallet is called in a trace and in the books.
func walletName(w int) string { return string(rune('A' + w)) }
