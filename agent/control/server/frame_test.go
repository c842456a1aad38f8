package server_test

import (
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
)

// A camera sends picture after picture: one without a code is no refusal, and
// the first with one pays. A sale that does not stand is looked at by nobody.
func TestFrames(t *testing.T) {
	s := start(t)
	sale := s.prepare(t, "k1", 1280)
	frame := strings.Replace(control.PathSaleFrame, "{id}", sale.ID, 1)
	want(t, s.ask(t, "POST", frame, pictureHead, bearer("till"), content("image/jpeg")), 204)
	want(t, s.ask(t, "POST", frame, "no picture", bearer("till"), content("image/jpeg")), 409)
	want(t, s.ask(t, "POST", frame, "{}", bearer("till"), content("application/json")), 409)
	want(t, s.ask(t, "POST", frame, pictureHead+goodCode, bearer("screen"), content("image/jpeg")), 403)
	want(t, s.ask(t, "POST", strings.Replace(frame, sale.ID, "another", 1), pictureHead+goodCode, bearer("till"), content("image/jpeg")), 404)
	got := s.ask(t, "POST", frame, pictureHead+goodCode, bearer("till"), content("image/jpeg"))
	want(t, got, 200)
	if paid := decode[control.Sale](t, got); paid.State != "approved" || paid.ID != sale.ID {
		t.Errorf("%+v", paid)
	}
	want(t, s.ask(t, "POST", frame, pictureHead+goodCode, bearer("till"), content("image/jpeg")), 409) // it is paid
}
