package supervise_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/drivers/scanner/supervise"
)

// A program that ends opens nothing more: to find out that a device in the
// network is not there can take long.
func TestNothingIsOpenedAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opened := 0
		s := supervise.New(supervise.Config{ID: "scanner1", Open: func(supervise.Host) (supervise.Source, error) {
			opened++
			return nil, errors.New("nothing is there")
		}}, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		time.Sleep(time.Minute)
		synctest.Wait()
		before := opened
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) || opened != before {
			t.Errorf("opened %d times after the end, which is %v", opened-before, err)
		}
	})
}
