package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/wallet/reference"
	"github.com/posagent/posagent/wallet/reference/board"
	"github.com/posagent/posagent/wallet/reference/issuer"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/ledgerdb"
	"github.com/posagent/posagent/wallet/reference/ledgerpg"
	"github.com/posagent/posagent/wallet/reference/tryphone"
)

// stopTimeout is how long calls under way may take when walletd stops.
const stopTimeout = 10 * time.Second

// run serves until ctx ends or the demo is gone. All of the configuration is
// checked before anything is opened.
func run(ctx context.Context, config string, demoFD int, out io.Writer, log *slog.Logger) error {
	ctx, err := whileDemo(ctx, demoFD, log)
	if err != nil {
		return err
	}
	c, err := configs.LoadWallet(config)
	if err != nil {
		return fmt.Errorf("%w:\n%w", errConfig, err)
	}
	o, err := options(c)
	if err != nil {
		return fmt.Errorf("%w: %w", errConfig, err)
	}
	o.Log = log
	store, where, err := keep(ctx, c, log)
	if err != nil {
		return err
	}
	err = serve(ctx, c, o, store, where, out)
	return errors.Join(err, store.Close())
}

// keeper is a store that is closed in the end.
type keeper interface {
	ledger.Store
	io.Closer
}

// keep opens the ledger where the configuration has it.
func keep(ctx context.Context, c configs.Wallet, log *slog.Logger) (keeper, string, error) {
	if c.Postgres != "" {
		store, err := ledgerpg.Open(ctx, ledgerpg.Options{URL: c.Postgres, Log: log})
		return store, "in PostgreSQL", err
	}
	path := filepath.Join(c.Data, "ledger.db")
	store, err := ledgerdb.Open(path, log)
	return store, path, err
}

func serve(ctx context.Context, c configs.Wallet, o reference.Options, store ledger.Store, path string, out io.Writer) error {
	var err error
	if o.Board, err = board.Open(c.Data, c.ID, time.Now); err != nil {
		return err
	}
	o.Log.Info("registers pin this key of bulletins", "bulletin_keys", base64.StdEncoding.EncodeToString(o.Board.Key()))
	if o.Issuer, err = issuer.Open(c.Data, c.ID); err != nil {
		return err
	}
	people := &customers{}
	if people.rules, err = newRules(c, time.Now, o.Log); err != nil {
		return err
	}
	terms := books(c, o)
	terms.Guard, terms.Judge = people.guard, judge{people, people.rules.holds, time.Now, o.Log}
	o.Ledger = ledger.New(store, terms)
	if err := people.open(c, o, o.Log); err != nil {
		return errors.Join(err, people.close())
	}
	return errors.Join(answer(ctx, c, o, people, path, out), people.close())
}

// answer serves registers, and phones where there are any.
func answer(ctx context.Context, c configs.Wallet, o reference.Options, people *customers, path string, out io.Writer) error {
	var err error
	if c.TrySocket != "" {
		if o.Phones, err = tryphone.Open(filepath.Join(c.Data, tryphone.File), o.Ledger, time.Now); err != nil {
			return err
		}
	}
	for _, customer := range c.Customers {
		if err := open(o.Ledger, customer); err != nil {
			return err
		}
	}
	srv, err := reference.Start(o)
	if err != nil {
		return err
	}
	watching, enough := context.WithCancel(ctx)
	defer enough()
	go people.rules.watch(watching)
	phones, err := people.door(c, o, o.Log)
	if err != nil {
		return errors.Join(err, srv.Stop(ctx))
	}
	var failed <-chan error
	if phones != nil {
		failed = phones.Failed()
		o.Log.Info("phones are answered", "origin", c.Phone.Origin, "listen", phones.Addr())
	}
	fmt.Fprintf(out, "walletd is ready: %s, ledger %s\n", srv.URL(), path)
	var broken error
	select {
	case <-ctx.Done():
	case broken = <-srv.Failed():
	case broken = <-failed:
	}
	o.Log.Info("stopping")
	last, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	if phones != nil {
		broken = errors.Join(broken, phones.Stop(last))
	}
	return errors.Join(broken, srv.Stop(last))
}

// open opens an account that is not there yet: what a customer has since spent,
// earned or wished stays so.
func open(l *ledger.Ledger, c configs.Customer) error {
	added, err := l.AddCustomer(c.Name, c.Balance)
	if err != nil || !added {
		return err
	}
	if c.Points > 0 {
		err = l.GrantPoints(c.Name, c.Points)
	}
	if c.Use {
		err = errors.Join(err, l.UsePoints(c.Name, true))
	}
	return err
}

// books are the rules of the ledger, as the board and the configuration have
// them.
func books(c configs.Wallet, o reference.Options) ledger.Options {
	return ledger.Options{
		Stopped: o.Board.Stopped, Issuer: o.Issuer, Denied: o.Board.Denies,
		PointsPerMille: c.Points,
		ForwardWithin:  c.Forward.Within, MostForwards: c.Forward.Count, MostForwarded: c.Forward.Amount,
	}
}

// options checks what the configuration names: the folder and the files.
func options(c configs.Wallet) (reference.Options, error) {
	o := reference.Options{Listen: c.Listen, TrySocket: c.TrySocket, ClientCAs: x509.NewCertPool()}
	if info, err := os.Stat(c.Data); err != nil {
		return o, fmt.Errorf("data: %w; create it with: install -d -m 0700 %s", err, c.Data)
	} else if !info.IsDir() {
		return o, fmt.Errorf("data: %s is not a folder", c.Data)
	}
	if info, err := os.Stat(c.Key); err != nil {
		return o, fmt.Errorf("key: %w", err)
	} else if info.Mode().Perm()&0o007 != 0 {
		return o, fmt.Errorf("key: everybody may use %s (mode %#o); close it with: chmod 600 %s", c.Key, info.Mode().Perm(), c.Key)
	}
	var err error
	if o.Certificate, err = tls.LoadX509KeyPair(c.Cert, c.Key); err != nil {
		return o, fmt.Errorf("cert and key: %w", err)
	}
	authority, err := os.ReadFile(c.ClientCA)
	if err != nil {
		return o, fmt.Errorf("client_ca: %w", err)
	}
	if !o.ClientCAs.AppendCertsFromPEM(authority) {
		return o, fmt.Errorf("client_ca: there is no PEM certificate in %s", c.ClientCA)
	}
	return o, nil
}

// whileDemo ends the context when the other end of an inherited pipe is
// closed, so that a demo which was killed leaves no wallet behind. -1 is no
// pipe.
func whileDemo(ctx context.Context, fd int, log *slog.Logger) (context.Context, error) {
	if fd == -1 {
		return ctx, nil
	}
	var st syscall.Stat_t
	if fd <= 2 || syscall.Fstat(fd, &st) != nil || st.Mode&syscall.S_IFMT != syscall.S_IFIFO {
		return nil, fmt.Errorf("%w: --demo-fd %d is no inherited pipe", errConfig, fd)
	}
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		pipe := os.NewFile(uintptr(fd), "demo")
		defer pipe.Close()
		io.Copy(io.Discard, pipe)
		log.Info("the demo is gone")
	}()
	return ctx, nil
}
