package configs

import (
	"path/filepath"
	"strings"

	"github.com/posagent/posagent/drivers/port"
)

// RegisterLink is how an old register asks for sales by STX/ETX frames.
// Without an address and without listen there is none.
type RegisterLink struct {
	Name      string       // in the books
	Address   port.Address // a wire that is opened here; zero: none
	Listen    string       // host:port, or unix: and a path; empty: nowhere
	OnNetwork bool         // listen may be what other machines reach
}

// Socket is the path of a unix socket that is listened on, and false when it
// is an address of the network.
func (l RegisterLink) Socket() (string, bool) { return strings.CutPrefix(l.Listen, socketWord) }

const socketWord = "unix:"

func (l *RegisterLink) settings() []setting {
	return []setting{
		{key: "name", value: text(&l.Name, "register", idWant, made(idMade, 1, 32)), about: "Its name in the journal, where its sales are of link:NAME."},
		{key: "address", value: wireOrNone(&l.Address),
			about: "A line that is opened here: serial:/dev/serial/by-path/…?baud=9600&mode=8E1, usb:0403:6001/serial=…,\nor tcp:host:port to dial a register. Written as that of a [[device]]. Empty: none."},
		{key: "listen", value: text(&l.Listen, "", `host:port, "unix:/path" or ""`, linkListen),
			about: "Where the register connects: \"127.0.0.1:7072\", or \"unix:/var/lib/posagent-link/link.sock\",\nfor the service's group. Empty: nowhere."},
		{key: "on_network", value: flag(&l.OnNetwork, false),
			about: "Whether listen may be an address that other machines reach. Whoever reaches it opens and cancels\nsales: there is no password and nothing is encrypted. Other machines have TLS."},
	}
}

// FileDrop is how an old register asks for sales by files.
type FileDrop struct {
	Name string // in the books
	Dir  string // empty: there is none
}

func (d *FileDrop) settings() []setting {
	return []setting{
		{key: "name", value: text(&d.Name, "files", idWant, made(idMade, 1, 32)), about: "The register's name in the journal, where its sales are of link:NAME."},
		{key: "dir", value: absoluteOrNone(&d.Dir, ""), about: "The folder, which must exist, for the service and the register alone: whoever can write there opens\nand cancels sales. Empty: none."},
	}
}

func linkListen(s string) bool {
	if path, is := strings.CutPrefix(s, socketWord); is {
		return filepath.IsAbs(path) && !strings.ContainsRune(path, 0)
	}
	return s == "" || hostPort(s)
}

// wireOrNone is an address, or "" for none.
func wireOrNone(into *port.Address) value {
	v := wire(into)
	read := v.read
	v.want = `serial:/dev/…?baud=9600&mode=8E1, usb:vendor:product, tcp:host:port, or ""`
	v.read = func(n *node, no no) {
		if n.kind == textKind && n.text == "" {
			*into = port.Address{}
			return
		}
		read(n, no)
	}
	return v
}

// check tells what does not fit together in a link.
func (l RegisterLink) check(r *reading, devices []Device, drop FileDrop) {
	const address, listen = "link.address", "link.listen"
	kind := l.Address.Kind
	if kind == port.USB && l.Address.Device.Node != "" {
		kind = l.Address.Device.Node
	}
	switch kind {
	case "", port.Serial, port.USB, port.TCP:
	default:
		r.say(r.at(address), address, "no register talks over "+string(kind)+"; wanted: serial, usb or tcp", "")
	}
	if l.Address.Idle != 0 {
		r.say(r.at(address), address, "a register may say something at any time, so idle would end its connection for good; leave idle out", "")
	}
	if l.Address != (port.Address{}) && l.Listen != "" {
		r.say(r.at(listen), listen, "there is an address as well; a register has one line: leave one of them empty", "")
	}
	if _, isSocket := l.Socket(); l.Listen != "" && !isSocket && !l.OnNetwork && !loopback(l.Listen) {
		r.say(r.at(listen), listen, "other machines reach "+quote(l.Listen)+", and whoever does opens and cancels sales", "if that network is yours alone, say on_network = true")
	}
	if drop.Dir != "" && drop.Name == l.Name && (l.Address != (port.Address{}) || l.Listen != "") {
		r.say(r.at("file_drop.name"), "file_drop.name", "the line of [link] has that name as well, and each has sequences of its own", "")
	}
	for _, d := range devices {
		if d.Enabled && l.Address != (port.Address{}) && sameWire(d.Address, l.Address) {
			r.say(r.at(address), address, d.ID+" uses the same address; give each its own, or switch it off", "")
		}
	}
}
