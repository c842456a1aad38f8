package web_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/web"
)

func ask(t *testing.T, method, target string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	web.Handler().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPagesAndTheirFiles(t *testing.T) {
	for target, mime := range map[string]string{
		"/pos":                "text/html; charset=utf-8",
		"/manager":            "text/html; charset=utf-8",
		"/display":            "text/html; charset=utf-8",
		"/web/js/pos.js":      "text/javascript; charset=utf-8",
		"/web/vendor/lit.js":  "text/javascript; charset=utf-8",
		"/web/vendor/lit.txt": "text/plain; charset=utf-8",
		"/web/css/frame.css":  "text/css; charset=utf-8",
		"/web/i18n/ja.json":   "application/json",
		"/web/icon.svg":       "image/svg+xml",
	} {
		r := ask(t, "GET", target)
		if r.StatusCode != 200 || r.Header.Get("Content-Type") != mime {
			t.Errorf("GET %s: %d %q, want 200 %q", target, r.StatusCode, r.Header.Get("Content-Type"), mime)
		}
		if len(body(t, r)) == 0 {
			t.Errorf("GET %s: empty", target)
		}
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	for _, r := range []*http.Response{
		ask(t, "GET", "/pos"), ask(t, "HEAD", "/pos"), ask(t, "POST", "/pos"), ask(t, "GET", "/web/none"),
	} {
		csp := r.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types lit-html"} {
			if !strings.Contains(csp, want) {
				t.Errorf("status %d: policy %q lacks %q", r.StatusCode, csp, want)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("policy %q allows something unsafe", csp)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache", "Referrer-Policy": "no-referrer"} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("status %d: %s is %q, want %q", r.StatusCode, name, got, want)
			}
		}
	}
}

func TestNothingElseIsServed(t *testing.T) {
	for _, target := range []string{"/", "/pos/", "/web", "/web/", "/web/js", "/web/js/", "/web/static/pos.html", "/web/../web.go", "/web/vendor/", "/web/js/pos.js/", "/static/pos.html"} {
		if r := ask(t, "GET", target); r.StatusCode != 404 {
			t.Errorf("GET %s: %d, want 404", target, r.StatusCode)
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "PATCH"} {
		r := ask(t, method, "/pos")
		if r.StatusCode != 405 || r.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s /pos: %d, Allow %q", method, r.StatusCode, r.Header.Get("Allow"))
		}
	}
}

func TestUnchangedFileCostsNothing(t *testing.T) {
	first := ask(t, "GET", "/pos")
	etag := first.Header.Get("ETag")
	for _, sent := range []string{etag, "W/" + etag, `"other", ` + etag, "*"} {
		r := ask(t, "GET", "/pos", "If-None-Match", sent)
		if r.StatusCode != 304 || len(body(t, r)) != 0 {
			t.Errorf("If-None-Match %s: %d, want an empty 304", sent, r.StatusCode)
		}
	}
	if r := ask(t, "GET", "/pos", "If-None-Match", `"other"`); r.StatusCode != 200 {
		t.Errorf("another tag: %d, want 200", r.StatusCode)
	}
	if other := ask(t, "GET", "/web/js/pos.js").Header.Get("ETag"); other == etag || other == "" {
		t.Errorf("two files share the tag %s", etag)
	}
	head := ask(t, "HEAD", "/pos")
	if head.Header.Get("ETag") != etag || head.Header.Get("Content-Length") != first.Header.Get("Content-Length") || len(body(t, head)) != 0 {
		t.Error("HEAD does not answer as GET does, without the body")
	}
}

// TestVendoredLit keeps the bundle what vendor.sh made: a hand edit, or a
// half-finished update, does not pass.
func TestVendoredLit(t *testing.T) {
	bundle, err := os.ReadFile("static/vendor/lit.js")
	if err != nil {
		t.Fatal(err)
	}
	note, err := os.ReadFile("static/vendor/lit.txt")
	if err != nil {
		t.Fatal(err)
	}
	stated := regexp.MustCompile(`(?m)^SHA-256: ([0-9a-f]{64})$`).FindSubmatch(note)
	if stated == nil {
		t.Fatal("lit.txt states no SHA-256: run make vendor-web")
	}
	sum := sha256.Sum256(bundle)
	if got := hex.EncodeToString(sum[:]); got != string(stated[1]) {
		t.Errorf("lit.js has SHA-256 %s, but lit.txt states %s: run make vendor-web", got, stated[1])
	}
	for _, want := range []string{"lit 3.3.3", "esbuild v0.28.2", "BSD 3-Clause License", "Redistributions in binary form"} {
		if !strings.Contains(string(note), want) {
			t.Errorf("lit.txt lacks %q", want)
		}
	}
}
