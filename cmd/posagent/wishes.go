package main

import (
	"context"
	"time"

	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/offline"
)

// wishes keep what idempotency keys stand for; see server.Wishes.
type wishes struct{ store *offline.Store }

func (w wishes) Wish(id [16]byte) (body [16]byte, said string, err error) {
	found, _, err := w.store.Wish(id)
	return found.Body, found.Said, err
}

func (w wishes) KeepWish(id, body [16]byte, said string, at time.Time) {
	w.store.KeepWish(offline.Wish{ID: id, Body: body, Said: said, At: at})
}

// forgetWishes drops what idempotency keys stood for once their time is over, at
// the start and every hour.
func (d *program) forgetWishes(ctx context.Context) {
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	for {
		if _, err := d.store.ForgetWishes(time.Now().Add(-server.WishesFor)); err != nil {
			d.log.Error("old idempotency keys stay", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
