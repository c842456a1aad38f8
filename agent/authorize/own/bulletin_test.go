package own_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/authorize/own"
	"github.com/posagent/posagent/wallet/reference/pki"
)

// noticesOf waits for the bulletins of a wallet that answers so.
func noticesOf(t *testing.T, answer http.HandlerFunc) *own.Notices {
	t.Helper()
	ca, err := pki.NewAuthority()
	must(t, err)
	server, err := ca.Server()
	must(t, err)
	theirs, err := server.TLS()
	must(t, err)
	client, err := ca.Client("S1", "T1")
	must(t, err)
	mine, err := client.TLS()
	must(t, err)
	s := httptest.NewUnstartedServer(answer)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{theirs}, ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS13}
	s.Config.ErrorLog = nil
	s.StartTLS()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca.Cert)
	line := authorize.NewLine(s.URL, authorize.Identity{Certificate: mine, Roots: roots})
	t.Cleanup(func() { line.Close(); s.CloseClientConnections(); s.Close() })
	return &own.Notices{Line: line, Within: 500 * time.Millisecond}
}

// The register says which one it has and how long it waits, and has the next
// one with its tag.
func TestNextBulletin(t *testing.T) {
	n := noticesOf(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/v1/bulletin" || r.URL.Query().Get("wait") != "30s" {
			t.Errorf("it asks %s %s", r.Method, r.URL)
		}
		if r.Header.Get("If-None-Match") == `"v2"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", `"v2"`)
		fmt.Fprint(w, strings.Repeat("x", 1<<20))
	})
	got, tag, err := n.Next(t.Context(), `"v1"`, 30*time.Second)
	if err != nil || len(got) != 1<<20 || tag != `"v2"` {
		t.Errorf("%d bytes, tag %s, %v", len(got), tag, err)
	}
	got, tag, err = n.Next(t.Context(), tag, 30*time.Second)
	if err != nil || got != nil || tag != `"v2"` {
		t.Errorf("there is no other: %d bytes, tag %s, %v", len(got), tag, err)
	}
}

// Whoever waits for bulletins hears what the wallet's clock shows, also when
// there is no other; not from an answer that does not say.
func TestNoticesTellTheTime(t *testing.T) {
	at := time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)
	says := []string{at.Format(http.TimeFormat), "yesterday", ""}
	n := noticesOf(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Date"] = says[:1]
		if says[0] == "" {
			w.Header()["Date"] = nil
		}
		says = says[1:]
		w.WriteHeader(http.StatusNotModified)
	})
	var heard []time.Time
	n.Clock = func(at time.Time) { heard = append(heard, at) }
	for range 3 {
		if _, _, err := n.Next(t.Context(), `"v1"`, time.Second); err != nil {
			t.Fatal(err)
		}
	}
	if len(heard) != 1 || !heard[0].Equal(at) {
		t.Errorf("it heard %v", heard)
	}
}

// hijacked writes bytes of its own in place of an answer, over and over.
func hijacked(head, over string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		_, err = conn.Write([]byte(head))
		for err == nil && over != "" {
			_, err = conn.Write([]byte(over))
			time.Sleep(100 * time.Microsecond)
		}
	}
}

// Whatever a wallet answers, waiting ends in time, with an error or nothing,
// and with little memory.
func TestBulletinsWithoutMeasure(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"a megabyte and a byte": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat("x", 1<<20+1)) },
		"half a body":           hijacked("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"payload\":", ""),
		"an empty body":         func(http.ResponseWriter, *http.Request) {},
		"headers for ever":      hijacked("HTTP/1.1 200 OK\r\n", "X-More: more\r\n"),
		"a body for ever":       hijacked("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
		"early answers":         hijacked("", "HTTP/1.1 100 Continue\r\n\r\n"),
		"another protocol":      hijacked("HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n", "x"),
		"silence":               func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"elsewhere":             func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/else", http.StatusFound) },
		"busy":                  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		"nothing":               func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := noticesOf(t, answer)
			began := time.Now()
			got, tag, err := n.Next(t.Context(), "", 0)
			if err == nil || got != nil || tag != "" {
				t.Errorf("%d bytes, tag %q, %v", len(got), tag, err)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// A wallet without bulletins says so, and a tag that is too long is no tag.
func TestBulletinsThatAreNone(t *testing.T) {
	n := noticesOf(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	if _, _, err := n.Next(t.Context(), "", 0); !errors.Is(err, own.ErrNoBulletin) {
		t.Error(err)
	}
	n = noticesOf(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", strings.Repeat("v", 200))
		fmt.Fprint(w, "{}")
	})
	if got, tag, err := n.Next(t.Context(), "", 0); err != nil || string(got) != "{}" || tag != "" {
		t.Errorf("%q, tag %q, %v", got, tag, err)
	}
}
