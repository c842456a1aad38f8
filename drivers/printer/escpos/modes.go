package escpos

import "github.com/posagent/posagent/drivers/printer"

// setAlign must be called at the start of a line; the printer ignores it
// elsewhere.
func (e *encoder) setAlign(a printer.Align) {
	if a == e.align {
		return
	}
	e.align = a
	var n byte
	switch a {
	case printer.Centre:
		n = 1
	case printer.Right:
		n = 2
	}
	e.put(0x1B, 'a', n)
}

// setStyle sends what differs from the style that the printer has now.
// Underline and size exist twice, for half-width characters and for kanji; a
// printer that gets only one of them prints mixed text half in each.
func (e *encoder) setStyle(s printer.Style) {
	if s.Bold != e.style.Bold {
		e.put(0x1B, 'E', flag(s.Bold, 1))
	}
	if s.Wide != e.style.Wide || s.Tall != e.style.Tall {
		e.put(0x1D, '!', flag(s.Wide, 0x10)|flag(s.Tall, 0x01))
		if e.clean.set.kanji {
			e.put(0x1C, '!', flag(s.Wide, 0x04)|flag(s.Tall, 0x08)|flag(s.Underline, 0x80))
		}
	}
	if s.Underline != e.style.Underline {
		e.put(0x1B, '-', flag(s.Underline, 1))
		if e.clean.set.kanji {
			e.put(0x1C, '-', flag(s.Underline, 1))
		}
	}
	if s.Reverse != e.style.Reverse {
		e.put(0x1D, 'B', flag(s.Reverse, 1))
	}
	e.style = s
}

func flag(on bool, bit byte) byte {
	if on {
		return bit
	}
	return 0
}
