package papertape

import (
	"strings"

	"github.com/posagent/posagent/drivers/printer"
)

// bars is how bar codes are printed until a command says otherwise.
type bars struct {
	height int
	module int
	words  bool
}

// barcode is GS k: EAN-13 and Code 128, in the counted form.
func (h *head) barcode(t Token) {
	kind := t.Args[0]
	if kind != 67 && kind != 73 {
		h.remark(t.Raw, "GS k for another bar code than EAN-13 and Code 128")
		return
	}
	data := t.Args[2:]
	if kind == 67 {
		h.printEAN(t, string(data), h.bars)
		return
	}
	values, text := epsonCode128(data)
	h.printBars(t, code128(values), "Code128", text, h.bars)
}

// starBarcode is ESC b n1 n2 n3 n4 data RS.
func (h *head) starBarcode(t Token) {
	a := t.Args
	if len(a) < 6 || a[0]&0x0F != 3 && a[0]&0x0F != 6 || a[1]&0x0F < 1 || a[1]&0x0F > 2 || a[2]&0x0F < 1 || a[2]&0x0F > 3 {
		h.remark(t.Raw, "ESC b for another bar code than EAN-13 and Code 128")
		return
	}
	looks := bars{height: int(a[3]), module: int(a[2]&0x0F) + 1, words: a[1]&0x0F == 2}
	data := a[4 : len(a)-1]
	h.flush()
	if a[0]&0x0F == 3 {
		h.printEAN(t, string(data), looks)
		return
	}
	values, text := starCode128(data)
	h.printBars(t, code128(values), "Code128", text, looks)
}

// printBars puts a bar code on the paper, and its text below if that is wanted.
func (h *head) printBars(t Token, modules []bool, kind, text string, looks bars) {
	if len(h.line) > 0 || len(modules) == 0 || len(modules)*looks.module > h.now.dots {
		h.remark(t.Raw, "this bar code is not printed: its data is wrong, it is too wide, or the line has begun")
		return
	}
	b := printer.Bitmap{Width: len(modules), Height: 1, Bits: make([]byte, (len(modules)+7)/8)}
	for x, black := range modules {
		if black {
			b.Bits[x/8] |= 0x80 >> (x % 8)
		}
	}
	h.now.items = append(h.now.items, item{picture: &b, scaleX: looks.module, scaleY: looks.height, height: looks.height, align: h.align, bars: kind + ": " + text})
	if looks.words {
		var line []char
		for _, r := range text {
			line = append(line, char{r: r, cols: 1, face: face{w: 1, h: 1}})
		}
		h.now.items = append(h.now.items, item{line: line, height: 2 * h.now.cell, align: h.align})
	}
}

func (h *head) printEAN(t Token, digits string, looks bars) {
	modules, whole := ean13(digits)
	h.printBars(t, modules, "EAN13", whole, looks)
}

// ean13 is the modules of an article number of 12 or 13 digits, and the number
// with its check digit; no modules when it is wrong.
func ean13(digits string) ([]bool, string) {
	if len(digits) != 12 && len(digits) != 13 || strings.Trim(digits, "0123456789") != "" {
		return nil, digits
	}
	sum := 0
	for i := range 12 {
		sum += int(digits[i]-'0') * (1 + 2*(i%2))
	}
	check := byte('0' + (10-sum%10)%10)
	if len(digits) == 13 && digits[12] != check {
		return nil, digits
	}
	digits = digits[:12] + string(check)
	odd := []string{"0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011"}
	parity := []string{"OOOOOO", "OOEOEE", "OOEEOE", "OOEEEO", "OEOOEE", "OEEOOE", "OEEEOO", "OEOEOE", "OEOEEO", "OEEOEO"}[digits[0]-'0']
	var out strings.Builder
	out.WriteString("101")
	for i := 1; i <= 6; i++ {
		code := odd[digits[i]-'0']
		if parity[i-1] == 'E' {
			code = backwards(inverse(code))
		}
		out.WriteString(code)
	}
	out.WriteString("01010")
	for i := 7; i <= 12; i++ {
		out.WriteString(inverse(odd[digits[i]-'0']))
	}
	out.WriteString("101")
	modules := make([]bool, out.Len())
	for i, c := range out.String() {
		modules[i] = c == '1'
	}
	return modules, digits
}

func inverse(code string) string {
	return strings.Map(func(r rune) rune { return '0' + '1' - r }, code)
}

func backwards(code string) string {
	b := []byte(code)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}
