package ledgerpg_test

import (
	"context"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/ledger/ledgertest"
	"github.com/posagent/posagent/wallet/reference/ledgerpg"
	"github.com/posagent/posagent/wallet/reference/ledgerpg/pgtest"
)

// server is the one PostgreSQL of these tests; nil where there is none.
var server *pgtest.Server

func TestMain(m *testing.M) {
	flag.Parse()
	if !flagGiven("rapid.checks") { // each step is some round trips to a server here
		flag.Set("rapid.checks", "15")
	}
	os.Exit(pgtest.Main(m, func(s *pgtest.Server) { server = s }))
}

func flagGiven(name string) (given bool) {
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == name })
	return given
}

// opener gives stores with empty books. Of many, the last two stay open.
func opener(tb testing.TB) ledgertest.Open {
	pgtest.Need(tb, server)
	var open []*ledgerpg.Store
	closeTo := func(n int) {
		for ; len(open) > n; open = open[1:] {
			open[0].Close()
		}
	}
	tb.Cleanup(func() { closeTo(0) })
	return func(t testing.TB) ledger.Store {
		closeTo(1)
		url, err := server.Fresh()
		if err != nil {
			t.Fatal(err)
		}
		s, err := ledgerpg.Open(context.Background(), ledgerpg.Options{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, s)
		return s
	}
}

func TestStore(t *testing.T) { ledgertest.Run(t, opener(t)) }

// A server that forgets what it has said is refused, and an address that cannot
// be read tells nobody's password.
func TestWhatIsRefused(t *testing.T) {
	pgtest.Need(t, server)
	for url, says := range map[string]string{
		server.URL() + " options='-c synchronous_commit=off'": "synchronous_commit is off",
		"postgres://wallet:geheim@[::1/books":                 "cannot be read",
		"host=/nowhere user=walletd dbname=postgres":          "/nowhere",
	} {
		s, err := ledgerpg.Open(context.Background(), ledgerpg.Options{URL: url})
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: %v", says, err)
		}
	}
}
