package main

import (
	"io"
	"unicode"
	"unicode/utf8"
)

// screen is where text for people goes. Some of it comes from wallets, from
// certificates and from receipts, and a terminal obeys what it is told: only
// what can be seen is let through, with line ends and tabs. Each write is
// whole characters.
type screen struct{ out io.Writer }

func (s screen) Write(p []byte) (int, error) {
	plain := make([]byte, 0, len(p))
	for rest := p; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		rest = rest[n:]
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			r = utf8.RuneError
		}
		plain = utf8.AppendRune(plain, r)
	}
	if _, err := s.out.Write(plain); err != nil {
		return 0, err
	}
	return len(p), nil
}
