package papertape

import "github.com/posagent/posagent/drivers/printer"

// command carries one command out. The names are those of token.go.
func (h *head) command(t Token) {
	switch t.Name {
	case "LF":
		h.endLine()
	case "NUL", "CR", "GS a", "GS r", "GS I", "GS ( H", "GS ( D", "DC2 q", "DLE EOT", "DLE ENQ", "DLE DC4":
		// Nothing on paper: questions, answers and what real printers ignore.
	case "HT":
		h.tab()
	case "ESC @":
		h.reset()
	case "ESC d":
		h.feedLines(int(t.Args[0]))
	case "ESC J":
		h.flush()
		h.feed(int(t.Args[0]))
	case "ESC p":
		h.now.items = append(h.now.items, item{pin: 2 + 3*int(t.Args[0]&1)})
	case "GS V":
		h.flush()
		if len(t.Args) > 1 {
			h.feed(3*h.spacing + int(t.Args[1])) // head to cutter, as on common models
		}
		h.cut()
	case "GS v":
		h.raster(t)
	case "GS ( L", "GS 8":
		h.graphics(t)
	case "GS k":
		h.barcode(t)
	case "ESC $":
		h.position(int(t.Args[0])+int(t.Args[1])<<8, t.Raw)
	case "ESC \\":
		h.position(h.width+int(int16(uint16(t.Args[0])|uint16(t.Args[1])<<8)), t.Raw)
	case "GS ( k":
		h.symbol(t)
	default:
		if !h.setMode(t) {
			h.remark(t.Raw, t.Name+" is known but not drawn here")
		}
	}
}

func (h *head) feedLines(n int) {
	if len(h.line) > 0 {
		h.endLine()
		n--
	}
	h.feed(n * h.spacing)
}

// tab goes to the next of the usual stops, every eight columns.
func (h *head) tab() {
	stop := 8 * h.now.cell
	for next := (h.width/stop + 1) * stop; h.width < next && h.width+h.now.cell <= h.now.dots; h.width += h.now.cell {
		h.line = append(h.line, char{r: ' ', cols: 1, face: face{w: 1, h: 1}})
	}
}

// setMode carries a command out that only changes how later characters look.
func (h *head) setMode(t Token) bool {
	var n byte
	if len(t.Args) > 0 {
		n = t.Args[0]
	}
	switch t.Name {
	case "ESC a":
		if len(h.line) > 0 {
			h.remark(t.Raw, "ESC a works at the start of a line only")
			return true
		}
		h.align = n & 3 % 3
	case "ESC 2":
		h.spacing = h.now.cell * 5 / 2
	case "ESC 3":
		h.spacing = int(n)
	case "FS &", "FS .", "FS C", "ESC R", "ESC t":
		return h.chars.set(t.Name, n)
	case "GS h":
		h.bars.height = max(1, int(n))
	case "GS w":
		h.bars.module = min(max(int(n), 1), 6)
	case "GS H":
		h.bars.words = n&3 == 2
	case "GS W":
		return int(n)+int(t.Args[1])<<8 >= h.now.dots
	case "ESC M", "ESC SP", "ESC {", "ESC V", "FS S", "FS ( A", "GS f", "GS L", "ESC G":
		if t.Name == "FS ( A" && len(t.Args) > 3 {
			n = t.Args[3]
		}
		return n == 0 || n == '0' // the mode that everything is in anyway
	default:
		return h.setFace(t.Name, n)
	}
	return true
}

// setFace knows which commands reach half-width characters, which reach kanji
// and which reach both.
func (h *head) setFace(name string, n byte) bool {
	switch name {
	case "ESC E":
		h.half.bold, h.full.bold = n&1 != 0, n&1 != 0
	case "GS B":
		h.half.reverse, h.full.reverse = n&1 != 0, n&1 != 0
	case "GS !":
		h.half.w, h.half.h = n>>4&7+1, n&7+1
		h.full.w, h.full.h = h.half.w, h.half.h
	case "FS !":
		h.full.w, h.full.h = 1+n>>2&1, 1+n>>3&1
		h.full.underline = n&0x80 != 0
	case "ESC !":
		h.half.w, h.half.h = 1+n>>5&1, 1+n>>4&1
		h.half.bold, h.half.underline = n&0x08 != 0, n&0x80 != 0
	case "ESC -":
		h.half.underline = n&3 != 0
	case "FS -":
		h.full.underline = n&3 != 0
	default:
		return false
	}
	return true
}

// raster is GS v 0: m doubles the dots, then bytes across and dots down.
func (h *head) raster(t Token) {
	if t.Args[0] != '0' {
		h.remark(t.Raw, "GS v with another kind than 0")
		return
	}
	m := t.Args[1] & 3
	across, down := int(t.Args[2])+int(t.Args[3])<<8, int(t.Args[4])+int(t.Args[5])<<8
	h.picture(across, down, t.Args[6:], 1+int(m&1), 1+int(m>>1), t.Raw)
}

// picture puts a picture of across bytes and down rows on the paper.
func (h *head) picture(across, down int, bits []byte, x, y int, raw []byte) {
	if across == 0 || down == 0 || across*8 > 8192 {
		h.remark(raw, "a picture without dots, or wider than any paper")
		return
	}
	h.flush()
	b := printer.Bitmap{Width: across * 8, Height: down, Bits: bits}
	h.now.items = append(h.now.items, item{picture: &b, scaleX: x, scaleY: y, height: down * y, align: h.align})
}

// graphics is GS ( L and GS 8 L: store dots (function 112), print them (50).
func (h *head) graphics(t Token) {
	d := t.Args[2:] // behind the length
	if t.Name == "GS 8" {
		d = t.Args[5:]
	}
	switch {
	case len(d) >= 2 && (d[1] == 50 || d[1] == 2):
		if b := h.stored; b != nil {
			h.stored = nil
			h.picture((b.Width+7)/8, b.Height, b.Bits, 1, 1, t.Raw)
		}
	case len(d) >= 10 && d[1] == 112 && d[2] == '0' && d[3] == 1 && d[4] == 1:
		b := printer.Bitmap{Width: int(d[6]) + int(d[7])<<8, Height: int(d[8]) + int(d[9])<<8, Bits: d[10:]}
		if len(b.Bits) != (b.Width+7)/8*b.Height {
			h.remark(t.Raw, "a picture whose size is not that of its dots")
			return
		}
		h.stored = &b
	default:
		h.remark(t.Raw, "a function of GS ( L that is not known here")
	}
}

// symbol is GS ( k for QR codes (cn 49).
func (h *head) symbol(t Token) {
	d := t.Args[2:] // behind the length
	if len(d) < 3 || d[0] != 49 {
		h.remark(t.Raw, "GS ( k for another symbol than QR, or too short")
		return
	}
	switch fn, n := d[1], d[2]; fn {
	case 65: // model: 2 is the only one that is drawn
		if n != '2' {
			h.remark(t.Raw, "only model 2 of QR codes is drawn")
		}
	case 67:
		h.qr.module = min(max(int(n), 1), 16)
	case 69:
		if n < '0' || n > '3' {
			h.remark(t.Raw, "a level of error correction that does not exist")
			return
		}
		h.qr.level, h.qr.tried = "LMQH"[n-'0'], false
	case 80:
		if len(d)-3 > 7089 {
			h.remark(t.Raw, "more data than a QR code holds")
			return
		}
		h.qr.text, h.qr.tried = string(d[3:]), false
	case 81:
		h.printQR(t)
	default:
		h.remark(t.Raw, "a function of GS ( k that is not known here")
	}
}

func (h *head) printQR(t Token) {
	if len(h.line) > 0 || h.qr.text == "" {
		h.remark(t.Raw, "a QR code is printed at the start of a line only, and not before its data came")
		return
	}
	if !h.qr.tried {
		h.drawQR(t)
	}
	side := 25
	if h.qr.drawn != nil {
		side = h.qr.drawn.Width
	}
	h.now.items = append(h.now.items, item{isQR: true, qr: h.qr.text, picture: h.qr.drawn,
		scaleX: h.qr.module, scaleY: h.qr.module, height: side * h.qr.module, align: h.align})
}

// drawQR draws what is in the store, once for any number of prints.
func (h *head) drawQR(t Token) {
	h.qr.tried, h.qr.drawn = true, nil
	if h.now.look.QR == nil {
		return
	}
	b, err := h.now.look.QR(h.qr.text, h.qr.level)
	if err != nil || b.Width <= 0 || b.Height <= 0 || b.Width > 177 || b.Height > 177 || len(b.Bits) < (b.Width+7)/8*b.Height {
		h.remark(t.Raw, "this QR code cannot be drawn")
		return
	}
	h.qr.drawn = &b
}
