package camera

import (
	"errors"
	"fmt"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/scanner/supervise"
)

// cam is a camera that takes pictures of one format.
type cam struct {
	node    node
	format  pixFormat
	mapped  [][]byte // its buffers, while it streams
	picture []byte   // a copy of the newest, reused
}

// buffers is how many pictures the camera may be ahead: one that is taken, one
// that is ready, and one in reserve.
const buffers = 4

// mostListed bounds the lists that a driver gives.
const mostListed = 128

// newCam finds the best format that a camera has and sets it.
func newCam(n node, width, height int) (*cam, error) {
	var c capability
	if err := n.ioctl(queryCap, unsafe.Pointer(&c)); err != nil {
		if errors.Is(err, unix.ENOTTY) || errors.Is(err, unix.EINVAL) {
			return nil, fmt.Errorf("%w; it is not a camera: %w", port.ErrNotDevice, err)
		}
		return nil, err
	}
	can := c.capabilities
	if can&tellsItsOwn != 0 {
		can = c.device
	}
	if can&canCapture == 0 || can&canStream == 0 {
		return nil, fmt.Errorf("%w; it is a video device that takes no pictures: use another /dev/video", port.ErrNotDevice)
	}
	d := &cam{node: n}
	choices, err := d.choices()
	if err != nil {
		return nil, err
	}
	best, ok := choose(choices, width, height)
	if !ok {
		return nil, fmt.Errorf("%w: it has pictures neither in YUYV nor in MJPEG", supervise.ErrWrongModel)
	}
	f := imageFormat{kind: kindCapture, pix: pixFormat{width: best.width, height: best.height, pixels: best.pixels, field: 1}} // 1: whole pictures
	if err := n.ioctl(setFormat, unsafe.Pointer(&f)); err != nil {
		return nil, fmt.Errorf("set the format: %w", err)
	}
	d.format = f.pix // drivers change what they cannot do
	return d, d.usable()
}

// usable looks at the format that came out of it.
func (d *cam) usable() error {
	f := d.format
	const side = 16_384
	switch {
	case f.pixels != yuyv && f.pixels != mjpeg && f.pixels != jfif:
		return fmt.Errorf("%w: it insists on pictures of another format", supervise.ErrWrongModel)
	case f.width < 16 || f.height < 16 || f.width > side || f.height > side:
		return fmt.Errorf("%w: its pictures are %d x %d", supervise.ErrWrongModel, f.width, f.height)
	case f.pixels == yuyv && f.stride < 2*f.width:
		return fmt.Errorf("%w: a row of %d dots in %d bytes", supervise.ErrWrongModel, f.width, f.stride)
	}
	return nil
}

// choices are the formats, sizes and speeds of the camera that can be read.
func (d *cam) choices() ([]choice, error) {
	var out []choice
	for i := range uint32(mostListed) {
		f := fmtDesc{index: i, kind: kindCapture}
		err := d.node.ioctl(enumFormats, unsafe.Pointer(&f))
		if errors.Is(err, unix.EINVAL) {
			break // the end of the list
		}
		if err != nil {
			return nil, err
		}
		if f.pixels != yuyv && f.pixels != mjpeg && f.pixels != jfif {
			continue
		}
		sizes, err := d.sizes(f.pixels)
		if err != nil {
			return nil, err
		}
		out = append(out, sizes...)
	}
	return out, nil
}

func (d *cam) sizes(pixels uint32) ([]choice, error) {
	var out []choice
	for i := range uint32(mostListed) {
		s := frameSize{index: i, pixels: pixels}
		err := d.node.ioctl(enumSizes, unsafe.Pointer(&s))
		if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTTY) {
			break
		}
		if err != nil {
			return nil, err
		}
		n := s.numbers
		if s.kind != discrete {
			out = append(out, choice{pixels: pixels, width: n[0], height: n[3], mostWidth: n[1], mostHeight: n[4], stepWidth: n[2], stepHeight: n[5]})
			break
		}
		c := choice{pixels: pixels, width: n[0], height: n[1]}
		if c.interval, err = d.interval(c); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// interval is the shortest time between two pictures, 0 when it is not told.
func (d *cam) interval(c choice) (time.Duration, error) {
	var least time.Duration
	for i := range uint32(mostListed) {
		f := frameInterval{index: i, pixels: c.pixels, width: c.width, height: c.height}
		err := d.node.ioctl(enumIntervals, unsafe.Pointer(&f))
		if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTTY) {
			break
		}
		if err != nil {
			return 0, err
		}
		if f.numbers[1] > 0 {
			each := time.Duration(float64(time.Second) * float64(f.numbers[0]) / float64(f.numbers[1]))
			if least == 0 || each < least {
				least = each
			}
		}
		if f.kind != discrete {
			break
		}
	}
	return least, nil
}

// start lets the camera take pictures.
func (d *cam) start() error {
	wish := buffersWish{count: buffers, kind: kindCapture, memory: memoryMMAP}
	if err := d.node.ioctl(wishBuffers, unsafe.Pointer(&wish)); err != nil {
		return fmt.Errorf("ask for buffers: %w", err)
	}
	if wish.count < 1 || wish.count > mostListed {
		return fmt.Errorf("%w: it gives %d buffers", supervise.ErrWrongModel, wish.count)
	}
	for i := range wish.count {
		b := buffer{index: i, kind: kindCapture, memory: memoryMMAP}
		if err := d.node.ioctl(queryBuffer, unsafe.Pointer(&b)); err != nil {
			return fmt.Errorf("look at buffer %d: %w", i, err)
		}
		p, err := d.node.mmap(int64(b.offset), int(b.length))
		if err != nil {
			return fmt.Errorf("map buffer %d: %w", i, err)
		}
		d.mapped = append(d.mapped, p)
		if err := d.give(i); err != nil {
			return err
		}
	}
	kind := int32(kindCapture)
	if err := d.node.ioctl(streamOn, unsafe.Pointer(&kind)); err != nil {
		return fmt.Errorf("start the camera: %w", err)
	}
	return nil
}

func (d *cam) streams() bool { return len(d.mapped) > 0 }

// stop lets the camera rest; its light goes out.
func (d *cam) stop() error {
	kind := int32(kindCapture)
	err := errors.Join(d.node.ioctl(streamOff, unsafe.Pointer(&kind)), d.unmap())
	none := buffersWish{kind: kindCapture, memory: memoryMMAP}
	return errors.Join(err, d.node.ioctl(wishBuffers, unsafe.Pointer(&none)))
}

func (d *cam) unmap() (err error) {
	for _, p := range d.mapped {
		err = errors.Join(err, d.node.munmap(p))
	}
	d.mapped = nil
	return err
}

// give hands a buffer to the camera, to be filled.
func (d *cam) give(index uint32) error {
	b := buffer{index: index, kind: kindCapture, memory: memoryMMAP}
	if err := d.node.ioctl(queueBuffer, unsafe.Pointer(&b)); err != nil {
		return fmt.Errorf("give buffer %d back: %w", index, err)
	}
	return nil
}

// next is the newest picture; older ones that were not looked at are dropped.
// It is a copy, good until the next call, and empty when the camera says that
// the picture is broken.
func (d *cam) next(most time.Duration) ([]byte, error) {
	if err := d.node.wait(most); err != nil {
		return nil, err
	}
	d.picture = d.picture[:0]
	for {
		b := buffer{kind: kindCapture, memory: memoryMMAP}
		err := d.node.ioctl(dequeueBuffer, unsafe.Pointer(&b))
		if errors.Is(err, unix.EAGAIN) {
			return d.picture, nil
		}
		if err != nil {
			return nil, fmt.Errorf("take a picture: %w", err)
		}
		if int(b.index) >= len(d.mapped) {
			return nil, fmt.Errorf("%w: it fills buffer %d of %d", supervise.ErrWrongModel, b.index, len(d.mapped))
		}
		if p := d.mapped[b.index]; b.flags&bufferBroken == 0 && int(b.used) <= len(p) {
			d.picture = append(d.picture[:0], p[:b.used]...)
		}
		if err := d.give(b.index); err != nil {
			return nil, err
		}
	}
}

// there tells whether the camera is still plugged in.
func (d *cam) there() error {
	var c capability
	return d.node.ioctl(queryCap, unsafe.Pointer(&c))
}
