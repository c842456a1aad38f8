package whole_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/planted"
)

// elsewhere are the bugs that this tier cannot meet, and why.
var elsewhere = map[planted.Bug]string{
	planted.NoQuietTime:             "the reference wallet keeps tombstones, so that nobody waits for its quiet",
	planted.StaleRoute:              "only a crash that lost the mark gives a charge two wallets, and then each confirms by itself; offline/book tells it",
	planted.LateAnswer:              "a late yes to what is reversed only reverses it once more; the fast tier tells it",
	planted.ForwardTwice:            "the wallet has one answer for a key, so that nobody loses; the fast tier sees what is sent",
	planted.LimitOutsideTransaction: "a register's one desk takes one code after the other; the fast tier has several at once",
	planted.ReplayedCounter:         "these phones show no code twice; the fast tier's do",
	planted.ClockRollbackIgnored:    "the machine's clock is not set; the fast tier sets it",
	planted.AnswerOfAnother:         "under TLS nobody swaps two answers of an honest wallet; agent/authorize has wallets that do",
}

// TestPlantedBugs judges the judge: with a bug in the real code, a run of at
// most 10,000 charges must fail.
func TestPlantedBugs(t *testing.T) {
	if os.Getenv("POSAGENT_PROOF") == "" {
		t.Skip("SKIP: a minute or two, without the race detector: make test-sim")
	}
	binary := filepath.Join(t.TempDir(), "planted.test")
	build := exec.Command("go", "test", "-c", "-tags", "planted", "-o", binary, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build with planted bugs: %v\n%s", err, out)
	}
	if out, err := hunt(binary, ""); err != nil {
		t.Fatalf("no bug is switched on, and yet:\n%s", out)
	}
	for _, bug := range planted.All {
		t.Run(string(bug), func(t *testing.T) {
			if why := elsewhere[bug]; why != "" {
				t.Logf("not of this tier: %s", why)
				return
			}
			out, err := hunt(binary, bug)
			if err == nil {
				t.Fatalf("not caught in 10,000 charges:\n%s", out)
			}
			t.Log(firstComplaint(out))
		})
	}
}

// hunt runs the program with a bug until it is caught, for at most ten
// thousand charges; without one for two thousand.
func hunt(binary string, bug planted.Bug) (string, error) {
	charges := "POSAGENT_WHOLE=10000"
	if bug == "" {
		charges = "POSAGENT_WHOLE=2000"
	}
	run := exec.Command(binary, "-test.run", "^TestWhole$", "-test.v")
	run.Env = append(os.Environ(), "POSAGENT_PLANTED="+string(bug), charges, "POSAGENT_ROUND=800")
	out, err := run.CombinedOutput()
	return string(out), err
}

var complaint = regexp.MustCompile(`(?m)^\s+\w+_test\.go:\d+: (.*)$`)

// firstComplaint is the first violation and the seed.
func firstComplaint(out string) string {
	all := complaint.FindAllStringSubmatch(out, -1)
	if len(all) == 0 {
		return out
	}
	seed := ""
	for _, m := range all {
		if strings.HasPrefix(m[1], "seed") {
			seed = m[1]
		}
	}
	return all[0][1] + "; " + seed
}
