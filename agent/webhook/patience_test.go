package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent/webhook"
)

// patient is a courier of one endpoint with a way of its own.
func patient(f *feed, longest time.Duration, deliver func(context.Context, webhook.Event) error) (*webhook.Courier, error) {
	return webhook.New(webhook.Options{
		Endpoints: []webhook.Endpoint{{Name: "books", Deliver: deliver}}, Feed: f, Memory: f, Now: time.Now, Spread: func() float64 { return 1 },
		Changed: func() <-chan struct{} { return nil }, Longest: longest, Log: slog.New(slog.DiscardHandler),
	})
}

// begin runs it until the test ends.
func begin(t *testing.T, c *webhook.Courier, err error) (end func()) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { c.Run(ctx); close(done) }()
	return func() { stop(); <-done }
}

// Who takes nothing for five days is sent nothing more, and loses nothing by
// it: enabled, it begins with the first that it has not taken. A restart in
// between does not begin the five days anew.
func TestGivenUpAfterFiveDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &feed{places: map[string]webhook.Place{}}
		down, calls, got := true, 0, []string{}
		deliver := func(_ context.Context, ev webhook.Event) error {
			if calls++; down {
				return errors.New("down")
			}
			got = append(got, ev.ID)
			return nil
		}
		c, err := patient(f, 0, deliver)
		f.end = 2
		end := begin(t, c, err)
		began := time.Now()
		time.Sleep(3 * 24 * time.Hour)
		synctest.Wait()
		if s := c.List()[0]; s.Off != "" || s.Since.IsZero() {
			t.Errorf("after three days it is %+v", s)
		}
		end()
		c, err = patient(f, 0, deliver)
		end = begin(t, c, err)
		for c.List()[0].Off == "" && time.Since(began) < 10*24*time.Hour {
			time.Sleep(time.Minute)
		}
		if days := time.Since(began).Hours() / 24; c.List()[0].Off != webhook.OffGivenUp || days < 5 || days > 5.3 {
			t.Errorf("after %.2f days it is %+v", days, c.List()[0])
		}
		tries := calls
		time.Sleep(30 * 24 * time.Hour)
		synctest.Wait()
		if calls != tries || tries < 20 || tries > 60 {
			t.Errorf("it was tried %d times in five days, and %d times after", tries, calls-tries)
		}
		down = false
		if err := c.Enable("books"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if fmt.Sprint(got) != "[e1 e2]" {
			t.Errorf("enabled, it got %v", got)
		}
		end()
	})
}

// An hour's outage with a short longest pause: what waits arrives within it.
func TestLongestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &feed{places: map[string]webhook.Place{}}
		up := time.Now().Add(time.Hour)
		var came time.Time
		c, err := patient(f, 10*time.Minute, func(context.Context, webhook.Event) error {
			if time.Now().Before(up) {
				return errors.New("down")
			}
			came = time.Now()
			return nil
		})
		f.end = 1
		end := begin(t, c, err)
		time.Sleep(2 * time.Hour)
		end()
		if late := came.Sub(up); came.IsZero() || late > 10*time.Minute {
			t.Errorf("it came %s after the outage", late)
		}
	})
}

// A receiver that says when to come back is not asked before, and one that
// asks for a month is asked within six hours.
func TestRetryAfter(t *testing.T) {
	for said, want := range map[string]time.Duration{"120": 2 * time.Minute, "1": 2500 * time.Millisecond, "2592000": 6 * time.Hour, "soon": 2500 * time.Millisecond, "-5": 2500 * time.Millisecond} {
		r := newReceiver(t, func(string, int) int { return http.StatusServiceUnavailable })
		plain := r.Config.Handler
		r.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			w.Header().Set("Retry-After", said)
			plain.ServeHTTP(w, req)
		})
		f := &feed{places: map[string]webhook.Place{}}
		c := courier(t, f, r.endpoint("127.0.0.0/8", oldSecret))
		f.end = 1
		began := time.Now()
		run(t, c, func() bool { return !c.List()[0].Next.IsZero() })
		if waits := c.List()[0].Next.Sub(began); waits < want || waits > want+20*time.Second {
			t.Errorf("%q: it is asked again after %s, want %s", said, waits, want)
		}
	}
}
