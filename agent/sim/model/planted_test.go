//go:build planted

package model

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/planted"
)

// reached are the planted bugs that lie in the functions which the worlds
// call, with what is found. The others lie in goroutines, transactions or the
// reference wallet, which are judged elsewhere.
var reached = map[planted.Bug]string{
	planted.NewKeyOnRetry:   "one sale is paid twice",
	planted.StaleRoute:      "reversed in the books, and a wallet has the money",
	planted.OneConfirmation: "reversed in the books, and a wallet has the money",
	planted.LateAnswer:      "a late reply moved a charge",
	planted.NoQuietTime:     "reversed in the books, and a wallet has the money",
	planted.LostMark:        "abandoned in the books, and a wallet has the money",
}

// Each bug in the real code makes the worlds fail. A bug is switched on for a
// whole process, so each runs in one of its own.
func TestPlantedBugsAreFound(t *testing.T) {
	for bug, says := range reached {
		t.Run(string(bug), func(t *testing.T) {
			run := exec.Command(os.Args[0], "-test.run", "^TestNothingGoesWrong$", "-test.failfast", "-test.v")
			run.Env = append(os.Environ(), "POSAGENT_PLANTED="+string(bug))
			out, err := run.CombinedOutput()
			if err == nil || !strings.Contains(string(out), says) {
				t.Errorf("not found (%v):\n%s", err, out)
			}
		})
	}
}
