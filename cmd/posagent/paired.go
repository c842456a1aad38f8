package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/offline/pairing"
)

// mostFar is how many connections of other machines are open at a time.
const mostFar = 64

// farDoor is where programs on other machines come in.
type farDoor struct {
	*pairing.Pairings
	listen  string
	names   []string
	refused *atomic.Int64
}

// wireFarDoor makes it, and the names by which it is called.
func wireFarDoor(c configs.Config, o *server.Options) (farDoor, error) {
	d := farDoor{listen: c.API.TLSListen, names: farNames(c.API), refused: new(atomic.Int64)}
	var err error
	d.Pairings, err = pairing.Open(filepath.Join(c.Data.Dir, "pairings"), c.Store.ID+"-"+c.Store.Terminal, time.Now)
	o.Pairs, o.Hosts = pairs{d}, slices.Concat(o.Hosts, d.names)
	o.Gauges = append(o.Gauges, server.Gauge{
		Name: "tls_refused_total", Help: "Connections of other machines that were not let in.", Read: func() float64 { return float64(d.refused.Load()) },
	})
	return d, err
}

// farNames are the names and addresses of the register's certificate: those of
// the configuration, and where it listens when that is one address.
func farNames(c configs.API) []string {
	names := slices.Clone(c.TLSNames)
	if host, _, err := net.SplitHostPort(c.TLSListen); err == nil {
		if ip := net.ParseIP(host); ip == nil || !ip.IsUnspecified() {
			names = append(names, host)
		}
	}
	if host, err := os.Hostname(); err == nil && host != "" {
		names = append(names, host)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// frontFar serves the API to programs on other machines; nil when nobody may
// come in this way.
func (d *program) frontFar(work *crew) *http.Server {
	if d.far.listen == "" {
		return nil
	}
	l, err := net.Listen("tcp", d.far.listen)
	if err != nil {
		work.do(func() error { return fmt.Errorf("listen on [api] tls_listen %s: %w", d.far.listen, err) })
		return nil
	}
	d.log.Info("other machines may connect", "tls", l.Addr().String(), "names", d.far.names)
	s := &http.Server{Handler: d.api.Handler(), ErrorLog: log.New(&refusals{log: d.log, count: d.far.refused}, "", 0)}
	server.Limits(s)
	door := tls.NewListener(&fewer{Listener: l, room: make(chan struct{}, mostFar), from: map[string]int{}}, d.far.Door(d.far.names))
	work.do(func() error {
		if err := s.Serve(door); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve the API to other machines: %w", err)
		}
		return nil
	})
	return s
}

// refusals counts what an http.Server complains of, which is mostly of who was
// not let in, and logs little of it: whoever knocks writes the log.
type refusals struct {
	log   *slog.Logger
	count *atomic.Int64

	mu   sync.Mutex
	said time.Time
}

// Write is one complaint.
func (r *refusals) Write(p []byte) (int, error) {
	const every = 10 * time.Second
	r.count.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := time.Now(); now.Sub(r.said) >= every {
		r.said = now
		r.log.Warn("a connection of another machine was not let in", "why", strings.TrimSpace(string(p)), "so_far", r.count.Load())
	}
	return len(p), nil
}

// fewer is a listener that lets in so many at a time; the others wait. One
// machine gets a part of the room: whoever is not paired must not keep the
// others out.
type fewer struct {
	net.Listener
	room chan struct{}

	mu   sync.Mutex
	from map[string]int // connections, by the address of the machine
}

const mostOfOne = mostFar / 4

// Accept waits for room, and then for somebody.
func (f *fewer) Accept() (net.Conn, error) {
	for {
		f.room <- struct{}{}
		conn, err := f.Listener.Accept()
		if err != nil {
			<-f.room
			return nil, err
		}
		host, _, err := net.SplitHostPort(conn.RemoteAddr().String())
		if err == nil && f.enter(host) {
			return &roomy{Conn: conn, leave: sync.OnceFunc(func() { f.left(host) })}, nil
		}
		_ = conn.Close()
		<-f.room
	}
}

func (f *fewer) enter(host string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.from[host] == mostOfOne {
		return false
	}
	f.from[host]++
	return true
}

func (f *fewer) left(host string) {
	<-f.room
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.from[host]--; f.from[host] == 0 {
		delete(f.from, host)
	}
}

type roomy struct {
	net.Conn
	leave func()
}

// Close gives the room back.
func (r *roomy) Close() error {
	defer r.leave()
	return r.Conn.Close()
}

// pairs show the pairings to the API; see server.Pairs.
type pairs struct{ farDoor }

// List is everybody.
func (p pairs) List() control.Pairings {
	out := control.Pairings{Listen: p.listen, Pairings: []control.Pairing{}}
	for _, one := range p.Pairings.List() {
		out.Pairings = append(out.Pairings, pairingAs(one))
	}
	return out
}

// New pairs a program.
func (p pairs) New(name string, scopes []control.Scope, days int, by string) (control.Paired, error) {
	words := make([]string, len(scopes))
	for i, s := range scopes {
		words[i] = string(s)
	}
	made, bundle, err := p.Pairings.New(name, words, time.Duration(days)*24*time.Hour, by)
	return control.Paired{Pairing: pairingAs(made), Bundle: string(bundle)}, pairingRefused(err)
}

// Revoke ends a pairing.
func (p pairs) Revoke(name string) error {
	_, err := p.Pairings.Revoke(name)
	return pairingRefused(err)
}

// Who is whose certificate this is.
func (p pairs) Who(cert *x509.Certificate) (control.Pairing, chan struct{}, bool) {
	one, over, ok := p.Pairings.Who(cert)
	return pairingAs(one), over, ok
}

func pairingAs(p pairing.Pairing) control.Pairing {
	out := control.Pairing{Name: p.Name, Scopes: []control.Scope{}, Fingerprint: p.Fingerprint, Created: p.Created, Expires: p.Expires, Revoked: p.Revoked, By: p.By, State: "ok"}
	for _, s := range p.Scopes {
		out.Scopes = append(out.Scopes, control.Scope(s))
	}
	switch {
	case !p.Revoked.IsZero():
		out.State = "revoked"
	case !p.Stands(time.Now()):
		out.State = "expired"
	}
	return out
}

func pairingRefused(err error) error {
	for is, r := range map[error]server.PairingRefused{
		pairing.ErrTaken:   {Why: "pairing.taken", Status: http.StatusConflict},
		pairing.ErrUnknown: {Why: "pairing.unknown", Status: http.StatusNotFound},
		pairing.ErrMany:    {Why: "pairing.many", Status: http.StatusConflict},
		pairing.ErrName:    {Why: "pairing.invalid", Status: http.StatusUnprocessableEntity},
		pairing.ErrLife:    {Why: "pairing.invalid", Status: http.StatusUnprocessableEntity},
	} {
		if errors.Is(err, is) {
			return &r
		}
	}
	return err
}
