package configs

import (
	"fmt"
	"strings"
)

// merge puts the keys of a later file over those of the earlier ones. A value
// or a list is replaced as a whole; a section is merged key by key; a row such
// as [[wallet]] is merged into the row of the same id, and a new id is a new
// row. Two rows of one id in the same file are a mistake.
func (r *reading) merge(into, from *node, path string, settings []setting) {
	for _, name := range from.sorted() {
		n, old, s := from.keys[name], into.keys[name], find(settings, name)
		switch {
		case s != nil && s.rows != nil && n.rows():
			into.keys[name] = r.mergeRows(old, n, join(path, name), s.rows)
		case old != nil && old.kind == tableKind && n.kind == tableKind:
			var below []setting
			if s != nil {
				below = s.table
			}
			r.merge(old, n, join(path, name), below)
		case n.kind == tableKind:
			fresh := newTable(n.name)
			into.keys[name] = fresh
			var below []setting
			if s != nil {
				below = s.table
			}
			r.merge(fresh, n, join(path, name), below)
		default:
			into.keys[name] = n
		}
	}
}

func (r *reading) mergeRows(old, from *node, path string, rows *rows) *node {
	if old == nil || !old.rows() {
		old = &node{kind: listKind, name: from.name, value: from.value}
	}
	here := map[string]place{} // ids of this file
	for _, row := range from.items {
		id := rowName(row, rows.by)
		first, twice := here[id]
		if twice && id != "" {
			n, _ := first.position()
			r.say(row.keys[rows.by].value, join(join(path, id), rows.by), fmt.Sprintf("%s %s stands twice; the first time is in line %d", rows.by, quote(id), n), "")
			continue
		}
		var target *node
		for _, earlier := range old.items {
			if id != "" && rowName(earlier, rows.by) == id {
				target = earlier
			}
		}
		if target == nil {
			target = newTable(row.name)
			old.items = append(old.items, target)
		}
		if id != "" {
			here[id] = row.keys[rows.by].name
		}
		r.merge(target, row, join(path, id), rows.sample())
	}
	return old
}

// rowName is the text of the key by which a row is known, or nothing.
func rowName(row *node, by string) string {
	if n := row.keys[by]; n != nil && n.kind == textKind {
		return n.text
	}
	return ""
}

func find(settings []setting, key string) *setting {
	for i := range settings {
		if settings[i].key == key {
			return &settings[i]
		}
	}
	return nil
}

// escapeGlob keeps the marks of a folder's name from being taken for a
// pattern.
func escapeGlob(dir string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}
