package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent/control"
)

// Webhooks are the programs that are told what happens.
type Webhooks interface {
	List() control.Webhooks
	// Test sends a test message; known is false when there is no such one.
	Test(ctx context.Context, name string) (out control.WebhookTest, known bool)
	Enable(name string) (known bool, err error)
}

type webhookName struct {
	Name string `path:"name" maxLength:"32"`
}

func (s *Server) webhooks(api huma.API) {
	if s.Webhooks == nil {
		return
	}
	huma.Register(api, operation(http.MethodGet, control.PathWebhooks, "webhooks", "Programs that are told what happens, and how they stand", control.ScopeRead),
		func(context.Context, *struct{}) (*struct{ Body control.Webhooks }, error) {
			return &struct{ Body control.Webhooks }{s.Webhooks.List()}, nil
		})
	huma.Register(api, operation(http.MethodPost, control.PathWebhookTest, "test-webhook", "Send a test message to one of them", control.ScopeConfig),
		func(ctx context.Context, in *webhookName) (*struct{ Body control.WebhookTest }, error) {
			out, known := s.Webhooks.Test(ctx, in.Name)
			if !known {
				return nil, noWebhook()
			}
			s.note(from(ctx), "sent a test message to webhook "+in.Name)
			return &struct{ Body control.WebhookTest }{out}, nil
		})
	huma.Register(api, operation(http.MethodPost, control.PathWebhookEnable, "enable-webhook", "Let one that is off go on where it stopped", control.ScopeConfig),
		func(ctx context.Context, in *webhookName) (*struct{ Body control.Webhooks }, error) {
			known, err := s.Webhooks.Enable(in.Name)
			switch {
			case !known:
				return nil, noWebhook()
			case err != nil:
				return nil, s.explain(err)
			}
			s.note(from(ctx), "enabled webhook "+in.Name)
			return &struct{ Body control.Webhooks }{s.Webhooks.List()}, nil
		})
}

func noWebhook() error {
	return problemOf(http.StatusNotFound, "unknown", "there is no such webhook: posctl webhooks lists them")
}
