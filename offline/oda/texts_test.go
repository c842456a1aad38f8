package oda_test

import (
	"encoding/base64"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/posagent/posagent/offline/oda"
)

// A badText is a text that is none, made of a good code.
type badText struct {
	name    string
	carrier oda.Carrier
	text    string
	verdict oda.Reason
}

// badTexts are the second forms of a good code and the damage of each carrier.
func badTexts(t testing.TB, alg oda.Algorithm) []badText {
	raw := good(alg).raw()
	return slices.Concat(badLengths(raw), badBase45(raw), badBase64(t, raw), badContainers(raw), badDecimals(t, raw))
}

func badLengths(raw []byte) []badText {
	var out []badText
	for _, c := range carriers {
		text := oda.Encode(raw, c)
		out = append(out,
			badText{"a byte too many", c, encode(append(slices.Clone(raw), 0), c), oda.WrongLength},
			badText{"two bytes too many", c, encode(append(slices.Clone(raw), 0, 0), c), oda.WrongLength},
			badText{"a byte too few", c, encode(raw[:len(raw)-1], c), oda.WrongLength},
			badText{"three bytes too few", c, encode(raw[:len(raw)-3], c), oda.WrongLength},
			badText{"the certificate alone", c, encode(raw[:len(raw)-81], c), oda.WrongLength},
			badText{"a character too many", c, text + "0", oda.WrongLength},
			badText{"a line end", c, text + "\r", oda.WrongLength},
			badText{"a character too few", c, text[:len(text)-1], oda.WrongLength},
			badText{"a space in front", c, " " + text, oda.NoCarrier},
			badText{"its first characters alone", c, text[:7], oda.WrongLength},
		)
	}
	return out
}

func badBase45(raw []byte) []badText {
	text := oda.Encode(raw, oda.Base45)
	with := func(at int, part string) string { return text[:at] + part + text[at+len(part):] }
	small := strings.IndexFunc(text[4:], func(r rune) bool { return r >= 'A' && r <= 'Z' }) + 4
	out := []badText{
		{"a small prefix", oda.Base45, "op1" + text[3:], oda.NoCarrier},
		{"a small letter", oda.Base45, with(small, strings.ToLower(text[small:small+1])), oda.NotBase45},
		{"a character outside the alphabet", oda.Base45, with(40, "#"), oda.NotBase45},
		{"a byte that is no character", oda.Base45, with(41, "\x7f"), oda.NotBase45},
		{"a group of three above its bytes", oda.Base45, with(4, ":::"), oda.NotBase45},
		{"a group of three one above its bytes", oda.Base45, with(4, "GGW"), oda.NotBase45},
	}
	if len(raw)%2 == 1 {
		out = append(out,
			badText{"a group of two above its byte", oda.Base45, with(len(text)-2, "::"), oda.NotBase45},
			badText{"a group of two one above its byte", oda.Base45, with(len(text)-2, "V5"), oda.NotBase45})
	}
	return out
}

func badBase64(t testing.TB, raw []byte) []badText {
	text := oda.Encode(raw, oda.Base64)
	with := func(at int, part string) string { return text[:at] + part + text[at+len(part):] }
	// The last character before the padding has bits that no byte uses.
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	last := strings.IndexByte(text, '=') - 1
	stray := with(last, string(alphabet[strings.IndexByte(alphabet, text[last])+1]))
	if loose, err := base64.StdEncoding.DecodeString(stray); err != nil || !strings.HasSuffix(string(loose), string(raw)) {
		t.Fatal("the stray bits are not stray")
	}
	return []badText{
		{"stray bits at the end", oda.Base64, stray, oda.NotBase64},
		{"a character of the other alphabet", oda.Base64, with(100, "-"), oda.NotBase64},
		{"a line end inside", oda.Base64, with(76, "\n"), oda.NotBase64},
		{"four line ends inside", oda.Base64, with(76, "\n\n\n\n"), oda.NotBase64},
		{"a space inside", oda.Base64, with(76, " "), oda.NotBase64},
		{"padding inside", oda.Base64, with(100, "="), oda.NotBase64},
		{"no padding", oda.Base64, strings.TrimRight(text, "="), oda.WrongLength},
		{"the indicator of JPQR", oda.Base64, "hQVKUFFS" + text[8:], oda.NoCarrier},
	}
}

// badContainers are well-formed TLVs of the right length that are not the one
// container, and one of another form.
func badContainers(raw []byte) []badText {
	const start, adf = "\x85\x05CPV01", "\x4F\x05\xF0OFQ1"
	n := byte(len(raw))
	token, code := "\x5A\x08"+string(raw[6:14]), "\xDF\x01\x81"+string([]byte{n})+string(raw)
	issuer := "\x63\x81" + string([]byte{n + 4}) + code
	app := func(tag string, inside ...string) string {
		s := strings.Join(inside, "")
		return tag + "\x81" + string([]byte{byte(len(s))}) + s
	}
	bad := func(name, data string, verdict oda.Reason) badText {
		return badText{name, oda.Base64, b64(data), verdict}
	}
	// With a byte more, the shorter code has the length of the longer one.
	byteMore := oda.NotContainer
	if n%2 == 1 {
		byteMore = oda.WrongLength
	}
	return []badText{
		bad("another identifier", start+app("\x61", "\x4F\x05\xF0OFQ2", token, issuer), oda.NotContainer),
		bad("another version of the indicator", "\x85\x05CPV02"+app("\x61", adf, token, issuer), oda.NotContainer),
		bad("another wallet token than the code's", start+app("\x61", adf, "\x5A\x08\x99"+string(raw[7:14]), issuer), oda.NotContainer),
		bad("the token before the identifier", start+app("\x61", token, adf, issuer), oda.NotContainer),
		bad("the issuer's data in front", start+app("\x61", issuer, adf, token), oda.NotContainer),
		bad("the common template", start+app("\x62", adf, token, issuer), oda.NotContainer),
		bad("another tag for the code", start+app("\x61", adf, token, "\x63\x81"+string([]byte{n + 4})+"\xDF\x02"+code[2:]), oda.NotContainer),
		bad("a tag more", start+app("\x61", adf, "\x50\x03abc", token, issuer), oda.WrongLength),
		bad("two bytes of length", start+"\x61\x82\x00"+app("\x61", adf, token, issuer)[2:], byteMore),
	}
}

func badDecimals(t testing.TB, raw []byte) []badText {
	text := oda.Encode(raw, oda.Decimal)
	with := func(at int, part string) string { return text[:at] + part + text[at+len(part):] }
	// Of the first group only: the same bytes once more, with 2¹²⁰ added.
	group, _ := new(big.Int).SetString(text[2:39], 10)
	second := new(big.Int).Add(group, new(big.Int).Lsh(big.NewInt(1), 120)).String()
	if len(second) != 37 {
		t.Fatalf("a group of %d digits", len(second))
	}
	return []badText{
		{"another prefix", oda.Decimal, "98" + text[2:], oda.NoCarrier},
		{"a letter", oda.Decimal, with(50, "O"), oda.NotDecimal},
		{"a sign", oda.Decimal, with(39, "+"), oda.NotDecimal},
		{"a character below the digits", oda.Decimal, with(60, "/"), oda.NotDecimal},
		{"a character above the digits", oda.Decimal, with(60, ":"), oda.NotDecimal},
		{"the second form of a group", oda.Decimal, with(2, second), oda.NotDecimal},
		{"a group of nines", oda.Decimal, with(76, strings.Repeat("9", 37)), oda.NotDecimal},
		{"a group one above its bytes", oda.Decimal, with(39, "1329227995784915872903807060280344576"), oda.NotDecimal},
		{"a last group of nines", oda.Decimal, with(520, strings.Repeat("9", len(text)-520)), oda.NotDecimal},
	}
}
