package control

import (
	"context"
	"net/http"
	"time"
)

// Paths of programs on other machines.
const (
	PathPairings = "/v1/pairings"        // GET -> Pairings; POST NewPairing -> Paired
	PathPairing  = "/v1/pairings/{name}" // DELETE -> Pairings
)

// Pairing is a program on another machine, which comes in by TLS with a
// certificate of its own.
type Pairing struct {
	Name        string    `json:"name"`
	Scopes      []Scope   `json:"scopes"`
	Fingerprint string    `json:"fingerprint" doc:"SHA-256 of its certificate"`
	State       string    `json:"state" enum:"ok,revoked,expired"`
	Created     time.Time `json:"created"`
	Expires     time.Time `json:"expires"`
	Revoked     time.Time `json:"revoked,omitzero"`
	By          string    `json:"by" doc:"who paired it"`
}

// Pairings are all of a register, the oldest first.
type Pairings struct {
	Listen   string    `json:"listen" doc:"[api] tls_listen; empty: nobody comes in this way"`
	Pairings []Pairing `json:"pairings"`
}

// NewPairing lets a program on another machine come in.
type NewPairing struct {
	Name     string  `json:"name" minLength:"1" maxLength:"32"`
	Scopes   []Scope `json:"scopes" minItems:"1" maxItems:"3" enum:"prepare,read,display"`
	Days     int     `json:"days" minimum:"1" maximum:"825" doc:"how long its certificate is good"`
	Approval string  `json:"approval,omitempty" maxLength:"32"`
}

// Paired is a pairing with what its program needs. It comes once: the register
// does not keep the key.
type Paired struct {
	Pairing
	Bundle string `json:"bundle" doc:"PEM: the program's certificate, its key (PKCS #8), the authority of this register"`
}

// Pairings lists who is paired.
func (c *Client) Pairings(ctx context.Context) (Pairings, error) {
	var out Pairings
	return out, c.call(ctx, http.MethodGet, PathPairings, nil, &out)
}

// Pair lets a program on another machine come in.
func (c *Client) Pair(ctx context.Context, n NewPairing) (Paired, error) {
	var out Paired
	return out, c.call(ctx, http.MethodPost, PathPairings, n, &out)
}

// Unpair revokes a pairing at once.
func (c *Client) Unpair(ctx context.Context, name string) (Pairings, error) {
	var out Pairings
	return out, c.call(ctx, http.MethodDelete, at(PathPairing, "name", name), nil, &out)
}
