package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// orders are the troubles that a visitor asks for, taken over a socket in the
// demo's directory, which only its own user may enter.
type orders struct {
	place   place
	wallet  *child
	counter *counter
	phones  *phones
}

// order is the body of an order for the wallet or a device.
type order struct {
	Action string `json:"action"`
	Name   string `json:"name,omitempty"`
}

func (o *orders) listen() (stop func(), err error) {
	path := o.place.ordersSocket()
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("listen for orders: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /wallet", o.handle(o.orderWallet))
	mux.HandleFunc("POST /device", o.handle(func(_ context.Context, in order) (any, error) {
		return order{Action: in.Action, Name: in.Name}, o.counter.do(in.Action, in.Name)
	}))
	mux.HandleFunc("POST /confirm", o.handle(func(ctx context.Context, in order) (any, error) {
		var said wire.Answer
		return &said, o.try(ctx, http.MethodPost, wire.PathTryConfirm, wire.Confirmation{Key: in.Name, Yes: in.Action == "yes"}, &said)
	}))
	mux.HandleFunc("POST /pay", o.handle(func(ctx context.Context, in order) (any, error) {
		var said wire.Answer
		return &said, o.try(ctx, http.MethodPost, wire.PathTryPay, wire.Payment{Show: in.Action, Customer: in.Name}, &said)
	}))
	mux.HandleFunc("POST /code", o.handle(func(ctx context.Context, in order) (any, error) {
		if carrier, signed := strings.CutPrefix(in.Action, "sign "); signed {
			return o.phones.show(ctx, o, in.Name, carrier)
		}
		var minted wire.MintedCode
		return &minted, o.try(ctx, http.MethodPost, wire.PathTryCodes, wire.CodeRequest{Customer: in.Name}, &minted)
	}))
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = s.Serve(l) }()
	return func() { _ = s.Close() }, nil
}

func (o *orders) handle(do func(context.Context, order) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in order
		if err := json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&in); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		out, err := do(r.Context(), in)
		if err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(out)
	}
}

// orderWallet stops or starts the wallet, or sets the trouble that it plays.
func (o *orders) orderWallet(ctx context.Context, in order) (any, error) {
	switch in.Action {
	case "stop":
		if o.wallet.running() {
			o.phones.fetch(ctx, o) // while they have a network
		}
		o.wallet.stop()
		return in, nil
	case "start":
		if err := o.wallet.start(); err != nil {
			return nil, err
		}
		if err := awaitWallet(ctx, o.place, o.wallet); err != nil {
			return nil, err
		}
		o.phones.fetch(ctx, o)
		return in, nil
	case "fault":
		fault := wire.FaultOrder{Fault: wire.Fault(in.Name)}
		return in, o.try(ctx, http.MethodPut, wire.PathTryFault, fault, nil)
	case "stop-switch on", "stop-switch off":
		order := wire.BulletinOrder{Function: wire.Function(in.Name), On: in.Action == "stop-switch on"}
		return in, o.try(ctx, http.MethodPut, wire.PathTryBulletin, order, nil)
	}
	return nil, fmt.Errorf("the wallet cannot %q: use start, stop, fault or stop-switch", in.Action)
}

// try calls the wallet's try-out socket.
func (o *orders) try(ctx context.Context, method, path string, body, into any) error {
	return call(ctx, o.place.trySocket(), method, path, body, into)
}

// Order asks the demo that runs in dir; into takes its answer and may be nil.
func Order(ctx context.Context, dir, what, action, name string, into any) error {
	if _, err := ReadFacts(dir); err != nil {
		return err
	}
	socket, err := filepath.Abs(place{dir: dir}.ordersSocket())
	if err != nil {
		return err
	}
	return call(ctx, socket, http.MethodPost, "/"+what, order{Action: action, Name: name}, into)
}

func call(ctx context.Context, socket, method, path string, body, into any) error {
	payload, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://demo"+path, bytes.NewReader(payload))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	client := http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", socket)
		},
	}}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("the other side of %s does not answer (is it stopped?): %w", socket, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		return refusal(data)
	}
	if into == nil || len(data) == 0 {
		return nil
	}
	return json.Unmarshal(data, into)
}

// refusal is the text of an answer that says no, be it plain or a problem.
func refusal(data []byte) error {
	var p wire.Problem
	if json.Unmarshal(data, &p) == nil && p.Title != "" {
		return errors.New(strings.TrimSpace(p.Title + " " + p.Detail))
	}
	return errors.New(strings.TrimSpace(string(data)))
}
