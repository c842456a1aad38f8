package all

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"time"

	"github.com/posagent/posagent/drivers/hotplug"
	"github.com/posagent/posagent/drivers/port"
)

// patience is how long a device that was just plugged in may look like a
// stranger: its files come one after the other.
const patience = 2 * time.Second

// Hardware is the machine's hardware as one register uses it.
type Hardware struct {
	tree     hotplug.Tree
	wishes   []hotplug.Match // of all devices of the register
	patience time.Duration

	mu    sync.Mutex
	since map[string]time.Time // since when a stranger is there, by its visit
}

// New is the hardware of a register whose devices have these addresses: what
// belongs to one of them is no stranger to the others.
func New(tree hotplug.Tree, addresses []port.Address) *Hardware {
	h := &Hardware{tree: tree, patience: patience, since: map[string]time.Time{}}
	for _, a := range addresses {
		if a.Kind == port.USB {
			h.wishes = append(h.wishes, Wish(a))
		}
	}
	return h
}

// Wish is what a USB address asks for; kinds are the driver's own, which an
// address that names one narrows.
func Wish(a port.Address, kinds ...hotplug.Kind) hotplug.Match {
	d := a.Device
	if d.Node != "" {
		kinds = []hotplug.Kind{kindOf(d.Node)}
	}
	return hotplug.Match{Vendor: d.Vendor, Product: d.Product, Serial: d.Serial, Socket: d.Socket, Kinds: kinds, Interface: d.Interface}
}

// kinds of device files, as an address and as sysfs name them.
var kinds = []struct {
	wire port.Kind
	node hotplug.Kind
}{
	{port.Serial, hotplug.TTY}, {port.LP, hotplug.LP}, {port.HIDRaw, hotplug.HIDRaw}, {port.EvDev, hotplug.EvDev}, {port.Video, hotplug.Video},
}

func kindOf(wire port.Kind) hotplug.Kind {
	for _, k := range kinds {
		if k.wire == wire {
			return k.node
		}
	}
	return ""
}

// Direct is the address of a node's file, with the settings of line's address.
func Direct(n hotplug.Node, line port.Address) port.Address {
	for _, k := range kinds {
		if k.node != n.Kind {
			continue
		}
		if k.wire != port.Serial {
			return port.Address{Kind: k.wire, Path: n.Dev}
		}
		line.Kind, line.Path, line.Device = port.Serial, n.Dev, port.Device{}
		if line.DataBits == 0 {
			line.DataBits, line.Parity, line.StopBits = 8, 'N', 1
		}
		return line
	}
	return port.Address{Kind: port.File, Path: n.Dev}
}

// place is where a device is opened; kinds are those that its driver reads.
// It fails when the address is of another kind.
func (h *Hardware) place(a port.Address, kinds ...hotplug.Kind) (*port.Place, error) {
	wire := a.Kind
	if wire == port.USB {
		wire = a.Device.Node
	}
	if of := kindOf(wire); of != "" && !slices.Contains(kinds, of) {
		return nil, fmt.Errorf("address %s is of a %s, which a device of this profile is not read by: choose another profile, or set the device to another interface", a, of.Word())
	}
	for i, w := range h.wishes {
		if wish := Wish(a, kinds...); a.Kind == port.USB && w.Like(wish) {
			h.wishes[i] = wish
		}
	}
	return port.NewPlace(a, func(a port.Address) (port.Found, error) {
		n, err := h.tree.Find(Wish(a, kinds...), h.wishes...)
		if err != nil {
			return port.Found{}, h.explain(a, err)
		}
		return port.Found{Address: Direct(n, a), Identity: n.Visit + " " + n.Sys + " " + n.Number}, nil
	}), nil
}

// explain turns an error of finding into one that the supervisors know.
func (h *Hardware) explain(a port.Address, err error) error {
	var stranger *hotplug.Stranger
	switch {
	case errors.As(err, &stranger):
		if h.known(stranger.Node) < h.patience {
			return fmt.Errorf("%s: %w yet: %w", a, fs.ErrNotExist, err)
		}
		return fmt.Errorf("%w; it is not read: %w", port.ErrNotAllowed, err)
	case errors.Is(err, hotplug.ErrAmbiguous):
		return fmt.Errorf("%w: %w", port.ErrAmbiguous, err)
	}
	return err
}

// known is for how long a stranger has been seen.
func (h *Hardware) known(n hotplug.Node) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	key := n.Visit + " " + n.Sys
	if _, seen := h.since[key]; !seen {
		const most = 64 // strangers that are remembered
		if len(h.since) >= most {
			clear(h.since)
		}
		h.since[key] = now
	}
	return now.Sub(h.since[key])
}

// Strangers are the device files that carry the ids of a device of this
// register and belong to none.
func (h *Hardware) Strangers() ([]hotplug.Node, error) { return h.tree.Strangers(h.wishes) }
