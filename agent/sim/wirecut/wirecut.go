// Package wirecut is a network that behaves badly on order, for tests: a TCP
// proxy between a client and the server that it means to reach, which holds
// bytes back, closes, resets, swallows, trickles or repeats. It counts and
// orders by bytes and by time alone, so that TLS passes through it untouched
// and what it counts is ciphertext, the handshake included.
//
// A request that is held back arrives after its time is over, also when the
// client has gone away or was killed in the meantime. That is what a real
// network does, and what a server that is slow to answer cannot imitate: it
// has decided before it is slow.
//
// Invariant: the proxy makes up no byte and changes none; what arrives is a
// beginning of what was sent, but for Repeat, which says so.
package wirecut

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// dialWithin ends an attempt to reach the target.
const dialWithin = 10 * time.Second

// Act is what happens to one direction of a connection.
type Act string

const (
	Pass    Act = ""        // nothing
	Hold    Act = "hold"    // what follows waits for Fault.For, or until the next Order if that is 0
	Swallow Act = "swallow" // what follows is taken and never arrives; the connection stays open
	Close   Act = "close"   // both sides are closed
	Reset   Act = "reset"   // both sides are reset (RST)
	Trickle Act = "trickle" // what follows goes byte by byte, Fault.For between them
	Repeat  Act = "repeat"  // the next piece arrives twice, and TLS must notice
)

// Fault is one trouble in one direction. It begins with the first byte after
// After bytes, which have passed; with fewer bytes it never begins.
type Fault struct {
	Do    Act
	After int64
	For   time.Duration
}

// Plan is the trouble of one connection, counted from its first byte.
type Plan struct {
	Request Fault // from the client to the server
	Answer  Fault // from the server to the client
	Once    bool  // of an Order: when it begins on one connection, all others are free of it
}

func (f Fault) String() string {
	if f.Do == Pass {
		return "nothing"
	}
	return fmt.Sprintf("%s after %d bytes (%s)", f.Do, f.After, f.For)
}

func (p Plan) String() string {
	text := fmt.Sprintf("requests: %s, answers: %s", p.Request, p.Answer)
	if p.Once {
		text += ", once"
	}
	return text
}

// Proxy listens on 127.0.0.1 and passes every connection on to its target.
type Proxy struct {
	target string
	plan   func(conn int) Plan
	l      net.Listener
	ended  chan struct{}
	all    sync.WaitGroup
	held   atomic.Int64

	mu      sync.Mutex
	links   map[*link]bool
	ordered *Plan
	orders  int // how many orders there were; 0 is what New was given
	begun   map[Act]int
	conns   int
}

// New starts a proxy to a TCP address. plan is asked once for every
// connection, which are counted from 0; nil lets all pass.
func New(target string, plan func(conn int) Plan) (*Proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for a proxy to %s: %w", target, err)
	}
	if plan == nil {
		plan = func(int) Plan { return Plan{} }
	}
	p := &Proxy{target: target, plan: plan, l: l, ended: make(chan struct{}), links: map[*link]bool{}, begun: map[Act]int{}}
	p.all.Go(p.accept)
	return p, nil
}

// Addr is the host and port to dial instead of the target.
func (p *Proxy) Addr() string { return p.l.Addr().String() }

// Close ends all connections and returns when nothing of the proxy is left.
// It must be called once.
func (p *Proxy) Close() error {
	err := p.l.Close()
	close(p.ended)
	p.mu.Lock()
	for k := range p.links {
		k.close()
	}
	p.mu.Unlock()
	p.all.Wait()
	return err
}

// Order sets one plan for all connections, instead of what New was given: for
// those that are open it counts from now, for later ones from their first
// byte. A Hold without an end, a Swallow or a Trickle that is under way gives
// way to it; a Hold with an end keeps its time.
func (p *Proxy) Order(plan Plan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.orders++
	p.order(plan, nil)
}

// order is for all connections but one, and for those that come.
func (p *Proxy) order(plan Plan, but *link) {
	p.ordered = &plan
	for k := range p.links {
		if k != but {
			k.order(plan, p.orders)
		}
	}
}

// Conns is how many connections were taken so far.
func (p *Proxy) Conns() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.conns
}

// Held is how many bytes were taken and have not gone on. A test that waits for
// 0 knows that nothing will arrive late any more.
func (p *Proxy) Held() int { return int(p.held.Load()) }

// Begun is how often each act has begun: a test that ordered a trouble can
// tell whether it came.
func (p *Proxy) Begun() map[Act]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.begun)
}

// note counts a fault that has begun on a connection, by which order.
func (p *Proxy) note(a Act, on *link, order int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.begun[a]++
	if order > 0 && order == p.orders && p.ordered.Once {
		p.order(Plan{}, on)
	}
}

func (p *Proxy) accept() {
	for {
		client, err := p.l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // out of descriptors, or gone before it was taken
			time.Sleep(time.Millisecond)
			continue
		}
		p.mu.Lock()
		n := p.conns
		p.conns++
		p.mu.Unlock()
		p.all.Go(func() { p.serve(n, client) })
	}
}

// serve passes one connection on until both directions have ended.
func (p *Proxy) serve(n int, client net.Conn) {
	defer client.Close()
	server, err := net.DialTimeout("tcp", p.target, dialWithin)
	if err != nil {
		return // the client sees a connection that closes before TLS
	}
	defer server.Close()
	k := &link{proxy: p, client: client.(*net.TCPConn), server: server.(*net.TCPConn)}
	k.request = lane{link: k, from: k.client, to: k.server, woken: make(chan struct{}, 1)}
	k.answer = lane{link: k, from: k.server, to: k.client, woken: make(chan struct{}, 1)}
	if !p.add(n, k) {
		return
	}
	defer p.remove(k)
	var both sync.WaitGroup
	both.Go(k.request.run)
	both.Go(k.answer.run)
	both.Wait()
}

func (p *Proxy) add(n int, k *link) bool {
	first := p.plan(n)
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.ended:
		return false
	default:
	}
	if p.ordered != nil {
		first = *p.ordered
	}
	k.order(first, p.orders)
	p.links[k] = true
	return true
}

func (p *Proxy) remove(k *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.links, k)
}
