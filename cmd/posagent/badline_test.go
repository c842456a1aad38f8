package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"testing"
)

// badLine lies between a till and the agent. Of each call it breaks the first
// three tries: one does not arrive, of one the answer is lost, and of one half
// of it. To the agent the second and third are calls like any other.
func badLine(t *testing.T, agent string) string {
	var mu sync.Mutex
	tries := map[string]int{}
	line := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		tries[r.Method+r.URL.Path]++
		try := tries[r.Method+r.URL.Path]
		mu.Unlock()
		if try == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, `{"why":"busy","id":"none","key":"none"}`)
			return
		}
		out, err := http.NewRequestWithContext(r.Context(), r.Method, agent+r.URL.RequestURI(), r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		out.Header = r.Header.Clone()
		answer, err := http.DefaultClient.Do(out)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = answer.Body.Close() }()
		body, err := io.ReadAll(answer.Body)
		if err != nil || try == 2 {
			panic(http.ErrAbortHandler) // the connection ends
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(answer.StatusCode)
		if try == 3 {
			body = body[:len(body)/2]
		}
		_, _ = w.Write(body) // what was not written ends the connection
	}))
	t.Cleanup(line.Close)
	return line.URL
}

// On a bad line a sample client repeats what it wants, pays once and gives back
// once, and understands the answer that came at last.
func TestSampleClientsOnABadLine(t *testing.T) {
	const token = "the token of a till that refunds"
	sum := sha256.Sum256([]byte(token))
	p := newPlace(t, fmt.Sprintf("[[api.token]]\nname = \"sample\"\nsha256 = %q\nscopes = [\"prepare\", \"read\", \"refund\"]\n", hex.EncodeToString(sum[:])))
	p.startWallet(t)
	p.start(t)
	for _, c := range []struct{ program, file, needs, from string }{
		{"sh", "till.sh", "curl", "curl"}, {"python3", "till.py", "python3", "python3"}, {"node", "till.mjs", "node", "nodejs"},
	} {
		t.Run(c.file, func(t *testing.T) {
			if _, err := exec.LookPath(c.needs); err != nil {
				t.Skipf("SKIP: %s is missing (apt-get install %s)", c.needs, c.from)
			}
			path := "../../docs/integrator/samples/" + c.file
			_, err := os.ReadFile(path) // the go command runs a test again when a file that it read has changed
			check(t, err)
			before := len(p.standings(t))
			var says bytes.Buffer
			cmd := exec.CommandContext(t.Context(), c.program, path, badLine(t, p.url), "伝票 "+c.file, "1280", p.mint(t), "280")
			cmd.Env, cmd.Stderr = append(os.Environ(), "POSAGENT_TOKEN="+token), &says
			out, err := cmd.Output()
			if err != nil || !regexp.MustCompile(`^approved hand_over S0001-T01-\d+-\d+\nrefund approved 280\n$`).Match(out) {
				t.Errorf("%v: %q, %s", err, out, says.String())
			}
			if after := len(p.standings(t)); after != before+2 {
				t.Errorf("%d records at the wallet, want a payment and a refund", after-before)
			}
		})
	}
}
