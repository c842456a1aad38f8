// Package oidc asks somebody else's service who somebody is, by OpenID Connect:
// the code flow with PKCE, and the ID token judged here and not in a browser. It
// knows no member; identity does.
//
// Invariant: a subject comes out only of a token that the issuer has signed for
// this client, in time, for the very sign-in that was begun (OpenID Connect Core
// 1.0, 3.1.3.7).
package oidc

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Options are how the issuer knows this wallet. All but Client and Clock must be
// given.
type Options struct {
	Issuer   string // as its tokens name it, such as https://id.example.jp
	ClientID string
	Secret   string
	Redirect string           // where the browser comes back to
	Client   *http.Client     // nil: one with a time limit
	Clock    func() time.Time // nil: time.Now
}

// How long the issuer may take.
const timeout = 10 * time.Second

// ErrRefused is a sign-in that the issuer has not seen, or not for us.
var ErrRefused = errors.New("the other service did not say who it is")

// Provider is an issuer. What it says of itself is asked at the first use, so that
// a wallet starts while it is away.
type Provider struct {
	o  Options
	mu sync.Mutex
	of *oidc.Provider
}

// New asks nobody yet.
func New(o Options) *Provider {
	if o.Client == nil {
		o.Client = &http.Client{Timeout: timeout}
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return &Provider{o: o}
}

func (p *Provider) discover(ctx context.Context) (*oidc.Provider, oauth2.Config, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil {
		// The keys are fetched later by the same client, and not within this call.
		of, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.o.Client), p.o.Issuer)
		if err != nil {
			return nil, oauth2.Config{}, fmt.Errorf("ask %s what it is: %w", p.o.Issuer, err)
		}
		p.of = of
	}
	return p.of, oauth2.Config{ClientID: p.o.ClientID, ClientSecret: p.o.Secret, RedirectURL: p.o.Redirect, Endpoint: p.of.Endpoint(), Scopes: []string{oidc.ScopeOpenID}}, nil
}

// Begin is where the browser is sent to. verifier is the secret of PKCE (RFC 7636).
func (p *Provider) Begin(ctx context.Context, state, nonce, verifier string) (url string, err error) {
	_, config, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	return config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), nil
}

// Finish is who the issuer says has come back with code.
func (p *Provider) Finish(ctx context.Context, code, nonce, verifier string) (subject string, err error) {
	of, config, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	ctx = oidc.ClientContext(ctx, p.o.Client)
	tokens, err := config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrRefused, err)
	}
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		return "", fmt.Errorf("%w: it gave no ID token", ErrRefused)
	}
	token, err := of.Verifier(&oidc.Config{ClientID: p.o.ClientID, Now: p.o.Clock}).Verify(ctx, raw)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrRefused, err)
	}
	var said struct {
		Party string `json:"azp"`
	}
	if err := token.Claims(&said); err != nil {
		return "", fmt.Errorf("%w: %w", ErrRefused, err)
	}
	switch {
	case nonce == "" || subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(nonce)) != 1:
		return "", fmt.Errorf("%w: its token is of another sign-in", ErrRefused)
	case token.Subject == "":
		return "", fmt.Errorf("%w: its token names nobody", ErrRefused)
	case len(token.Audience) > 1 && said.Party == "", said.Party != "" && said.Party != p.o.ClientID:
		return "", fmt.Errorf("%w: its token was made for somebody else", ErrRefused)
	}
	return token.Subject, nil
}
