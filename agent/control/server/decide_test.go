package server_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"testing"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
)

// A program that decides is booked as one, under its own name: no manager has
// to answer for it, also when the two are called the same.
func TestAProgramThatDecidesIsNoManager(t *testing.T) {
	s := start(t, token("taro", control.ScopeResolve))
	taro := s.signIn(t, "taro", managerPIN)
	for n, c := range []struct {
		who  []header
		by   string
		name string
	}{
		{taro.both(), "manager", "taro"},
		{[]header{bearer("taro")}, "api", "taro"},
		{[]header{bearer("judge")}, "api", "judge"},
	} {
		got := s.resolve(t, s.doubt(t, n), "shown_paid", "", c.who...)
		want(t, got, http.StatusAccepted)
		steps := got.charge(t).Steps
		if last := steps[len(steps)-1]; last.Event != "queue" || last.By != c.by || last.Operator != c.name {
			t.Errorf("booked as %s %s by %s, want %s %s", last.Event, last.Operator, last.By, c.by, c.name)
		}
		again := s.resolve(t, got.charge(t).Key, "shown_paid", "", c.who...)
		want(t, again, http.StatusAccepted)
		if n := len(again.charge(t).Steps); n != len(steps) {
			t.Errorf("said again it made %d steps", n-len(steps))
		}
	}
}

// token lets one more program in.
func token(name string, scopes ...control.Scope) func(*server.Options) {
	return func(o *server.Options) {
		sum := sha256.Sum256([]byte("token of " + name))
		o.Tokens = append(o.Tokens, server.Token{Name: name, SHA256: hex.EncodeToString(sum[:]), Scopes: scopes})
	}
}
