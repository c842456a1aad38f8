package powercut

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
)

// node is one file, whatever it is called: what is durable of it, and what was
// done to it since its last sync.
type node struct {
	data  []byte // durable; when it is shorter than size, zeros follow
	size  int64
	loose []numbered
}

// numbered is a call with its place in the trace.
type numbered struct {
	n    int
	op   Op
	node *node // of a name that was made
}

// Platter is the disk at one moment of a trace: what is durable and what is
// loose, of the files as well as of their names.
type Platter struct {
	trace Trace
	at    int              // calls that have happened
	now   map[string]*node // the names as the program sees them
	names map[string]*node // the durable names
	loose []numbered       // changes of names since the last directory sync
	files map[int]*node    // by opening
}

// NewPlatter is the disk before the first call of a trace.
func NewPlatter(t Trace) *Platter {
	p := &Platter{trace: t, now: make(map[string]*node), files: make(map[int]*node)}
	for name, data := range t.Base {
		kept := slices.Clone(bytes.TrimRight(data, "\x00"))
		p.now[name] = &node{data: kept, size: int64(len(data))}
	}
	p.names = maps.Clone(p.now)
	return p
}

// Advance lets the calls before the cut happen. It only goes forward.
func (p *Platter) Advance(cut int) error {
	for ; p.at < cut; p.at++ {
		if err := p.step(numbered{n: p.at, op: p.trace.Ops[p.at]}); err != nil {
			return fmt.Errorf("call %d of the trace: %w", p.at, err)
		}
	}
	return nil
}

func (p *Platter) step(c numbered) error {
	switch op := c.op; op.Kind {
	case Open:
		return p.open(c)
	case Delete:
		delete(p.now, op.Name)
		p.loose = append(p.loose, c)
		return nil
	case Rename:
		if c.node = p.now[op.Name]; c.node == nil {
			return fmt.Errorf("there is no %s to rename", op.Name)
		}
		p.now[op.To] = c.node
		delete(p.now, op.Name)
		p.loose = append(p.loose, c)
		return nil
	case DirSync:
		p.loose = settle(p.loose, op.Upto, func(c numbered) { c.name(p.names) })
		return nil
	}
	file := p.files[c.op.File]
	if file == nil {
		return fmt.Errorf("%s of a file that was not opened", c.op.Kind)
	}
	if c.op.Kind == Sync {
		file.loose = settle(file.loose, c.op.Upto, func(c numbered) { file.take(c.op) })
	} else {
		file.loose = append(file.loose, c)
	}
	return nil
}

func (p *Platter) open(c numbered) error {
	name := c.op.Name
	if c.op.Made {
		c.node = &node{}
		p.now[name] = c.node
		p.loose = append(p.loose, c)
	}
	if p.now[name] == nil {
		return fmt.Errorf("%s was opened and had never been made", name)
	}
	p.files[c.op.File] = p.now[name]
	return nil
}

// settle makes the calls before upto durable and returns those that stay
// loose.
func settle(loose []numbered, upto int, keep func(numbered)) []numbered {
	return slices.DeleteFunc(loose, func(c numbered) bool {
		if c.n < upto {
			keep(c)
		}
		return c.n < upto
	})
}

// name lets a change of names happen.
func (c numbered) name(names map[string]*node) {
	switch c.op.Kind {
	case Open:
		names[c.op.Name] = c.node
	case Delete:
		delete(names, c.op.Name)
	case Rename:
		delete(names, c.op.Name)
		names[c.op.To] = c.node
	}
}

// take makes a write or a new size durable.
func (f *node) take(op Op) {
	if op.Kind == Truncate {
		f.size = op.At
		if int64(len(f.data)) > f.size {
			f.data = slices.Clip(f.data[:f.size])
		}
		return
	}
	end := op.At + int64(len(op.Data))
	if more := end - int64(len(f.data)); more > 0 {
		f.data = append(f.data, make([]byte, more)...)
	}
	copy(f.data[op.At:], op.Data)
	f.size = max(f.size, end)
}
