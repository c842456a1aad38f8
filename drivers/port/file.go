package port

import (
	"os"

	"golang.org/x/sys/unix"
)

// openFile opens a device file as it is, such as a named pipe. No setting of
// it is changed.
func openFile(path string, t *tap) (Port, error) {
	f, err := openDevice(path, os.O_RDWR)
	if err != nil {
		return nil, err
	}
	notTTY := control(f, func(fd int) error {
		_, err := unix.IoctlGetTermios(fd, unix.TCGETS)
		return err
	})
	return &wire{name: path, stream: f, tap: t, quietEOF: notTTY != nil}, nil
}
