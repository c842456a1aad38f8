package server

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/health"
)

func (s *Server) devices(api huma.API) {
	huma.Register(api, operation(http.MethodGet, control.PathDevices, "devices", "The devices of this register", control.ScopeRead),
		func(context.Context, *struct{}) (*struct{ Body control.Devices }, error) {
			return &struct{ Body control.Devices }{control.Devices{Devices: s.register().Devices}}, nil
		})
	huma.Register(api, operation(http.MethodPost, control.PathDeviceTest, "test-device", "Let a device show that it works", control.ScopePrepare),
		func(ctx context.Context, in *struct {
			ID string `path:"id" maxLength:"64"`
		}) (*struct{ Body control.DeviceTest }, error) {
			code, err := s.Register.TestDevice(ctx, in.ID)
			if err != nil {
				return nil, problemOf(http.StatusNotFound, "device.unknown", err.Error())
			}
			e := health.Lookup(code)
			return &struct{ Body control.DeviceTest }{control.DeviceTest{Result: code, Text: e.Advice(), TextE: e.AdviceEN()}}, nil
		})
	huma.Register(api, operation(http.MethodGet, control.PathHealth, "health", "What is wrong right now", control.ScopeRead),
		func(context.Context, *struct{}) (*struct{ Body control.Health }, error) {
			return &struct{ Body control.Health }{s.health()}, nil
		})
}

// liveness answers whoever watches the process. Neither looks at the network
// or the printer: a register without them still sells what it can.
func (s *Server) liveness(mux *http.ServeMux) {
	mux.HandleFunc("GET "+control.PathHealthz, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("ok\n"))
	})
	mux.HandleFunc("GET "+control.PathReadyz, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		body := struct {
			Ready bool `json:"ready"`
		}{s.Ready() == nil}
		if !body.Ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(body)
	})
}
