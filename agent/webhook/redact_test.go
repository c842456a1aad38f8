package webhook_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/webhook"
)

// An address that cannot be used is not quoted in what people read: it may
// carry a token.
func TestABadAddressIsNotQuoted(t *testing.T) {
	r := newReceiver(t, func(string, int) int { return 200 })
	for _, url := range []string{
		"https://books.example/%zz?token=S3CRET", "https://books.example:S3CRET/", "https://books.example/\x7fS3CRET",
		"https://S3CRET\x7f.example/", "https://books.example/%S3CRET", "://S3CRET", "https://[S3CRET/", "S3CRET://books.example", "/S3CRET",
	} {
		e := r.endpoint("127.0.0.0/8", oldSecret)
		e.URL = url
		a, err := courier(t, &feed{places: map[string]webhook.Place{}}, e).Test(t.Context(), "books", "data")
		if err != nil || a.OK() || a.Problem == "" {
			t.Errorf("%q: %+v, %v", url, a, err)
		}
		if text := strings.ToUpper(fmt.Sprintf("%+v %v", a, err)); strings.Contains(text, "S3C") {
			t.Errorf("%q is in %s", url, text)
		}
	}
}
