package hidpos

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The usages that matter (HID Point of Sale Usage Tables 1.02, section 3; Byte
// Count is of the Generic Desktop page of the HID Usage Tables).
const (
	pageDesktop = 0x01
	pageScanner = 0x8C

	usageByteCount = pageDesktop<<16 | 0x3B
	usageAIM1      = pageScanner<<16 | 0xFB // and FC, FD
	usageData      = pageScanner<<16 | 0xFE
	usageContinued = pageScanner<<16 | 0xFF
)

// Limits of a descriptor: those of Linux, and far more than any scanner needs.
const (
	longestDescriptor = 4096
	longestReport     = 4096 // bytes
	deepest           = 32   // collections in collections, and pushes
)

// ErrNoScanner is what a descriptor without a bar code scanner fails with.
var ErrNoScanner = errors.New("it has no reports of a bar code scanner: set it to HID-POS")

// field is where something is in a report, in bits from its beginning.
type field struct{ at, bits int }

// Layout is where a scanner puts what it read into its reports.
type Layout struct {
	id    byte // of the report with codes; 0: reports have no id
	size  int  // of a whole report in bytes
	count field
	aim   [3]field
	data  field
	more  field // the code goes on in another report
	other map[byte]bool
}

// Parse reads a HID report descriptor (HID 1.11, section 6.2.2) and finds the
// report in which the scanner sends codes.
func Parse(descriptor []byte) (Layout, error) {
	if len(descriptor) > longestDescriptor {
		return Layout{}, fmt.Errorf("a report descriptor of %d bytes; at most %d are taken", len(descriptor), longestDescriptor)
	}
	p := parser{bits: map[byte]int{}, layouts: map[byte]*Layout{}}
	for rest := descriptor; len(rest) > 0; {
		item, length, err := readItem(rest)
		if err != nil {
			return Layout{}, err
		}
		if err := p.item(item); err != nil {
			return Layout{}, err
		}
		rest = rest[length:]
	}
	return p.found()
}

// item is one item of a descriptor. Long items are of no use and have kind -1.
type item struct {
	kind, tag int
	data      []byte
}

const (
	mainItem   = 0
	globalItem = 1
	localItem  = 2
)

func readItem(p []byte) (item, int, error) {
	const longItem = 0xFE
	if p[0] == longItem {
		if len(p) < 3 || len(p) < 3+int(p[1]) {
			return item{}, 0, errors.New("the report descriptor ends in the middle of a long item")
		}
		return item{kind: -1}, 3 + int(p[1]), nil
	}
	size := []int{0, 1, 2, 4}[p[0]&3]
	if len(p) < 1+size {
		return item{}, 0, errors.New("the report descriptor ends in the middle of an item")
	}
	return item{kind: int(p[0] >> 2 & 3), tag: int(p[0] >> 4), data: p[1 : 1+size]}, 1 + size, nil
}

// value is an item's data as a number without a sign.
func (i item) value() uint32 {
	var four [4]byte
	copy(four[:], i.data)
	return binary.LittleEndian.Uint32(four[:])
}

// globals stay until they are set anew; locals are of the next main item.
type globals struct {
	page, size, count uint32
	id                byte
}

type locals struct {
	usages   []uint32
	min, max uint32
	ranged   bool // there is a min
}

// parser goes through the items of a descriptor.
type parser struct {
	globals
	locals
	pushed  []globals
	depth   int // of collections
	scanner int // the depth from which on a collection of a scanner is open; 0: none is
	bits    map[byte]int
	layouts map[byte]*Layout
	first   byte // the report in which data was found first
	any     bool // there is one
}

func (p *parser) item(i item) error {
	switch i.kind {
	case mainItem:
		defer func() { p.locals = locals{} }()
		return p.main(i)
	case globalItem:
		return p.global(i)
	case localItem:
		p.local(i)
	}
	return nil
}

func (p *parser) global(i item) error {
	switch v := i.value(); i.tag {
	case 0x0:
		p.page = v & 0xFFFF
	case 0x7:
		p.size = v
	case 0x8:
		if v == 0 || v > 0xFF {
			return fmt.Errorf("report id %d is out of range", v)
		}
		p.id = byte(v)
	case 0x9:
		p.count = v
	case 0xA:
		if len(p.pushed) == deepest {
			return errors.New("the report descriptor pushes too often")
		}
		p.pushed = append(p.pushed, p.globals)
	case 0xB:
		if len(p.pushed) == 0 {
			return errors.New("the report descriptor pops what was never pushed")
		}
		p.globals, p.pushed = p.pushed[len(p.pushed)-1], p.pushed[:len(p.pushed)-1]
	}
	return nil
}

func (p *parser) local(i item) {
	usage := i.value()
	if len(i.data) < 4 { // else it brings its own page along
		usage |= p.page << 16
	}
	switch i.tag {
	case 0x0:
		p.usages = append(p.usages, usage)
	case 0x1:
		p.min, p.ranged = usage, true
	case 0x2:
		p.max = usage
	}
}

// usage is that of the nth field of the next main item: the last one stands
// for all that follow it.
func (p *parser) usage(n int) uint32 {
	switch {
	case len(p.usages) > 0:
		return p.usages[min(n, len(p.usages)-1)]
	case p.ranged:
		return min(p.min+uint32(n), p.max)
	}
	return 0
}

func (p *parser) main(i item) error {
	switch i.tag {
	case 0xA: // collection
		if p.depth++; p.depth > deepest {
			return errors.New("the report descriptor nests too deep")
		}
		const application = 1
		if i.value() == application && p.scanner == 0 && isScanner(p.usage(0)) {
			p.scanner = p.depth
		}
	case 0xC: // its end
		if p.depth == 0 {
			return errors.New("the report descriptor ends a collection that never began")
		}
		if p.scanner == p.depth {
			p.scanner = 0
		}
		p.depth--
	case 0x8: // input
		return p.input(i.value())
	}
	return nil
}

// isScanner: bar code scanner, dumb bar code scanner, cordless scanner base,
// bar code scanner cradle.
func isScanner(usage uint32) bool {
	return usage >= pageScanner<<16|0x02 && usage <= pageScanner<<16|0x05
}

// input takes the fields of an input item into the layout of its report.
func (p *parser) input(flags uint32) error {
	const constant, variable = 1, 2
	if _, without := p.bits[0]; len(p.bits) > 0 && without != (p.id == 0) {
		return errors.New("some reports have an id and some have none")
	}
	at, known := p.bits[p.id]
	if !known && p.id != 0 {
		at = 8
	}
	if p.size > 32 || p.count > 8*longestReport || at+int(p.size*p.count) > 8*longestReport {
		return fmt.Errorf("a report of more than %d bytes", longestReport)
	}
	p.bits[p.id] = at + int(p.size*p.count)
	if p.size == 0 || p.scanner == 0 || flags&constant != 0 || flags&variable == 0 {
		return nil
	}
	l := p.layouts[p.id]
	if l == nil {
		l = &Layout{id: p.id}
		p.layouts[p.id] = l
	}
	for n := range int(p.count) {
		p.field(l, p.usage(n), field{at + n*int(p.size), int(p.size)})
	}
	return nil
}

// field notes where something is that matters. Of data that has one usage for
// all its bytes, the bytes become one field.
func (p *parser) field(l *Layout, usage uint32, f field) {
	first := func(into *field) {
		if into.bits == 0 {
			*into = f
		}
	}
	switch usage {
	case usageByteCount:
		first(&l.count)
	case usageAIM1, usageAIM1 + 1, usageAIM1 + 2:
		first(&l.aim[usage-usageAIM1])
	case usageContinued:
		first(&l.more)
	case usageData:
		if l.data.bits > 0 && l.data.at+l.data.bits == f.at {
			l.data.bits += f.bits
		}
		first(&l.data)
		if !p.any {
			p.first, p.any = p.id, true
		}
	}
}

// found is the layout of the report with codes, now that all its fields are
// known.
func (p *parser) found() (Layout, error) {
	if !p.any {
		return Layout{}, ErrNoScanner
	}
	l := *p.layouts[p.first]
	l.size = (p.bits[l.id] + 7) / 8
	l.other = map[byte]bool{}
	for id := range p.bits {
		l.other[id] = id != l.id
	}
	for _, f := range []field{l.count, l.aim[0], l.aim[1], l.aim[2]} {
		if f.bits != 0 && (f.bits != 8 || f.at%8 != 0) {
			return Layout{}, errors.New("the identifier or the length is not in whole bytes")
		}
	}
	if l.data.at%8 != 0 || l.data.bits%8 != 0 {
		return Layout{}, errors.New("the data is not in whole bytes")
	}
	return l, nil
}
