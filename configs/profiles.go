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
	Kind  string `json:"kind"`  // "printer", "scanner" or "display"
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
		out = append(out, ProfileInfo{Name: name, Kind: p.kind, Model: p.printer.Model + p.scanner.Model + p.display.Model, USB: append(p.printer.USB, p.scanner.USB...)})
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
	if p.printer.ask {
		if err := p.printer.others(); err != nil {
			return profile.Printer{}, err
		}
	}
	return p.printer.Printer, nil
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

// DisplayProfile is how a customer display model is written to. name is one of
// Profiles, or the path of a profile file from the root.
func DisplayProfile(name string) (profile.Display, error) {
	var p anyProfile
	if err := p.load(name); err != nil {
		return profile.Display{}, err
	}
	if p.kind != "display" {
		return profile.Display{}, fmt.Errorf("profile %s is of a %s, not of a display", quote(name), p.kind)
	}
	return p.display, nil
}

func displaySettings(p *profile.Display) []setting {
	return []setting{
		{key: "model", required: true, sample: `"EPSON DM-D"`, value: line(&p.Model, 60), about: "The model, for people."},
		{key: "language", value: word(&p.Language, "dmd", "dmd", "cd5220"), about: "The command language: ESC/POS display commands, or CD5220."},
		{key: "katakana", value: flag(&p.Katakana, true), about: "Whether it has half-width katakana; without them it speaks English."},
		{key: "baud", value: whole(&p.Baud, 9600, 50, 4_000_000), about: "Line speed when the address names none."},
	}
}

// anyProfile is a profile of any kind.
type anyProfile struct {
	kind    string
	printer printerProfile
	scanner profile.Scanner
	display profile.Display
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
	of := word(&p.kind, "", "printer", "scanner", "display")
	settings := []setting{{key: "kind", required: true, value: of, about: "What it is."}}
	switch kind {
	case "printer":
		settings = append(settings, p.printer.settings()...)
	case "scanner":
		settings = append(settings, scannerSettings(&p.scanner)...)
	case "display":
		settings = append(settings, displaySettings(&p.display)...)
	}
	r := newReading()
	r.addText(source, text, settings)
	r.table(r.root, "", settings)
	if p.kind == "" { // which keys are right depends on it
		r.problems = slices.DeleteFunc(r.problems, func(q Problem) bool { return q.Key != "kind" && q.Key != "" })
	}
	if kind == "printer" && len(r.problems) == 0 {
		p.printer.check(r)
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
