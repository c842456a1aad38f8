package papertape

// code128Widths are the bars and gaps of each value, in modules (ISO/IEC
// 15417, table 1); 106 is the stop.
func code128Widths() []string {
	return []string{
		"212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213",
		"221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132",
		"221231", "213212", "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211",
		"212123", "212321", "232121", "111323", "131123", "131321", "112313", "132113", "132311", "211313",
		"231113", "231311", "112133", "112331", "132131", "113123", "113321", "133121", "313121", "211331",
		"231131", "213113", "213311", "213131", "311123", "311321", "331121", "312113", "312311", "332111",
		"314111", "221411", "431111", "111224", "111422", "121124", "121421", "141122", "141221", "112214",
		"112412", "122114", "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111",
		"111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
		"214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311", "113141",
		"114131", "311141", "411131", "211412", "211214", "211232", "2331112",
	}
}

const (
	code128StartA = 103
	code128StartB = 104
	code128StartC = 105
	code128Stop   = 106
)

// code128 is the modules of values that begin with a start; none when they do
// not.
func code128(values []int) []bool {
	if len(values) < 2 || values[0] < code128StartA {
		return nil
	}
	sum := values[0]
	for i, v := range values[1:] {
		sum += (i + 1) * v
	}
	widths := code128Widths()
	var out []bool
	for _, v := range append(values[:len(values):len(values)], sum%103, code128Stop) {
		for i, c := range widths[v] {
			for range c - '0' {
				out = append(out, i%2 == 0)
			}
		}
	}
	return out
}

// epsonCode128 reads the data of GS k 73: {A, {B and {C choose a set, {{ is a
// brace, {1 to {4 are functions, {S is a shift.
func epsonCode128(data []byte) (values []int, text string) {
	set := byte(0)
	for i := 0; i < len(data); i++ {
		b := data[i]
		if b == '{' && i+1 < len(data) {
			i++
			switch b = data[i]; b {
			case 'A', 'B', 'C':
				values = append(values, code128Set(set, b))
				set = b
				continue
			case '1':
				values = append(values, 102)
				continue
			case '{':
			default:
				return nil, ""
			}
		}
		v, shown, ok := code128Value(set, b)
		if !ok {
			return nil, ""
		}
		values, text = append(values, v), text+shown
	}
	return values, text
}

// starCode128 reads the data of ESC b for Code 128: %0 is a percent sign, %1 to
// %4 are functions, %5 is 7F, %6 to %8 start in set A, B and C, and % with a
// letter is a control character.
func starCode128(data []byte) (values []int, text string) {
	set := byte('B')
	if len(data) > 1 && data[0] == '%' && data[1] >= '6' && data[1] <= '8' {
		set = 'A' + data[1] - '6'
		data = data[2:]
	} else if digits(data) > 4 {
		set = 'C'
	}
	values = []int{code128Set(0, set)}
	for len(data) > 0 {
		if set == 'C' {
			if digits(data) >= 2 {
				v := 10*int(data[0]-'0') + int(data[1]-'0')
				values, text, data = append(values, v), text+string(data[:2]), data[2:]
				continue
			}
			values, set = append(values, code128Set('C', 'B')), 'B'
		}
		b := data[0]
		if data = data[1:]; b == '%' {
			if len(data) == 0 || data[0] != '0' {
				return nil, ""
			}
			data = data[1:]
		}
		v, shown, ok := code128Value(set, b)
		if !ok {
			return nil, ""
		}
		values, text = append(values, v), text+shown
	}
	return values, text
}

// digits is how many digits data begins with.
func digits(data []byte) int {
	n := 0
	for n < len(data) && data[n] >= '0' && data[n] <= '9' {
		n++
	}
	return n
}

// code128Set is the value that begins with a set, or changes to it.
func code128Set(from, to byte) int {
	if from == 0 {
		return code128StartA + int(to-'A')
	}
	return map[byte]int{'A': 101, 'B': 100, 'C': 99}[to]
}

// code128Value is a character in a set; in set C a byte is a number of two
// digits.
func code128Value(set, b byte) (v int, shown string, ok bool) {
	switch set {
	case 'A':
		switch {
		case b < 0x20:
			return int(b) + 64, ".", true
		case b < 0x60:
			return int(b) - 32, string(rune(b)), true
		}
	case 'B':
		if b >= 0x20 && b < 0x7F {
			return int(b) - 32, string(rune(b)), true
		}
	case 'C':
		if b < 100 {
			return int(b), string([]byte{'0' + b/10, '0' + b%10}), true
		}
	}
	return 0, "", false
}
