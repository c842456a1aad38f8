package port

import "golang.org/x/sys/unix"

// openFile opens a device file as it is: a USB printer (usblp), a raw HID
// device, a named pipe. No setting of it is changed.
func openFile(path string) (Port, error) {
	f, err := openDevice(path)
	if err != nil {
		return nil, err
	}
	notTTY := control(f, func(fd int) error {
		_, err := unix.IoctlGetTermios(fd, unix.TCGETS)
		return err
	})
	return &wire{name: path, stream: f, quietEOF: notTTY != nil}, nil
}
