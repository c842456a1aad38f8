package configs

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/posagent/posagent/drivers/profile"
)

// ProfileInfo names a profile that comes with the program.
type ProfileInfo struct {
	Name  string `json:"name"`  // as in a device section
	Kind  string `json:"kind"`  // "printer" or "scanner"
	Model string `json:"model"` // for people

	USB []string `json:"usb,omitempty"` // ids that such a device may have: of a maker, or of a model
}

// Profiles are the profiles that come with the program, by name.
func Profiles() ([]ProfileInfo, error) {
	var out []ProfileInfo
	for _, name := range profileNames() {
		var p anyProfile
		if err := p.load(name); err != nil {
			return nil, err
		}
		out = append(out, ProfileInfo{Name: name, Kind: p.kind, Model: p.printer.Model + p.scanner.Model, USB: append(p.printer.USB, p.scanner.USB...)})
	}
	return out, nil
}

// PrinterProfile is what a printer model can do. name is one of Profiles, or
// the path of a profile file from the root.
func PrinterProfile(name string) (profile.Printer, error) {
	var p anyProfile
	if err := p.load(name); err != nil {
		return profile.Printer{}, err
	}
	if p.kind != "printer" {
		return profile.Printer{}, fmt.Errorf("profile %s is of a %s, not of a printer", quote(name), p.kind)
	}
	return p.printer, nil
}

// ScannerProfile is how a scanner model frames what it reads. name is one of
// Profiles, or the path of a profile file from the root.
func ScannerProfile(name string) (profile.Scanner, error) {
	var p anyProfile
	if err := p.load(name); err != nil {
		return profile.Scanner{}, err
	}
	if p.kind != "scanner" {
		return profile.Scanner{}, fmt.Errorf("profile %s is of a %s, not of a scanner", quote(name), p.kind)
	}
	return p.scanner, nil
}

// anyProfile is a profile of either kind.
type anyProfile struct {
	kind    string
	printer profile.Printer
	scanner profile.Scanner
}

// unknownProfile is a name that no profile has.
type unknownProfile struct {
	name  string
	known []string
}

func (e *unknownProfile) Error() string {
	return fmt.Sprintf("there is no profile %s; known: %s, or the path of a file from the root", quote(e.name), strings.Join(e.known, ", "))
}

func (p *anyProfile) load(name string) error {
	source, text, err := profileText(name)
	if err != nil {
		return err
	}
	var kind string
	first := newReading() // the kind says which keys the file may have
	first.addText(source, text, nil)
	if n := first.root.keys["kind"]; n != nil {
		kind = n.text
	}
	of := word(&p.kind, "", "printer", "scanner")
	settings := []setting{{key: "kind", required: true, value: of, about: "What it is."}}
	switch kind {
	case "printer":
		settings = append(settings, printerSettings(&p.printer)...)
	case "scanner":
		settings = append(settings, scannerSettings(&p.scanner)...)
	}
	r := newReading()
	r.addText(source, text, settings)
	r.table(r.root, "", settings)
	if p.kind == "" { // which keys are right depends on it
		r.problems = slices.DeleteFunc(r.problems, func(q Problem) bool { return q.Key != "kind" && q.Key != "" })
	}
	if kind == "printer" && len(r.problems) == 0 && p.printer.Columns*12 > p.printer.Dots {
		r.say(r.at("columns"), "columns", fmt.Sprintf("%d columns of 12 dots are wider than %d dots", p.printer.Columns, p.printer.Dots), "")
	}
	if kind == "scanner" && len(r.problems) == 0 {
		checkScanner(r, p.scanner)
	}
	return r.end()
}

func profileText(name string) (source string, text []byte, err error) {
	if filepath.IsAbs(name) {
		text, err = os.ReadFile(name)
		if err != nil {
			err = fmt.Errorf("cannot read the profile: %w", err)
		}
		return name, text, err
	}
	source = "profiles/" + name + ".toml"
	if text, err = builtIn.ReadFile(source); err == nil {
		return source, text, nil
	}
	return "", nil, &unknownProfile{name: name, known: profileNames()}
}

func profileNames() []string {
	files, _ := fs.Glob(builtIn, "profiles/*.toml") // fails only for a bad pattern
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(path.Base(f), ".toml")
	}
	return names
}

func printerSettings(p *profile.Printer) []setting {
	return []setting{
		{key: "model", required: true, sample: `"ESC/POS, 80 mm"`, value: line(&p.Model, 60), about: "The model, for people."},
		{key: "language", value: word(&p.Language, "escpos", "escpos"), about: "The command language."},
		{key: "columns", required: true, sample: "48", value: whole(&p.Columns, 0, 16, 80), about: "Half-width characters on a line."},
		{key: "dots", required: true, sample: "576", value: whole(&p.Dots, 0, 192, 1024), about: "Printable width in dots."},
		{key: "kanji", value: word(&p.Kanji, "cp932", "cp932", "none"), about: "How Japanese is sent; none draws it."},
		{key: "ibm", value: word(&p.IBM, "ibm", "ibm", "nec"), about: "The form of the kanji that CP932 has twice: ibm is FA to FC, nec is ED and EE."},
		{key: "qr", value: flag(&p.QR, false), about: "Whether GS ( k draws QR codes."},
		{key: "cut", value: flag(&p.Cut, false), about: "Whether it has a cutter."},
		{key: "confirm", value: word(&p.Confirm, "none", "processid", "gsr", "none"), about: "How it says that a job is on paper."},
		{key: "status", value: flag(&p.Status, false), about: "Whether it answers DLE EOT and sends automatic status."},
		{key: "usb", value: texts(&p.USB, "USB ids such as \"04b8\" of a maker or \"04b8:0202\" of a model, in lower case", form(`[0-9a-f]{4}(:[0-9a-f]{4})?`)),
			about: "USB ids that such a device may have; posctl devices find proposes the profile by them."},
	}
}

// checkProfile tells whether a device's profile exists and is of its kind.
func (c *Config) checkProfile(r *reading, d Device, key string) {
	if d.Profile == "" || r.refused[key] {
		return
	}
	var p anyProfile
	err := p.load(d.Profile)
	if unknown, ok := err.(*unknownProfile); ok {
		r.say(r.at(key), key, err.Error(), didYouMean(nearest(d.Profile, unknown.known)))
		return
	}
	if inside, ok := err.(Problems); ok {
		r.say(r.at(key), key, fmt.Sprintf("the profile itself is wrong: line %d: %s: %s", inside[0].Line, inside[0].Key, inside[0].Text), "")
		return
	}
	if err != nil {
		r.say(r.at(key), key, err.Error(), "")
		return
	}
	if d.Kind != "" && p.kind != d.Kind {
		r.say(r.at(key), key, fmt.Sprintf("profile %s is of a %s; wanted: one of a %s", quote(d.Profile), p.kind, d.Kind), "")
	}
}
