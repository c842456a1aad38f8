package escpos

import (
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/typeset"
)

// Align implements typeset.Machine.
func (e *encoder) Align(a printer.Align) {
	var n byte
	switch a {
	case printer.Centre:
		n = 1
	case printer.Right:
		n = 2
	}
	e.put(0x1B, 'a', n)
}

// Style implements typeset.Machine. Underline and size exist twice, for
// half-width characters and for kanji; a printer that gets only one of them
// prints mixed text half in each.
func (e *encoder) Style(from, s printer.Style) {
	kanji := e.p.Kanji != typeset.NoKanji
	if s.Bold != from.Bold {
		e.put(0x1B, 'E', flag(s.Bold, 1))
	}
	if s.Wide != from.Wide || s.Tall != from.Tall {
		e.put(0x1D, '!', flag(s.Wide, 0x10)|flag(s.Tall, 0x01))
		if kanji {
			e.put(0x1C, '!', flag(s.Wide, 0x04)|flag(s.Tall, 0x08)|flag(s.Underline, 0x80))
		}
	}
	if s.Underline != from.Underline {
		e.put(0x1B, '-', flag(s.Underline, 1))
		if kanji {
			e.put(0x1C, '-', flag(s.Underline, 1))
		}
	}
	if s.Reverse != from.Reverse {
		e.put(0x1D, 'B', flag(s.Reverse, 1))
	}
}

func flag(on bool, bit byte) byte {
	if on {
		return bit
	}
	return 0
}
