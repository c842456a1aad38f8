package configs

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// overlay is a file of conf.d as it would be.
type overlay struct {
	path string
	text []byte
}

// DropIn is the file of conf.d that the agent itself writes, beside the
// configuration at path. No other program and no person owns it.
func DropIn(path string) string {
	return filepath.Join(filepath.Dir(path), "conf.d", "90-posagent.toml")
}

// LoadOver is Load as it would be if this text stood in the file of DropIn.
// Nothing is written.
func LoadOver(path string, text []byte) (Config, error) {
	return load(path, &overlay{DropIn(path), text})
}

// partsOf are the files of conf.d in the order in which they are read.
func partsOf(path string, over *overlay) ([]string, error) {
	parts, err := filepath.Glob(filepath.Join(escapeGlob(filepath.Dir(path)), "conf.d", "*.toml"))
	if err != nil {
		return nil, fmt.Errorf("cannot list conf.d beside %s: %w", path, err)
	}
	if over != nil && !slices.Contains(parts, over.path) {
		parts = append(parts, over.path)
	}
	slices.Sort(parts)
	return parts, nil
}

// Settings are the keys that one file of a register's configuration sets, each
// with its value as TOML: "device.printer0.address" is `"tcp:10.0.0.5:9100"`.
type Settings map[string]string

// ReadSettings reads the file of this name. Its error are Problems of the
// syntax; whether the values are right is seen by LoadOver.
func ReadSettings(name string, text []byte) (Settings, error) {
	r := newReading()
	settings := new(Config).settings()
	r.addText(name, text, settings)
	if err := r.end(); err != nil {
		return nil, err
	}
	out := Settings{}
	out.gather(r.root, "", settings)
	return out, nil
}

func (s Settings) gather(t *node, path string, settings []setting) {
	for name, n := range t.keys {
		key, known := join(path, name), find(settings, name)
		var below []setting
		switch {
		case known != nil && known.rows != nil && n.rows():
			for _, row := range n.items {
				s.gather(row, join(key, rowName(row, known.rows.by)), known.rows.sample())
			}
		case n.kind == tableKind:
			if known != nil {
				below = known.table
			}
			s.gather(n, key, below)
		default:
			s[key] = n.toml()
		}
	}
}

// toml is a value as TOML writes it.
func (n *node) toml() string {
	switch n.kind {
	case textKind:
		return quote(n.text)
	case listKind:
		var items []string
		for _, item := range n.items {
			items = append(items, item.toml())
		}
		return "[" + strings.Join(items, ", ") + "]"
	case tableKind:
		return "{}"
	}
	return n.text
}

// header is what the agent writes above its own file.
const header = `# Written by posagent: posctl config apply, or the manager's page, changes it.
# A line that is written here by hand is lost with the next change. Settings of
# an engineer belong into another file; one behind this one wins.
`

// Text is a file that sets these keys. A key that leads nowhere, such as one of
// a section within a row, cannot be written.
func (s Settings) Text() (string, error) {
	all := new(Config).settings()
	sections := map[string][]string{} // header -> lines
	for _, key := range slices.Sorted(maps.Keys(s)) {
		words := strings.Split(key, ".")
		known := find(all, words[0])
		switch {
		case known != nil && known.table != nil && len(words) == 2:
			at := "[" + words[0] + "]"
			sections[at] = append(sections[at], words[1]+" = "+s[key])
		case known != nil && known.rows != nil && len(words) == 3:
			at := "[[" + words[0] + "]]\n" + known.rows.by + " = " + quote(words[1])
			if sections[at] == nil {
				sections[at] = []string{}
			}
			if words[2] != known.rows.by {
				sections[at] = append(sections[at], words[2]+" = "+s[key])
			}
		default:
			return "", fmt.Errorf("there is no setting %q: posctl config show lists them", key)
		}
	}
	var b strings.Builder
	b.WriteString(header)
	for _, at := range slices.Sorted(maps.Keys(sections)) {
		b.WriteString("\n" + at + "\n")
		for _, line := range sections[at] {
			b.WriteString(line + "\n")
		}
	}
	return b.String(), nil
}

// Quote is a text as TOML writes it.
func Quote(s string) string { return quote(s) }
