package control

import (
	"context"
	"net/http"
	"time"
)

// Paths of what changes hands: taken without a network by one register, and
// collected by another.
const (
	PathQueueRecipient = "/v1/queue/recipient" // GET -> Recipient
	PathQueueExport    = "/v1/queue/export"    // POST NewExport -> QueueFile
	PathQueueImport    = "/v1/queue/import"    // POST NewImport -> Import
	PathQueueReclaim   = "/v1/queue/reclaim"   // POST -> Reclaimed
)

// Recipient is whom others seal queue files for, so that this register can open
// them.
type Recipient struct {
	Recipient string `json:"recipient" doc:"an age recipient"`
}

// NewExport asks for a queue file: for registers by their recipients, or for
// whoever knows a passphrase.
type NewExport struct {
	Recipients []string `json:"recipients,omitempty" maxItems:"20"`
	Passphrase string   `json:"passphrase,omitempty" maxLength:"200" doc:"at least 12 characters"`
	Again      bool     `json:"again,omitempty" doc:"also what has left with an earlier file that is lost"`
}

// QueueFile is a queue file and what is in it. The charges are marked as moved
// by then: keep the file until they are collected.
type QueueFile struct {
	ID     string    `json:"id"`
	File   []byte    `json:"file" doc:"base64; sealed with age"`
	Made   time.Time `json:"made"`
	Count  int       `json:"count"`
	Amount int64     `json:"amount" doc:"of all in it, in minor units"`
	Left   int       `json:"left" doc:"charges that had no room: export once more"`
	Stay   int       `json:"stay" doc:"charges that stay here: of other registers, or whose code cannot be read"`
}

// NewImport brings a queue file.
type NewImport struct {
	File       []byte `json:"file" doc:"base64"`
	Passphrase string `json:"passphrase,omitempty" maxLength:"200"`
}

// Import is what became of the charges in a queue file. Doing it twice changes
// nothing more.
type Import struct {
	ID       string    `json:"id"`
	Terminal string    `json:"terminal" doc:"the register that made the file"`
	Made     time.Time `json:"made"`
	Taken    int       `json:"taken" doc:"in the books now, and collected from here"`
	Back     int       `json:"back" doc:"had left this register, and are collected here again"`
	Known    int       `json:"known" doc:"were in the books already"`
	Amount   int64     `json:"amount" doc:"of those taken and back, in minor units"`
	Refused  []NotIn   `json:"refused" doc:"not taken in"`
}

// NotIn is a charge that is not taken in, and why.
type NotIn struct {
	Key string `json:"key"`
	Why string `json:"why" doc:"for an engineer"`
}

// Reclaimed is how many charges are collected here again, after the queue file
// with which they left was lost.
type Reclaimed struct {
	Count int `json:"count"`
}

// QueueRecipient is whom to seal queue files for that this register is to take
// in.
func (c *Client) QueueRecipient(ctx context.Context) (Recipient, error) {
	var out Recipient
	return out, c.call(ctx, http.MethodGet, PathQueueRecipient, nil, &out)
}

// ExportQueue lets what waits leave with a file. When the answer gets lost the
// charges have left all the same: ask for them Again.
func (c *Client) ExportQueue(ctx context.Context, n NewExport) (QueueFile, error) {
	var out QueueFile
	return out, c.call(ctx, http.MethodPost, PathQueueExport, n, &out)
}

// ImportQueue takes a queue file in.
func (c *Client) ImportQueue(ctx context.Context, n NewImport) (Import, error) {
	var out Import
	return out, c.call(ctx, http.MethodPost, PathQueueImport, n, &out)
}

// ReclaimQueue lets what left with files be collected here again.
func (c *Client) ReclaimQueue(ctx context.Context) (Reclaimed, error) {
	var out Reclaimed
	return out, c.call(ctx, http.MethodPost, PathQueueReclaim, nil, &out)
}
