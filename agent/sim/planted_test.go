package sim

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/planted"
)

// elsewhere are the bugs that this tier does not catch, and why.
var elsewhere = map[planted.Bug]string{
	planted.StaleRoute: "a route has several wallets only after a crash that lost the mark, and then nothing but confirmations names a wallet",
}

var verdict = regexp.MustCompile(`seed (\d+): ([^:\n]+): ([^\n]*)`)

// The judges are judged: every bug that is planted in the real code is caught
// within ten thousand charges, and the same program without one is not.
func TestPlantedBugsAreCaught(t *testing.T) {
	program := filepath.Join(t.TempDir(), "planted.test")
	if out, err := exec.Command("go", "test", "-c", "-tags", "planted", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build with the bugs: %v\n%s", err, out)
	}
	if broken, out := hunted10000(t, program, ""); broken != nil {
		t.Fatalf("no bug is switched on, and yet: %s\n%s", broken[0], out)
	}
	caught := 0
	for _, bug := range planted.All {
		broken, out := hunted10000(t, program, bug)
		why, other := elsewhere[bug]
		switch {
		case broken == nil && !other:
			t.Errorf("%s was not caught", bug)
		case broken != nil && other:
			t.Errorf("%s was caught, though this tier was said not to: %s", bug, why)
		case broken == nil:
			t.Logf("%-22s not here: %s", bug, why)
		default:
			caught++
			t.Logf("%-22s caught by %q, seed %s: %s", bug, broken[2], broken[1], broken[3])
			if os.Getenv("POSAGENT_TRACES") != "" {
				t.Log(out)
			}
		}
	}
	t.Logf("%d of %d caught within 10,000 charges", caught, len(planted.All))
}

// hunted10000 runs the program with a bug for ten thousand charges and returns
// the first promise that was broken, as verdict finds it.
func hunted10000(t *testing.T, program string, bug planted.Bug) (broken []string, out string) {
	t.Helper()
	run := exec.Command(program, "-test.run", "^TestFaults$", "-test.v")
	run.Env = append(os.Environ(), "POSAGENT_PLANTED="+string(bug), "POSAGENT_CHARGES=10000", "POSAGENT_SEED=")
	text, err := run.CombinedOutput()
	out = string(text)
	var exit *exec.ExitError
	switch broken = verdict.FindStringSubmatch(out); {
	case err == nil && broken == nil && strings.Contains(out, "0 violations"):
		return nil, out
	case errors.As(err, &exit) && broken != nil:
		return broken, out
	}
	t.Fatalf("the run with the bug %q came to no end that means anything: %v\n%s", bug, err, out)
	return nil, out
}
