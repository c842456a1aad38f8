package port

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

const usbForm = "usb:1234:abcd (vendor and product), with @1-1.2 (the socket) or /serial=NUMBER behind it"

var (
	usbID     = regexp.MustCompile(`^[0-9a-f]{4}$`)
	usbSocket = regexp.MustCompile(`^[1-9][0-9]{0,2}-[1-9][0-9]{0,2}(\.[1-9][0-9]{0,2}){0,6}$`)
)

// longestSerial is what a USB string can hold.
const longestSerial = 126

// parseUSB reads VENDOR:PRODUCT[@SOCKET][/serial=NUMBER][?name=value&…].
func parseUSB(rest string) (Address, error) {
	a := Address{Kind: USB}
	where, settings, _ := strings.Cut(rest, "?")
	head, serial, named := strings.Cut(where, "/serial=")
	ids, socket, at := strings.Cut(head, "@")
	vendor, product, _ := strings.Cut(ids, ":")
	vendor, product = strings.ToLower(vendor), strings.ToLower(product)
	if !usbID.MatchString(vendor) || !usbID.MatchString(product) {
		return Address{}, fmt.Errorf("usb address %q must be %s", rest, usbForm)
	}
	if at && !usbSocket.MatchString(socket) {
		return Address{}, fmt.Errorf("usb address: socket %q must be like 1-1.2, as posctl devices find shows it", socket)
	}
	a.Device = Device{Vendor: vendor, Product: product, Socket: socket}
	if named {
		if err := a.Device.setSerial(serial); err != nil {
			return Address{}, err
		}
	}
	if err := a.set("usb", settings, "node", "interface", "baud", "mode", "flow"); err != nil {
		return Address{}, err
	}
	isLine := a.Baud != 0 || a.DataBits != 0 || a.Flow != NoFlow
	if isLine && a.Device.Node != "" && a.Device.Node != Serial {
		return Address{}, fmt.Errorf("usb address: baud, mode and flow are of node=tty, not of node=%s", nodeWord(a.Device.Node))
	}
	if isLine && a.DataBits == 0 {
		a.DataBits, a.Parity, a.StopBits = 8, 'N', 1
	}
	return a, nil
}

// setSerial takes the serial number as it is, but for the signs that mean
// something in an address; those are written as %40 and the like.
func (d *Device) setSerial(written string) error {
	if strings.Contains(written, "@") {
		return fmt.Errorf("usb address: the socket stands before the serial number: usb:%s:%s@1-1.2/serial=…; an @ in the number itself is written %%40", d.Vendor, d.Product)
	}
	serial, err := url.PathUnescape(written)
	if err != nil {
		return fmt.Errorf("usb address: serial number %q: a %% must be followed by two hexadecimal digits", written)
	}
	if serial == "" || len(serial) > longestSerial || strings.ContainsFunc(serial, func(r rune) bool { return r < ' ' || r == 0x7F }) {
		return fmt.Errorf("usb address: serial number %q must be 1 to %d characters; leave /serial= out when the device has none", serial, longestSerial)
	}
	d.Serial = serial
	return nil
}

// String is the device as it is written behind usb:, without settings.
func (d Device) String() string {
	s := d.Vendor + ":" + d.Product
	if d.Socket != "" {
		s += "@" + d.Socket
	}
	if d.Serial != "" {
		s += "/serial=" + strings.ReplaceAll(url.PathEscape(d.Serial), "@", "%40")
	}
	return s
}
