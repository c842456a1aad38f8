package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference/pki"
	"github.com/posagent/posagent/wallet/wire"
)

// asWalletd makes this test binary be walletd, so that tests can kill it.
const asWalletd = "POSAGENT_TEST_IS_WALLETD"

func TestMain(m *testing.M) {
	if os.Getenv(asWalletd) != "" {
		main()
	}
	os.Exit(m.Run())
}

// place is a folder with all that a walletd needs.
type place struct {
	dir, config, socket string
	own                 tls.Certificate // of the register
	register            *http.Client
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{dir: t.TempDir()}
	p.config, p.socket = filepath.Join(p.dir, "walletd.toml"), filepath.Join(p.dir, "try.sock")
	ca, err := pki.NewAuthority()
	check(t, err)
	check(t, ca.Write(filepath.Join(p.dir, "ca.crt"), ""))
	server, err := ca.Server()
	check(t, err)
	check(t, server.Write(filepath.Join(p.dir, "server.crt"), filepath.Join(p.dir, "server.key")))
	client, err := ca.Client("S0001", "T01")
	check(t, err)
	p.own, err = client.TLS()
	check(t, err)
	p.register = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: ca.Pool(), Certificates: []tls.Certificate{p.own}},
	}}
	t.Cleanup(p.register.CloseIdleConnections)
	check(t, os.WriteFile(p.config, fmt.Appendf(nil, `
listen = "127.0.0.1:0"
data = %[1]q
cert = "%[1]s/server.crt"
key = "%[1]s/server.key"
client_ca = "%[1]s/ca.crt"
try_socket = "%[1]s/try.sock"

[[customer]]
name = "hanako"
balance = 10000
`, p.dir), 0o600))
	return p
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// daemon is a running walletd.
type daemon struct {
	cmd *exec.Cmd
	url string
	log *bytes.Buffer
}

var readyLine = regexp.MustCompile(`^walletd is ready: (https://127\.0\.0\.1:[0-9]+), ledger (.*/ledger\.db|in PostgreSQL)\n$`)

func (p *place) start(t *testing.T, inherited []*os.File, args ...string) *daemon {
	t.Helper()
	d := &daemon{cmd: exec.Command(os.Args[0], append([]string{"--config", p.config}, args...)...), log: &bytes.Buffer{}}
	d.cmd.Env = append(os.Environ(), asWalletd+"=1")
	d.cmd.Stderr = d.log
	d.cmd.ExtraFiles = inherited
	out, err := d.cmd.StdoutPipe()
	check(t, err)
	check(t, d.cmd.Start())
	t.Cleanup(func() {
		if d.cmd.ProcessState == nil {
			d.cmd.Process.Kill()
			d.cmd.Wait()
		}
	})
	line, _ := bufio.NewReader(out).ReadString('\n')
	ready := readyLine.FindStringSubmatch(line)
	if ready == nil {
		d.cmd.Wait()
		t.Fatalf("walletd says %q, not that it is ready; its log:\n%s", line, d.log)
	}
	d.url = ready[1]
	return d
}

// ended waits for the exit code.
func (d *daemon) ended(t *testing.T) int {
	t.Helper()
	err := d.cmd.Wait()
	if exit, ok := err.(*exec.ExitError); err != nil && !ok {
		t.Fatal(exit, err)
	}
	return d.cmd.ProcessState.ExitCode()
}

func (p *place) try(t *testing.T, method, path string, body, into any) {
	t.Helper()
	c := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", p.socket)
	}}}
	send(t, c, method, "http://walletd"+path, body, into)
}

func send(t *testing.T, c *http.Client, method, url string, body, into any) {
	t.Helper()
	data, err := json.Marshal(body)
	check(t, err)
	req, err := http.NewRequest(method, url, bytes.NewReader(data))
	check(t, err)
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.Do(req)
	check(t, err)
	defer resp.Body.Close()
	data, err = io.ReadAll(resp.Body)
	check(t, err)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s: %s", method, url, resp.Status, data)
	}
	check(t, json.Unmarshal(data, into))
}

// TestKillBetweenCommitAndAnswer: the wallet dies after it has taken the money
// and before it has said so. What the key stands for survives.
func TestKillBetweenCommitAndAnswer(t *testing.T) {
	p := newPlace(t)
	d := p.start(t, nil)
	p.try(t, "PUT", wire.PathTryFault, wire.FaultOrder{Fault: wire.FaultSilent}, &wire.FaultOrder{})
	var code wire.MintedCode
	p.try(t, "POST", wire.PathTryCodes, wire.CodeRequest{Customer: "hanako"}, &code)
	req := wire.ChargeRequest{
		Key: "S0001-T01-1-1", Store: "S0001", Terminal: "T01", Amount: 1280, Currency: "JPY", Code: code.Code,
		Mode: wire.Online, ValidUntil: time.Now().Add(time.Minute), Nonce: "n1",
	}
	body, err := json.Marshal(req)
	check(t, err)
	lost := make(chan error, 1)
	go func() {
		resp, err := p.register.Post(d.url+wire.PathCharges, "application/json", bytes.NewReader(body))
		if err == nil {
			resp.Body.Close()
		}
		lost <- err
	}()
	var standings []wire.Standing
	for len(standings) == 0 {
		p.try(t, "GET", wire.PathTryCharges, nil, &standings)
	}
	check(t, d.cmd.Process.Kill())
	if code := d.ended(t); code != -1 {
		t.Fatalf("exit code %d, want a kill", code)
	}
	if err := <-lost; err == nil {
		t.Fatal("the register had an answer: nothing was killed in between")
	}
	d = p.start(t, nil) // the socket that the killed one left is no obstacle
	var a wire.Answer
	send(t, p.register, "GET", d.url+strings.Replace(wire.PathCharge, "{key}", req.Key, 1)+"?nonce=q", nil, &a)
	if a.Status != wire.Approved || a.Amount != 1280 || a.Nonce != "q" {
		t.Fatalf("after the kill the key stands for %+v, want approved", a)
	}
	send(t, p.register, "POST", d.url+wire.PathCharges, req, &a)
	if a.Status != wire.Approved || a.Nonce != "n1" {
		t.Fatalf("the retry: %+v", a)
	}
	p.try(t, "GET", wire.PathTryCharges, nil, &standings)
	if len(standings) != 1 || standings[0].Debits != 1 {
		t.Fatalf("the books: %+v", standings)
	}
	var customers []wire.Customer
	p.try(t, "GET", wire.PathTryCustomers, nil, &customers)
	if len(customers) != 1 || customers[0].Balance != 10_000-1280 {
		t.Fatalf("the customers: %+v", customers)
	}
	check(t, d.cmd.Process.Signal(os.Interrupt))
	if exit := d.ended(t); exit != 0 || strings.Contains(d.log.String(), code.Code) {
		t.Errorf("exit code %d, or the log has the customer's code:\n%s", exit, d.log)
	}
}

func TestStopsWhenAsked(t *testing.T) {
	p := newPlace(t)
	d := p.start(t, nil)
	check(t, d.cmd.Process.Signal(os.Interrupt))
	if code := d.ended(t); code != 0 {
		t.Fatalf("exit code %d after an interrupt; log:\n%s", code, d.log)
	}
	for _, left := range []string{"try.sock", "ledger.db-wal"} {
		if _, err := os.Stat(filepath.Join(p.dir, left)); err == nil {
			t.Errorf("a clean stop left %s behind", left)
		}
	}
	for line := range strings.Lines(d.log.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("log line %q is no JSON", line)
		}
	}
}

func TestStopsWhenTheDemoIsGone(t *testing.T) {
	p := newPlace(t)
	theirs, ours, err := os.Pipe()
	check(t, err)
	d := p.start(t, []*os.File{theirs}, "--demo-fd", "3")
	theirs.Close()
	ours.Close()
	if code := d.ended(t); code != 0 {
		t.Fatalf("exit code %d; log:\n%s", code, d.log)
	}
}

func TestASecondWalletIsRefused(t *testing.T) {
	p := newPlace(t)
	p.start(t, nil)
	var out, log bytes.Buffer
	if code := execute(t.Context(), []string{"--config", p.config}, &out, &log); code != exitFailed || !strings.Contains(log.String(), "in use by another process") {
		t.Fatalf("exit code %d, %s", code, &log)
	}
}

func TestWrongConfiguration(t *testing.T) {
	edit := func(old, new string) func(*testing.T, *place) []string {
		return func(t *testing.T, p *place) []string {
			text, err := os.ReadFile(p.config)
			check(t, err)
			if !bytes.Contains(text, []byte(old)) {
				t.Fatalf("%q is not in the configuration", old)
			}
			check(t, os.WriteFile(p.config, bytes.Replace(text, []byte(old), []byte(new), 1), 0o600))
			return []string{"--config", p.config}
		}
	}
	for name, c := range map[string]struct {
		prepare func(*testing.T, *place) []string
		says    string
	}{
		"no file":      {func(_ *testing.T, p *place) []string { return []string{"--config", p.dir + "/nothing.toml"} }, "nothing.toml"},
		"unknown key":  {edit("try_socket", "try_sock"), "walletd.toml:7"},
		"no folder":    {edit("data = \"", "data = \"/nowhere"), "install -d"},
		"no key":       {edit("server.key", "other.key"), "other.key"},
		"wrong key":    {edit("server.crt", "ca.crt"), "cert and key"},
		"no authority": {edit("ca.crt", "server.key"), "no PEM certificate"},
		"open key": {func(t *testing.T, p *place) []string {
			check(t, os.Chmod(filepath.Join(p.dir, "server.key"), 0o644))
			return []string{"--config", p.config}
		}, "chmod 600"},
		"unknown flag": {func(*testing.T, *place) []string { return []string{"--verbose"} }, "--help"},
		"argument":     {func(*testing.T, *place) []string { return []string{"start"} }, "start"},
		"no pipe":      {func(_ *testing.T, p *place) []string { return []string{"--config", p.config, "--demo-fd", "63"} }, "no inherited pipe"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			var out, log bytes.Buffer
			code := execute(t.Context(), c.prepare(t, p), &out, &log)
			if code != exitConfig || !strings.Contains(log.String(), c.says) || out.Len() != 0 {
				t.Fatalf("exit code %d, output %q, want 2 and %q in:\n%s", code, &out, c.says, &log)
			}
			if _, err := os.Stat(filepath.Join(p.dir, "ledger.db")); err == nil {
				t.Fatal("a ledger was made")
			}
		})
	}
}
