package control

import (
	"context"
	"net/http"
)

// PathTraining is the register's other mode, in which nothing is real.
const PathTraining = "/v1/training" // GET -> Training; POST Training -> Training

// Training tells whether the register is in training, or is to be.
type Training struct {
	On bool `json:"on"`
}

// Training tells whether the register is in training.
func (c *Client) Training(ctx context.Context) (Training, error) {
	var out Training
	return out, c.call(ctx, http.MethodGet, PathTraining, nil, &out)
}

// SwitchTraining begins or ends it.
func (c *Client) SwitchTraining(ctx context.Context, on bool) (Training, error) {
	var out Training
	return out, c.call(ctx, http.MethodPost, PathTraining, Training{on}, &out)
}
