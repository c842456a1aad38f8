package server

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/health"
)

func (s *Server) devices(api huma.API) {
	huma.Register(api, operation(http.MethodGet, control.PathDevices, "devices", "The devices of this register", control.ScopeRead),
		func(context.Context, *struct{}) (*struct{ Body control.Devices }, error) {
			return &struct{ Body control.Devices }{control.Devices{Devices: s.register().Devices}}, nil
		})
	huma.Register(api, operation(http.MethodPost, control.PathDeviceTest, "test-device", "Let a device show that it works: print a page, take the next code, open the drawer (which takes topup as well)", control.ScopeTest),
		func(ctx context.Context, in *struct {
			ID string `path:"id" maxLength:"64"`
		}) (*struct{ Body control.DeviceTest }, error) {
			who := from(ctx)
			if s.isDrawer(in.ID) { // it holds cash: who may take none needs none
				if !who.may(control.ScopeTopUp) {
					return nil, problemOf(http.StatusForbidden, "scope", "opening the cash drawer takes the scope topup")
				}
				s.Log.Warn("the cash drawer is opened by hand", "who", who.source(), "device", in.ID)
			}
			code, err := s.Register.TestDevice(ctx, in.ID)
			if err != nil {
				return nil, problemOf(http.StatusNotFound, "device.unknown", err.Error())
			}
			e := health.Lookup(code)
			return &struct{ Body control.DeviceTest }{control.DeviceTest{Result: code, Text: e.Advice(), TextE: e.AdviceEN()}}, nil
		})
	huma.Register(api, operation(http.MethodGet, control.PathExplain, "explain-device", "Each step between a device and its driver", control.ScopeRead), s.explainDevice)
	huma.Register(api, operation(http.MethodGet, control.PathTrace, "trace-device", "What went over a device's wire, without what it said", control.ScopeRead), s.traceDevice)
	huma.Register(api, operation(http.MethodGet, control.PathHealth, "health", "What is wrong right now", control.ScopeRead),
		func(context.Context, *struct{}) (*struct{ Body control.Health }, error) {
			return &struct{ Body control.Health }{s.health()}, nil
		})
}

func (s *Server) isDrawer(id string) bool {
	return slices.ContainsFunc(s.Register.Devices(), func(d agent.DeviceView) bool { return d.Health.ID == id && d.Role == "drawer" })
}

func (s *Server) explainDevice(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"64"`
}) (*struct{ Body control.Explanation }, error) {
	view, links, err := s.Register.ExplainDevice(ctx, in.ID)
	if err != nil {
		return nil, problemOf(http.StatusNotFound, "device.unknown", err.Error())
	}
	out := control.Explanation{Device: shapeDevice(view), Links: []control.Link{}}
	for _, l := range links {
		out.Links = append(out.Links, worded(view.Health.Kind, control.Link{
			Step: string(l.Step), Grade: string(l.Grade), Reason: string(l.Reason), Detail: l.Detail, Cure: l.Cure,
		}))
	}
	return &struct{ Body control.Explanation }{out}, nil
}

// worded adds the words of a step. One that is not right has those of its
// reason, which tell more than those of the step.
func worded(kind string, l control.Link) control.Link {
	step := health.Lookup("link." + l.Step)
	l.Title, l.TitleE = step.Title, step.TitleEN
	switch {
	case l.Reason != "":
		e := health.Device(kind, "", l.Reason)
		l.Text, l.TextE = e.Advice(), e.AdviceEN()
	case l.Grade == "broken" || l.Grade == "look":
		l.Text, l.TextE = step.Advice(), step.AdviceEN()
	}
	return l
}

func (s *Server) traceDevice(ctx context.Context, in *struct {
	ID    string `path:"id" maxLength:"64"`
	After uint64 `query:"after" doc:"the seq behind which frames are wanted"`
	Wait  string `query:"wait" doc:"a Go duration up to 60s: answer when there is a frame, or after it" example:"10s"`
}) (*struct{ Body control.Trace }, error) {
	wait, err := patience(in.Wait)
	if err != nil {
		return nil, err
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		frames, next, err := s.Register.TraceDevice(in.ID, in.After)
		if err != nil {
			return nil, problemOf(http.StatusNotFound, "device.unknown", err.Error())
		}
		if wait == 0 || len(frames) > 0 {
			out := control.Trace{Frames: []control.Frame{}}
			for _, f := range frames {
				out.Frames = append(out.Frames, control.Frame{Seq: f.Seq, At: f.At, Out: f.Out, Bytes: f.Bytes, Classes: f.Classes, Generation: f.Generation, Note: f.Note})
			}
			return &struct{ Body control.Trace }{out}, nil
		}
		select {
		case <-next:
		case <-timer.C:
			wait = 0
		case <-ctx.Done():
			wait = 0
		case <-s.ending.Done():
			wait = 0
		}
	}
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
