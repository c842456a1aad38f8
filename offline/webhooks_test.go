package offline_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/posagent/posagent/offline"
)

// A place outlives the program, and the last word of several holds.
func TestWebhooksAreKept(t *testing.T) {
	dir := t.TempDir()
	books := openBooks(t, dir)
	want := offline.Webhook{Name: "books", N: 9, Since: time.Unix(1700000000, 5).UTC(), Off: "gone"}
	books.KeepWebhook(offline.Webhook{Name: "books", N: 7})
	books.KeepWebhook(want)
	if err := books.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := openBooks(t, dir).Webhooks()
	if err != nil || !reflect.DeepEqual(got, []offline.Webhook{want}) {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
}
