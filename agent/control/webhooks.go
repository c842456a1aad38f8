package control

import (
	"context"
	"net/http"
	"time"
)

// Paths of the programs that are told what happens.
const (
	PathWebhooks      = "/v1/webhooks"               // GET -> Webhooks
	PathWebhookTest   = "/v1/webhooks/{name}/test"   // POST -> WebhookTest
	PathWebhookEnable = "/v1/webhooks/{name}/enable" // POST -> Webhooks
)

// Webhook is a program that is told, and how it stands.
type Webhook struct {
	Name    string    `json:"name"`
	URL     string    `json:"url" doc:"without its query, which may be secret"`
	Events  []string  `json:"events" doc:"empty: all"`
	State   string    `json:"state" doc:"ok, failing, gone (it answered 410) or given_up (it failed for five days); more may come"`
	Journal int64     `json:"journal" doc:"the last entry of the journal that it took or did not want"`
	Behind  int64     `json:"behind" doc:"entries of the journal behind that one"`
	Sent    int64     `json:"sent" doc:"since the agent's start"`
	LastOK  time.Time `json:"last_ok,omitzero"`
	Since   time.Time `json:"since,omitzero" doc:"when the failing began"`
	Next    time.Time `json:"next,omitzero" doc:"when it is tried again"`
	Problem string    `json:"problem,omitempty" doc:"of the last try"`
}

// Webhooks are all of them, by name.
type Webhooks struct {
	Webhooks []Webhook `json:"webhooks"`
}

// WebhookTest is what came of a test message.
type WebhookTest struct {
	OK      bool    `json:"ok"`
	Status  int     `json:"status" doc:"of the receiver's answer; 0: there was none"`
	Seconds float64 `json:"seconds"`
	Problem string  `json:"problem,omitempty"`
}

// Webhooks lists who is told.
func (c *Client) Webhooks(ctx context.Context) (Webhooks, error) {
	var out Webhooks
	return out, c.call(ctx, http.MethodGet, PathWebhooks, nil, &out)
}

// TestWebhook sends a test message and waits for its answer.
func (c *Client) TestWebhook(ctx context.Context, name string) (WebhookTest, error) {
	var out WebhookTest
	return out, c.call(ctx, http.MethodPost, at(PathWebhookTest, "name", name), nil, &out)
}

// EnableWebhook lets one that is off go on where it stopped.
func (c *Client) EnableWebhook(ctx context.Context, name string) (Webhooks, error) {
	var out Webhooks
	return out, c.call(ctx, http.MethodPost, at(PathWebhookEnable, "name", name), nil, &out)
}
