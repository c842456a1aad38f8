package server_test

import (
	"context"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
)

// listeners is one program that is told.
type listeners struct{ enabled int }

func (l *listeners) List() control.Webhooks {
	return control.Webhooks{Webhooks: []control.Webhook{{Name: "books", State: "ok", Events: []string{}}}}
}

func (l *listeners) Test(_ context.Context, name string) (control.WebhookTest, bool) {
	return control.WebhookTest{OK: true, Status: 204}, name == "books"
}

func (l *listeners) Enable(name string) (bool, error) { l.enabled++; return name == "books", nil }

func TestWebhooksAreListedTestedAndEnabled(t *testing.T) {
	told := &listeners{}
	s := start(t, func(o *server.Options) { o.Webhooks = told })
	want(t, s.ask(t, "GET", control.PathWebhooks, nil, bearer("reader")), 200)
	want(t, s.ask(t, "POST", "/v1/webhooks/books/test", nil, bearer("owner")), 200)
	want(t, s.ask(t, "POST", "/v1/webhooks/books/enable", nil, bearer("owner")), 200)
	want(t, s.ask(t, "POST", "/v1/webhooks/none/test", nil, bearer("owner")), 404)
	want(t, s.ask(t, "POST", "/v1/webhooks/books/enable", nil, bearer("till")), 403)
	if told.enabled != 1 {
		t.Errorf("it was enabled %d times", told.enabled)
	}
	links, err := s.books.Journal(0, 10)
	must(t, err)
	if len(links) == 0 || !strings.Contains(links[len(links)-1].Note, "enabled webhook books") {
		t.Errorf("the journal says %+v", links)
	}
}
