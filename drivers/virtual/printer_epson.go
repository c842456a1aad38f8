package virtual

import (
	"slices"

	"github.com/posagent/posagent/drivers/printer/papertape"
)

// epson are the manners of a printer that speaks ESC/POS as Epson has it.
type epson struct{}

// instant implements manners. Real-time commands are obeyed the moment their
// last byte arrives, even within the data of another command.
func (e epson) instant(p *Printer, b byte) {
	switch {
	case p.ends(0x10, 0x04, b): // DLE EOT n
		if answer, ok := e.realTime(p, b); ok {
			p.reply(answer)
		}
		p.drop(3)
	case p.ends(0x10, 0x05, 2): // DLE ENQ 2: clear the buffers
		p.clear()
	case p.ends(0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08):
		p.clear()
		p.reply(0x37, 0x25, 0x00)
	case b >= 1 && b <= 8 && (p.ends(0x10, 0x14, 1, 0, b) || p.ends(0x10, 0x14, 1, 1, b)):
		if p.realPulses {
			p.pulse()
		}
		p.drop(5)
	}
}

func (epson) realTime(p *Printer, n byte) (byte, bool) {
	b := byte(0x12)
	switch n {
	case 1:
		b |= bit(p.sensor(), 0x04) | bit(p.offline(), 0x08)
	case 2:
		b |= bit(p.cover, 0x04) | bit(p.noPaper, 0x20) | bit(p.cutterJam || p.headHot, 0x40)
	case 3:
		b |= bit(p.cutterJam, 0x08) | bit(p.headHot, 0x40)
	case 4:
		b |= bit(p.lowPaper || p.noPaper, 0x0C) | bit(p.noPaper, 0x60)
	default:
		return 0, false
	}
	return b, true
}

// status implements manners: the four bytes of GS a.
func (e epson) status(p *Printer) []byte {
	return []byte{0x10 | bit(p.sensor(), 0x04) | bit(p.offline(), 0x08) | bit(p.cover, 0x20), bit(p.cutterJam, 0x08) | bit(p.headHot, 0x40), e.paper(p), 0x0F}
}

// paper is the paper's sensors as GS r and the automatic status give them.
func (epson) paper(p *Printer) byte {
	return bit(p.lowPaper || p.noPaper, 0x03) | bit(p.noPaper, 0x0C)
}

// lines implements manners.
func (epson) lines(t papertape.Token) int {
	switch t.Name {
	case "LF":
		return 1
	case "ESC d":
		return int(t.Args[0])
	case "GS V":
		return 3
	case "GS v":
		return 1 + (int(t.Args[4])+int(t.Args[5])<<8)/24
	case "GS k":
		return 3
	case "GS ( L", "GS 8":
		return len(t.Raw) / 72 / 24
	case "GS ( k":
		if len(t.Args) > 3 && t.Args[3] == 81 {
			return 6
		}
	}
	return 0
}

// obey implements manners.
func (e epson) obey(p *Printer, t papertape.Token) (cut bool) {
	switch t.Name {
	case "ESC @":
		p.automatic, p.realPulses = false, true
	case "GS a":
		p.automatic = t.Args[0] != 0
		p.tellStatus()
	case "ESC p":
		p.pulse()
	case "GS ( D": // pL pH 20 then pairs: 1 is the pulse of DLE DC4
		for i := 3; i+1 < len(t.Args); i += 2 {
			if t.Args[i] == 1 {
				p.realPulses = t.Args[i+1]&1 != 0
			}
		}
	case "GS r":
		if t.Args[0] == 1 || t.Args[0] == '1' {
			p.reply(e.paper(p))
		} else {
			p.reply(bit(p.sensor(), 1))
		}
	case "GS I":
		if name, ok := p.name(t.Args[0]); ok {
			p.reply(slices.Concat([]byte{0x5F}, []byte(name), []byte{0})...)
		}
	case "GS ( H": // process id: pL pH 30 30 d1 d2 d3 d4
		if len(t.Args) == 8 && t.Args[2] == '0' && t.Args[3] == '0' {
			p.answerWith(reply{bytes: slices.Concat([]byte{0x37, 0x22}, t.Args[4:], []byte{0}), id: true})
		}
	case "GS V":
		return true
	}
	return false
}

// name is what the printer answers to GS I.
func (p *Printer) name(what byte) (string, bool) {
	name, ok := map[byte]string{'A': "1.00", 'B': p.maker, 'C': p.model, 'D': "V0000001"}[what]
	return name, ok
}
