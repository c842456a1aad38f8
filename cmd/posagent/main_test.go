package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/wallet/reference/pki"
)

// asProgram makes this test binary be the agent or a wallet, so that tests can
// kill either as power cuts and engineers do.
const asProgram = "POSAGENT_TEST_IS"

func TestMain(m *testing.M) {
	switch os.Getenv(asProgram) {
	case "agent":
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
	case "wallet":
		os.Exit(beWallet(os.Args[1]))
	}
	os.Exit(m.Run())
}

const (
	visitorToken = "a token for tests"
	storeID      = "S0001"
	terminalID   = "T01"
	patience     = time.Minute // far above anything that is measured: it only ends a hung test
)

// place is a folder with all that an agent and its wallet need.
type place struct {
	dir, config string
	url         string // of the agent
	walletAddr  string
	client      *control.Client
	ca          *pki.Authority // of the wallet and all its registers
	more        string         // of the configuration
}

// usualConfig is the configuration of the tests; %[1]s is the folder, %[2]s
// and %[3]s the addresses of agent and wallet, %[4]s the hash of the token.
// The times are short, so that a doubt takes a second and not half a minute.
const usualConfig = `[store]
id = "S0001"
terminal = "T01"
name = "みほん商店"

[data]
dir = "%[1]s/data"

[api]
listen = "%[2]s"
socket = "%[1]s/api.sock"

[[api.token]]
name = "till"
sha256 = "%[4]s"
scopes = ["prepare", "read", "display"]

[[wallet]]
id = "own"
url = "https://%[3]s"
ca = "%[1]s/ca.crt"
cert = "%[1]s/register.crt"
key = "%[1]s/register.key"
receipt_name = "みほんペイ"
soft = "200ms"
deadline = "800ms"
inquiries = ["100ms", "200ms"]
give_up = "1500ms"
give_up_pending = "2s"
reverse_first = "100ms"
reverse_max = "500ms"

[log]
format = "json"
`

// newPlace makes certificates and the configuration, with more at its end.
func newPlace(t testing.TB, more string) *place {
	t.Helper()
	p := &place{dir: t.TempDir(), walletAddr: freePort(t), more: more}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the end of the agent's log:\n%s\nof the wallet's:\n%s", tail(p.at("agent.log")), tail(p.at("wallet.log")))
		}
	})
	p.config = p.at("posagent.toml")
	agentAddr := freePort(t)
	p.url = "http://" + agentAddr
	p.client = control.Dial(p.url, visitorToken)
	check(t, os.Mkdir(p.at("data"), 0o700))
	check(t, os.Mkdir(p.at("wallet"), 0o700))
	ca, err := pki.NewAuthority()
	check(t, err)
	p.ca = ca
	check(t, ca.Write(p.at("ca.crt"), ""))
	server, err := ca.Server()
	check(t, err)
	check(t, server.Write(p.at("wallet.crt"), p.at("wallet.key")))
	register, err := ca.Client(storeID, terminalID)
	check(t, err)
	check(t, register.Write(p.at("register.crt"), p.at("register.key")))
	sum := sha256.Sum256([]byte(visitorToken))
	text := fmt.Sprintf(usualConfig, p.dir, agentAddr, p.walletAddr, hex.EncodeToString(sum[:])) + strings.ReplaceAll(more, "DIR", p.dir)
	check(t, os.WriteFile(p.config, []byte(text), 0o600))
	check(t, os.Mkdir(p.at("conf.d"), 0o700)) // a TPM of the machine that runs the tests is left alone
	check(t, os.WriteFile(p.at("conf.d/tpm.toml"), []byte(fmt.Sprintf("[offline]\ntpm = %q\n", p.at("tpm"))), 0o600))
	return p
}

func (p *place) at(name string) string { return filepath.Join(p.dir, name) }

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer l.Close()
	return l.Addr().String()
}

// child is one of the programs, running.
type child struct {
	cmd  *exec.Cmd
	log  string        // file of its output
	gone chan struct{} // closed when it has ended
}

// launch starts a program; it is killed at the end of the test at the latest.
func launch(t testing.TB, what, log string, setup func(*exec.Cmd), args ...string) *child {
	t.Helper()
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	check(t, err)
	defer file.Close()
	c := &child{cmd: exec.Command(os.Args[0], args...), log: log, gone: make(chan struct{})}
	c.cmd.Env = append(os.Environ(), asProgram+"="+what)
	c.cmd.Stdout, c.cmd.Stderr = file, file
	if setup != nil {
		setup(c.cmd)
	}
	check(t, c.cmd.Start())
	go func() {
		_ = c.cmd.Wait()
		close(c.gone)
	}()
	t.Cleanup(c.kill)
	return c
}

func tail(path string) []byte {
	data, _ := os.ReadFile(path)
	return data[max(0, len(data)-4096):]
}

// kill is kill -9.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	<-c.gone
}

// ended waits for the exit code.
func (c *child) ended(t testing.TB) int {
	t.Helper()
	select {
	case <-c.gone:
	case <-time.After(patience):
		t.Fatalf("it does not end; its log:\n%s", tail(c.log))
	}
	return c.cmd.ProcessState.ExitCode()
}

// start starts the agent, as the demo would, and waits until it takes sales.
func (p *place) start(t testing.TB) *child {
	t.Helper()
	c := p.spawn(t)
	p.awaitReady(t, c)
	return c
}

// spawn starts the agent with the pipe that tells it that this is no shop.
func (p *place) spawn(t testing.TB) *child {
	t.Helper()
	theirs, ours, err := os.Pipe()
	check(t, err)
	defer theirs.Close()
	t.Cleanup(func() { _ = ours.Close() })
	return launch(t, "agent", p.at("agent.log"), func(cmd *exec.Cmd) { cmd.ExtraFiles = []*os.File{theirs} },
		"--config", p.config, "--demo-fd", "3")
}

func (p *place) awaitReady(t testing.TB, c *child) {
	t.Helper()
	for end := time.Now().Add(patience); p.ready() != nil; {
		select {
		case <-c.gone:
			t.Fatalf("the agent ended with exit code %d; its log:\n%s", c.cmd.ProcessState.ExitCode(), tail(c.log))
		case <-time.After(2 * time.Millisecond):
		}
		if time.Now().After(end) {
			t.Fatalf("the agent does not get ready; its log:\n%s", tail(c.log))
		}
	}
}

// ready asks whether the agent takes sales.
func (p *place) ready() error {
	resp, err := http.Get(p.url + control.PathReadyz)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return nil
}

// send makes one call with an idempotency key of the caller's, and returns the
// sale in the answer, or why there is none. Any status is an answer.
func (p *place) send(ctx context.Context, path, key string, body any) (s control.Sale, status int, why string, err error) {
	data, err := json.Marshal(body)
	if err != nil {
		return s, 0, "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+path, bytes.NewReader(data))
	if err != nil {
		return s, 0, "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+visitorToken)
	req.Header.Set(control.HeaderIdempotencyKey, key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return s, 0, "", err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= http.StatusMultipleChoices {
		return s, resp.StatusCode, string(answer), err
	}
	return s, resp.StatusCode, "", json.Unmarshal(answer, &s)
}

func salePath(pattern, id string) string { return strings.Replace(pattern, "{id}", id, 1) }

// eventually waits until something holds that needs no more than a moment.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it never came to pass that %s", what)
		}
	}
}
