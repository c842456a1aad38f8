package configs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/posagent/posagent/drivers/profile"
)

// printerProfile is a printer's profile being read.
type printerProfile struct {
	profile.Printer
	ask bool // by its name
}

func (p *printerProfile) settings() []setting {
	name := func(s string) bool { return s != "" && printable(s, 40) }
	return []setting{
		{key: "model", required: true, sample: `"ESC/POS, 80 mm"`, value: line(&p.Model, 60), about: "The model, for people."},
		{key: "language", value: word(&p.Language, "escpos", "escpos", "star"), about: "The command language: ESC/POS, or Star line mode."},
		{key: "columns", required: true, sample: "48", value: whole(&p.Columns, 0, 16, 80), about: "Half-width characters on a line."},
		{key: "dots", required: true, sample: "576", value: whole(&p.Dots, 0, 192, 1024), about: "Printable width in dots."},
		{key: "dpi", value: whole(&p.DPI, 203, 100, 400), about: "Dots per inch."},
		{key: "kanji", value: word(&p.Kanji, "cp932", "cp932", "jis", "none"), about: "How Japanese is sent: as Shift-JIS, as JIS X 0208 in kanji mode, or not at all: then half-width katakana stand for it."},
		{key: "ibm", value: word(&p.IBM, "ibm", "ibm", "nec"), about: "The form of the kanji that CP932 has twice: ibm is FA to FC, nec is ED and EE."},
		{key: "code_page", value: whole(&p.CodePage, 0, 0, 255), about: "The number of the code table with half-width katakana; 0 is the language's usual one."},
		{key: "unmappable", value: word(&p.Unmappable, "replace", "replace", "draw", "refuse"), about: "What becomes of characters that it does not have: a stand-in, their line drawn as a picture (with a Japanese font of this machine), or nothing is printed. They are reported in any case."},
		{key: "qr", value: flag(&p.QR, false), about: "Whether its own command draws QR codes."},
		{key: "raster", value: word(&p.Raster, "", "", "gs-v", "gs-l", "esc-k", "esc-r", "gs-s"), about: "How pictures are sent: gs-v (GS v 0) or gs-l (GS ( L) in ESC/POS, esc-k, esc-r (raster mode) or gs-s (StarPRNT) in Star line mode; empty is gs-v or esc-k."},
		{key: "slice", value: whole(&p.Slice, 0, 0, 4096), about: "The most rows of dots that one command carries; 0 is 255."},
		{key: "cut", value: flag(&p.Cut, false), about: "Whether it has a cutter."},
		{key: "pulse_on", value: whole(&p.PulseOn, 0, 0, 510), about: "How long the drawer's magnet is on, in milliseconds; 0 is the language's usual time."},
		{key: "pulse_off", value: whole(&p.PulseOff, 0, 0, 510), about: "How long it rests then."},
		{key: "sensor", value: word(&p.Sensor, "none", "none", "high", "low"), about: "The level of the drawer's sensor pin while the drawer is open; none: it is not wired, or nobody knows."},
		{key: "status", value: flag(&p.Status, false), about: "Whether it answers questions about its state and tells of changes by itself."},
		{key: "answers", value: word(&p.Answers, "epson", "epson", "sii", "star"), about: "The form of its answers."},
		{key: "confirm", value: word(&p.Confirm, "none", "processid", "gsr", "dc2q", "etx", "etb", "none"), about: "How it says that a job is done: processid (GS ( H), gsr (GS r) or dc2q (SII) in ESC/POS, etx (ESC GS ETX) or etb (the ETB counter) in Star line mode."},
		{key: "flow", value: word(&p.Flow, "none", "none", "xonxoff", "rtscts", "dtrdsr"), about: "Flow control on a serial line, when the address names none."},
		{key: "chunk", value: whole(&p.Chunk, 512, 16, 65536), about: "Bytes handed to the wire at once."},
		{key: "names", value: texts(&p.Names, "the beginnings of the names that it gives itself (GS I C)", name), about: "How it names itself, so that escpos-auto finds this profile."},
		{key: "usb", value: texts(&p.USB, "USB ids such as \"04b8\" of a maker or \"04b8:0202\" of a model, in lower case", form(`[0-9a-f]{4}(:[0-9a-f]{4})?`)),
			about: "USB ids that such a device may have; posctl devices find proposes the profile by them."},
		{key: "ask", value: flag(&p.ask, false), about: "Whether the printer is asked for its name, to take the built-in profile that has it. What stands here holds until then, and for a name that no profile has."},
	}
}

// check tells what does not fit together.
func (p *printerProfile) check(r *reading) {
	say := func(key, text string) { r.say(r.at(key), key, text, "") }
	if p.Columns*12 > p.Dots {
		say("columns", fmt.Sprintf("%d columns of 12 dots are wider than %d dots", p.Columns, p.Dots))
	}
	confirms, rasters := []string{"processid", "gsr", "dc2q"}, []string{"gs-v", "gs-l"}
	if p.Language == "star" {
		confirms, rasters = []string{"etx", "etb"}, []string{"esc-k", "esc-r", "gs-s"}
	}
	if !slices.Contains(append(confirms, "none"), p.Confirm) {
		say("confirm", fmt.Sprintf("%s has no %s; use %s or none", p.Language, quote(p.Confirm), strings.Join(confirms, ", ")))
	}
	if !slices.Contains(append(rasters, ""), p.Raster) {
		say("raster", fmt.Sprintf("%s has no %s; use %s", p.Language, quote(p.Raster), strings.Join(rasters, ", ")))
	}
	if (p.Answers == "star") != (p.Language == "star") || (p.Confirm == "dc2q") != (p.Answers == "sii" && p.Confirm != "none") {
		say("answers", fmt.Sprintf("a printer of language %s that confirms by %s does not answer as %s", quote(p.Language), quote(p.Confirm), quote(p.Answers)))
	}
	if p.Confirm != "none" && !p.Status {
		say("confirm", "a printer that answers nothing (status = false) confirms nothing")
	}
}

// others are the built-in profiles that a printer can be found among by its
// name.
func (p *printerProfile) others() error {
	for _, name := range profileNames() {
		var other anyProfile
		if err := other.load(name); err != nil {
			return err
		}
		if q := other.printer; other.kind == "printer" && len(q.Names) > 0 && q.Language == p.Language {
			p.Others = append(p.Others, q.Printer)
		}
	}
	return nil
}
