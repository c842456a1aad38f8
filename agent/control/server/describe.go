package server

import (
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent/control"
)

// jsonSchemas is where the description keeps its bodies.
const jsonSchemas = "#/components/schemas/"

func describe(version string) huma.Config {
	c := huma.DefaultConfig("posagent local API", version)
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", "" // the description is behind a token, and no page is fetched from elsewhere
	c.CreateHooks = nil                                   // no $schema fields in answers
	c.Transformers = append(c.Transformers, plain)
	c.Info.Description = "The register's own API. Money is a whole number of minor units; a result that is not known is a state, never an error."
	c.Info.License = &huma.License{Name: "MIT", URL: "https://spdx.org/licenses/MIT.html"}
	c.Servers = []*huma.Server{{URL: "http://127.0.0.1:7070", Description: "the register itself; [api] listen says where"}}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token":   {Type: "http", Scheme: "bearer", Description: "a token of the configuration"},
		"session": {Type: "apiKey", In: "header", Name: control.HeaderSession, Description: "an operator's session: this header and its cookie"},
	}
	c.Components.Schemas.Schema(reflect.TypeFor[control.Problem](), true, "Problem")
	return c
}

// operation describes a call that needs a scope.
func operation(method, path, id, summary string, scope control.Scope) huma.Operation {
	scopes := []string{string(scope)}
	op := open(method, path, id, summary)
	op.Security = []map[string][]string{{"token": scopes}, {"session": scopes}}
	return op
}

// open describes a call that anybody may make.
func open(method, path, id, summary string) huma.Operation {
	problem := &huma.Response{
		Description: "A problem (RFC 9457): what is wrong, and with a text for people where a person caused it",
		Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: &huma.Schema{Ref: jsonSchemas + "Problem"}}},
	}
	return huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary, MaxBodyBytes: maxBody + 1,
		Security:  []map[string][]string{{}}, // nobody's leave is asked for, and it says so
		Responses: map[string]*huma.Response{"4XX": problem, "default": problem},
	}
}

// mayTakeLong describes the answer while the wallet's word is still to come.
func mayTakeLong(op huma.Operation) huma.Operation {
	op.Responses["202"] = &huma.Response{
		Description: "The wallet's word is still to come: see state, and wait with GET",
		Content:     map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Ref: jsonSchemas + "Sale"}}},
	}
	return op
}

// goesOn describes the answer while a charge is still to be settled.
func goesOn(op huma.Operation) huma.Operation {
	op.Responses["202"] = &huma.Response{
		Description: "It is written down and goes on: see state, and look again with GET",
		Content:     map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Ref: jsonSchemas + "Charge"}}},
	}
	return op
}

// pictures describes a call that takes a picture of a code, and the code
// itself as well where text is true. What came is looked at by the call.
func pictures(api huma.API, op huma.Operation, text bool) huma.Operation {
	op.MaxBodyBytes = maxPicture + 1
	op.SkipValidateBody = true
	picture := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"image/png": picture, "image/jpeg": picture}}
	if text {
		code := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[control.Code](), true, "Code")
		op.RequestBody.Content["application/json"] = &huma.MediaType{Schema: code}
	}
	return op
}

// papers describes a call whose answer is a receipt.
func papers(op huma.Operation) huma.Operation {
	op.Responses["200"] = &huma.Response{Description: "By Accept; text when it names neither", Content: map[string]*huma.MediaType{
		"text/plain": {Schema: &huma.Schema{Type: huma.TypeString}},
		"image/png":  {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
	}}
	return op
}

// spec is the description as it goes out. The library's own error is in it
// only because the library thinks that it answers.
func spec(api huma.API) http.Handler {
	delete(api.OpenAPI().Components.Schemas.Map(), "ErrorModel")
	delete(api.OpenAPI().Components.Schemas.Map(), "ErrorDetail")
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		body, err := api.OpenAPI().MarshalJSON()
		if err != nil {
			fail(w, http.StatusInternalServerError, "register.failed", err.Error())
			return
		}
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(body) // a reader that went away
	})
}
