package charge_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/charge"
)

// What the journal notes of points is read back from it, also behind what was
// noted before; and nothing else reads like it.
func TestPointsAreReadFromTheirNote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 1<<40)
		p := charge.Points{Used: n.Draw(t, "used"), Earned: n.Draw(t, "earned"), Left: n.Draw(t, "left")}
		if !p.Any() {
			p.Used = 1
		}
		if got := charge.PointsOf(p.Note()); got != p {
			t.Fatalf("%q is %+v", p.Note(), got)
		}
		if got := charge.PointsOf("late approval; " + p.Note()); got != p {
			t.Fatalf("behind another note it is %+v", got)
		}
	})
	for _, note := range []string{"", "points", "points: 5 used", "points: 05 used, 3 earned, 1 left", "points: 5 used, 3 earned, 1 left, or so", "no points: 5 used, 3 earned, 1 left"} {
		if got := charge.PointsOf(note); got.Any() {
			t.Errorf("%q is %+v", note, got)
		}
	}
}
