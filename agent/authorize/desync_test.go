package authorize_test

import (
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/wallet/wire"
)

// What a wallet, or a machine in front of it, answers twice, or too late, or
// to the wrong request, stands on the line before the answer of the next
// charge. It is never taken for that, whatever it says: not as a yes, and not
// as a no or a "never", which would leave the customer debited.
func TestAnAnswerOfAnotherRequest(t *testing.T) {
	said := map[string]func(r request) []byte{
		"yes":           func(r request) []byte { return response(http.StatusOK, answer(r, wire.Approved)) },
		"no":            func(r request) []byte { return response(http.StatusOK, answer(r, wire.Declined)) },
		"reversed":      func(r request) []byte { return response(http.StatusOK, answer(r, wire.Reversed)) },
		"invalid":       func(r request) []byte { return echo(400, wire.ProblemInvalid, r.Nonce) },
		"forbidden":     func(r request) []byte { return echo(403, wire.ProblemForbidden, r.Nonce) },
		"never":         func(r request) []byte { return echo(409, wire.ProblemCannotReverse, r.Nonce) },
		"ask later":     func(r request) []byte { return echo(409, wire.ProblemConfirmPending, r.Nonce) },
		"a bare no":     func(request) []byte { return echo(400, wire.ProblemInvalid, "") },
		"a bare never":  func(request) []byte { return echo(409, wire.ProblemCannotReverse, "") },
		"an early hint": func(request) []byte { return []byte("HTTP/1.1 103 Early Hints\r\n\r\n") },
		"half a header": func(request) []byte { return []byte("HTTP/1.1 200 OK\r\nX-Half: ") },
	}
	for name, second := range said {
		for when, play := range map[string]func(net.Conn, request) bool{
			"with the first": func(c net.Conn, r request) bool {
				_, err := c.Write(append(response(http.StatusOK, answer(r, wire.Approved)), second(r)...))
				return err == nil
			},
			"before the next": func() func(net.Conn, request) bool {
				var mu sync.Mutex
				left := map[net.Conn][]byte{}
				return func(c net.Conn, r request) bool {
					mu.Lock()
					defer mu.Unlock()
					_, err := c.Write(append(left[c], response(http.StatusOK, answer(r, wire.Approved))...))
					left[c] = second(r)
					return err == nil
				}
			}(),
		} {
			f := listen(t, play)
			c := f.client(long)
			for n := range 6 {
				what := fmt.Sprintf("%s %s, %d", name, when, n)
				for range 2 {
					if a := c.Charge(t.Context(), rec, shown); a.Event != charge.Approve && a.Event != charge.Lose && a.Event != charge.Miss {
						t.Errorf("%s: the charge is %s because of %q", what, a.Event, a.Reason)
					}
				}
				for range 2 {
					if a := c.Reverse(t.Context(), rec); a.Event != charge.Lose && a.Event != charge.Miss {
						t.Errorf("%s: the reversal is %s because of %q", what, a.Event, a.Reason)
					}
				}
			}
		}
	}
}

// The same among charges at once, who wait for each other's connections.
func TestAnswersOfOthersAmongManyCharges(t *testing.T) {
	var yes atomic.Int64
	f := listen(t, func(c net.Conn, r request) bool {
		_, err := c.Write(append(response(http.StatusOK, answer(r, wire.Approved)), echo(400, wire.ProblemInvalid, r.Nonce)...))
		return err == nil
	})
	c := f.client(long)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				switch a := c.Charge(t.Context(), rec, shown); a.Event {
				case charge.Approve:
					yes.Add(1)
				case charge.Lose, charge.Miss:
				default:
					t.Errorf("a charge is %s because of %q", a.Event, a.Reason)
				}
			}
		})
	}
	all.Wait()
	if yes.Load() == 0 {
		t.Error("nothing was ever approved")
	}
}

// An answer that nobody asked for leaves the next charges whole: the line does
// not go on one answer behind.
func TestALineIsNotOneAnswerBehind(t *testing.T) {
	var n atomic.Int64
	f := listen(t, func(c net.Conn, r request) bool {
		data := response(http.StatusOK, answer(r, wire.Approved))
		if n.Add(1) == 2 { // one repeated answer in all
			old := r
			old.Nonce = "of another request"
			data = append(response(http.StatusOK, answer(old, wire.Approved)), data...)
		}
		_, err := c.Write(data)
		return err == nil
	})
	c := f.client(long)
	var events []charge.Event
	for range 6 {
		events = append(events, c.Charge(t.Context(), rec, shown).Event)
	}
	for i, e := range events {
		if want := map[bool]charge.Event{true: charge.Lose, false: charge.Approve}[i == 1]; e != want {
			t.Errorf("charge %d is %s, want %s: %v", i, e, want, events)
		}
	}
}

// echo is a problem with a nonce.
func echo(status int, kind, nonce string) []byte {
	return response(status, wire.Problem{Type: kind, Title: http.StatusText(status), Status: status, Nonce: nonce})
}
