package virtual

import (
	"slices"

	"github.com/posagent/posagent/drivers/printer/papertape"
)

// star are the manners of a printer that speaks Star line mode.
type star struct{}

// instant implements manners.
func (s star) instant(p *Printer, b byte) {
	switch {
	case p.ends(0x1B, 0x06, 0x01): // ESC ACK SOH
		p.reply(s.status(p)...)
		p.drop(3)
	case b == 0x1C || b == 0x19: // FS, EM: the drawer, at once
		if p.drop(1) {
			p.pulse()
		}
	}
}

// status implements manners: nine bytes, of which the first says so.
func (star) status(p *Printer) []byte {
	n := byte(p.counter & 31)
	return []byte{0x23, 0x06,
		bit(p.sensor(), 0x04) | bit(p.offline(), 0x08) | bit(p.cover, 0x20),
		bit(p.cutterJam, 0x08) | bit(p.headHot, 0x40), 0,
		bit(p.noPaper, 0x08) | bit(p.lowPaper || p.noPaper, 0x04), 0,
		n<<1&0x0E | n<<2&0x60, 0}
}

// lines implements manners.
func (star) lines(t papertape.Token) int {
	switch t.Name {
	case "LF":
		return 1
	case "ESC a":
		return int(t.Args[0])
	case "ESC d":
		return 3
	case "ESC GS S":
		return 1 + (int(t.Args[3])+int(t.Args[4])<<8)/24
	case "ESC b":
		return 3
	case "ESC GS y P":
		return 6
	case "ESC * r B":
		return 1
	}
	return 0
}

// obey implements manners.
func (s star) obey(p *Printer, t papertape.Token) (cut bool) {
	switch t.Name {
	case "ESC RS a": // it tells nothing by itself before something happens
		p.automatic = t.Args[0] != 0 && t.Args[0] != '0'
	case "ETB":
		p.counter++
		p.tellStatus()
	case "CAN":
		p.counter = 0
	case "ESC GS ETX":
		if t.Args[0] == 1 || t.Args[0] == '1' {
			p.counter++
		}
		p.answerWith(reply{bytes: slices.Concat([]byte{0x1B, 0x1D, 0x03}, t.Args, []byte{byte(p.counter), 0})})
	case "BEL", "SUB":
		p.pulse()
	case "ESC d":
		return true
	}
	return false
}
