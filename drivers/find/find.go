// Package find meets hardware that nobody has set up yet: it waits for a
// device to be plugged in, says by which address it is found again whatever
// its number, and can ask a printer who it is. It changes nothing and keeps
// nothing open.
//
// Invariant: an address that it offers leads to that very device and to no
// other that is plugged in.
package find

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/posagent/posagent/drivers/all"
	"github.com/posagent/posagent/drivers/hotplug"
	"github.com/posagent/posagent/drivers/port"
)

// Guest is one device, with all the files by which it can be used.
type Guest struct {
	Vendor  string  `json:"vendor,omitempty"`
	Product string  `json:"product,omitempty"`
	Serial  string  `json:"serial,omitempty"`
	Socket  string  `json:"socket,omitempty"`
	Maker   string  `json:"maker,omitempty"`
	Model   string  `json:"model,omitempty"`
	Offers  []Offer `json:"offers"`

	visit string
}

// Offer is one way to use a device.
type Offer struct {
	Address string       `json:"address"` // for the configuration
	Node    hotplug.Node `json:"node"`
	Says    Answer       `json:"says,omitzero"` // of a printer that was asked
}

// Finder looks at one machine.
type Finder struct {
	Tree hotplug.Tree
	Log  *slog.Logger
}

// Here looks at this machine.
func Here(log *slog.Logger) Finder { return Finder{Tree: hotplug.Machine(), Log: log} }

// Now are all devices that are plugged in.
func (f Finder) Now() ([]Guest, error) {
	nodes, err := f.Tree.Nodes()
	if err != nil {
		return nil, err
	}
	return guests(nodes, nodes), nil
}

// gathering is how long the files of one device may take to come.
const gathering = time.Second

// Wait tells of each device that is plugged in, once all its files are there,
// until ctx ends or tell returns false. begun is called when nothing that is
// plugged in from then on is missed.
func (f Finder) Wait(ctx context.Context, begun func(), tell func(Guest) bool) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	w := hotplug.NewWatcher(f.Tree, f.Log)
	changes := make(chan hotplug.Change)
	w.Watch(func(c hotplug.Change) {
		select {
		case changes <- c:
		case <-ctx.Done():
		}
	})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.Run(ctx)
	}()
	defer func() {
		stop()
		<-ended
	}()
	begun()
	came := map[string]bool{} // visits of which something has come
	var gathered <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case c := <-changes:
			if c.Gone {
				delete(came, key(c.Node))
				continue
			}
			came[key(c.Node)] = true
			gathered = time.After(gathering)
		case <-gathered:
			all, err := f.Now()
			if err != nil {
				return err
			}
			for _, g := range all {
				if came[g.visit] && !tell(g) {
					return nil
				}
			}
			clear(came)
		}
	}
}

// key is the same for all files of one device, and another after each
// plugging-in.
func key(n hotplug.Node) string {
	if n.USB() {
		return n.Visit
	}
	return n.Sys
}

// guests puts nodes together that belong to one device. present are all nodes
// of the machine.
func guests(nodes, present []hotplug.Node) []Guest {
	var out []Guest
	for _, n := range nodes {
		i := slices.IndexFunc(out, func(g Guest) bool { return g.visit == key(n) })
		if i < 0 {
			out = append(out, Guest{Vendor: n.Vendor, Product: n.Product, Serial: n.Serial, Socket: n.Socket, Maker: n.Maker, Model: n.Model, visit: key(n)})
			i = len(out) - 1
		}
		if useful(n) {
			out[i].Offers = append(out[i].Offers, Offer{Address: Address(n, present), Node: n})
		}
	}
	return slices.DeleteFunc(out, func(g Guest) bool { return len(g.Offers) == 0 })
}

// useful tells whether a node can be a device of a register: a keyboard's raw
// reports cannot.
func useful(n hotplug.Node) bool {
	return n.Kind != hotplug.HIDRaw || !n.Ordinary()
}

// Address is how a node is written in the configuration: by its serial number
// when it has one that no other device carries, by its socket otherwise. What
// is not on USB keeps its path.
func Address(n hotplug.Node, present []hotplug.Node) string {
	if !n.USB() {
		return all.Direct(n, port.Address{}).String()
	}
	direct := all.Direct(n, port.Address{})
	a := port.Address{Kind: port.USB, Device: port.Device{Vendor: n.Vendor, Product: n.Product, Serial: n.Serial, Node: direct.Kind}}
	wish := func() hotplug.Match { return all.Wish(a) }
	fits := func(o hotplug.Node) bool { return o.Visit != n.Visit && wish().Fits(o) }
	if n.Serial == "" || slices.ContainsFunc(present, fits) {
		a.Device.Socket, a.Device.Serial = n.Socket, ""
	}
	of := slices.DeleteFunc(slices.Clone(present), func(o hotplug.Node) bool { return !wish().Fits(o) })
	if of = hotplug.Sorted(of); len(of) > 1 {
		a.Device.Interface = slices.Index(of, n) + 1
	}
	return a.String()
}
