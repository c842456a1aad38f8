package server

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/posagent/posagent/agent/control"
)

// bodies reads the whole body of a call, once it is known that the caller may
// make it, and refuses what is too large, too slow, of another kind than the
// call takes, or not strict. The call itself finds a body that is at hand.
func (s *Server) bodies(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	body, p := readBody(w, r, ctx.Operation())
	if p != nil {
		send(w, p)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	next(ctx)
}

func readBody(w http.ResponseWriter, r *http.Request, op *huma.Operation) ([]byte, *problem) {
	k := kindOf(r.Header.Get("Content-Type"))
	limit := bodyLimit(op, k)
	if r.ContentLength > limit {
		return nil, tooLarge(limit)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	var late net.Error
	var much *http.MaxBytesError
	switch {
	case int64(len(body)) > limit, errors.As(err, &much):
		return nil, tooLarge(limit)
	case errors.As(err, &late) && late.Timeout():
		w.Header().Set("Connection", "close")
		return nil, problemOf(http.StatusRequestTimeout, "slow", "the body did not come in time")
	case err != nil:
		w.Header().Set("Connection", "close")
		return nil, problemOf(http.StatusBadRequest, "invalid", "the body broke off, or its chunks are not as HTTP wants them")
	}
	// An error means a connection that has no deadlines, as in a test.
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	return body, checkKind(op, k, body)
}

func tooLarge(limit int64) *problem {
	if limit >= maxPicture {
		return problemOf(http.StatusRequestEntityTooLarge, "too_large", "a picture or a queue file has at most 4 MB")
	}
	return problemOf(http.StatusRequestEntityTooLarge, "too_large", "the body is larger than this call takes")
}

// kind is what a body is said to be.
type kind string

const (
	asJSON    kind = "JSON"
	asPicture kind = "picture"
	asOther   kind = "other"
)

// kindOf: no type at all is JSON, as programs forget it. A browser does not:
// it says text/plain, or asks before it says anything else.
func kindOf(contentType string) kind {
	if contentType == "" {
		return asJSON
	}
	name, params, err := mime.ParseMediaType(contentType)
	switch {
	case err != nil:
		return asOther
	case strings.HasPrefix(name, "image/"):
		return asPicture
	case name == "application/json" && (params["charset"] == "" || strings.EqualFold(params["charset"], "utf-8")):
		return asJSON
	}
	return asOther
}

// bodyLimit is how many bytes a call takes of this kind. huma refuses what
// reaches its limit, so its limit is one more.
func bodyLimit(op *huma.Operation, k kind) int64 {
	if takesBoth(op) && k != asPicture {
		return maxBody
	}
	return op.MaxBodyBytes - 1
}

// takesBoth tells of a call whose body is JSON or a picture.
func takesBoth(op *huma.Operation) bool {
	return op.RequestBody != nil && op.RequestBody.Content["application/json"] != nil && op.RequestBody.Content["image/png"] != nil
}

func checkKind(op *huma.Operation, k kind, body []byte) *problem {
	if op.RequestBody == nil {
		return nil // it takes none and looks at none
	}
	_, takesJSON := op.RequestBody.Content["application/json"]
	_, takesPictures := op.RequestBody.Content["image/png"]
	switch {
	case takesJSON && k == asJSON:
		return asFault(http.StatusBadRequest, strict(body))
	case takesPictures && (k == asPicture || !takesJSON):
		return nil // its own bytes tell what it is
	case takesPictures:
		return problemOf(http.StatusUnsupportedMediaType, "media_type", `send {"text": "…"} as application/json, or a picture as image/png or image/jpeg`)
	}
	return problemOf(http.StatusUnsupportedMediaType, "media_type", "send application/json in UTF-8")
}

// asFault is the problem of a fault, nil of none.
func asFault(status int, err error) *problem {
	if err == nil {
		return nil
	}
	p := problemOf(status, "invalid", "the body is not right")
	var f *fault
	if errors.As(err, &f) {
		p.Errors = []control.Detail{{Message: f.message, Location: f.location}}
	}
	return p
}
