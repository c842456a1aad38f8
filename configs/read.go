package configs

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
)

// reading is the state of reading one configuration of one or more files.
type reading struct {
	files    []*file
	root     *node
	problems Problems
	broken   bool             // some syntax was broken: what is missing may be there
	places   map[string]place // where the value of each key stands; of a table its header
	refused  map[string]bool  // keys whose value was not taken
	values   []Value          // all of them in the order of the settings
}

// Value is one key with what it has come to be.
type Value struct {
	Key    string `json:"key"`    // "store.id", "wallet.own.deadline"
	Text   string `json:"value"`  // as TOML; of a secret only that it is set
	Origin string `json:"origin"` // "/etc/posagent/posagent.toml:7", "terms wechat" or "default"
}

func newReading() *reading {
	return &reading{places: map[string]place{}, refused: map[string]bool{}}
}

// readFile reads the settings of one file.
func readFile(path string, settings []setting) (*reading, error) {
	r := newReading()
	if err := r.add(path, settings); err != nil {
		return nil, err
	}
	r.table(r.root, "", settings)
	return r, nil
}

// readWithParts reads a file and then conf.d/*.toml beside it. A part of the
// name that over has is read from there.
func readWithParts(path string, settings []setting, over *overlay) (*reading, error) {
	r := newReading()
	if err := r.add(path, settings); err != nil {
		return nil, err
	}
	parts, err := partsOf(path, over)
	if err != nil {
		return nil, err
	}
	for _, name := range parts {
		if over != nil && name == over.path {
			r.addText(name, over.text, settings)
			continue
		}
		if err := r.add(name, settings); err != nil {
			return nil, err
		}
	}
	r.table(r.root, "", settings)
	return r, nil
}

func (r *reading) add(path string, settings []setting) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("cannot read the configuration: %w", err)
	}
	r.addText(path, text, settings)
	return nil
}

func (r *reading) addText(name string, text []byte, settings []setting) {
	f := newFile(name, text)
	root, problems, broken := parse(f)
	r.files = append(r.files, f)
	r.problems = append(r.problems, problems...)
	r.broken = r.broken || broken
	if r.root == nil {
		r.root = newTable(place{f, 0})
	}
	r.merge(r.root, root, "", settings)
}

// say notes a problem at a place.
func (r *reading) say(at place, key, text, hint string) {
	r.problems = append(r.problems, newProblem(at, key, text, hint))
}

// table reads the keys of one table, then tells what is missing or unknown.
func (r *reading) table(t *node, path string, settings []setting) {
	r.places[path] = t.name
	meant := r.unknown(t, path, settings)
	for _, s := range settings {
		n, key := t.keys[s.key], join(path, s.key)
		switch {
		case s.table != nil:
			r.section(t, n, key, s)
		case s.rows != nil:
			r.list(n, key, s)
		default:
			r.plain(n, key, s)
			if n == nil && s.required && !r.broken && !slices.Contains(meant, s.key) {
				r.missing(t, key, s)
			}
		}
	}
}

func (r *reading) plain(n *node, key string, s setting) {
	if n != nil {
		r.places[key] = n.value
		s.value.read(n, func(at *node, text, hint string) {
			r.refused[key] = true
			r.say(at.value, key, text, hint)
		})
	}
	v := Value{Key: key, Text: s.value.show(), Origin: cmp.Or(s.from, "default")}
	if n != nil {
		v.Origin = origin(n.name)
	}
	if s.secret && v.Text != `""` {
		v.Text = `"(set)"`
	}
	r.values = append(r.values, v)
}

// missing tells at a table's header which key it lacks. Where there is no
// header no line is to blame, and none is shown.
func (r *reading) missing(t *node, key string, s setting) {
	p := newProblem(t.name, key, "is missing; wanted: "+s.value.want, "")
	if t.name.offset == 0 {
		p.Source = ""
	}
	r.problems = append(r.problems, p)
}

func (r *reading) section(parent, n *node, key string, s setting) {
	if n == nil {
		n = newTable(parent.name)
	}
	if n.kind != tableKind {
		wanted := "a section [" + key + "]"
		r.say(n.name, key, fmt.Sprintf("is %s; wanted: %s", n.kind, wanted), "")
		return
	}
	r.table(n, key, s.table)
}

func (r *reading) list(n *node, key string, s setting) {
	if n == nil || n.kind == listKind && len(n.items) == 0 {
		s.rows.make(0)
		return
	}
	if !n.rows() {
		r.say(n.name, key, fmt.Sprintf("is %s; wanted: sections [[%s]]", n.kind, key), "")
		s.rows.make(0)
		return
	}
	s.rows.make(len(n.items))
	for i, item := range n.items {
		name := rowName(item, s.rows.by)
		if name == "" {
			name = "#" + strconv.Itoa(i+1)
		}
		if s.rows.first != nil {
			s.rows.first(i, item)
		}
		r.table(item, join(key, name), s.rows.row(i))
	}
}

// at is where a key was set, or else the nearest section around it.
func (r *reading) at(key string) place {
	if p, ok := r.places[key]; ok {
		return p
	}
	for i := len(key) - 1; i > 0; i-- {
		if key[i] == '.' {
			return r.at(key[:i])
		}
	}
	return r.places[""]
}

// end is the result of reading: nil, or all problems in order.
func (r *reading) end() error {
	for _, f := range r.files {
		if !slices.ContainsFunc(r.problems, func(p Problem) bool { return p.File == f.name }) {
			r.problems = append(r.problems, secondOpinion(f)...)
		}
	}
	if len(r.problems) == 0 {
		return nil
	}
	names := make([]string, len(r.files))
	for i, f := range r.files {
		names[i] = f.name
	}
	r.problems.inOrder(names)
	return r.problems
}

func origin(at place) string {
	if at.file == nil {
		return "default"
	}
	n, _ := at.position()
	return at.file.name + ":" + strconv.Itoa(n)
}
