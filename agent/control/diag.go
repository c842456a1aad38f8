package control

import (
	"context"
	"net/http"
)

// Metrics are the agent's numbers, in the text form of Prometheus.
func (c *Client) Metrics(ctx context.Context) ([]byte, error) {
	return c.raw(ctx, http.MethodGet, PathMetrics, nil, "text/plain")
}
