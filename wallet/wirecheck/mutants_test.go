package wirecheck_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/posagent/posagent/wallet/wirecheck"
)

// call is one call on its way through a mutant: what came, and what is sent on.
type call struct {
	t      *testing.T
	s      *stage
	method string
	path   string // with its query
	header http.Header
	body   []byte
	as     string // the register's name

	chunked bool // it came, and is sent on, without its length
}

// back is what the reference wallet answered.
type back struct {
	status int
	header http.Header
	body   []byte
}

func (b back) fields() map[string]any {
	var out map[string]any
	json.Unmarshal(b.body, &out)
	return out
}

// set changes fields of a JSON body.
func set(body []byte, fields map[string]any) []byte {
	var all map[string]any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if d.Decode(&all) != nil {
		return body
	}
	for name, value := range fields {
		if value == nil {
			delete(all, name)
		} else {
			all[name] = value
		}
	}
	out, err := json.Marshal(all)
	if err != nil {
		return body
	}
	return out
}

func (b back) with(status int, fields map[string]any) back {
	return back{status, b.header, set(b.body, fields)}
}

// asRegister calls the reference wallet with a certificate of the stage.
func (c call) asRegister(own tls.Certificate, method, path string, body []byte) back {
	client := c.s.warm
	if own.Leaf.Subject.CommonName == "S0001-T02" {
		client = c.s.warmOther
	}
	req, err := http.NewRequest(method, c.s.URL()+path, bytes.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return back{status: http.StatusBadGateway}
	}
	if c.chunked {
		req.ContentLength = -1
	}
	for _, name := range []string{"Content-Type", "If-None-Match"} {
		if v := c.header.Get(name); v != "" {
			req.Header.Set(name, v)
		}
	}
	resp, err := client.Do(req)
	if err != nil {
		return back{status: http.StatusBadGateway}
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return back{status: http.StatusBadGateway}
	}
	return back{resp.StatusCode, resp.Header, data}
}

// on asks the reference wallet.
func (c call) on() back {
	own := c.s.own
	if c.as == "S0001-T02" {
		own = c.s.other
	}
	return c.asRegister(own, c.method, c.path, c.body)
}

// mutant is a wallet that breaks one rule: the reference wallet behind a
// wrapper.
type mutant struct {
	caught string // by this check
	answer func(call) back
	tls    func(*tls.Config)
}

func (m mutant) start(t *testing.T, s *stage) string {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		c := call{t: t, s: s, method: r.Method, path: r.URL.RequestURI(), header: r.Header, body: body, chunked: len(r.TransferEncoding) > 0}
		if len(r.TLS.PeerCertificates) > 0 {
			c.as = r.TLS.PeerCertificates[0].Subject.CommonName
		}
		b := call.on
		if m.answer != nil {
			b = m.answer
		}
		out := b(c)
		for _, name := range []string{"Content-Type", "ETag", "Connection"} {
			if v := out.header.Get(name); v != "" {
				w.Header().Set(name, v)
			}
		}
		w.WriteHeader(out.status)
		w.Write(out.body)
	}))
	srv.TLS = &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{s.server}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: s.authority.Pool()}
	if m.tls != nil {
		m.tls(srv.TLS)
	}
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv.URL
}

// A wallet that breaks a rule is caught by the check of that rule.
func TestMutantsAreCaught(t *testing.T) {
	t.Parallel()
	for name, m := range mutants() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			o := s.options(m.start(t, s))
			o.Only = []string{m.caught}
			report, err := wirecheck.Run(t.Context(), o)
			check(t, err)
			if got := report.Results[0]; got.Outcome != wirecheck.Broken {
				t.Errorf("%s came to %s, want broken%s", m.caught, got.Outcome, tell(got))
			}
		})
	}
}

// The wrapper by itself breaks nothing, but that it reads bodies to the end.
func TestTheWrapperAloneIsNoMutant(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	report, err := wirecheck.Run(t.Context(), s.options(mutant{}.start(t, s)))
	check(t, err)
	for _, r := range report.Results {
		if r.Outcome != wirecheck.Kept && r.Check != "big-bodies" {
			t.Errorf("%s: %s%s", r.Check, r.Outcome, tell(r))
		}
	}
}
