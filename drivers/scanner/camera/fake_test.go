package camera

import (
	"errors"
	"io/fs"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/posagent/posagent/drivers/port"
)

// fake is a camera below the calls of the kernel: it fills the structures and
// keeps the order in which a driver of Linux wants to be called.
type fake struct {
	caps      capability
	formats   []uint32
	sizes     map[uint32][]frameSize
	intervals map[uint32][]frameInterval // by format
	set       func(*pixFormat)           // what it makes of a wish; nil: as wished
	fails     map[uintptr]error          // requests that fail

	mu     sync.Mutex
	out    bool // unplugged
	opened *fakeNode
	opens  int
	starts int
	stops  int
	lost   int // pictures for which there was no buffer
}

// fakeNode is one opening of the fake.
type fakeNode struct {
	f       *fake
	memory  [][]byte
	mapped  []bool
	queued  []int    // buffers that may be filled
	filled  [][2]int // and that are: index and length
	stream  bool
	changed chan struct{} // closed and replaced
	closed  bool
}

// picture is what the camera sees next.
func (f *fake) picture(p []byte, flags uint32) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.opened
	if n == nil || !n.stream || len(n.queued) == 0 {
		f.lost++
		return
	}
	i := n.queued[0]
	n.queued = n.queued[1:]
	n.filled = append(n.filled, [2]int{i, copy(n.memory[i], p) | int(flags)<<40})
	n.tell()
}

func (n *fakeNode) tell() {
	close(n.changed)
	n.changed = make(chan struct{})
}

func (f *fake) unplug() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out = true
	if f.opened != nil {
		f.opened.tell()
	}
	return nil
}

func (f *fake) plug() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out, f.opened = false, nil
	return nil
}

// open is the node of the fake.
func (f *fake) open(string) (node, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.opens++
	if f.out {
		return nil, fs.ErrNotExist
	}
	f.opened = &fakeNode{f: f, changed: make(chan struct{})}
	return f.opened, nil
}

func (f *fake) streams() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.opened != nil && f.opened.stream
}

func (f *fake) counts() (opens, starts, stops int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.opens, f.starts, f.stops
}

// leaks are the buffers that are still mapped.
func (f *fake) leaks() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, m := range f.opened.mapped {
		if m {
			n++
		}
	}
	return n
}

func (n *fakeNode) gone() error {
	switch {
	case n.closed:
		return port.ErrClosed
	case n.f.out || n.f.opened != n:
		return explain(unix.ENODEV)
	}
	return nil
}

func (n *fakeNode) wait(most time.Duration) error {
	timer := time.NewTimer(most)
	defer timer.Stop()
	for {
		n.f.mu.Lock()
		err, ready, changed := n.gone(), len(n.filled) > 0, n.changed
		n.f.mu.Unlock()
		if ready || err != nil && !errors.Is(err, port.ErrClosed) {
			return nil // the next call tells
		}
		if err != nil {
			return err
		}
		select {
		case <-changed:
		case <-timer.C:
			return port.ErrTimeout
		}
	}
}

func (n *fakeNode) close() error {
	n.f.mu.Lock()
	defer n.f.mu.Unlock()
	n.closed, n.stream = true, false
	n.tell()
	return nil
}

func (n *fakeNode) mmap(offset int64, length int) ([]byte, error) {
	n.f.mu.Lock()
	defer n.f.mu.Unlock()
	i := int(offset) / 4096
	n.mapped[i] = true
	return n.memory[i][:length], nil
}

func (n *fakeNode) munmap(p []byte) error {
	n.f.mu.Lock()
	defer n.f.mu.Unlock()
	for i := range n.memory {
		if &n.memory[i][0] == &p[0] && n.mapped[i] {
			n.mapped[i] = false
			return nil
		}
	}
	return unix.EINVAL
}

func (n *fakeNode) ioctl(request uintptr, arg unsafe.Pointer) error {
	n.f.mu.Lock()
	defer n.f.mu.Unlock()
	if err := n.gone(); err != nil {
		return err
	}
	if err := n.f.fails[request]; err != nil {
		return explain(err)
	}
	switch request {
	case queryCap:
		*(*capability)(arg) = n.f.caps
	case enumFormats:
		d := (*fmtDesc)(arg)
		if int(d.index) >= len(n.f.formats) {
			return unix.EINVAL
		}
		d.pixels = n.f.formats[d.index]
	case enumSizes:
		s := (*frameSize)(arg)
		if int(s.index) >= len(n.f.sizes[s.pixels]) {
			return unix.EINVAL
		}
		index, pixels := s.index, s.pixels
		*s = n.f.sizes[s.pixels][s.index]
		s.index, s.pixels = index, pixels
	case enumIntervals:
		s := (*frameInterval)(arg)
		if int(s.index) >= len(n.f.intervals[s.pixels]) {
			return unix.EINVAL
		}
		got := n.f.intervals[s.pixels][s.index]
		s.kind, s.numbers = got.kind, got.numbers
	case setFormat:
		f := (*imageFormat)(arg)
		f.pix.stride, f.pix.size = 2*f.pix.width, 2*f.pix.width*f.pix.height
		if n.f.set != nil {
			n.f.set(&f.pix)
		}
	default:
		return n.streaming(request, arg)
	}
	return nil
}

func (n *fakeNode) streaming(request uintptr, arg unsafe.Pointer) error {
	switch request {
	case wishBuffers:
		w := (*buffersWish)(arg)
		if n.stream {
			return unix.EBUSY
		}
		n.memory, n.mapped = make([][]byte, w.count), make([]bool, w.count)
		for i := range n.memory {
			n.memory[i] = make([]byte, 4<<20)
		}
	case queryBuffer:
		b := (*buffer)(arg)
		b.offset, b.length = uintptr(b.index)*4096, uint32(len(n.memory[b.index]))
	case queueBuffer:
		n.queued = append(n.queued, int((*buffer)(arg).index))
	case dequeueBuffer:
		if len(n.filled) == 0 {
			return unix.EAGAIN
		}
		b, first := (*buffer)(arg), n.filled[0]
		n.filled = n.filled[1:]
		b.index, b.used, b.flags = uint32(first[0]), uint32(first[1]), uint32(first[1]>>40)
	case streamOn:
		n.stream = true
		n.f.starts++
	case streamOff:
		n.stream, n.queued, n.filled = false, nil, nil
		n.f.stops++
	default:
		return unix.ENOTTY
	}
	return nil
}
