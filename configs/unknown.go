package configs

import (
	"fmt"
	"slices"
	"strings"
)

// unknown tells which keys of a table no setting reads. It returns the known
// keys that were probably meant: those are not also missing.
func (r *reading) unknown(t *node, path string, settings []setting) (meant []string) {
	known := make([]string, len(settings))
	for i, s := range settings {
		known[i] = s.key
	}
	secrets := slices.ContainsFunc(settings, func(s setting) bool { return s.secret })
	for _, name := range t.sorted() {
		if find(settings, name) != nil {
			continue
		}
		n, what, where := t.keys[name], "unknown key", "here"
		if n.kind == tableKind || n.rows() {
			what = "unknown section"
		}
		if path != "" {
			where = "in " + path
		}
		near := nearest(name, known)
		hint := didYouMean(near)
		if near != "" {
			meant = append(meant, near)
		} else if home := homes(settings, "", name); len(home) == 1 {
			hint = "does it belong in " + home[0] + "?"
		}
		p := newProblem(n.name, join(path, name), fmt.Sprintf("%s; known %s: %s", what, where, strings.Join(known, ", ")), hint)
		if secrets { // the value may be one
			p.hide()
		}
		r.problems = append(r.problems, p)
	}
	return meant
}

// homes are the sections below that know a key.
func homes(settings []setting, path, key string) []string {
	var found []string
	for _, s := range settings {
		section, inside := join(path, s.key), s.table
		header := "[" + section + "]"
		if s.rows != nil {
			inside, header = s.rows.sample(), "[["+section+"]]"
		}
		if inside == nil {
			continue
		}
		if find(inside, key) != nil {
			found = append(found, header)
		}
		found = append(found, homes(inside, section, key)...)
	}
	return found
}
