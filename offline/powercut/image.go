package powercut

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// sector is what a disk writes as a whole or not at all.
const sector = 512

// Image is what a disk may hold after a cut. It shares the platter's bytes: it
// must be written before the platter goes on.
type Image struct {
	files map[string]picture
	Lost  []string // what was not kept, when it was asked for
}

// picture is one file of an image: what was durable of it, and the loose
// changes that were kept, in order.
type picture struct {
	base *node
	kept []Op
}

// A dice decides what a disk keeps of what was not synced.
type dice struct {
	*rand.Rand
	keep, tear, grow float64 // chances, of each loose call by itself
	lost             func(string, ...any)
}

// roll begins an image. A disk that keeps all or nothing is as likely as one
// that keeps some: those are the ones that exist.
func roll(r *rand.Rand, lost func(string, ...any)) dice {
	d := dice{Rand: r, tear: 0.25, grow: 0.25, lost: lost}
	switch r.IntN(8) {
	case 0:
		d.tear, d.grow = 0, 0 // nothing that was not synced
	case 1:
		d.keep, d.tear, d.grow = 1, 0, 0 // all of it: only the program ended
	default:
		d.keep = []float64{0.1, 0.5, 0.9}[r.IntN(3)]
	}
	return d
}

func (d dice) happens(chance float64) bool { return d.Float64() < chance }

// Cut is where the image of a number is cut: anywhere in a trace of so many
// calls, before the first and behind the last as well.
func Cut(seed, number uint64, calls int) int {
	return rand.New(rand.NewPCG(^seed, number)).IntN(calls + 1)
}

// Image draws one image of the disk as it is now. The numbers are a seed and
// the image's own; explain fills Lost.
func (p *Platter) Image(seed, number uint64, explain bool) Image {
	var said []string
	lost := func(string, ...any) {}
	if explain {
		lost = func(format string, a ...any) { said = append(said, fmt.Sprintf(format, a...)) }
	}
	out := p.draw(roll(rand.New(rand.NewPCG(seed, number)), lost))
	out.Lost = said
	return out
}

func (p *Platter) draw(d dice) Image {
	out := Image{files: make(map[string]picture)}
	names := maps.Clone(p.names)
	for _, c := range p.loose {
		if d.happens(d.keep) {
			c.name(names)
		} else {
			d.lost("call %d, %s %s, was undone", c.n, c.op.Kind, c.op.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) { // the dice must fall in one order
		out.files[name] = d.picture(name, names[name])
	}
	return out
}

// Whole is the image in which nothing is lost: the files as the program saw
// them.
func (p *Platter) Whole() Image {
	all := dice{Rand: rand.New(rand.NewPCG(0, 0)), keep: 1, lost: func(string, ...any) {}}
	return p.draw(all)
}

func (d dice) picture(name string, f *node) picture {
	out := picture{base: f}
	size := f.size
	for _, c := range f.loose {
		kept := d.fate(name, c, size)
		for _, op := range kept {
			if op.Kind == Truncate {
				size = op.At
			} else {
				size = max(size, op.At+int64(len(op.Data)))
			}
		}
		out.kept = append(out.kept, kept...)
	}
	return out
}

// fate is what a disk keeps of one call on a file of that size: it, nothing,
// some of its sectors, or only that the file got longer.
func (d dice) fate(name string, c numbered, size int64) []Op {
	if c.op.Kind == Truncate {
		if d.happens(d.keep) {
			return []Op{c.op}
		}
		d.lost("call %d, %s of %s to %d, was undone", c.n, c.op.Kind, name, c.op.At)
		return nil
	}
	var kept []Op
	switch {
	case d.happens(d.tear):
		if kept = d.torn(c.op); len(kept) > 0 {
			d.lost("call %d, write of %d at %d of %s, was torn into %s", c.n, len(c.op.Data), c.op.At, name, places(kept))
		}
	case d.happens(d.keep):
		return []Op{c.op}
	}
	if len(kept) == 0 {
		d.lost("call %d, write of %d at %d of %s, was dropped", c.n, len(c.op.Data), c.op.At, name)
	}
	end := c.op.At + int64(len(c.op.Data))
	if end > size && d.happens(d.grow) {
		kept = append([]Op{{Kind: Truncate, At: end}}, kept...)
		d.lost("  and %s got %d long all the same", name, end)
	}
	return kept
}

// torn is a write of which some sectors reached the disk: the first ones, the
// last ones, or any.
func (d dice) torn(op Op) []Op {
	var pieces []Op
	for at, rest := op.At, op.Data; len(rest) > 0; {
		n := min(int64(len(rest)), sector-at%sector)
		pieces = append(pieces, Op{Kind: Write, At: at, Data: rest[:n]})
		at, rest = at+n, rest[n:]
	}
	border := d.IntN(len(pieces) + 1)
	switch d.IntN(3) {
	case 0:
		return pieces[:border]
	case 1:
		return pieces[border:]
	}
	return slices.DeleteFunc(pieces, func(Op) bool { return d.happens(0.5) })
}

func places(ops []Op) string {
	var out []string
	for _, op := range ops {
		out = append(out, fmt.Sprintf("%d+%d", op.At, len(op.Data)))
	}
	return strings.Join(out, " ")
}

// Write puts the image into an empty directory.
func (i Image) Write(dir string) error {
	for name, p := range i.files {
		if err := p.write(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

func (p picture) write(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteAt(p.base.data, 0)
	err = errors.Join(err, file.Truncate(p.base.size))
	for _, op := range p.kept {
		if err != nil {
			break
		}
		if op.Kind == Truncate {
			err = file.Truncate(op.At)
		} else {
			_, err = file.WriteAt(op.Data, op.At)
		}
	}
	return errors.Join(err, file.Close())
}
