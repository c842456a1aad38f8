package scanner_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/drivers/scanner"
)

func TestShape(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "",
		"\x029712345678901234567890\r": "<STX> 9*22 <CR>",
		"]Q1ABcd é\x7f":                ". A 9 A*2 a*2 . ^*2 <DEL>",
		"\x00\x00\xff":                 "<NUL>*2 ^",
		"\x1d\x1b":                     "<GS> <ESC>",
		strings.Repeat("a1", 20):       strings.Repeat("a 9 ", 12) + "+16",
	} {
		if got := scanner.Shape([]byte(text)); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}

// Two payloads of the same kinds of characters cannot be told apart.
func TestShapeHidesWhatItShows(t *testing.T) {
	swap := strings.NewReplacer("0", "7", "1", "8", "a", "q", "b", "w", "A", "Q", "B", "W", "-", "/", "日", "月")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("01abAB-日\r\x02"))).Draw(t, "text")
		if a, b := scanner.Shape([]byte(text)), scanner.Shape([]byte(swap.Replace(text))); a != b {
			t.Fatalf("%q and its like are shown as %q and %q", text, a, b)
		}
	})
}
