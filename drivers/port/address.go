package port

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
)

// Kind is the kind of wire that an address names.
type Kind string

const (
	Serial Kind = "serial" // a tty: serial:/dev/pos/scanner0?baud=115200&mode=8N1
	TCP    Kind = "tcp"    // tcp:192.168.1.50:9100
	File   Kind = "file"   // a device file that is read and written as it is: file:/dev/usb/lp0
)

// Address says where a device is and how its line is set. It is written as
// text in the configuration and parsed once.
type Address struct {
	Kind     Kind
	Path     string // of Serial and File: an absolute path
	Host     string // of TCP: host:port
	Baud     int    // of Serial; 0 is the profile's
	DataBits int    // 7 or 8
	Parity   byte   // 'N', 'E', 'O', 'M' or 'S'
	StopBits int    // 1 or 2
}

// String is the address as it is written.
func (a Address) String() string {
	switch a.Kind {
	case TCP:
		return "tcp:" + a.Host
	case Serial:
		s := fmt.Sprintf("serial:%s?mode=%d%c%d", a.Path, a.DataBits, a.Parity, a.StopBits)
		if a.Baud != 0 {
			s += "&baud=" + strconv.Itoa(a.Baud)
		}
		return s
	}
	return string(a.Kind) + ":" + a.Path
}

// ParseAddress reads an address; the error says what is wanted.
func ParseAddress(text string) (Address, error) {
	kind, rest, found := strings.Cut(text, ":")
	if !found {
		return Address{}, fmt.Errorf("address %q must be serial:/dev/…, tcp:host:port or file:/dev/…", text)
	}
	switch Kind(kind) {
	case Serial:
		return parseSerial(rest)
	case TCP:
		host, port, err := net.SplitHostPort(rest)
		if err != nil || host == "" {
			return Address{}, fmt.Errorf("address %q must be tcp:host:port, such as tcp:192.168.1.50:9100", text)
		}
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return Address{}, fmt.Errorf("address %q: port %q must be from 1 to 65535", text, port)
		}
		return Address{Kind: TCP, Host: rest}, nil
	case File:
		if !filepath.IsAbs(rest) {
			return Address{}, fmt.Errorf("address %q: the path must begin with /", text)
		}
		return Address{Kind: File, Path: rest}, nil
	}
	return Address{}, fmt.Errorf("address %q: %q is not a kind of wire; use serial, tcp or file", text, kind)
}

func parseSerial(rest string) (Address, error) {
	a := Address{Kind: Serial, DataBits: 8, Parity: 'N', StopBits: 1}
	path, query, _ := strings.Cut(rest, "?")
	if !filepath.IsAbs(path) {
		return Address{}, fmt.Errorf("serial address %q: the path must begin with /", path)
	}
	a.Path = path
	values, err := url.ParseQuery(query)
	if err != nil {
		return Address{}, fmt.Errorf("serial address: %q is not name=value&name=value", query)
	}
	for name, v := range values {
		switch name {
		case "baud":
			if a.Baud, err = strconv.Atoi(v[0]); err != nil || a.Baud < 50 || a.Baud > 4_000_000 {
				return Address{}, fmt.Errorf("serial address: baud %q must be from 50 to 4000000", v[0])
			}
		case "mode":
			if err := a.setMode(v[0]); err != nil {
				return Address{}, err
			}
		default:
			return Address{}, fmt.Errorf("serial address: %q is not known; use baud or mode", name)
		}
	}
	return a, nil
}

// setMode reads "8N1": data bits, parity, stop bits.
func (a *Address) setMode(mode string) error {
	wrong := errors.New("serial address: mode must be like 8N1: 7 or 8 data bits, parity N, E, O, M or S, 1 or 2 stop bits")
	if len(mode) != 3 || !strings.Contains("78", mode[:1]) || !strings.Contains("NEOMS", mode[1:2]) || !strings.Contains("12", mode[2:]) {
		return wrong
	}
	a.DataBits, a.Parity, a.StopBits = int(mode[0]-'0'), mode[1], int(mode[2]-'0')
	return nil
}
