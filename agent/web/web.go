// Package web is the pages that people at the register use, and the handler
// that serves them. The pages are static files inside the binary; whatever
// they show or do goes through the local API, with no more rights than the
// person who signed in. The package knows no sale and no charge.
//
// Invariant: no byte that is served depends on a request, and no page can run
// a script, load a picture or open a connection that did not come from the
// agent itself.
package web

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed static
var static embed.FS

// Policy is the Content-Security-Policy of every answer. Lit is the only one
// that may turn text into markup, and only from literal templates.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; " +
	"img-src 'self' data: blob:; font-src 'self'; media-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types lit-html"

// types are the kinds of files that are served; a file of another kind is a
// mistake that Handler refuses, so that nothing slips out by its name.
var types = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".json": "application/json",
	".svg":  "image/svg+xml",
	".txt":  "text/plain; charset=utf-8",
}

// pages are the addresses that people type, and the files behind them.
var pages = map[string]string{
	"/pos":     "pos.html",
	"/manager": "manager.html",
	"/display": "display.html",
}

// file is one embedded file, ready to be served.
type file struct {
	body []byte
	mime string
	etag string // strong: the content's own hash
}

// Handler serves the pages (/pos, /manager, /display) and their files (/web/...), to GET and HEAD
// only. Files keep their names when they change, so a browser may store them
// but asks each time; an unchanged one costs an empty 304.
func Handler() http.Handler {
	files, err := load(static)
	if err != nil {
		panic("web: " + err.Error()) // the binary was built wrong; the tests rule it out
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		guard(w.Header())
		f, ok := files[r.URL.Path]
		switch {
		case !ok:
			http.Error(w, "no such page", http.StatusNotFound)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "pages are only read: use GET", http.StatusMethodNotAllowed)
		default:
			f.serve(w, r)
		}
	})
}

// load reads all files and gives each the address under which it is served.
func load(from fs.FS) (map[string]file, error) {
	files := map[string]file{}
	err := fs.WalkDir(from, "static", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		mime, ok := types[path.Ext(name)]
		if !ok {
			return fmt.Errorf("%s: files of this kind are not served; add its type to web.go", name)
		}
		body, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		etag := `"` + base64.RawURLEncoding.EncodeToString(sum[:18]) + `"`
		files["/web/"+strings.TrimPrefix(name, "static/")] = file{body, mime, etag}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for address, name := range pages {
		f, ok := files["/web/"+name]
		if !ok {
			return nil, fmt.Errorf("the page %s needs static/%s", address, name)
		}
		files[address] = f
	}
	return files, nil
}

// guard sets the headers that every answer carries, errors included.
func guard(h http.Header) {
	h.Set("Content-Security-Policy", Policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY") // for browsers that do not know frame-ancestors
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=()")
	h.Set("Cache-Control", "no-cache")
}

func (f file) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("ETag", f.etag)
	if known(r.Header.Values("If-None-Match"), f.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", f.mime)
	w.Header().Set("Content-Length", fmt.Sprint(len(f.body)))
	if r.Method == http.MethodHead {
		return
	}
	// The only error is a browser that went away; there is nobody left to tell.
	_, _ = w.Write(f.body)
}

// known tells whether the browser has this very content already. If-None-Match
// compares weakly (RFC 9110 13.1.2), so a proxy's W/ in front is ignored.
func known(lists []string, etag string) bool {
	for _, list := range lists {
		for tag := range strings.SplitSeq(list, ",") {
			tag = strings.TrimSpace(tag)
			if tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
				return true
			}
		}
	}
	return false
}
