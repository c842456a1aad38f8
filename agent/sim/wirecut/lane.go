package wirecut

import (
	"net"
	"sync"
	"time"
)

// What a direction holds at most before its sender has to wait: pieces of a
// size.
const (
	pieceSize = 4 << 10
	pieces    = 256
)

// link is one connection: two sockets and two directions.
type link struct {
	proxy           *Proxy
	client, server  *net.TCPConn
	request, answer lane
}

func (k *link) order(p Plan, number int) {
	k.request.order(p.Request, number)
	k.answer.order(p.Answer, number)
}

func (k *link) close() {
	_ = k.client.Close()
	_ = k.server.Close()
}

func (k *link) reset() {
	_ = k.client.SetLinger(0)
	_ = k.server.SetLinger(0)
	k.close()
}

// lane is one direction. Its reader always reads, so that a sender who goes
// away has handed over what it sent; its writer does what was ordered.
type lane struct {
	link     *link
	from, to *net.TCPConn
	woken    chan struct{} // an order came while the writer waits

	mu     sync.Mutex
	fault  Fault
	number int   // of the order that it came with
	left   int64 // bytes to pass before the fault begins
	begun  bool
}

func (l *lane) order(f Fault, number int) {
	l.mu.Lock()
	l.fault, l.number, l.left, l.begun = f, number, f.After, false
	l.mu.Unlock()
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

func (l *lane) run() {
	queue := make(chan []byte, pieces)
	var reader sync.WaitGroup
	defer reader.Wait()
	reader.Go(func() {
		defer close(queue)
		for {
			p := make([]byte, pieceSize)
			n, err := l.from.Read(p)
			if n > 0 {
				l.link.proxy.held.Add(int64(n))
				select {
				case queue <- p[:n]:
				case <-l.link.proxy.ended:
					return
				}
			}
			if err != nil {
				return
			}
		}
	})
	for p := range queue {
		for len(p) > 0 {
			n := l.pass(p)
			l.link.proxy.held.Add(-int64(n))
			p = p[n:]
		}
	}
	_ = l.to.CloseWrite() // what was held has arrived: now the end may
}

// pass does what is ordered with the beginning of a piece, and returns how
// much of it is done with.
func (l *lane) pass(p []byte) int {
	f, n, first := l.next(len(p))
	if first > 0 {
		l.link.proxy.note(f.Do, l.link, first-1)
	}
	if n > 0 {
		_, _ = l.to.Write(p[:n]) // a receiver that has gone is no reason to stop the sender
		return n
	}
	switch f.Do {
	case Hold:
		l.hold(f.For)
	case Swallow:
		return len(p)
	case Close:
		l.link.close()
		return len(p)
	case Reset:
		l.link.reset()
		return len(p)
	case Trickle:
		_, _ = l.to.Write(p[:1])
		l.wait(f.For)
		return 1
	case Repeat:
		l.over()
		_, _ = l.to.Write(p)
		_, _ = l.to.Write(p)
		return len(p)
	}
	return 0
}

// next tells how many of n bytes may pass by, or, when it is none, what has
// begun. A fault that begins just now comes with one more than the number of
// its order.
func (l *lane) next(n int) (f Fault, pass, first int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fault.Do == Pass {
		return Fault{}, n, 0
	}
	if l.left > 0 {
		n = int(min(int64(n), l.left))
		l.left -= int64(n)
		return Fault{}, n, 0
	}
	if !l.begun {
		l.begun = true
		first = l.number + 1
	}
	return l.fault, 0, first
}

// over ends a fault that has done its work, unless another was ordered since.
func (l *lane) over() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.begun {
		l.fault, l.begun = Fault{}, false
	}
}

// hold waits for a time, or without one for the next order. A time is kept
// whatever is ordered meanwhile.
func (l *lane) hold(pause time.Duration) {
	if pause > 0 {
		l.wait(pause)
		l.over()
		return
	}
	select {
	case <-l.woken: // whether the order ends it, next will tell
	case <-l.link.proxy.ended:
		l.over()
	}
}

func (l *lane) wait(pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.link.proxy.ended:
	}
}
