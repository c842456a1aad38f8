package main

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// scrubbing replaces what may be a secret.
type scrubbing struct {
	like *regexp.Regexp
	with string
}

// everywhere is what may be a secret wherever it stands. Rather a word too many
// is taken out: a diag leaves the shop.
var everywhere = []scrubbing{
	{regexp.MustCompile(`\$argon2id?\$[^\s"\\]*`), "[out]"},
	{regexp.MustCompile(`(?i)(bearer\s+)[^\s"\\]+`), "${1}[out]"},
	{regexp.MustCompile(`(?s)-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|$)`), "[out]"},
	{regexp.MustCompile(`(\w+://)[^/\s"@]+@`), "${1}[out]@"},
	{regexp.MustCompile(`(\w+://[^\s"?]+)\?[^\s"\\]+`), "${1}?[out]"},
	{regexp.MustCompile(`OP1[0-9A-Z $%*+\-./:]{8,}`), "[out]"},
	{regexp.MustCompile(`[0-9]{12,}`), "[out]"},
	{regexp.MustCompile(`[0-9A-Za-z]{2,}…[0-9A-Za-z]*`), "[out]"},
}

// inLogs is what a line of a log may say besides: any program writes into it.
var inLogs = []scrubbing{
	{regexp.MustCompile(`(?i)("?(?:[a-z_.-]*(?:code|pin|token|secret|password|authorization|cookie|approval|operator|name))"?\s*(?:=|:)\s*)("(?:[^"\\]|\\.)*"|[^\s,}"]+)`), `${1}"[out]"`},
	{regexp.MustCompile(`(?i)((?:code|pin|token)(?: is|:)? )\S*[0-9]\S*`), "${1}[out]"},
}

// word is what a token, a key or a hash looks like at first sight.
var word = regexp.MustCompile(`[0-9A-Za-z+/_=-]{20,}`)

// random tells whether a long word has no structure that people gave it: it is
// in one piece, or mixes digits with both cases. A charge's key, a path and a
// metric's name have one.
func random(w []byte) bool {
	whole := !bytes.ContainsAny(w, "+/_=-")
	digit, upper, lower := bytes.ContainsAny(w, "0123456789"), bytes.ToLower(w), bytes.ToUpper(w)
	return whole || digit && !bytes.Equal(w, upper) && !bytes.Equal(w, lower)
}

// scrub is a text with everything replaced that may be a secret.
func scrub(text []byte) []byte {
	for _, r := range everywhere {
		text = r.like.ReplaceAll(text, []byte(r.with))
	}
	return word.ReplaceAllFunc(text, func(w []byte) []byte {
		if random(w) {
			return []byte("[out]")
		}
		return w
	})
}

// scrubLog is scrub for lines of a log.
func scrubLog(text []byte) []byte {
	for _, r := range slices.Concat(everywhere, inLogs) { // a hash has commas in it, at which a setting ends
		text = r.like.ReplaceAll(text, []byte(r.with))
	}
	return scrub([]byte(strings.ToValidUTF8(string(text), "?")))
}
