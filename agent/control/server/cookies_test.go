package server_test

import (
	"testing"

	"github.com/posagent/posagent/agent/control"
)

// Another server on this machine can set a cookie of our name, as cookies
// ignore ports. It must not shut the operator out.
func TestForeignCookieOfOurName(t *testing.T) {
	s := start(t)
	who := s.signIn(t, "hanako", cashierPIN)
	for _, cookies := range []string{
		"posagent_session=planted; posagent_session=" + who.cookie,
		"posagent_session=; posagent_session=" + who.cookie + "; posagent_session=planted",
	} {
		want(t, s.ask(t, "GET", control.PathSession, nil, header{"Cookie", cookies}, who.both()[1]), 200)
		want(t, s.ask(t, "GET", control.PathSession, nil, header{"Cookie", cookies}), 401)
	}
	other := s.signIn(t, "taro", managerPIN)
	mixed := header{"Cookie", "posagent_session=" + other.cookie + "; posagent_session=" + who.cookie}
	if now := decode[control.Session](t, s.ask(t, "GET", control.PathSession, nil, mixed, who.both()[1])); now.Operator != "hanako" {
		t.Errorf("the secret of hanako opened the session of %s", now.Operator)
	}
}
