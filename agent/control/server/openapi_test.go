package server_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
)

var update = flag.Bool("update", false, "write the description of the API into docs/reference")

const committed = "../../../docs/reference/openapi.json"

// document is the description, indented and under the version of the API
// instead of the program's.
func document(t *testing.T) []byte {
	t.Helper()
	s := start(t, func(o *server.Options) {
		o.Version = "1"
		o.Settings, o.Training, o.Handover = struct{ server.Settings }{}, struct{ server.Training }{}, struct{ server.Handover }{} // described, never called
	})
	got := s.ask(t, "GET", control.PathOpenAPI, nil, bearer("reader"))
	want(t, got, 200)
	if ct := got.header.Get("Content-Type"); ct != "application/openapi+json" {
		t.Errorf("content type %s", ct)
	}
	var out bytes.Buffer
	must(t, json.Indent(&out, got.body, "", "  "))
	return append(out.Bytes(), '\n')
}

// The description in the documents is the one that the agent gives, so that a
// change of the API is seen by whoever reviews it.
func TestOpenAPIIsCommitted(t *testing.T) {
	now := document(t)
	if *update {
		must(t, os.WriteFile(committed, now, 0o644))
	}
	then, err := os.ReadFile(committed)
	must(t, err)
	if !bytes.Equal(now, then) {
		t.Errorf("%s is not what the agent says: look at the change, then go test ./agent/control/server -run OpenAPI -update", committed)
	}
}

// The description keeps the rules of OpenAPI 3.1 that a generator of clients
// trips over: every reference leads somewhere, every hole of a path has its
// parameter, names are unique, answers are described.
func TestOpenAPIIsWhole(t *testing.T) {
	var doc map[string]any
	must(t, json.Unmarshal(document(t), &doc))
	if v, _ := doc["openapi"].(string); !strings.HasPrefix(v, "3.1.") {
		t.Errorf("openapi is %v", doc["openapi"])
	}
	info, _ := doc["info"].(map[string]any)
	if info["title"] == "" || info["version"] != "1" || info["description"] == "" {
		t.Errorf("info is %v", info)
	}
	references(t, doc, doc, "#")
	for _, gone := range []string{"ErrorModel", "ErrorDetail", "BodyIn"} {
		if at(doc, "components", "schemas", gone) != nil {
			t.Errorf("the library's %s is described, and is never sent", gone)
		}
	}
	ids := map[string]bool{}
	for path, methods := range at(doc, "paths").(map[string]any) {
		for method, op := range methods.(map[string]any) {
			operationRules(t, doc, method+" "+path, path, op.(map[string]any), ids)
		}
	}
}

// at is a place in a document, nil where there is none.
func at(v any, path ...string) any {
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

func references(t *testing.T, doc map[string]any, v any, where string) {
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			if place, local := strings.CutPrefix(ref, "#/"); !local || at(doc, strings.Split(place, "/")...) == nil {
				t.Errorf("%s refers to %s, which is not there", where, ref)
			}
		}
		for name, inner := range v {
			references(t, doc, inner, where+"/"+name)
		}
	case []any:
		for i, inner := range v {
			references(t, doc, inner, fmt.Sprint(where, "/", i))
		}
	}
}

var hole = regexp.MustCompile(`\{(\w+)\}`)

func operationRules(t *testing.T, doc map[string]any, name, path string, op map[string]any, ids map[string]bool) {
	id, _ := op["operationId"].(string)
	if id == "" || ids[id] || op["summary"] == "" {
		t.Errorf("%s: operationId %q, summary %q", name, id, op["summary"])
	}
	ids[id] = true
	holes := map[string]bool{}
	for _, m := range hole.FindAllStringSubmatch(path, -1) {
		holes[m[1]] = true
	}
	parameters, _ := op["parameters"].([]any)
	for _, p := range parameters {
		p := p.(map[string]any)
		switch {
		case p["in"] == "path" && (!holes[p["name"].(string)] || p["required"] != true):
			t.Errorf("%s: %v is no hole of the path, or not required", name, p["name"])
		case p["in"] == "path":
			delete(holes, p["name"].(string))
		case p["in"] == "header" && slices.Contains([]string{"accept", "content-type", "authorization"}, strings.ToLower(p["name"].(string))):
			t.Errorf("%s: the header %v is no parameter in OpenAPI", name, p["name"])
		}
		if p["schema"] == nil {
			t.Errorf("%s: %v has no schema", name, p["name"])
		}
	}
	if len(holes) > 0 {
		t.Errorf("%s: no parameter for %v", name, slices.Collect(maps.Keys(holes)))
	}
	responses, _ := op["responses"].(map[string]any)
	if at(responses, "default", "content", "application/problem+json", "schema", "$ref") != "#/components/schemas/Problem" {
		t.Errorf("%s: a problem is not described", name)
	}
	for status, r := range responses {
		if r.(map[string]any)["description"] == "" {
			t.Errorf("%s: the answer %s is not described", name, status)
		}
	}
	if len(responses) < 2 {
		t.Errorf("%s: nothing but problems is described", name)
	}
}

// What is described of the unusual calls is what they do.
func TestOpenAPIOfUnusualCalls(t *testing.T) {
	var doc map[string]any
	must(t, json.Unmarshal(document(t), &doc))
	kinds := func(place ...string) []string {
		m, _ := at(doc, place...).(map[string]any)
		return slices.Sorted(maps.Keys(m))
	}
	if got := kinds("paths", control.PathSaleCode, "post", "requestBody", "content"); !slices.Equal(got, []string{"application/json", "image/jpeg", "image/png"}) {
		t.Errorf("a code is taken as %v", got)
	}
	if got := at(doc, "paths", control.PathSaleCode, "post", "requestBody", "content", "application/json", "schema", "$ref"); got != "#/components/schemas/Code" {
		t.Errorf("a code in JSON is %v", got)
	}
	if got := kinds("paths", control.PathCamera, "post", "requestBody", "content"); !slices.Equal(got, []string{"image/jpeg", "image/png"}) {
		t.Errorf("a camera sends %v", got)
	}
	if got := kinds("paths", control.PathReceipt, "get", "responses", "200", "content"); !slices.Equal(got, []string{"image/png", "text/plain"}) {
		t.Errorf("a receipt comes as %v", got)
	}
	if got := kinds("paths", control.PathSales, "post", "responses"); !slices.Equal(got, []string{"200", "202", "4XX", "default"}) {
		t.Errorf("a sale answers %v", got)
	}
	if got := kinds("paths", control.PathEvents, "get", "responses", "200", "content"); !slices.Equal(got, []string{"text/event-stream"}) {
		t.Errorf("the stream comes as %v", got)
	}
}
