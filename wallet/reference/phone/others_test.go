package phone_test

import (
	"testing"

	"github.com/pquerna/otp/totp"

	"github.com/posagent/posagent/wallet/reference/oidc/oidctest"
)

// goes is a way to the other service and back, as somebody there.
func (h *handset) goes(issuer *oidctest.Issuer, path, subject string) map[string]any {
	h.t.Helper()
	begun := h.does("POST", path+"/begin", map[string]string{"other": "mihon"})
	state, code := issuer.SignIn(begun["url"].(string), subject)
	return map[string]any{"rite": begun["rite"], "state": state, "code": code}
}

// Who somebody is at another service is linked by a second factor, opens a
// session that pays nothing, and is one member's.
func TestSignInByAnother(t *testing.T) {
	d := newDoor(t)
	h := d.joins("hanako@example.jp")
	stranger := &handset{door: d}
	stranger.refused("wrong", "POST", "/signin/other/finish", stranger.goes(d.issuer, "/signin/other", "hanako-there"))
	h.does("POST", "/links/finish", h.goes(d.issuer, "/links", "hanako-there"))
	if d.last().Kind != "linked" || len(h.does("GET", "/links", nil)["links"].([]any)) != 1 {
		t.Errorf("%+v", d.last())
	}

	in := &handset{door: d}
	back := in.goes(d.issuer, "/signin/other", "hanako-there")
	in.does("POST", "/signin/other/finish", back)
	again := &handset{door: d}
	again.refused("session", "POST", "/signin/other/finish", back)
	if me := in.does("GET", "/me", nil); me["contact"] != "hanako@example.jp" {
		t.Errorf("%v", me)
	}
	in.refused("prove", "POST", "/links/begin", map[string]string{"other": "mihon"})
	in.refused("prove", "DELETE", "/phones/"+h.id, nil)
	code, err := totp.GenerateCode(h.totp, d.clock().Add(30e9))
	check(t, err)
	in.does("POST", "/prove", map[string]string{"password": "a quiet red bicycle", "code": code})
	in.does("POST", "/links/begin", map[string]string{"other": "mihon"})
	in.refused("invalid", "POST", "/links/begin", map[string]string{"other": "nobody"})

	// A link is neither of somebody else, nor made for somebody else.
	taro := d.joins("taro@example.jp")
	taro.refused("wrong", "POST", "/links/finish", taro.goes(d.issuer, "/links", "hanako-there"))
	hers := h.goes(d.issuer, "/links", "thief-there")
	taro.refused("session", "POST", "/links/finish", hers)
	stranger.refused("session", "POST", "/signin/other/finish", h.goes(d.issuer, "/links", "hanako-there"))

	// Who is somebody else there now is not who it was.
	h.does("POST", "/links/finish", h.goes(d.issuer, "/links", "hanako-moved"))
	stranger.refused("wrong", "POST", "/signin/other/finish", stranger.goes(d.issuer, "/signin/other", "hanako-there"))
	back = stranger.goes(d.issuer, "/signin/other", "hanako-moved")
	(&handset{door: d}).does("POST", "/signin/other/finish", back)

	h.does("DELETE", "/links/mihon", nil)
	stranger.refused("wrong", "POST", "/signin/other/finish", stranger.goes(d.issuer, "/signin/other", "hanako-moved"))
}
