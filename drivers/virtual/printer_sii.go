package virtual

import (
	"slices"

	"github.com/posagent/posagent/drivers/printer/papertape"
)

// sii are the manners of a printer that speaks ESC/POS as Seiko Instruments
// has it: the same commands, other answers.
type sii struct{ epson }

// instant implements manners.
func (s sii) instant(p *Printer, b byte) {
	if p.ends(0x10, 0x04, b) {
		p.reply(0xA0)
		p.drop(3)
	}
}

// status implements manners: eight bytes.
func (sii) status(p *Printer) []byte {
	return []byte{0xC0 | bit(p.cutterJam || p.headHot, 0x01), 0xD0 | bit(p.cover, 0x08) | bit(p.noPaper, 0x01), 0xD0,
		0xD0 | bit(p.sensor(), 0x08), 0xD0, 0xD0, 0xD0, 0xD0}
}

// obey implements manners.
func (s sii) obey(p *Printer, t papertape.Token) (cut bool) {
	switch t.Name {
	case "ESC @":
		p.reply(0xB0) // "initialized"
		return s.epson.obey(p, t)
	case "DC2 q":
		p.reply(0x80 | t.Args[0]&0x0F)
	case "GS r":
		p.reply(0xA0)
	case "GS I":
		if name, ok := p.name(t.Args[0]); ok {
			p.reply(slices.Concat([]byte{2}, []byte(name), []byte{0})...)
		}
	case "GS ( H":
	case "GS a":
		p.automatic = t.Args[0] != 0
		p.tellStatus()
	default:
		return s.epson.obey(p, t)
	}
	return false
}
