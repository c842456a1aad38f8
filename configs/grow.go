package configs

import (
	"fmt"

	"github.com/pelletier/go-toml/v2/unstable"
)

// header makes the table that [a.b] or [[a.b]] opens the current one.
func (p *parser) header(e *unstable.Node) {
	t, path := p.root, ""
	p.table = nil
	for keys := e.Key(); keys.Next(); {
		name, at := string(keys.Node().Data), place{p.file, p.base + int(keys.Node().Raw.Offset)}
		path = join(path, name)
		switch {
		case !keys.IsLast():
			t = p.descend(t, name, path, at)
		case e.Kind == unstable.ArrayTable:
			t = p.addRow(t, name, path, at)
		default:
			t = p.openTable(t, name, path, at)
		}
		if t == nil {
			return
		}
	}
	p.table, p.path = t, path
}

// descend goes into a table on the way to another one; of rows it is the last.
func (p *parser) descend(t *node, name, path string, at place) *node {
	n, exists := t.keys[name]
	switch {
	case !exists:
		n = newTable(at)
		t.keys[name] = n
		return n
	case n.kind == tableKind && !n.closed:
		return n
	case n.rows() && !n.closed:
		return n.items[len(n.items)-1]
	}
	p.twice(n, path, at)
	return nil
}

func (p *parser) openTable(t *node, name, path string, at place) *node {
	n, exists := t.keys[name]
	if !exists {
		n = newTable(at)
		t.keys[name] = n
	}
	if n.kind != tableKind || n.closed || n.header || n.dotted {
		p.twice(n, path, at)
		return nil
	}
	n.header, n.name, n.value = true, at, at
	return n
}

func (p *parser) addRow(t *node, name, path string, at place) *node {
	list, exists := t.keys[name]
	if !exists {
		list = &node{kind: listKind, name: at, value: at}
		t.keys[name] = list
	}
	if list.kind != listKind || list.closed {
		p.twice(list, path, at)
		return nil
	}
	row := newTable(at)
	row.header = true
	list.items = append(list.items, row)
	return row
}

// keyValue adds name = value, where name may be dotted.
func (p *parser) keyValue(t *node, path string, e *unstable.Node) {
	keys := e.Key()
	for keys.Next() {
		name, raw := string(keys.Node().Data), keys.Node().Raw
		at := place{p.file, p.base + int(raw.Offset)}
		path = join(path, name)
		old, exists := t.keys[name]
		if !keys.IsLast() {
			if exists && (old.kind != tableKind || old.closed || old.header) {
				p.twice(old, path, at)
				return
			}
			if !exists {
				old = newTable(at)
				old.dotted = true
				t.keys[name] = old
			}
			t = old
			continue
		}
		if exists {
			p.twice(old, path, at)
			return
		}
		t.keys[name] = p.value(e.Value(), at, path, p.afterEquals(p.base+int(raw.Offset+raw.Length)))
	}
}

// afterEquals is the offset of the value whose key ends at an offset. Lists
// carry no place of their own.
func (p *parser) afterEquals(from int) place {
	for from < len(p.file.text) {
		switch p.file.text[from] {
		case ' ', '\t', '=':
			from++
			continue
		}
		break
	}
	return place{p.file, from}
}

func (p *parser) value(v *unstable.Node, name place, path string, at place) *node {
	if v.Raw.Length > 0 {
		at = place{p.file, p.base + int(v.Raw.Offset)}
	}
	n := &node{name: name, value: at, text: string(v.Data)}
	switch v.Kind {
	case unstable.String:
		n.kind = textKind
	case unstable.Integer:
		n.kind = wholeKind
	case unstable.Float:
		n.kind = realKind
	case unstable.Bool:
		n.kind = flagKind
	case unstable.Array:
		n.kind, n.closed = listKind, true
		for items := v.Children(); items.Next(); {
			n.items = append(n.items, p.value(items.Node(), name, path, at))
		}
	case unstable.InlineTable:
		n.kind, n.keys = tableKind, map[string]*node{}
		for pairs := v.Children(); pairs.Next(); {
			p.keyValue(n, path, pairs.Node())
		}
		n.closed = true
	default:
		n.kind = dateKind
	}
	return n
}

func (p *parser) twice(first *node, path string, at place) {
	line, _ := first.name.position()
	p.complain(at, path, fmt.Sprintf("set twice; the first time is in line %d", line), "")
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
