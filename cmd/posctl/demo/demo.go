// Package demo brings up everything on one machine: it makes certificates and
// configurations, starts the real walletd and posagent as children, holds a
// virtual scanner and printer on true pseudo terminals, and takes orders for
// troubles over a socket. It handles no money itself, and nothing in it is
// used by a real register.
//
// Invariant: all that it writes is inside its own directory, and no child
// outlives it.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Options are what a demo is started with.
type Options struct {
	Dir        string    // everything that it writes; made with mode 0700
	AgentAddr  string    // where the agent listens; a port of 0 is any free one
	WalletAddr string    // where the wallet listens, likewise
	PhoneAddr  string    // where the wallet answers phones, likewise
	Out        io.Writer // what a person reads
}

// Facts are what a visitor needs to know; they are written to demo.json when
// everything is up. Paths are absolute.
type Facts struct {
	AgentURL         string `json:"agent_url"`
	WalletURL        string `json:"wallet_url"`
	PhoneURL         string `json:"phone_url"` // the page that plays a customer's phone
	Outbox           string `json:"outbox"`    // the wallet's letters to customers, a file each
	APIToken         string `json:"api_token"`
	DisplayURL       string `json:"display_url"`        // the customer's display, with its token
	ScannerPath      string `json:"scanner_path"`       // write a code and CR here
	PrinterCapture   string `json:"printer_capture"`    // the raw bytes that the printer got; .png and .txt beside it
	DisplayText      string `json:"display_text"`       // what the customer display shows
	CameraUploadPath string `json:"camera_upload_path"` // POST a PNG or JPEG here, under agent_url
	CashierPIN       string `json:"cashier_pin"`
	ManagerPIN       string `json:"manager_pin"`
	Socket           string `json:"api_socket"` // the agent's own socket, without a token
}

// readyWithin is how long the children may take to come up.
const readyWithin = 30 * time.Second

// Run brings the demo up, serves until ctx ends, and takes it down again.
func Run(ctx context.Context, o Options) (err error) {
	place, err := newPlace(o.Dir)
	if err != nil {
		return err
	}
	unlock, err := place.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := place.forgetFacts(); err != nil {
		return err
	}
	facts, err := prepare(place, o)
	if err != nil {
		return err
	}
	counter, err := newCounter(place)
	if err != nil {
		return err
	}
	powered, pull := context.WithCancel(context.WithoutCancel(ctx)) // a receipt under way is printed before the plugs are pulled
	counter.run(powered)
	defer func() {
		pull()
		err = errors.Join(err, counter.close())
	}()
	return perform(ctx, place, facts, counter, o.Out)
}

// perform starts the programs, takes orders until ctx ends, and stops them.
func perform(ctx context.Context, place place, facts Facts, counter *counter, out io.Writer) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	wallet := newChild(ctx, "walletd", place.walletConfig(), place.walletLog(), out)
	agent := newChild(ctx, "posagent", place.agentConfig(), place.agentLog(), out)
	defer wallet.stop()
	defer agent.stop() // before the wallet: it still has to settle with it
	if err := wallet.start(); err != nil {
		return err
	}
	if err := awaitWallet(ctx, place, wallet); err != nil {
		return err
	}
	desk := &orders{place: place, wallet: wallet, counter: counter, phones: &phones{path: place.phones()}}
	desk.phones.fetch(ctx, desk)
	if err := agent.start(); err != nil {
		return err
	}
	if err := awaitReady(ctx, facts.AgentURL, agent); err != nil {
		return err
	}
	stop, err := desk.listen()
	if err != nil {
		return err
	}
	defer stop()
	if err := place.writeFacts(facts); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, place.forgetFacts()) }()
	greet(out, facts, place)
	go deliver(ctx, facts.Outbox, time.Now(), out)
	<-ctx.Done()
	fmt.Fprintln(out, "stopping …")
	return nil
}

// freeAddress turns a port of 0 into one that nobody uses right now, because
// the address must be known before the child that listens on it.
func freeAddress(addr string) (string, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", fmt.Errorf("%s is not free: %w; choose another with --agent-addr, --wallet-addr or --phone-addr", addr, err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// place is the demo's directory.
type place struct{ dir string }

func newPlace(dir string) (place, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return place{}, err
	}
	p := place{dir: abs}
	for _, d := range []string{"", "agent", "wallet", "keys", "dev"} {
		if err := os.MkdirAll(p.at(d), 0o700); err != nil {
			return place{}, fmt.Errorf("make the demo's directory: %w", err)
		}
	}
	return p, os.Chmod(abs, 0o700)
}

func (p place) at(names ...string) string {
	return filepath.Join(append([]string{p.dir}, names...)...)
}

func (p place) agentConfig() string    { return p.at("posagent.toml") }
func (p place) walletConfig() string   { return p.at("walletd.toml") }
func (p place) agentLog() string       { return p.at("agent.log") }
func (p place) walletLog() string      { return p.at("wallet.log") }
func (p place) apiSocket() string      { return p.at("agent", "api.sock") }
func (p place) trySocket() string      { return p.at("wallet", "try.sock") }
func (p place) ordersSocket() string   { return p.at("demo.sock") }
func (p place) outbox() string         { return p.at("wallet", "outbox") }
func (p place) facts() string          { return p.at("demo.json") }
func (p place) phones() string         { return p.at("phones.json") }
func (p place) capture() string        { return p.at("printer") }
func (p place) scanner() string        { return p.at("dev", "scanner0") } // the agent's end
func (p place) visitor() string        { return p.at("dev", "customer") } // the visitor's end
func (p place) printer() string        { return p.at("dev", "printer0") }
func (p place) display() string        { return p.at("dev", "display0") }
func (p place) displayText() string    { return p.at("display.txt") }
func (p place) printerProfile() string { return p.at("printer.toml") }
