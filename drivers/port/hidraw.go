package port

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// hidraw is a HID device whose reports come as they are.
type hidraw struct {
	*wire
	file   *os.File
	kernel kernel
}

func openHIDRaw(path string, k kernel, t *tap) (Port, error) {
	f, err := openDevice(path, os.O_RDWR)
	if err != nil {
		return nil, err
	}
	h := newHIDRaw(f, k, t)
	if _, err := h.report(); errors.Is(err, unix.ENOTTY) || errors.Is(err, unix.EINVAL) {
		return nil, errors.Join(fmt.Errorf("%s: %w; it is not a raw HID device (/dev/hidraw…)", path, ErrNotDevice), f.Close())
	}
	return h, nil
}

func newHIDRaw(f *os.File, k kernel, t *tap) *hidraw {
	return &hidraw{wire: &wire{name: f.Name(), stream: f, tap: t.keys()}, file: f, kernel: k}
}

// Describe implements Describer.
func (h *hidraw) Describe() (Description, error) {
	report, err := h.report()
	if err != nil {
		return Description{}, h.explain(err)
	}
	d := Description{Report: report}
	err = control(h.file, func(fd int) error {
		const busAndIDs = 8 // __u32 bustype; __s16 vendor, product
		info := make([]byte, busAndIDs)
		if _, err := h.kernel.fill(fd, unix.HIDIOCGRAWINFO, info); err != nil {
			return err
		}
		d.Vendor, d.Product = binary.NativeEndian.Uint16(info[4:]), binary.NativeEndian.Uint16(info[6:])
		d.Name, d.Socket, d.Serial = name(h.kernel, fd, 'H', 0x04), name(h.kernel, fd, 'H', 0x05), name(h.kernel, fd, 'H', 0x08)
		return nil
	})
	if err != nil {
		return Description{}, h.explain(err)
	}
	return d, nil
}

// report is the report descriptor: HIDIOCGRDESC wants its length first.
func (h *hidraw) report() (report []byte, err error) {
	err = control(h.file, func(fd int) error {
		const longest = 4096 // HID_MAX_DESCRIPTOR_SIZE
		size, err := word(h.kernel, fd, unix.HIDIOCGRDESCSIZE)
		if err != nil {
			return err
		}
		if size > longest {
			return fmt.Errorf("a report descriptor of %d bytes, but %d are the most: %w", size, longest, unix.EINVAL)
		}
		both := make([]byte, 4+longest)
		binary.NativeEndian.PutUint32(both, size)
		if _, err := h.kernel.fill(fd, unix.HIDIOCGRDESC, both); err != nil {
			return err
		}
		report = both[4 : 4+size]
		return nil
	})
	return report, err
}
