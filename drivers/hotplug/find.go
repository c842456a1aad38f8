package hotplug

import (
	"fmt"
	"io/fs"
	"slices"
)

// Find is the one node that fits a wish. others are the wishes for further
// devices of this register: what belongs to one of those is no stranger.
//
// It fails with fs.ErrNotExist when no such device is there, with a
// *Stranger when one carries its ids but is not it, and with ErrAmbiguous when there are
// several.
func (t Tree) Find(m Match, others ...Match) (Node, error) {
	nodes, err := t.Nodes()
	if err != nil {
		return Node{}, err
	}
	var mine, strangers []Node
	for _, n := range nodes {
		switch {
		case m.sits(n) && !m.isKind(n):
			strangers = append(strangers, n)
		case m.sits(n):
			mine = append(mine, n)
		case m.sameIDs(n) && !slices.ContainsFunc(others, func(o Match) bool { return o.sits(n) }):
			strangers = append(strangers, n)
		}
	}
	if len(mine) > 0 {
		return m.choose(mine)
	}
	if len(strangers) > 0 {
		return Node{}, &Stranger{Wish: m, Node: strangers[0]}
	}
	return Node{}, t.missing(m)
}

// isKind tells whether a node is of a kind that is wanted, and truly so: a raw
// HID device that is a keyboard is not.
func (m Match) isKind(n Node) bool {
	if n.Ordinary() {
		return false
	}
	return len(m.Kinds) == 0 || slices.Contains(m.Kinds, n.Kind)
}

// choose takes the one that is meant from nodes that all fit.
func (m Match) choose(nodes []Node) (Node, error) {
	for _, n := range nodes[1:] {
		if n.Visit != nodes[0].Visit {
			return Node{}, fmt.Errorf("%w: %s is at socket %s and at socket %s; name the serial number or the socket in its address",
				ErrAmbiguous, m, nodes[0].Socket, n.Socket)
		}
	}
	if len(m.Kinds) > 0 { // the kind that is wanted most
		for _, k := range m.Kinds {
			if of := slices.Clone(nodes); slices.ContainsFunc(of, func(n Node) bool { return n.Kind == k }) {
				nodes = slices.DeleteFunc(of, func(n Node) bool { return n.Kind != k })
				break
			}
		}
	}
	Sorted(nodes)
	switch {
	case m.Interface > len(nodes):
		return Node{}, fmt.Errorf("%w: %s has %d files of the kind %s, but interface=%d is wanted", fs.ErrNotExist, m, len(nodes), nodes[0].Kind, m.Interface)
	case m.Interface > 0:
		return nodes[m.Interface-1], nil
	case len(nodes) > 1:
		return Node{}, fmt.Errorf("%w: %s has %d files of the kind %s; name one with interface=1 to %d in its address", ErrAmbiguous, m, len(nodes), nodes[0].Kind, len(nodes))
	}
	return nodes[0], nil
}

// missing says why nothing was found: the device is not there, or the kernel
// has no driver for it.
func (t Tree) missing(m Match) error {
	guests, err := t.Guests()
	if err != nil {
		return err
	}
	for _, g := range guests {
		if m.sits(Node{Vendor: g.Vendor, Product: g.Product, Serial: g.Serial, Socket: g.Socket}) {
			return fmt.Errorf("%w: %s is plugged in at socket %s, but the kernel has made no device file of it: is its driver loaded, and is it set to the right interface", fs.ErrNotExist, m, g.Socket)
		}
	}
	return fmt.Errorf("%w: %s is not plugged in", fs.ErrNotExist, m)
}

// Strangers are the nodes that carry the ids of one of the wishes and belong
// to no device that fits one.
func (t Tree) Strangers(wishes []Match) ([]Node, error) {
	nodes, err := t.Nodes()
	if err != nil {
		return nil, err
	}
	right := map[string]bool{} // the visits of devices that fit
	for _, n := range nodes {
		for _, m := range wishes {
			right[n.Visit] = right[n.Visit] || m.Fits(n)
		}
	}
	return slices.DeleteFunc(nodes, func(n Node) bool {
		return right[n.Visit] || !slices.ContainsFunc(wishes, func(m Match) bool { return m.sameIDs(n) })
	}), nil
}
