package photo

import (
	"fmt"
	"strings"
)

// code128Widths are the bars and gaps of the values 0 to 106 in modules
// (ISO/IEC 15417, table 1), six digits each; the stop has one bar more.
const code128Widths = "212222222122222221121223121322131222122213122312132212221213" +
	"221312231212112232122132122231113222123122123221223211221132" +
	"221231213212223112312131311222321122321221312212322112322211" +
	"212123212321232121111323131123131321112313132113132311211313" +
	"231113231311112133112331132131113123113321133121313121211331" +
	"231131213113213311213131311123311321331121312113312311332111" +
	"314111221411431111111224111422121124121421141122141221112214" +
	"112412122114122411142112142211241211221114413111241112134111" +
	"111242121142121241114212124112124211411212421112421211212141" +
	"214121412121111143111341131141114113114311411113411311113141" +
	"114131311141411131211412211214211232233111"

const (
	toC    = 99
	toB    = 100
	startB = 104
	startC = 105
	stop   = 106
)

// maxBars is as many characters as a phone can show.
const maxBars = 48

// code128 gives the widths of bars and gaps in modules, a bar first, without
// quiet zones. Pairs of digits go into set C where that is shorter (ISO/IEC
// 15417, annex E), the rest into set B.
func code128(text string) ([]int, error) {
	if text == "" {
		return nil, nil
	}
	if len(text) > maxBars {
		return nil, fmt.Errorf("%w: a Code 128 of %d characters does not fit on a phone: give at most %d", ErrScene, len(text), maxBars)
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r > '~' }); i >= 0 {
		return nil, fmt.Errorf("%w: character %d of the Code 128 is not printable ASCII", ErrScene, i+1)
	}
	values := code128Values(text)
	sum := values[0]
	for i, v := range values[1:] {
		sum += (i + 1) * v
	}
	values = append(values, sum%103, stop)
	var widths []int
	for _, v := range values {
		for _, c := range code128Widths[6*v : 6*v+6] {
			widths = append(widths, int(c-'0'))
		}
	}
	return append(widths, 2), nil
}

// code128Modules is how wide a text becomes, without quiet zones: the values, a
// check and a stop of 13 modules.
func code128Modules(text string) int { return 11*(len(code128Values(text))+1) + 13 }

// code128Values are the start and the characters.
func code128Values(text string) []int {
	inC := digits(text) >= 4 || digits(text) == 2 && len(text) == 2
	values := []int{startB}
	if inC {
		values[0] = startC
	}
	for text != "" {
		n := digits(text)
		switch {
		case inC && n >= 2:
			values = append(values, int(text[0]-'0')*10+int(text[1]-'0'))
			text = text[2:]
		case inC:
			values, inC = append(values, toB), false
		case n%2 == 0 && (n >= 6 || n >= 4 && n == len(text)):
			values, inC = append(values, toC), true
		default: // an odd run of digits leaves its first in set B
			values = append(values, int(text[0]-' '))
			text = text[1:]
		}
	}
	return values
}

// digits is how many digits a text begins with.
func digits(text string) int {
	return len(text) - len(strings.TrimLeft(text, "0123456789"))
}
