package reference

import (
	"errors"
	"net/http"
	"time"

	"github.com/posagent/posagent/wallet/reference/board"
	"github.com/posagent/posagent/wallet/wire"
)

// longestWait is how long a register may wait for another bulletin.
const longestWait = time.Minute

// bulletin answers with the bulletin, at once or, to a register that has this
// one and waits, when there is another.
func (s *Server) bulletin(_ register, w http.ResponseWriter, r *http.Request) {
	if s.opts.Board == nil {
		noSuchCall(w, r)
		return
	}
	wait := time.Duration(0)
	if text := r.URL.Query().Get("wait"); text != "" {
		var err error
		if wait, err = time.ParseDuration(text); err != nil || wait < 0 || wait > longestWait {
			problem(w, http.StatusBadRequest, wire.ProblemInvalid, "wait must be a duration such as 30s, at most 1m")
			return
		}
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		data, tag, changed, err := s.opts.Board.Current()
		if err != nil {
			s.log.Error("the bulletin could not be issued anew", "error", err) // what it said still holds
		}
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") != tag {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Cache-Control", "no-store")
			w.Write(data) // who has left cannot be told
			return
		}
		select {
		case <-changed:
			continue
		case <-timer.C:
		case <-s.ctx.Done():
		case <-r.Context().Done():
		}
		w.WriteHeader(http.StatusNotModified)
		return
	}
}

func (s *Server) tryBulletin(w http.ResponseWriter, r *http.Request) {
	if s.opts.Board == nil {
		noSuchCall(w, r)
		return
	}
	var order wire.BulletinOrder
	if r.Method == http.MethodPut {
		if !readBody(w, r, &order) {
			return
		}
		err := s.opts.Board.Order(order)
		switch {
		case errors.Is(err, board.ErrOrder):
			problem(w, http.StatusBadRequest, wire.ProblemInvalid, err.Error())
			return
		case err != nil:
			problem(w, http.StatusServiceUnavailable, wire.ProblemBusy, err.Error())
			return
		}
		s.log.Warn("the bulletin was changed", "function", order.Function, "token", order.Token, "on", order.On)
	}
	writeJSON(w, http.StatusOK, "application/json", s.opts.Board.State())
}
