package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference"
	"github.com/posagent/posagent/wallet/reference/board"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/pki"
	"github.com/posagent/posagent/wallet/wirecheck"
)

// theWallet is the reference wallet with files for a register's connection.
func theWallet(t *testing.T) (url, dir string, b *board.Board) {
	t.Helper()
	dir = t.TempDir()
	books := ledger.New(ledger.NewMemory(), ledger.Options{})
	_, err := books.AddCustomer("hanako", 5_000) // fifty times a small charge, as the help says
	must(t, err)
	ca, err := pki.NewAuthority()
	must(t, err)
	must(t, ca.Write(filepath.Join(dir, "ca.crt"), ""))
	server, err := ca.Server()
	must(t, err)
	own, err := server.TLS()
	must(t, err)
	for _, terminal := range []string{"T01", "T02"} {
		p, err := ca.Client("S0001", terminal)
		must(t, err)
		must(t, p.Write(filepath.Join(dir, terminal+".crt"), filepath.Join(dir, terminal+".key")))
	}
	b, err = board.Open(dir, "own", time.Now)
	must(t, err)
	srv, err := reference.Start(reference.Options{Ledger: books, Certificate: own, ClientCAs: ca.Pool(), TrySocket: filepath.Join(dir, "try.sock"), Board: b})
	must(t, err)
	t.Cleanup(func() {
		ctx, stop := context.WithTimeout(context.Background(), 3*time.Second)
		defer stop()
		srv.Stop(ctx)
	})
	return srv.URL(), dir, b
}

// What a wallet's developer types, what it says, and how a script hears it.
func TestWalletCheck(t *testing.T) {
	t.Parallel()
	url, dir, b := theWallet(t)
	args := strings.Fields(strings.ReplaceAll("wallet check "+url+" --ca D/ca.crt --cert D/T01.crt --key D/T01.key --other-cert D/T02.crt --other-key D/T02.key --mint unix:D/try.sock --wallet own --bulletin-key "+
		base64.StdEncoding.EncodeToString(b.Key()), "D/", dir+"/"))
	got := posctl(t, args...)
	if got.code != exitUnknown || !strings.Contains(got.out, "✓ identity") || !strings.Contains(got.out, "– expired-certificate") ||
		!strings.Contains(got.out, "needs a register's certificate that has ended") || !strings.Contains(got.out, fmt.Sprintf("%d kept, 0 broken, 1 could not be tried", len(wirecheck.Names())-1)) {
		t.Errorf("exit code %d\n%s%s", got.code, got.out, got.err)
	}
	got = posctl(t, append(args, "--only", "echo,refunds", "--steps")...)
	if got.code != exitDone || !strings.Contains(got.out, "want  200 approved") || !strings.Contains(got.out, "(a code)") {
		t.Errorf("exit code %d\n%s%s", got.code, got.out, got.err)
	}
	codes := write(t, "codes", "11111111111111111111\n22222222222222222222\n")
	got = posctl(t, "wallet", "check", url, "--ca", dir+"/ca.crt", "--cert", dir+"/T01.crt", "--key", dir+"/T01.key", "--codes", codes, "--only", "identity,funds,pending", "--json")
	var report wirecheck.Report
	must(t, json.Unmarshal([]byte(got.out), &report))
	if got.code != exitFailed || report.Broken != 2 || report.Missing != 1 || report.Results[0].Steps[1].OK {
		t.Errorf("with codes that nobody made: exit code %d, %+v", got.code, report)
	}
}

// What is typed wrong is said in one sentence, before anything is sent.
func TestWalletCheckUsage(t *testing.T) {
	t.Parallel()
	url, dir, _ := theWallet(t)
	pair := " --cert " + dir + "/T01.crt --key " + dir + "/T01.key "
	for args, c := range map[string]struct {
		code int
		says string
	}{
		"":         {exitUsage, "accepts 1 arg"},
		url:        {exitUsage, "--cert and --key"},
		url + pair: {exitUnreachable, "certificate"}, // the authority is not one of this machine
		url + pair + "--ca " + dir + "/ca.crt --only everything":      {exitUsage, "there is no check"},
		url + pair + "--codes a --mint b":                             {exitUsage, "not from both"},
		url + pair + "--codes " + dir + "/none":                       {exitUsage, "no such file"},
		url + pair + "--bulletin-key x":                               {exitUsage, "32 bytes in base64"},
		url + pair + "--other-cert x":                                 {exitUsage, "needs its key"},
		url + pair + "--amount 0":                                     {exitUsage, "--amount must be above 0"},
		url + pair + "--ca " + dir + "/T01.key":                       {exitUsage, "no PEM certificate"},
		"http://127.0.0.1:1" + pair:                                   {exitUsage, "https://HOST:PORT"},
		"https://127.0.0.1:1" + pair:                                  {exitUnreachable, "does not answer"},
		url + " --cert " + dir + "/T01.crt --key " + dir + "/T02.key": {exitUsage, "private key does not match"},
		url + pair + "--ca " + dir + "/ca.crt --other-cert " + dir + "/T01.crt --other-key " + dir + "/T01.key": {exitUsage, "both certificates are of register"},
	} {
		got := posctl(t, append([]string{"wallet", "check"}, strings.Fields(args)...)...)
		if got.code != c.code || !strings.Contains(got.err, c.says) || got.out != "" {
			t.Errorf("wallet check %s: exit code %d\n%s%s", args, got.code, got.out, got.err)
		}
	}
}
