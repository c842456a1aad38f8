package server

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/sse"

	"github.com/posagent/posagent/agent/control"
)

// heartbeat is how often a silent stream says that it lives. A page that
// hears nothing for two of them says that the agent is lost.
const heartbeat = 5 * time.Second

// The bodies of the stream, one type an event.
type (
	deviceEvent    control.Device
	refusalEvent   control.Refusal
	saleEvent      control.Sale
	offlineEvent   control.Offline
	heartbeatEvent struct{}
)

func (s *Server) events(api huma.API) {
	op := operation(http.MethodGet, control.PathEvents, "events", "What happens at the register: a snapshot, then changes", control.ScopeDisplay)
	sse.Register(api, op, map[string]any{
		control.EventRegister: control.Register{}, control.EventSale: saleEvent{}, control.EventRefusal: refusalEvent{},
		control.EventDevice: deviceEvent{}, control.EventOffline: offlineEvent{}, control.EventHeartbeat: heartbeatEvent{},
	}, func(ctx context.Context, _ *struct {
		Ticket string `query:"ticket" maxLength:"64" doc:"of /v1/events/ticket, for browsers"`
	}, send sse.Sender) {
		s.stream(ctx, from(ctx), send)
	})
}

// stream sends the register as it is, and then what differs, until the reader
// goes away. It compares instead of queueing: a slow reader misses steps in
// between, never the last word.
func (s *Server) stream(ctx context.Context, who *caller, send sse.Sender) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	changed := s.Register.Changed()
	shown := s.seenBy(who)
	id := 1
	if send(sse.Message{ID: id, Data: shown}) != nil {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.ending.Done():
			return
		case <-who.ended:
			return
		case <-beat.C:
			if s.people.over(who) {
				return
			}
			if send.Data(heartbeatEvent{}) != nil {
				return
			}
		case <-changed:
			changed = s.Register.Changed()
			now := s.seenBy(who)
			for _, what := range differences(shown, now) {
				id++
				if send(sse.Message{ID: id, Data: what}) != nil {
					return
				}
			}
			shown = now
		}
	}
}

// seenBy is the register as this caller may see it: a display sees the amount
// and the state of the standing sale, a code that its customer is to read, and
// nothing else.
func (s *Server) seenBy(who *caller) control.Register {
	r := s.register()
	if who.may(control.ScopeRead) {
		return r
	}
	out := control.Register{Store: r.Store, Terminal: r.Terminal, Demo: r.Demo}
	if r.Sale != nil {
		out.Sale = &control.Sale{
			Amount: r.Sale.Amount, Currency: r.Sale.Currency, State: r.Sale.State, Goods: r.Sale.Goods, Checking: r.Sale.Checking,
		}
		if out.Sale.Show = r.Sale.Show; r.Sale.Show != nil {
			out.Sale.WalletName, out.Sale.WalletNameE = r.Sale.WalletName, r.Sale.WalletNameE
		}
	}
	return out
}

// differences are the events that lead from one picture of the register to
// the next.
func differences(before, now control.Register) []any {
	var out []any
	if now.Sale != nil && !same(before.Sale, now.Sale) {
		out = append(out, saleEvent(*now.Sale))
	}
	if now.Refusal != nil && !same(before.Refusal, now.Refusal) {
		out = append(out, refusalEvent(*now.Refusal))
	}
	for i, d := range now.Devices {
		if i >= len(before.Devices) || !same(before.Devices[i], d) {
			out = append(out, deviceEvent(d))
		}
	}
	if now.Offline != nil && !same(before.Offline, now.Offline) {
		out = append(out, offlineEvent(*now.Offline))
	}
	if before.Open != now.Open || now.Sale == nil && before.Sale != nil {
		out = append(out, now)
	}
	return out
}

func same(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
