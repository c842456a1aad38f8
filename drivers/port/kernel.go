package port

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// kernel is the few questions of ioctl(2) that only a true device answers.
// Tests stand in for it.
type kernel interface {
	// fill has the kernel write into a buffer and returns its result, which
	// is a length for some requests.
	fill(fd int, request uint, into []byte) (int, error)
	// set passes a number itself.
	set(fd int, request uint, value int) error
}

// linux is the true kernel.
type linux struct{}

func (linux) fill(fd int, request uint, into []byte) (int, error) {
	n, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), uintptr(request), uintptr(unsafe.Pointer(unsafe.SliceData(into))))
	runtime.KeepAlive(into)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

func (linux) set(fd int, request uint, value int) error { return unix.IoctlSetInt(fd, request, value) }

// reads is the number of a request that fills a buffer of size bytes: the
// macro _IOR of Linux, as all architectures but a few old ones have it.
func reads(group byte, number, size uint) uint {
	const kernelWrites = 2
	return kernelWrites<<30 | size<<16 | uint(group)<<8 | number
}

// word asks for one int.
func word(k kernel, fd int, request uint) (uint32, error) {
	into := make([]byte, 4)
	if _, err := k.fill(fd, request, into); err != nil {
		return 0, err
	}
	return binary.NativeEndian.Uint32(into), nil
}

// name asks for a text that ends with a NUL; a device that has none is asked
// in vain, which is no error.
func name(k kernel, fd int, group byte, number uint) string {
	const longest = 256
	into := make([]byte, longest)
	if _, err := k.fill(fd, reads(group, number, longest), into); err != nil {
		return ""
	}
	text, _, _ := bytes.Cut(into, []byte{0})
	return string(bytes.ToValidUTF8(text, []byte("?")))
}
