package main

import (
	"context"
	"errors"
	"net/url"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/webhook"
)

// callers show the webhooks to the API; see server.Webhooks.
type callers struct {
	*webhook.Courier
	feed            webhook.Feed
	store, terminal string
}

func (d *program) callers() callers {
	c := d.config.Store
	return callers{d.courier, deeds{d.books, c.ID, c.Terminal}, c.ID, c.Terminal}
}

func (c callers) List() control.Webhooks {
	out := control.Webhooks{Webhooks: []control.Webhook{}}
	end, err := c.feed.End()
	for _, s := range c.Courier.List() {
		w := control.Webhook{
			Name: s.Name, URL: withoutQuery(s.URL), Events: append([]string{}, s.Events...), State: "ok", Journal: s.N,
			Sent: s.Sent, LastOK: s.LastOK, Since: s.Since, Next: s.Next, Problem: s.Problem,
		}
		if err == nil {
			w.Behind = max(end-s.N, 0)
		}
		switch {
		case s.Off != "":
			w.State = s.Off
		case !s.Since.IsZero():
			w.State = "failing"
		}
		out.Webhooks = append(out.Webhooks, w)
	}
	return out
}

func withoutQuery(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	u.RawQuery = ""
	return u.String()
}

func (c callers) Test(ctx context.Context, name string) (control.WebhookTest, bool) {
	a, err := c.Courier.Test(ctx, name, map[string]string{"store": c.store, "terminal": c.terminal})
	return control.WebhookTest{OK: a.OK(), Status: a.Status, Seconds: a.Took.Seconds(), Problem: a.Problem}, err == nil
}

func (c callers) Enable(name string) (bool, error) {
	err := c.Courier.Enable(name)
	if errors.Is(err, webhook.ErrUnknown) {
		return false, nil
	}
	return true, err
}
