package main

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posagent/posagent/wallet/reference/identity"
	"github.com/posagent/posagent/wallet/wire"
)

// The daemon opens its door of phones, and a letter lies in the outbox; with
// sign-up stopped nobody is taken in.
func TestPhonesAreAnswered(t *testing.T) {
	p := newPlace(t)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	listen := free.Addr().String()
	check(t, free.Close())
	text, err := os.ReadFile(p.config)
	check(t, err)
	check(t, os.WriteFile(p.config, append(text, "\n[phone]\nlisten = \""+listen+"\"\norigin = \"http://localhost:7072\"\n"...), 0o600))
	p.start(t, nil)
	signUp := func() int {
		t.Helper()
		resp, err := http.Post("http://"+listen+"/phone/v1/signup", "application/json", strings.NewReader(`{"contact": "hanako@example.jp"}`))
		check(t, err)
		resp.Body.Close()
		return resp.StatusCode
	}
	if status := signUp(); status != http.StatusAccepted {
		t.Fatal(status)
	}
	files, err := filepath.Glob(p.dir + "/outbox/*.json")
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	data, err := os.ReadFile(files[0])
	check(t, err)
	var l identity.Letter
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&l); err != nil || l.To != "hanako@example.jp" || len(l.Tell["code"]) != 8 {
		t.Errorf("%s, %v", data, err)
	}
	p.try(t, "PUT", wire.PathTryBulletin, wire.BulletinOrder{Function: wire.FunctionSignUp, On: true}, &wire.BulletinState{})
	if status := signUp(); status != http.StatusServiceUnavailable {
		t.Errorf("with sign-up stopped: %d", status)
	}
}
