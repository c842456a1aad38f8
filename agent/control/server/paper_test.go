package server_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/book/memory"
)

func newStore() *memory.Store { return memory.New(memory.Options{}) }

// paper is where an answer is written to when no network is wanted.
type paper struct {
	mu      sync.Mutex
	head    http.Header
	status  int
	body    bytes.Buffer
	flushed int
	readBy  time.Time // the first deadline that was set for the body
	lifted  bool      // the last one was none
	full    chan struct{}
}

func newPaper() *paper { return &paper{head: make(http.Header)} }

// by is a request as a server hands it on: a body has no declared length.
func by(who, method, path string, body io.Reader) *http.Request {
	r := httptest.NewRequest(method, "http://localhost"+path, body)
	if body != nil {
		r.ContentLength = -1
	}
	r.Header.Set("Authorization", "Bearer token of "+who)
	return r
}

func (p *paper) Header() http.Header { return p.head }

func (p *paper) WriteHeader(status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.status == 0 {
		p.status = status
	}
}

func (p *paper) Write(b []byte) (int, error) {
	if p.full != nil {
		<-p.full
	}
	p.WriteHeader(http.StatusOK)
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.body.Write(b)
}

func (p *paper) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.body.String()
}

// Flush counts; see http.Flusher.
func (p *paper) Flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flushed++
}

// SetReadDeadline remembers; see http.ResponseController.
func (p *paper) SetReadDeadline(by time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.readBy.IsZero() {
		p.readBy = by
	}
	p.lifted = by.IsZero()
	return nil
}

// SetWriteDeadline does nothing; see http.ResponseController.
func (p *paper) SetWriteDeadline(time.Time) error { return nil }

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// tooLate is a network that gave up waiting.
type tooLate struct{}

func (tooLate) Read([]byte) (int, error) { return 0, os.ErrDeadlineExceeded }

// try is a POST that may break off.
func (s *shop) try(t testing.TB, path string, body any, headers ...header) (reply, error) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, s.url+path, reader(t, body))
	must(t, err)
	for _, h := range headers {
		req.Header.Set(h.name, h.value)
	}
	resp, err := direct.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, got}, err
}
