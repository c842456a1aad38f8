package papertape

import "github.com/posagent/posagent/drivers/printer"

// starCommand carries one command of Star line mode out.
func (h *head) starCommand(t Token) {
	switch t.Name {
	case "LF":
		h.endLine()
	case "HT":
		h.tab()
	case "ESC @", "CAN":
		h.reset()
	case "ESC a":
		h.feedLines(int(t.Args[0]))
	case "ESC J": // quarters of a millimetre, two dots each
		h.flush()
		h.feed(2 * int(t.Args[0]))
	case "ESC I":
		h.flush()
		h.feed(int(t.Args[0]))
	case "BEL", "FS":
		h.now.items = append(h.now.items, item{pin: 2})
	case "SUB", "EM":
		h.now.items = append(h.now.items, item{pin: 5})
	case "ESC d":
		h.flush()
		if n := t.Args[0] & 0x0F; n >= 2 {
			h.feed(3 * h.spacing) // head to cutter, as on common models
		}
		h.cut()
	case "ESC k":
		h.band(t)
	case "ESC GS S":
		h.slice(t)
	case "row b", "row k":
		h.row(t)
	case "ESC * r A":
		h.flush()
		h.rows = &printer.Bitmap{}
	case "ESC * r B":
		h.endRows()
	case "ESC b":
		h.starBarcode(t)
	case "ESC GS y S", "ESC GS y D", "ESC GS y P":
		h.starSymbol(t)
	default:
		h.starMode(t)
	}
}

// starMode carries a command out that only changes how later characters look,
// or that leaves no trace on paper.
func (h *head) starMode(t Token) {
	var n byte
	if len(t.Args) > 0 {
		if n = t.Args[0]; n >= '0' && n <= '9' {
			n -= '0'
		}
	}
	switch t.Name {
	case "NUL", "CR", "ETB", "ENQ", "EOT", "DC2", "ESC ACK", "ESC BEL", "ESC GS ETX", "ESC GS y I", "ESC RS a", "ESC RS E", "ESC RS d", "ESC RS r",
		"ESC * r P", "ESC * r E", "ESC * r F", "ESC * r Q", "ESC * r R", "ESC 7", "ESC l", "ESC Q", "ESC s", "ESC M":
		// Questions, answers, and modes that everything is in anyway.
	case "ESC E", "ESC F":
		h.half.bold, h.full.bold = t.Name == "ESC E", t.Name == "ESC E"
	case "ESC 4", "ESC 5":
		h.half.reverse, h.full.reverse = t.Name == "ESC 4", t.Name == "ESC 4"
	case "ESC -":
		h.half.underline, h.full.underline = n == 1, n == 1
	case "ESC i":
		h.half.h, h.half.w = min(n, 5)+1, min(t.Args[1]&0x0F, 5)+1
		h.full.h, h.full.w = h.half.h, h.half.w
	case "ESC GS a":
		if len(h.line) > 0 {
			h.remark(t.Raw, "ESC GS a works at the start of a line only")
			return
		}
		h.align = n % 3
	case "ESC z":
		h.spacing = 24 + 8*int(n&1)
	case "ESC 0":
		h.spacing = 24
	case "ESC GS A":
		h.position(int(t.Args[0])+int(t.Args[1])<<8, t.Raw)
	case "ESC GS R":
		h.position(h.width+int(int16(uint16(t.Args[0])|uint16(t.Args[1])<<8)), t.Raw)
	case "ESC R", "ESC GS t", "ESC $", "ESC p", "ESC q":
		if !h.chars.setStar(t.Name, n) {
			h.remark(t.Raw, t.Name+" chooses characters that are not known here")
		}
	case "ESC RS F", "ESC SP":
		if n != 0 {
			h.remark(t.Raw, t.Name+" chooses looks that are not drawn here")
		}
	default:
		h.remark(t.Raw, t.Name+" is known but not drawn here")
	}
}

// band is ESC k: 24 rows of dots, printed by the line feed behind it.
func (h *head) band(t Token) {
	row := int(t.Args[0]) + int(t.Args[1])<<8
	if row == 0 || row*8 > 8192 {
		h.remark(t.Raw, "a picture without dots, or wider than any paper")
		return
	}
	h.flush()
	h.pending = &printer.Bitmap{Width: row * 8, Height: 24, Bits: t.Args[2:]}
}

// endBand prints a band, joined to the one above when nothing is between.
func (h *head) endBand() {
	b := h.pending
	h.pending = nil
	if n := len(h.now.items); n > 0 {
		last := &h.now.items[n-1]
		if last.band && last.height == last.picture.Height && last.picture.Width == b.Width && last.align == h.align && last.picture.Height < 1<<16 {
			joined := append(last.picture.Bits[:len(last.picture.Bits):len(last.picture.Bits)], b.Bits...)
			if last.owned {
				joined = append(last.picture.Bits, b.Bits...)
			}
			last.picture = &printer.Bitmap{Width: b.Width, Height: last.picture.Height + 24, Bits: joined}
			last.height, last.owned = last.picture.Height-24+max(24, h.spacing), true
			return
		}
	}
	h.now.items = append(h.now.items, item{picture: b, scaleX: 1, scaleY: 1, height: max(24, h.spacing), align: h.align, band: true})
}

// slice is ESC GS S: m xL xH yL yH n and dots.
func (h *head) slice(t Token) {
	across, down := int(t.Args[1])+int(t.Args[2])<<8, int(t.Args[3])+int(t.Args[4])<<8
	h.picture(across, down, t.Args[6:], 1, 1, t.Raw)
}

// row is one row of dots in raster mode; all of them become one picture.
func (h *head) row(t Token) {
	if h.rows == nil {
		h.remark(t.Raw, "a row of dots outside of raster mode")
		return
	}
	data := t.Args[2:]
	const most = 1024
	if len(data) > most || h.rows.Height > 1<<16 {
		h.remark(t.Raw, "a picture that is larger than any paper")
		return
	}
	if wide := len(data) * 8; wide > h.rows.Width { // earlier rows were shorter
		h.rows.Bits = widen(h.rows.Bits, h.rows.Width/8, len(data))
		h.rows.Width = wide
	}
	h.rows.Bits = append(h.rows.Bits, data...)
	h.rows.Bits = append(h.rows.Bits, make([]byte, h.rows.Width/8-len(data))...)
	h.rows.Height++
	if t.Name == "row k" {
		h.rows.Height-- // the next row is printed over this one; it is not drawn
		h.rows.Bits = h.rows.Bits[:h.rows.Height*h.rows.Width/8]
	}
}

func widen(bits []byte, from, to int) []byte {
	if from == 0 {
		return nil
	}
	var out []byte
	for at := 0; at < len(bits); at += from {
		out = append(out, bits[at:at+from]...)
		out = append(out, make([]byte, to-from)...)
	}
	return out
}

func (h *head) endRows() {
	b := h.rows
	h.rows = nil
	if b != nil && b.Height > 0 && b.Width > 0 {
		h.now.items = append(h.now.items, item{picture: b, scaleX: 1, scaleY: 1, height: b.Height})
	}
}

// starSymbol is ESC GS y for QR codes.
func (h *head) starSymbol(t Token) {
	switch t.Name {
	case "ESC GS y S":
		switch n := t.Args[1]; {
		case t.Args[0] == '0' && n != 2:
			h.remark(t.Raw, "only model 2 of QR codes is drawn")
		case t.Args[0] == '1' && n <= 3:
			h.qr.level, h.qr.tried = "LMQH"[n], false
		case t.Args[0] == '2':
			h.qr.module = min(max(int(n), 1), 8)
		}
	case "ESC GS y D":
		if len(t.Args)-4 > 7089 {
			h.remark(t.Raw, "more data than a QR code holds")
			return
		}
		h.qr.text, h.qr.tried = string(t.Args[4:]), false
	default:
		h.flush()
		h.printQR(t)
	}
}

// setStar is set for the commands of Star line mode.
func (c *charset) setStar(name string, n byte) bool {
	c.lead = 0
	switch name {
	case "ESC p":
		c.mode = true
	case "ESC q":
		c.mode = false
	case "ESC $":
		c.system = n & 1
	case "ESC R":
		c.nation = n
		return n == 0 || n == 8
	case "ESC GS t":
		table, ok := map[byte]byte{1: 0, 2: 1, 4: 19, 5: 18, 6: 3, 8: 4, 9: 5, 10: 17, 32: 16}[n]
		if ok {
			c.table = table
		}
		return ok
	}
	return true
}
