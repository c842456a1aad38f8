package powercut_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/posagent/posagent/offline/powercut"
)

// blocks is a file of 512-byte sectors, one for each letter; a dot is zeros.
func blocks(letters string) []byte {
	var out []byte
	for _, l := range []byte(letters) {
		if l == '.' {
			l = 0
		}
		out = append(out, bytes.Repeat([]byte{l}, 512)...)
	}
	return out
}

// letters is the way back. A sector of several letters names its ends.
func letters(data []byte) string {
	var out strings.Builder
	for len(data) > 0 {
		s := data[:min(512, len(data))]
		data = data[len(s):]
		first, last := s[0], s[len(s)-1]
		text := string(first)
		if first != last {
			text = fmt.Sprintf("(%c%c)", first, last)
		}
		out.WriteString(strings.ReplaceAll(text, "\x00", "."))
	}
	return out.String()
}

// held are the files of an image as text.
func held(t *testing.T, where string, i powercut.Image) string {
	t.Helper()
	dir, err := os.MkdirTemp(where, "")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := i.Write(dir); err != nil {
		t.Fatal(err)
	}
	files, err := powercut.Files(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		out = append(out, name+"="+letters(files[name]))
	}
	return strings.Join(out, " ")
}

func opened(file int, name string, made bool) powercut.Op {
	return powercut.Op{Kind: powercut.Open, File: file, Name: name, Made: made}
}

func wrote(file int, at int64, text string) powercut.Op {
	return powercut.Op{Kind: powercut.Write, File: file, At: at * 512, Data: blocks(text)}
}

func cutTo(file int, blocks int64) powercut.Op {
	return powercut.Op{Kind: powercut.Truncate, File: file, At: blocks * 512}
}

func synced(file, upto int) powercut.Op {
	return powercut.Op{Kind: powercut.Sync, File: file, Upto: upto}
}

func dirSynced(upto int) powercut.Op { return powercut.Op{Kind: powercut.DirSync, Upto: upto} }

func deleted(name string) powercut.Op { return powercut.Op{Kind: powercut.Delete, Name: name} }

func renamed(from, to string) powercut.Op {
	return powercut.Op{Kind: powercut.Rename, Name: from, To: to}
}

// What a disk may hold, and all that it may hold: each image is one of the
// list, and each of the list comes.
func TestImagesAreWhatADiskMayHold(t *testing.T) {
	a := opened(1, "a", false)
	for name, c := range map[string]struct {
		base map[string]string
		ops  []powercut.Op
		may  []string
	}{
		"nothing happened":           {map[string]string{"a": "AB"}, nil, []string{"a=AB"}},
		"zeros at the end stay":      {map[string]string{"a": "A.."}, nil, []string{"a=A.."}},
		"a write is kept or dropped": {map[string]string{"a": "A"}, []powercut.Op{a, wrote(1, 0, "B")}, []string{"a=A", "a=B"}},
		"a write tears at sectors":   {map[string]string{"a": "AA"}, []powercut.Op{a, wrote(1, 0, "BB")}, []string{"a=AA", "a=AB", "a=BA", "a=BB"}},
		"a synced write stays":       {map[string]string{"a": "AA"}, []powercut.Op{a, wrote(1, 0, "BB"), synced(1, 2)}, []string{"a=BB"}},
		"a write during the sync may not be in it": {map[string]string{"a": "AA"},
			[]powercut.Op{a, wrote(1, 0, "B"), wrote(1, 1, "C"), synced(1, 2)}, []string{"a=BA", "a=BC"}},
		"a sync through another opening counts": {map[string]string{"a": "A"},
			[]powercut.Op{a, opened(2, "a", false), wrote(1, 0, "B"), synced(2, 3)}, []string{"a=B"}},
		"a sync of another file does not": {map[string]string{"a": "A", "b": "X"},
			[]powercut.Op{a, opened(2, "b", false), wrote(1, 0, "B"), synced(2, 3)}, []string{"a=A b=X", "a=B b=X"}},
		"two writes at one place come in order": {map[string]string{"a": "A"},
			[]powercut.Op{a, wrote(1, 0, "B"), wrote(1, 0, "C")}, []string{"a=A", "a=B", "a=C"}},
		"two writes of one file come in no order": {map[string]string{"a": "AA"},
			[]powercut.Op{a, wrote(1, 0, "B"), wrote(1, 1, "C")}, []string{"a=AA", "a=BA", "a=AC", "a=BC"}},
		"a longer file may be longer without its data": {map[string]string{"a": "A"},
			[]powercut.Op{a, wrote(1, 1, "B")}, []string{"a=A", "a=A.", "a=AB"}},
		"a shorter file may be long again": {map[string]string{"a": "AB"}, []powercut.Op{a, cutTo(1, 1)}, []string{"a=A", "a=AB"}},
		"a synced size stays":              {map[string]string{"a": "AB"}, []powercut.Op{a, cutTo(1, 1), synced(1, 2)}, []string{"a=A"}},
		"what was cut off does not come back as zeros would hide": {map[string]string{"a": "AB"},
			[]powercut.Op{a, cutTo(1, 1), synced(1, 2), wrote(1, 2, "C"), synced(1, 4)}, []string{"a=A.C"}},
		"a new name needs the directory's sync": {nil,
			[]powercut.Op{opened(1, "a", true), wrote(1, 0, "A"), synced(1, 2)}, []string{"", "a=A"}},
		"a synced name stays": {nil,
			[]powercut.Op{opened(1, "a", true), wrote(1, 0, "A"), synced(1, 2), dirSynced(2)}, []string{"a=A"}},
		"a name without data": {nil,
			[]powercut.Op{opened(1, "a", true), wrote(1, 0, "A"), dirSynced(2)}, []string{"a=", "a=.", "a=A"}},
		"a deleted file may come back": {map[string]string{"a": "A"}, []powercut.Op{deleted("a")}, []string{"", "a=A"}},
		"a synced deletion stays":      {map[string]string{"a": "A"}, []powercut.Op{deleted("a"), dirSynced(1)}, []string{""}},
		"a file made anew may be the old one": {map[string]string{"a": "A"},
			[]powercut.Op{deleted("a"), opened(1, "a", true), wrote(1, 0, "B"), synced(1, 3)}, []string{"", "a=A", "a=B"}},
		"a rename may be undone": {map[string]string{"a": "A", "b": "B"}, []powercut.Op{renamed("a", "b")}, []string{"a=A b=B", "b=A"}},
		"a rename does not sync": {map[string]string{"a": "A", "b": "B"},
			[]powercut.Op{a, wrote(1, 0, "C"), renamed("a", "b"), dirSynced(3)}, []string{"b=A", "b=C"}},
		"small writes tear too": {map[string]string{"a": "A"},
			[]powercut.Op{a, {Kind: powercut.Write, File: 1, At: 500, Data: bytes.Repeat([]byte("B"), 24)}}, []string{"a=A", "a=A.", "a=(AB)", "a=(AB).", "a=(AB)B", "a=AB"}},
	} {
		t.Run(name, func(t *testing.T) {
			base := map[string][]byte{}
			for n, text := range c.base {
				base[n] = blocks(text)
			}
			p := powercut.NewPlatter(powercut.Trace{Base: base, Ops: c.ops})
			if err := p.Advance(len(c.ops)); err != nil {
				t.Fatal(err)
			}
			seen, where := map[string]bool{}, ground(t)
			for n := range uint64(400) {
				seen[held(t, where, p.Image(1, n, false))] = true
			}
			slices.Sort(c.may)
			if got := slices.Sorted(maps.Keys(seen)); !reflect.DeepEqual(got, c.may) {
				t.Errorf("images are %q, may be %q", got, c.may)
			}
		})
	}
}

// A trace that contradicts itself is a fault of the recording, not a disk.
func TestANonsenseTraceIsRefused(t *testing.T) {
	for name, ops := range map[string][]powercut.Op{
		"write before open":   {wrote(1, 0, "A")},
		"open of nothing":     {opened(1, "a", false)},
		"rename of nothing":   {renamed("a", "b")},
		"open of the deleted": {opened(1, "a", true), deleted("a"), opened(2, "a", false)},
	} {
		p := powercut.NewPlatter(powercut.Trace{Ops: ops})
		if err := p.Advance(len(ops)); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestASeedAndANumberAreAnImage(t *testing.T) {
	ops := []powercut.Op{opened(1, "a", true), wrote(1, 0, "ABCDEFGH"), wrote(1, 3, "XYZ"), cutTo(1, 5)}
	where := ground(t)
	draw := func(seed, number uint64) (string, []string) {
		p := powercut.NewPlatter(powercut.Trace{Ops: ops})
		if err := p.Advance(len(ops)); err != nil {
			t.Fatal(err)
		}
		i := p.Image(seed, number, true)
		return held(t, where, i), i.Lost
	}
	seen := map[string]bool{}
	for n := range uint64(50) {
		files, lost := draw(7, n)
		again, lostAgain := draw(7, n)
		if files != again || !slices.Equal(lost, lostAgain) {
			t.Fatalf("image %d is %q once and %q then", n, files, again)
		}
		if files != held(t, where, wholeOf(t, ops)) && len(lost) == 0 {
			t.Errorf("image %d is %q, and nothing is said to be lost", n, files)
		}
		seen[files] = true
	}
	if len(seen) < 10 {
		t.Errorf("50 numbers gave %d images", len(seen))
	}
}

func wholeOf(t *testing.T, ops []powercut.Op) powercut.Image {
	t.Helper()
	p := powercut.NewPlatter(powercut.Trace{Ops: ops})
	if err := p.Advance(len(ops)); err != nil {
		t.Fatal(err)
	}
	return p.Whole()
}
