package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"testing"

	"github.com/posagent/posagent/wallet/wire"
)

// The sample clients of docs/integrator, as their readers run them.
func TestSampleClients(t *testing.T) {
	const token = "the token of a till that refunds"
	sum := sha256.Sum256([]byte(token))
	p := newPlace(t, fmt.Sprintf("[[api.token]]\nname = \"sample\"\nsha256 = %q\nscopes = [\"prepare\", \"read\", \"refund\"]\n", hex.EncodeToString(sum[:])))
	p.startWallet(t)
	p.start(t)
	t.Setenv("POSAGENT_TOKEN", token)
	samples := []struct{ program, file, needs, from string }{
		{"sh", "till.sh", "curl", "curl"}, {"python3", "till.py", "python3", "python3"}, {"node", "till.mjs", "node", "nodejs"},
	}
	for _, c := range samples {
		t.Run(c.file, func(t *testing.T) {
			if _, err := exec.LookPath(c.needs); err != nil {
				t.Skipf("SKIP: %s is missing (apt-get install %s)", c.needs, c.from)
			}
			_, err := os.ReadFile("../../docs/integrator/samples/" + c.file) // the go command runs a test again when a file that it read has changed
			check(t, err)
			run := func(args ...string) (code int, out, says string) {
				var stdout, stderr bytes.Buffer
				cmd := exec.CommandContext(t.Context(), c.program, append([]string{"../../docs/integrator/samples/" + c.file, p.url}, args...)...)
				cmd.Stdout, cmd.Stderr, cmd.Env = &stdout, &stderr, os.Environ()
				err := cmd.Run()
				var ended *exec.ExitError
				if err != nil && !errors.As(err, &ended) {
					t.Fatal(err)
				}
				return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
			}
			wants := func(what, like string, wantCode int, args ...string) {
				t.Helper()
				if code, out, says := run(args...); code != wantCode || !regexp.MustCompile(like).MatchString(out) {
					t.Errorf("%s: exit code %d, %q, %s", what, code, out, says)
				}
			}
			wants("a sale and a part back", `^approved hand_over S0001-T01-\d+-\d+\nrefund approved 280\n$`, 0, c.file+"-1", "1280", p.mint(t), "280")
			before := len(p.standings(t))
			wants("the same once more", `^approved hand_over S0001-T01-\d+-\d+\nrefund approved 280\n$`, 0, c.file+"-1", "1280", p.mint(t), "280")
			if after := len(p.standings(t)); after != before {
				t.Errorf("the same once more made %d new records at the wallet", after-before)
			}
			check(t, p.try(http.MethodPut, wire.PathTryFault, wire.FaultOrder{Fault: wire.FaultSilent, Count: 1}, &wire.FaultOrder{}))
			wants("through a doubt", `^approved hand_over S0001-T01-\d+-\d+\n$`, 0, c.file+"-2", "500", p.mint(t))
			wants("more than there is", `^declined hold S0001-T01-\d+-\d+\n$`, 3, c.file+"-3", "999000000", p.mint(t))
			if code, out, says := run(c.file+"-1", "1281", p.mint(t)); code == 0 || out != "" || !regexp.MustCompile("409").MatchString(says) {
				t.Errorf("the same reference with another amount: exit code %d, %q, %s", code, out, says)
			}
		})
	}
	for key, s := range p.standings(t) {
		if s.Status == wire.Reversed {
			t.Errorf("%s was reversed", key)
		}
	}
}
