package control

import (
	"context"
	"net/http"
)

// Operator is a person who may sign in.
type Operator struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Role      string `json:"role"`
	WrongPINs int    `json:"wrong_pins" doc:"in a row, since the last right one"`
	Locked    bool   `json:"locked" doc:"after ten wrong PINs in a row: a manager lets them in again"`
	Origin    string `json:"origin" doc:"settings: in the configuration, and not to be changed here; register: added here"`
	Disabled  bool   `json:"disabled"`
	Second    bool   `json:"second_factor"`
}

// Operators are the people of a register, in the order of the settings.
type Operators struct {
	Operators []Operator `json:"operators"`
}

// Operators lists who may sign in.
func (c *Client) Operators(ctx context.Context) (Operators, error) {
	var out Operators
	return out, c.call(ctx, http.MethodGet, PathOperators, nil, &out)
}

// Unlock lets an operator in again after too many wrong PINs.
func (c *Client) Unlock(ctx context.Context, id string) (Operators, error) {
	var out Operators
	return out, c.call(ctx, http.MethodPost, at(PathUnlock, "id", id), nil, &out)
}
