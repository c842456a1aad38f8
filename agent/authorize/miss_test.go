package authorize_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/authorize/own"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/sim/wirecut"
	"github.com/posagent/posagent/wallet/wire"
)

// through is a client of the far side whose bytes go through a bad network.
func (f *far) through(t *testing.T, deadline time.Duration) (*own.Client, *wirecut.Proxy) {
	t.Helper()
	network, err := wirecut.New(f.addr, nil)
	must(t, err)
	t.Cleanup(func() { must(t, network.Close()) })
	f.addr = network.Addr()
	return f.client(deadline), network
}

// numbered is the n-th record of a test.
func numbered(n int) charge.Record {
	one := rec
	one.Key = charge.Key(fmt.Sprintf("S1-T1-216950400-%d", n+1))
	return one
}

// honest answers each key with what was asked of it.
func honest(conn net.Conn, r request) bool {
	a := answer(r, wire.Approved)
	a.Key = r.Key
	_, err := conn.Write(response(http.StatusOK, a))
	return err == nil
}

func (f *far) keys() map[string]bool {
	out := map[string]bool{}
	for _, r := range f.saw() {
		out[r.Key] = true
	}
	return out
}

// Wherever the network cuts, a charge of which a byte has left is no miss, and
// one that arrived whole is none either.
func TestACutAtEveryByteOfARequest(t *testing.T) {
	f := listen(t, honest)
	c, network := f.through(t, long)
	missed := map[int]bool{}
	n := 0
	for _, act := range []wirecut.Act{wirecut.Close, wirecut.Reset} {
		for after := int64(0); after < 800; after += 13 {
			network.Order(wirecut.Plan{})
			must(t, c.Line.(*authorize.Line).Warm(t.Context()))
			network.Order(wirecut.Plan{Request: wirecut.Fault{Do: act, After: after}, Once: true})
			a := c.Charge(t.Context(), numbered(n), shown)
			missed[n] = a.Event == charge.Miss
			if a.Event == charge.Miss || a.Event == charge.Lose && a.Bytes == 0 || a.Event == charge.Decline {
				t.Errorf("%s after %d bytes: %s (%s), %d bytes", act, after, a.Event, a.Note, a.Bytes)
			}
			n++
		}
	}
	arrivedAsMiss(t, f, missed)
}

// The deadline may end a charge at any moment, also while the request is being
// written. What has left by then, or leaves at that very moment, is no miss.
func TestADeadlineWhileTheRequestLeaves(t *testing.T) {
	f := listen(t, honest)
	c := f.client(long)
	chance := rand.New(rand.NewPCG(1, 2))
	missed := map[int]bool{}
	count := map[charge.Event]int{}
	for n := range 1500 {
		if n%3 > 0 {
			must(t, c.Line.(*authorize.Line).Warm(t.Context()))
		}
		ctx, cancel := context.WithCancel(t.Context())
		timer := time.AfterFunc(time.Duration(chance.Int64N(int64(300*time.Microsecond))), cancel)
		a := c.Charge(ctx, numbered(n), shown)
		timer.Stop()
		cancel()
		missed[n] = a.Event == charge.Miss
		count[a.Event]++
	}
	arrivedAsMiss(t, f, missed)
	t.Logf("the charges ended as %v", count)
}

// arrivedAsMiss looks for charges that were called a miss and arrived.
func arrivedAsMiss(t *testing.T, f *far, missed map[int]bool) {
	t.Helper()
	time.Sleep(50 * time.Millisecond) // for what is still on its way over loopback
	seen := f.keys()
	for n, miss := range missed {
		if key := string(numbered(n).Key); miss && seen[key] {
			t.Errorf("charge %s was called a miss, and arrived", key)
		}
	}
}

// A wallet that answers before it was asked, or before it has read the
// request, is not believed, and the charge is a miss only if nothing left.
func TestAnAnswerBeforeTheRequest(t *testing.T) {
	for name, early := range map[string][]byte{
		"a yes":     response(http.StatusOK, answer(request{}, wire.Approved)),
		"a no":      response(http.StatusBadRequest, wire.Problem{Type: wire.ProblemInvalid, Status: 400}),
		"too large": response(http.StatusRequestEntityTooLarge, wire.Problem{}, "Connection: close"),
		"a timeout": response(http.StatusRequestTimeout, wire.Problem{}, "Connection: close"),
		"go on":     []byte("HTTP/1.1 100 Continue\r\n\r\n"),
		"will not":  response(http.StatusExpectationFailed, wire.Problem{}),
	} {
		f := listen(t, honest)
		f.mu.Lock()
		f.first = func(conn net.Conn) { _, _ = conn.Write(early) }
		f.mu.Unlock()
		c := f.client(long)
		missed := map[int]bool{}
		for n := range 40 {
			a := c.Charge(t.Context(), numbered(n), shown)
			missed[n] = a.Event == charge.Miss
			if a.Event != charge.Miss && a.Event != charge.Lose && !(a.Event == charge.Approve && f.keys()[string(numbered(n).Key)]) {
				t.Errorf("%s: charge %d is %s because of %q", name, n, a.Event, a.Reason)
			}
		}
		arrivedAsMiss(t, f, missed)
	}
}
