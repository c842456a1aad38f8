package configs

import (
	"fmt"

	"github.com/posagent/posagent/drivers/profile"
)

func scannerSettings(p *profile.Scanner) []setting {
	mark := form(`.{1,4}=\][A-Za-z][0-9A-Za-z]`)
	return []setting{
		{key: "model", required: true, sample: `"serial scanner"`, value: line(&p.Model, 60), about: "The model, for people."},
		{key: "speaks", value: word(&p.Speaks, profile.Serial, profile.Serial, profile.HIDPOS, profile.Keyboard, profile.Camera),
			about: "How it reaches the register: bytes on a line (RS-232, USB-COM, TCP), HID-POS reports, key strokes, or pictures."},
		{key: "header", value: word(&p.Header, "none", "none", "stx"), about: "What it sends before a code."},
		{key: "end", value: word(&p.End, "cr", "cr", "lf", "crlf", "tab", "etx", "gap", "none", "any"),
			about: "What it sends after a code; gap is silence, any is each of the marks. none is for hid-pos, whose reports have an end of their own. Enter of a keyboard is cr."},
		{key: "gap_ms", value: whole(&p.GapMilli, 500, 10, 2000),
			about: "The silence in milliseconds that discards half a code; with end = \"gap\" (then 60 to 80) it ends a code. Of a keyboard, the longest pause between two keys of a code (100)."},
		{key: "aim", value: flag(&p.AIM, false), about: "Whether it is set to send AIM identifiers such as ]Q1. Those of usual codes are taken off in any case."},
		{key: "marks", value: texts(&p.Marks, "marks with their AIM identifiers, such as \"Q=]Q1\"", mark),
			about: "The maker's own marks before a code, each with the AIM identifier that it means. A code without one of them is refused."},
		{key: "digits", value: whole(&p.Digits, 0, 0, 4), about: "How many digits before a code tell its length: 0, 2 or 4. EAN and UPC codes come without."},
		{key: "bcc", value: word(&p.BCC, "none", "none", "data", "all"),
			about: "The check byte after the end mark, over all between header and end mark (data), or with the end mark (all)."},
		{key: "baud", value: whole(&p.Baud, 9600, 50, 4_000_000), about: "Line speed when the address names none."},
		{key: "max_bytes", value: whole(&p.MaxBytes, 7089, 64, 65536), about: "Longer codes are dropped and reported."},
		{key: "layout", value: word(&p.Layout, "us", "us", "jis"), about: "Of a keyboard: the layout for which the scanner is set, whatever this machine's own is."},
		{key: "width", value: whole(&p.Width, 1280, 320, 1920), about: "Of a camera: the widest picture that is asked for. Smaller ones are searched faster."},
		{key: "height", value: whole(&p.Height, 720, 240, 1080), about: "Of a camera: the highest picture that is asked for."},
		{key: "usb", value: texts(&p.USB, "USB ids such as \"0c2e\" of a maker or \"0c2e:0b6a\" of a model, in lower case", form(`[0-9a-f]{4}(:[0-9a-f]{4})?`)),
			about: "USB ids that such a device may have; posctl devices find proposes the profile by them."},
	}
}

// checkScanner tells what does not fit together in a scanner's profile.
func checkScanner(r *reading, p profile.Scanner) {
	say := func(key, text string) { r.say(r.at(key), key, text, "") }
	hasEnd := p.End != "gap" && p.End != "any" && p.End != "none"
	switch {
	case p.Digits == 1 || p.Digits == 3:
		say("digits", fmt.Sprintf("a length of %d digits; wanted: 0, 2 or 4", p.Digits))
	case p.BCC != "none" && (p.Header == "none" || !hasEnd):
		say("bcc", "a check byte needs header = \"stx\" and an end mark; without them no scanner sends one")
	case p.End == "none" && p.Speaks != profile.HIDPOS:
		say("end", "only hid-pos needs no end mark; a scanner that sends none has end = \"gap\"")
	case p.Speaks != profile.Serial && (p.Header != "none" || p.BCC != "none"):
		say("speaks", "header and bcc are of serial scanners only")
	}
}
