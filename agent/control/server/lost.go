package server

import (
	"net/http"
)

// found answers requests that no call is there for with a problem, as all
// other refusals, and passes the rest on.
func found(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		n := &noted{header: make(http.Header)}
		mux.ServeHTTP(n, r)
		if n.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", n.header.Get("Allow"))
			fail(w, n.status, "method", "this path is there, but not for "+r.Method)
			return
		}
		fail(w, http.StatusNotFound, "path", "there is nothing at this path: /openapi.json lists what there is")
	})
}

// noted is an answer of which only the head is kept.
type noted struct {
	header http.Header
	status int
}

func (n *noted) Header() http.Header         { return n.header }
func (n *noted) WriteHeader(status int)      { n.status = status }
func (n *noted) Write(p []byte) (int, error) { return len(p), nil }
