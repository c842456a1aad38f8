package board

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"

	"github.com/posagent/posagent/wallet/bulletin"
	"github.com/posagent/posagent/wallet/wire"
)

// ErrOrder means that an order cannot be followed.
var ErrOrder = errors.New("the order is not understood")

// Order stops a function or lets it go on, or denies a token or takes it off
// the list.
func (b *Board) Order(o wire.BulletinOrder) error {
	if (o.Function == "") == (o.Token == "") {
		return fmt.Errorf("%w: name a function or a token, and not both", ErrOrder)
	}
	if o.Token != "" {
		return b.Change(func(said *bulletin.Bulletin) {
			said.Denied.Tokens = slices.DeleteFunc(slices.Clone(said.Denied.Tokens), func(t string) bool { return t == o.Token })
			if o.On {
				said.Denied.Tokens = append(said.Denied.Tokens, o.Token)
			}
		})
	}
	if stop(new(bulletin.Stops), o.Function) == nil {
		return fmt.Errorf("%w: there is no function %q: use pay, topup, refund, offline or signup", ErrOrder, o.Function)
	}
	return b.Change(func(said *bulletin.Bulletin) { *stop(&said.Stops, o.Function) = o.On })
}

// functions are all that can be stopped.
var functions = []wire.Function{wire.FunctionPay, wire.FunctionTopUp, wire.FunctionRefund, wire.FunctionOffline, wire.FunctionSignUp}

// stop is the switch of a function, nil for one that there is not.
func stop(s *bulletin.Stops, f wire.Function) *bool {
	switch f {
	case wire.FunctionPay:
		return &s.Pay
	case wire.FunctionTopUp:
		return &s.TopUp
	case wire.FunctionRefund:
		return &s.Refund
	case wire.FunctionOffline:
		return &s.Offline
	case wire.FunctionSignUp:
		return &s.SignUp
	}
	return nil
}

// State is what the board says, for whoever tries it out.
func (b *Board) State() wire.BulletinState {
	said := b.Said()
	out := wire.BulletinState{
		Key: base64.StdEncoding.EncodeToString(b.Key()), Version: said.Version, Issued: said.Issued, Expires: said.Expires,
		Stopped: []wire.Function{}, Denied: append([]string{}, said.Denied.Tokens...),
	}
	for _, f := range functions {
		if *stop(&said.Stops, f) {
			out.Stopped = append(out.Stopped, f)
		}
	}
	return out
}
