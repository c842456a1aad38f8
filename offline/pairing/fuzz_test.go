package pairing_test

import (
	"crypto/tls"
	"io"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/posagent/posagent/offline/pairing"
)

// A list that a disk has spoilt is refused, or is a list with which the register
// goes on and which it finds again; and it lets nobody in who has no
// certificate in it.
func FuzzList(f *testing.F) {
	f.Add([]byte(`[]`))
	f.Add([]byte(`null`))
	f.Add([]byte(`[{"name":"pos2","scopes":["prepare"],"fingerprint":"00","created":"2026-11-22T09:00:00Z","expires":"2027-11-22T09:00:00Z","by":"taro"}]`))
	f.Add([]byte(`[{"name":"pos2","scopes":null,"fingerprint":"","expires":"9999-12-31T23:59:59Z","revoked":null}]`))
	kept, c := f.TempDir(), &clock{}
	first, err := pairing.Open(kept, "S0001-T01", c.now)
	if err != nil {
		f.Fatal(err)
	}
	if _, _, err := first.New("pos1", []string{"read"}, year, "taro"); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, list []byte) {
		dir := t.TempDir()
		for _, name := range []string{"ca.crt", "ca.key"} {
			data, err := os.ReadFile(filepath.Join(kept, name))
			must(t, err)
			must(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
		}
		must(t, os.WriteFile(filepath.Join(dir, "pairings.json"), list, 0o600))
		p, err := pairing.Open(dir, "S0001-T01", c.now)
		if err != nil {
			return
		}
		before := len(p.List())
		made, _, err := p.New("till9", []string{"read"}, year, "taro")
		if err != nil {
			return // taken, or too many
		}
		if _, err := p.Revoke("till9"); err != nil {
			t.Errorf("what was just paired is not revoked: %v", err)
		}
		again, err := pairing.Open(dir, "S0001-T01", c.now)
		must(t, err)
		now := again.List()
		if last := now[len(now)-1]; len(now) < min(before+1, 1000) || last.Fingerprint != made.Fingerprint || last.Revoked.IsZero() {
			t.Errorf("%d were listed, then %d, the last %+v", before, len(now), last)
		}
		for i, one := range p.List() {
			if one.Name != now[i].Name || one.Fingerprint != now[i].Fingerprint || !reflect.DeepEqual(one.Scopes, now[i].Scopes) || one.Stands(c.now()) != now[i].Stands(c.now()) {
				t.Errorf("%+v is read back as %+v", one, now[i])
			}
		}
	})
}

// Bytes that are no handshake of somebody who is paired open nothing.
func FuzzDoor(f *testing.F) {
	f.Add([]byte("GET /v1/charges HTTP/1.1\r\nHost: till\r\n\r\n"))
	f.Add([]byte{22, 3, 1, 0, 5, 1, 0, 0, 1, 0})
	c := &clock{}
	p, err := pairing.Open(f.TempDir(), "S0001-T01", c.now)
	if err != nil {
		f.Fatal(err)
	}
	if _, _, err := p.New("pos1", []string{"read"}, year, "taro"); err != nil {
		f.Fatal(err)
	}
	door := p.Door([]string{"127.0.0.1"})
	f.Fuzz(func(t *testing.T, hello []byte) {
		ours, theirs := net.Pipe()
		go func() {
			go func() { _, _ = io.Copy(io.Discard, theirs) }()
			_, _ = theirs.Write(hello)
			_ = theirs.Close()
		}()
		defer ours.Close()
		if err := tls.Server(ours, door).HandshakeContext(t.Context()); err == nil {
			t.Fatalf("%x opens the door", hello)
		}
	})
}
