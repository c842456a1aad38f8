package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/posagent/posagent/agent"
)

// Wishes keep what idempotency keys stand for over a restart. Losing one costs
// no money: the books make each sale, refund and decision once. It only lets a
// key stand for something else.
type Wishes interface {
	// Wish is a wish by its id; the body is zero when it is not known.
	Wish(id [16]byte) (body [16]byte, said string, err error)
	// KeepWish remembers one, at the latest with the next commit. A body that is
	// there stays.
	KeepWish(id, body [16]byte, said string, at time.Time)
}

// WishesFor is how long a key stands for what it first came with.
const WishesFor = 48 * time.Hour

// mostWishes is how many are remembered here for themselves: those of which the
// store does not know yet, and all of them when there is no store.
const mostWishes = 10_000

// wishes are the keys by which a repeated request is known: it tells how the
// first one stands, or that it was refused, instead of doing it again. They keep
// no code.
type wishes struct {
	secret []byte
	store  Wishes // nil: they end with the process
	now    func() time.Time
	mu     sync.Mutex
	at     map[[16]byte]wished
}

type wished struct {
	at   time.Time
	body [16]byte
	said string // why it was refused; empty: it was not, or is under way
}

func newWishes(o Options) *wishes {
	return &wishes{secret: o.Secret, store: o.Wishes, now: o.Now, at: make(map[[16]byte]wished)}
}

// errOtherWish means that a key stands for something else.
var errOtherWish = errors.New("this key came before with another body")

// wish is one request under its key.
type wish struct {
	of       *wishes
	id, body [16]byte
	again    bool
	said     string // of one that came again
}

// bind makes the key of a caller stand for what is wanted, or tells that it does
// already. what keeps keys of different calls apart; wanted is the body.
func (w *wishes) bind(what, source, key string, wanted any) (wish, error) {
	body, err := json.Marshal(wanted)
	if err != nil {
		return wish{}, err
	}
	out := wish{of: w, id: w.mac("wish", what, source, key), body: w.mac("wanted", string(body))}
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now()
	have, known := w.at[out.id]
	if !known && w.store != nil {
		if have.body, have.said, err = w.store.Wish(out.id); err != nil {
			return wish{}, err
		}
		have.at, known = now, have.body != [16]byte{}
	}
	switch {
	case !known || now.Sub(have.at) >= WishesFor:
		w.put(now, out.id, wished{at: now, body: out.body})
		return out, nil
	case have.body != out.body:
		return wish{}, errOtherWish
	}
	out.again, out.said = true, have.said
	return out, nil
}

// refused remembers why it was refused, so that a repeat reads the same.
func (one wish) refused(err error) {
	var refused *agent.Refused
	if !errors.As(err, &refused) {
		return
	}
	one.of.mu.Lock()
	defer one.of.mu.Unlock()
	now := one.of.now()
	one.of.put(now, one.id, wished{at: now, body: one.body, said: refused.Why})
}

// before is what the first of equal requests was refused for, nil when it was
// not.
func (one wish) before() error {
	if one.said == "" {
		return nil
	}
	return &agent.Refused{Why: one.said}
}

// put needs mu.
func (w *wishes) put(now time.Time, id [16]byte, one wished) {
	w.forget(now)
	w.at[id] = one
	if w.store != nil {
		w.store.KeepWish(id, one.body, one.said, now)
	}
}

// forget makes room: what is old goes first, then whatever comes; w.mu is held.
func (w *wishes) forget(now time.Time) {
	if len(w.at) < mostWishes {
		return
	}
	for id, one := range w.at {
		if now.Sub(one.at) >= WishesFor {
			delete(w.at, id)
		}
	}
	for id := range w.at {
		if len(w.at) < mostWishes {
			return
		}
		delete(w.at, id)
	}
}

// mac is a keyed hash, so that nobody finds a code or a key by it.
func (w *wishes) mac(parts ...string) [16]byte {
	h := hmac.New(sha256.New, w.secret)
	for _, part := range parts {
		sum := sha256.Sum256([]byte(part))
		h.Write(sum[:])
	}
	return [16]byte(h.Sum(nil))
}

// otherwise is the problem of a key that stands for something else; why says
// which words fit.
func (s *Server) otherwise(err error, why string) error {
	if errors.Is(err, errOtherWish) {
		return problemOf(http.StatusConflict, why, "this idempotency key came before with another body: use a new key for a new wish")
	}
	return s.explain(err)
}
