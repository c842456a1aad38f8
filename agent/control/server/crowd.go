package server

import (
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/posagent/posagent/agent/control"
)

// How many of the calls that hold memory may be under way at once. A register
// has a few pages and programs; one that runs wild must not take the memory
// that a sale needs, nor the room of the others.
const (
	maxPictures = 4  // of all callers: each is in memory several times while it is read
	maxStreams  = 64 // of one caller: each has a connection and compares pictures of the register
)

// crowd counts such calls.
type crowd struct {
	mu    sync.Mutex
	under map[string]int // way, by what they take room of
}

// enter takes room when there is some left; leave gives it back.
func (c *crowd) enter(room string, most int) (leave func(), ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.under[room] >= most {
		return nil, false
	}
	c.under[room]++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.under[room]--; c.under[room] == 0 {
			delete(c.under, room)
		}
	}, true
}

// crowded lets a call in while there is room for its kind. It stands behind
// the check of scopes, so that nobody without leave takes room, and before the
// body is read.
func (s *Server) crowded(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	room, most := "", 0
	switch path := ctx.Operation().Path; {
	case path == control.PathEvents:
		room, most = "streams of "+from(ctx.Context()).source(), maxStreams
	case path == control.PathCamera, takesBoth(ctx.Operation()) && kindOf(r.Header.Get("Content-Type")) == asPicture:
		room, most = "pictures", maxPictures
	default:
		next(ctx)
		return
	}
	leave, ok := s.crowd.enter(room, most)
	if !ok {
		w.Header().Set("Retry-After", "1")
		w.Header().Set("Connection", "close") // or the rest of the body is waited for before the answer
		fail(w, http.StatusTooManyRequests, "crowded", "too many pictures or event streams are under way: end some, or try again in a second")
		return
	}
	defer leave()
	next(ctx)
}
