package server_test

import (
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
)

// A long ſ is an s to the decoder. A body with both has two meanings.
func TestNamesAreOfOneSpelling(t *testing.T) {
	s := start(t)
	line := `[{"name": "a", "quantity": 1, "amount": 100, "rate": "standard"}]`
	for _, body := range []string{
		`{"amount": 100, "currency": "JPY", "lineſ": ` + line + `}`,
		`{"amount": 100, "currency": "JPY", "lines": ` + line + `, "lineſ": []}`,
		`{"amount": 100, "currency": "JPY", "line\u017f": ` + line + `}`,
	} {
		got := s.ask(t, "POST", control.PathSales, body, bearer("till"), wish(body[40:60]))
		want(t, got, 400)
		if p := got.problem(t); len(p.Errors) != 1 || p.Errors[0].Location != "body.lineſ" {
			t.Errorf("%+v", p)
		}
	}
}

// A long name above many values would be copied for each of them: half a
// gigabyte for a body of 64 kB.
func TestLongNamesAreNotCopied(t *testing.T) {
	s := start(t)
	body := `{"` + strings.Repeat("k", 32_000) + `": [` + strings.Repeat("1,", 15_000) + `1]}`
	used := testing.Benchmark(func(b *testing.B) {
		for range b.N {
			got := s.ask(b, "POST", control.PathSales, body, bearer("till"), wish("a"))
			if got.status != 400 || len(got.body) > 1000 {
				b.Errorf("status %d, %d bytes", got.status, len(got.body))
			}
		}
	}).AllocedBytesPerOp()
	if used > 8<<20 {
		t.Errorf("a body of %d bytes took %d MB", len(body), used>>20)
	}
}
