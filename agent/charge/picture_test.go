package charge_test

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/charge"
)

var update = flag.Bool("update", false, "write the picture in the manual anew")

// The picture in the manual is the table's own. It is drawn anew with
// go test ./agent/charge -update.
func TestThePictureInTheManual(t *testing.T) {
	const (
		file  = "../../docs/internals/lifecycle.md"
		begin = "<!-- drawn from agent/charge/lifecycle.go: go test ./agent/charge -update -->\n```mermaid\n"
		end   = "```\n<!-- end of the drawing -->\n"
	)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	got, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for the picture:\n%s%s", file, begin, end)
	}
	want := charge.Picture()
	if *update {
		if err := os.WriteFile(file, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != want {
		t.Errorf("the picture in %s is not that of the table; draw it anew with -update", file)
	}
}

// The picture has every arrow of the table and no other.
func TestThePictureIsComplete(t *testing.T) {
	arrow := regexp.MustCompile(`(?m)^    (\w+) --> (\w+) : (.+)$`)
	drawn := map[string]string{}
	for _, m := range arrow.FindAllStringSubmatch(charge.Picture(), -1) {
		for _, event := range strings.Split(m[3], ", ") {
			drawn[m[1]+" "+event] = m[2]
		}
	}
	arrows := 0
	for _, s := range charge.States {
		for _, e := range charge.Events {
			if to, moves := charge.Next(s, e); moves {
				arrows++
				if drawn[string(s)+" "+string(e)] != string(to) {
					t.Errorf("%s %s leads to %s, but is drawn to %q", s, e, to, drawn[string(s)+" "+string(e)])
				}
			}
		}
	}
	if len(drawn) != arrows {
		t.Errorf("%d arrows are drawn, but the table has %d", len(drawn), arrows)
	}
}

// The manual names every state and every event in a row of its own.
func TestTheManualExplainsEveryWord(t *testing.T) {
	text, err := os.ReadFile("../../docs/internals/lifecycle.md")
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\|").FindAllStringSubmatch(string(text), -1) {
		words = append(words, m[1])
	}
	var want []string
	for _, s := range charge.States {
		want = append(want, string(s))
	}
	for _, e := range charge.Events {
		want = append(want, string(e))
	}
	if !slices.Equal(words, want) {
		t.Errorf("the manual explains %v,\nwant %v", words, want)
	}
}
