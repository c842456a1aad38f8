package server

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent/control"
)

// Journal is the journal as an auditor sees it.
type Journal interface {
	// Entries are at most limit entries behind the n-th, oldest first.
	Entries(after int64, limit int) ([]control.JournalEntry, error)
	// Verify follows the chain from the first entry to the last, and with
	// charges holds every charge against its entries. What is not sound is in
	// the answer; the error is that of a journal that could not be read.
	Verify(ctx context.Context, charges bool) (Verdict, error)
}

// Verdict is how far a journal is sound.
type Verdict struct {
	Entries int64 // that are sound
	Hash    [32]byte
	Broken  int64  // the first entry that is not; 0: none
	Why     string // of Broken, a whole sentence
}

// verifyTime is the longest that a look at the whole journal may take. It stays
// below the time that an answer may take to be written.
const verifyTime = maxWait

// inspections are looks at the whole journal: one at a time, each costs a core.
type inspections struct {
	journal Journal
	one     sync.Mutex
}

func (s *Server) inspections(api huma.API) {
	if s.Journal == nil {
		return
	}
	i := &inspections{journal: s.Journal}
	huma.Register(api, operation(http.MethodGet, control.PathJournal, "journal", "The journal entry by entry, oldest first, with what their hashes cover", control.ScopeRead), i.entries)
	huma.Register(api, operation(http.MethodGet, control.PathJournalVerify, "verify-journal", "Follow the chain of the whole journal", control.ScopeResolve), i.verify)
}

func (i *inspections) entries(_ context.Context, in *struct {
	After int64 `query:"after" minimum:"0" doc:"the next of the page before"`
	Limit int   `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}) (*struct{ Body control.Journal }, error) {
	page, err := i.journal.Entries(in.After, in.Limit)
	if err != nil {
		return nil, unreadable(err)
	}
	out := control.Journal{Entries: page}
	if page == nil {
		out.Entries = []control.JournalEntry{}
	}
	if len(page) == in.Limit {
		out.Next = page[len(page)-1].N
	}
	return &struct{ Body control.Journal }{out}, nil
}

func (i *inspections) verify(ctx context.Context, in *struct {
	Charges bool `query:"charges" doc:"hold every charge against its entries as well"`
}) (*struct{ Body control.Verification }, error) {
	if !i.one.TryLock() {
		return nil, problemOf(http.StatusConflict, "journal.under_way", "the journal is being verified already: wait for its end, and ask again")
	}
	defer i.one.Unlock()
	ctx, cancel := context.WithTimeout(ctx, verifyTime)
	defer cancel()
	began := time.Now()
	v, err := i.journal.Verify(ctx, in.Charges)
	switch {
	case ctx.Err() != nil:
		return nil, problemOf(http.StatusServiceUnavailable, "journal.out_of_time", fmt.Sprintf("the journal was not read to its end within %s: export it, and verify the file", verifyTime))
	case err != nil:
		return nil, unreadable(err)
	}
	return &struct{ Body control.Verification }{control.Verification{
		Whole: v.Broken == 0, Entries: v.Entries, Hash: hex.EncodeToString(v.Hash[:]), Charges: in.Charges,
		Seconds: time.Since(began).Seconds(), Broken: v.Broken, Why: v.Why,
	}}, nil
}

func unreadable(err error) error {
	return problemOf(http.StatusInternalServerError, "journal.unreadable", "the journal cannot be read: "+err.Error())
}
