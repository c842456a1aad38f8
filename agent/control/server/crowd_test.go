package server_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/posagent/posagent/agent/control"
)

// tap is a body that does not flow yet.
type tap struct {
	flow <-chan struct{}
	rest io.Reader
}

func (p tap) Read(b []byte) (int, error) {
	<-p.flow
	return p.rest.Read(b)
}

// However many send pictures at once, few are in memory. Text and a later
// picture are taken as ever.
func TestPicturesAtOnceAreFew(t *testing.T) {
	s := start(t)
	sale := s.prepare(t, "a", 100)
	path := "/v1/sales/" + sale.ID + "/code"
	hold, status := make(chan struct{}), make(chan int)
	for n := range 12 {
		go func() {
			body := tap{hold, bytes.NewReader([]byte("no picture"))}
			status <- s.ask(t, "POST", path, body, bearer("till"), wish(fmt.Sprint(n)), content("image/png")).status
		}()
	}
	for range 8 {
		if got := <-status; got != http.StatusTooManyRequests {
			t.Errorf("status %d of a picture for which there is no room", got)
		}
	}
	got := s.ask(t, "POST", control.PathCamera, []byte("x"), bearer("till"), content("image/png"))
	want(t, got, http.StatusTooManyRequests)
	if p := got.problem(t); p.Why != "crowded" || got.header.Get("Retry-After") == "" {
		t.Errorf("%+v, %v", p, got.header)
	}
	want(t, s.ask(t, "POST", path, []byte("x"), bearer("reader"), wish("b"), content("image/png")), http.StatusForbidden)
	close(hold)
	for range 4 {
		if got := <-status; got != http.StatusConflict {
			t.Errorf("status %d of a picture that was let in", got)
		}
	}
	want(t, s.ask(t, "POST", path, []byte("x"), bearer("till"), wish("c"), content("image/png")), http.StatusConflict)
	want(t, s.scan(t, sale.ID, "d", goodCode), http.StatusOK)
}

// A program that opens streams without end gets a few, and takes none of the
// others' room. A stream that ends makes room again.
func TestStreamsOfOneCallerAreFew(t *testing.T) {
	s := start(t)
	var streams []*stream
	for range 64 {
		streams = append(streams, s.hear(t, "", bearer("screen")))
	}
	got := s.ask(t, "GET", control.PathEvents, nil, bearer("screen"))
	want(t, got, http.StatusTooManyRequests)
	if p := got.problem(t); p.Why != "crowded" {
		t.Errorf("%+v", p)
	}
	s.hear(t, "", bearer("till"))
	must(t, streams[0].resp.Body.Close())
	for {
		req, err := http.NewRequestWithContext(t.Context(), "GET", s.url+control.PathEvents, nil)
		must(t, err)
		req.Header.Set("Authorization", "Bearer token of screen")
		resp, err := http.DefaultClient.Do(req)
		must(t, err)
		_ = resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return // the test's own time limit ends a wait for room that never comes
		}
	}
}
