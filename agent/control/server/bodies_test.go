package server_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
)

// What is no sale is refused with the place of the fault, before anything is
// prepared.
func TestBadBodies(t *testing.T) {
	s := start(t)
	good := `{"amount": 100, "currency": "JPY"}`
	for _, c := range []struct {
		name, body string
		status     int
		location   string
	}{
		{"nothing", "", 400, "body"},
		{"half", `{"amount": 1`, 400, "body"},
		{"no object", `[]`, 422, "body"},
		{"null", `null`, 422, "body"},
		{"two bodies", good + good, 400, "body"},
		{"a comma too many", `{"amount": 100, "currency": "JPY",}`, 400, "body"},
		{"the same key twice", `{"amount": 100, "currency": "JPY", "amount": 1}`, 400, "body.amount"},
		{"the same key twice, one escaped", `{"amount": 100, "currency": "JPY", "\u0061mount": 1}`, 400, "body.amount"},
		{"the same key twice, deep", `{"amount": 100, "currency": "JPY", "lines": [{"name": "a", "name": "b", "quantity": 1, "amount": 100, "rate": "standard"}]}`, 400, "body.lines[0].name"},
		{"another spelling of a key", `{"Amount": 100, "amount": 100, "currency": "JPY"}`, 400, "body.Amount"},
		{"NaN", `{"amount": NaN, "currency": "JPY"}`, 400, "body.amount"},
		{"infinity", `{"amount": 1e999, "currency": "JPY"}`, 400, "body.amount"},
		{"a decimal", `{"amount": 100.5, "currency": "JPY"}`, 400, "body.amount"},
		{"a whole decimal", `{"amount": 100.0, "currency": "JPY"}`, 400, "body.amount"},
		{"an exponent", `{"amount": 1e2, "currency": "JPY"}`, 400, "body.amount"},
		{"beyond 64 bits", `{"amount": 9223372036854775808, "currency": "JPY"}`, 400, "body.amount"},
		{"beyond 64 bits, below", `{"amount": -9223372036854775809, "currency": "JPY"}`, 400, "body.amount"},
		{"huge", `{"amount": 9223372036854775807, "currency": "JPY"}`, 422, "body.amount"},
		{"over the limit", `{"amount": 1000000001, "currency": "JPY"}`, 422, "body.amount"},
		{"negative", `{"amount": -100, "currency": "JPY"}`, 422, "body.amount"},
		{"minus nothing", `{"amount": -0, "currency": "JPY"}`, 422, "body.amount"},
		{"nothing owed", `{"amount": 0, "currency": "JPY"}`, 422, "body.amount"},
		{"no amount", `{"currency": "JPY"}`, 422, "body"},
		{"amount as text", `{"amount": "100", "currency": "JPY"}`, 422, "body.amount"},
		{"amount null", `{"amount": null, "currency": "JPY"}`, 422, "body.amount"},
		{"no such money", `{"amount": 100, "currency": "XXX"}`, 422, "body"},
		{"small letters", `{"amount": 100, "currency": "jpy"}`, 422, "body"},
		{"an unknown field", `{"amount": 100, "currency": "JPY", "tip": 5}`, 422, "body.tip"},
		{"a line too much", `{"amount": 100, "currency": "JPY", "lines": [{"name": "a", "quantity": 1, "amount": 101, "rate": "standard"}]}`, 422, "body"},
		{"a line of nothing", `{"amount": 100, "currency": "JPY", "lines": [null]}`, 422, "body.lines[0]"},
		{"quantity beyond reason", `{"amount": 100, "currency": "JPY", "lines": [{"name": "a", "quantity": 9223372036854775807, "amount": 100, "rate": "standard"}]}`, 422, "body.lines[0].quantity"},
		{"an unknown rate", `{"amount": 100, "currency": "JPY", "lines": [{"name": "a", "quantity": 1, "amount": 100, "rate": "vip"}]}`, 422, "body.lines[0].rate"},
		{"printer commands in a name", `{"amount": 100, "currency": "JPY", "lines": [{"name": "\u001b@", "quantity": 1, "amount": 100, "rate": "standard"}]}`, 422, "body"},
		{"NUL in a reference", `{"amount": 100, "currency": "JPY", "reference": "a\u0000b"}`, 422, "body"},
		{"a long reference", `{"amount": 100, "currency": "JPY", "reference": "` + strings.Repeat("9", 65) + `"}`, 422, "body.reference"},
		{"no UTF-8", "{\"amount\": 100, \"currency\": \"JPY\", \"reference\": \"\xff\"}", 400, "body"},
		{"half a surrogate", `{"amount": 100, "currency": "JPY", "reference": "\ud800"}`, 400, "body.reference"},
		{"a mark in front", "\ufeff" + good, 400, "body"},
		{"a deep hole", `{"lines": ` + strings.Repeat("[", 20_000), 400, "body"},
		{"a deep hole of objects", strings.Repeat(`{"lines":`, 7_000), 400, "body"},
		{"many numbers", `{"lines": [` + strings.Repeat("1,", 30_000) + `1]}`, 422, "body"},
		{"packed", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x00", 400, "body"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := s.ask(t, "POST", control.PathSales, c.body, bearer("till"), wish(c.name))
			want(t, got, c.status)
			p := got.problem(t)
			if len(p.Errors) == 0 || !strings.HasPrefix(p.Errors[0].Location, c.location) {
				t.Errorf("located at %+v, want %s", p.Errors, c.location)
			}
			if len(p.Errors) > 10 {
				t.Errorf("%d faults are told, %d bytes of them", len(p.Errors), len(got.body))
			}
			for _, e := range p.Errors {
				if e.Message == "" || strings.Contains(e.Message, "Go ") || strings.Contains(e.Message, "json:") {
					t.Errorf("message %q is for us, not for who writes POS software", e.Message)
				}
			}
		})
	}
	if page := decode[control.Charges](t, s.ask(t, "GET", control.PathCharges, nil, bearer("till"))); len(page.Charges) > 0 {
		t.Errorf("%d charges were prepared", len(page.Charges))
	}
	want(t, s.ask(t, "POST", control.PathSales, good, bearer("till"), wish("good")), 200)
}

// The code route reads its body by itself; it is as strict.
func TestBadCodes(t *testing.T) {
	s := start(t)
	id := s.prepare(t, "one", 100).ID
	for _, c := range []struct {
		name, kind, body string
		status           int
	}{
		{"nothing", "application/json", "", 400},
		{"no object", "application/json", `"90008181881234567890"`, 422},
		{"a number", "application/json", `{"text": 9000818188}`, 422},
		{"no text", "application/json", `{"aim": "]Q1"}`, 422},
		{"another spelling", "application/json", `{"TEXT": "90008181881234567890"}`, 400},
		{"an unknown field", "application/json", `{"text": "90008181881234567890", "amount": "1"}`, 422},
		{"a long AIM", "application/json", `{"text": "90008181881234567890", "aim": "]Q1]"}`, 422},
		{"twice", "application/json", `{"text": "90008181881234567890", "text": "90008181881234567891"}`, 400},
		{"a form", "application/x-www-form-urlencoded", `text=90008181881234567890`, 415},
		{"plain text", "text/plain", `{"text": "90008181881234567890"}`, 415},
		{"another charset", "application/json; charset=shift_jis", `{"text": "90008181881234567890"}`, 415},
		{"no type at all", "application", `{}`, 415},
		{"too long for a code", "application/json", `{"text": "` + strings.Repeat("9", 1025) + `"}`, 409},
		{"empty", "application/json", `{"text": ""}`, 409},
		{"a web address", "application/json", `{"text": "https://evil.example/"}`, 409},
		{"NUL", "application/json", `{"text": "9000\u00008181"}`, 409},
		{"no picture", "image/png", `GIF`, 409},
		{"a picture without a code", "image/png", pictureHead, 409},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := s.ask(t, "POST", "/v1/sales/"+id+"/code", c.body, bearer("till"), wish(c.name), content(c.kind))
			want(t, got, c.status)
			if p := got.problem(t); c.status == 409 && (p.Text == "" || p.TextE == "") {
				t.Errorf("a refusal without a sentence: %+v", p)
			}
		})
	}
	if s.wallet.asked() != 0 {
		t.Error("something was sent")
	}
}

// What a code or a picture is called does not depend on how the type is spelt.
func TestContentTypes(t *testing.T) {
	for kind, body := range map[string]string{
		"application/json":                `{"text": "CODE"}`,
		"APPLICATION/JSON":                `{"text": "CODE"}`,
		"application/json; charset=utf-8": `{"text": "CODE", "aim": "]Q1"}`,
		"application/json;charset=UTF-8":  `{"text": "CODE"}`,
		"image/png":                       pictureHead + "CODE",
		"IMAGE/PNG":                       pictureHead + "CODE",
		"image/jpeg; name=x":              pictureHead + "CODE",
	} {
		t.Run(kind, func(t *testing.T) {
			s := start(t)
			id := s.prepare(t, "one", 100).ID
			got := s.ask(t, "POST", "/v1/sales/"+id+"/code", strings.ReplaceAll(body, "CODE", goodCode), bearer("till"), wish("w"), content(kind))
			want(t, got, 200)
			if sale := got.sale(t); sale.State != "approved" || sale.Goods != "hand_over" {
				t.Errorf("%+v", sale)
			}
		})
	}
}

// A camera's picture is taken whatever curl calls it.
func TestCamera(t *testing.T) {
	s := start(t)
	want(t, s.ask(t, "POST", control.PathCamera, pictureHead+goodCode, bearer("till"), content("image/png")), 409) // no sale yet
	s.prepare(t, "one", 100)
	got := s.ask(t, "POST", control.PathCamera, pictureHead+goodCode, bearer("till"), content("application/x-www-form-urlencoded"))
	want(t, got, 200)
	if sale := got.sale(t); sale.State != "approved" {
		t.Errorf("%+v", sale)
	}
}

// Sizes are exact, and the same with and without a declared length.
func TestSizes(t *testing.T) {
	const kB64, MB4 = 64 << 10, 4 << 20
	s := start(t)
	id := s.prepare(t, "one", 100).ID
	filled := func(size int) string {
		return `{"amount": 100, "currency": "JPY"}` + strings.Repeat(" ", size-len(`{"amount": 100, "currency": "JPY"}`))
	}
	picture := func(size int) string { return "no picture" + strings.Repeat(".", size-len("no picture")) }
	code := "/v1/sales/" + id + "/code"
	for _, c := range []struct {
		path, kind, body string
		status           int
	}{
		{control.PathSales, "application/json", filled(kB64), 200},
		{control.PathSales, "application/json", filled(kB64 + 1), 413},
		{code, "application/json", filled(kB64 + 1), 413},
		{code, "application/json", filled(MB4), 413},
		{code, "image/png", picture(MB4), 409},
		{code, "image/png", picture(MB4 + 1), 413},
		{control.PathCamera, "image/png", picture(MB4), 409},
		{control.PathCamera, "image/png", picture(MB4 + 1), 413},
		{control.PathSession, "application/json", filled(1025), 413},
		{"/v1/sales/" + id + "/cancel", "application/json", filled(kB64 + 1), 413}, // takes no body at all
		{control.PathSales, "application/json", picture(100 << 20), 413},
	} {
		for _, chunked := range []bool{false, true} {
			var body any = c.body
			if chunked {
				body = struct{ io.Reader }{strings.NewReader(c.body)}
			}
			got, err := s.try(t, c.path, body, bearer("till"), wish(fmt.Sprint(len(c.body), chunked)), content(c.kind))
			if err != nil {
				if len(c.body) > MB4 { // the server hung up while the body was still coming: as good as 413
					continue
				}
				t.Errorf("%s with %d bytes, chunked %v: %v", c.path, len(c.body), chunked, err)
				continue
			}
			if got.status != c.status {
				t.Errorf("%s with %d bytes, chunked %v: status %d, want %d: %.200s", c.path, len(c.body), chunked, got.status, c.status, got.body)
			}
		}
	}
}

// raw sends bytes as they are and returns the status of the answer.
func (s *shop) raw(t *testing.T, text string) (*http.Response, error) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	_, err = conn.Write([]byte(strings.ReplaceAll(text, "\n", "\r\n")))
	must(t, err)
	return http.ReadResponse(bufio.NewReader(conn), nil)
}

// What does not even follow HTTP is the sender's fault.
func TestBadHTTP(t *testing.T) {
	s := start(t)
	head := "POST /v1/sales HTTP/1.1\nHost: localhost\nAuthorization: Bearer token of till\nIdempotency-Key: raw\n"
	for name, text := range map[string]string{
		"broken chunks":       head + "Transfer-Encoding: chunked\n\nxyz\n",
		"half a chunk":        head + "Transfer-Encoding: chunked\n\n5\nab\n0\n\n",
		"two lengths":         head + "Content-Length: 3\nContent-Length: 4\n\nabc",
		"length below zero":   head + "Content-Length: -1\n\n",
		"two hosts":           head + "Host: evil.example\n\n",
		"a large head":        head + "X: " + strings.Repeat("x", 64<<10) + "\n\n",
		"length and chunks":   head + "Content-Length: 4\nTransfer-Encoding: chunked\n\n0\n\n",
		"an unknown encoding": head + "Transfer-Encoding: gzip\n\n",
		"a control in a key":  strings.Replace(head, "raw", "r\x01w", 1) + "\n",
		"a space in a name":   head + "Content-Length : 4\n\nabcd",
	} {
		t.Run(name, func(t *testing.T) {
			resp, err := s.raw(t, text)
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode < 400 || resp.StatusCode > 499 && resp.StatusCode != http.StatusNotImplemented {
				t.Errorf("status %d", resp.StatusCode)
			}
		})
	}
}

// Nobody holds a connection by sending slowly: the times are set on the
// listener and on every body, whatever the request came to.
func TestTimes(t *testing.T) {
	var web http.Server
	server.Limits(&web)
	if web.ReadHeaderTimeout != 5*time.Second || web.IdleTimeout <= 0 || web.WriteTimeout < time.Minute || web.MaxHeaderBytes != 16<<10 {
		t.Errorf("%v %v %v %v", web.ReadHeaderTimeout, web.IdleTimeout, web.WriteTimeout, web.MaxHeaderBytes)
	}
	if web.ReadTimeout != 0 {
		t.Error("a read timeout would cut off whoever waits a minute for a sale")
	}
	s := open(t, newStore())
	for path, limit := range map[string]time.Duration{
		control.PathSales: 5 * time.Second, "/v1/sales/x/cancel": 5 * time.Second, "/v1/nothing": 5 * time.Second,
		control.PathCamera: 15 * time.Second, "/v1/sales/x/code": 15 * time.Second,
	} {
		for _, who := range []string{"till", "nobody"} {
			w := newPaper()
			r := by(who, "POST", path, io.LimitReader(zeros{}, 10))
			before := time.Now()
			s.server.Handler().ServeHTTP(w, r)
			if d := w.readBy.Sub(before); d < limit-time.Second || d > limit+time.Minute {
				t.Errorf("%s by %s: the body may take %v, want about %v", path, who, d, limit)
			}
		}
	}
}

// A body that does not come in time is the sender's fault, and once a body
// has come, its deadline is gone: it would end a wait of a minute.
func TestSlowBody(t *testing.T) {
	s := open(t, newStore())
	ask := func(body io.Reader) *paper {
		w := newPaper()
		r := by("till", "POST", control.PathSales, body)
		r.Header.Set("Idempotency-Key", "slow")
		s.server.Handler().ServeHTTP(w, r)
		return w
	}
	if w := ask(io.MultiReader(strings.NewReader(`{"amount"`), tooLate{})); w.status != http.StatusRequestTimeout {
		t.Errorf("status %d, want 408: %s", w.status, w.body.String())
	}
	if w := ask(strings.NewReader(`{"amount": 1, "currency": "JPY"}`)); w.status != http.StatusOK || !w.lifted {
		t.Errorf("status %d, deadline lifted: %v", w.status, w.lifted)
	}
}
