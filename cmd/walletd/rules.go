package main

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/wallet/reference/risk"
)

// rulesEvery is how often the file of risk rules is looked at.
const rulesEvery = 5 * time.Second

// rulesKept is the file beside the ledger with the newest rules that were taken:
// older ones do not come back by a restart.
const rulesKept = "risk-rules.json"

// rules are the risk rules that hold. A file that is not taken changes nothing.
type rules struct {
	c     configs.Wallet
	key   ed25519.PublicKey
	now   func() time.Time
	log   *slog.Logger
	taken atomic.Pointer[risk.Envelope] // nil: none yet
	seen  string                        // of the file, as it was looked at last
}

// newRules reads the rules; without a file the wallet's own hold. A file that is
// worse than what was taken before does not keep the wallet from starting.
func newRules(c configs.Wallet, now func() time.Time, log *slog.Logger) (*rules, error) {
	r := &rules{c: c, now: now, log: log}
	if c.Risk.File == "" {
		return r, nil
	}
	key, err := base64.StdEncoding.DecodeString(c.Risk.Key)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("%w: risk.key is no Ed25519 key in base64", errConfig)
	}
	r.key = key
	data, err := os.ReadFile(r.keptAt())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the risk rules that held: %w", err)
	}
	if err == nil {
		if err := r.take(data, 0, time.Time{}); err != nil { // also those that have ended: their version counts
			log.Error("the risk rules that held are not readable: the wallet's own hold", "file", r.keptAt(), "error", err)
		}
		r.seen = string(data)
	}
	if err := r.read(); err != nil {
		if r.taken.Load() == nil {
			return nil, fmt.Errorf("%w: risk.rules: %w", errConfig, err)
		}
		log.Error("risk rules were not taken; those of before hold", "error", err)
	}
	return r, nil
}

func (r *rules) keptAt() string { return filepath.Join(r.c.Data, rulesKept) }

// holds are the rules of now. Those that have ended make room for the wallet's own.
func (r *rules) holds() risk.Rules {
	if e := r.taken.Load(); e != nil && r.now().Before(e.NotAfter) {
		return e.Rules
	}
	return risk.Default
}

func (r *rules) version() int64 {
	if e := r.taken.Load(); e != nil {
		return e.Rules.Version
	}
	return 0
}

// take takes rules whose version is above another.
func (r *rules) take(data []byte, above int64, now time.Time) error {
	var signed risk.Signed
	if err := json.Unmarshal(data, &signed); err != nil {
		return err
	}
	e, err := signed.Open(r.key, r.c.ID, above, now)
	if err != nil {
		return err
	}
	r.taken.Store(&e)
	return nil
}

// read takes the file when it has changed, and keeps it.
func (r *rules) read() error {
	data, err := os.ReadFile(r.c.Risk.File)
	if err != nil || string(data) == r.seen {
		return err
	}
	before := r.taken.Load()
	if err := r.take(data, r.version(), r.now()); err != nil {
		return err
	}
	if err := r.keep(data); err != nil {
		r.taken.Store(before)
		return fmt.Errorf("keep risk rules: %w; those of before hold", err)
	}
	r.seen = string(data)
	r.log.Info("risk rules hold", "version", r.version(), "until", r.taken.Load().NotAfter)
	return nil
}

// keep replaces the file as a whole.
func (r *rules) keep(data []byte) error {
	draft := r.keptAt() + ".new"
	f, err := os.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(draft, r.keptAt())
}

// watch takes what comes while the wallet runs, and tells of each trouble once.
func (r *rules) watch(ctx context.Context) {
	if r.c.Risk.File == "" {
		return
	}
	ticks := time.NewTicker(rulesEvery)
	defer ticks.Stop()
	told := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		what := ""
		if err := r.read(); err != nil {
			what = err.Error()
		} else if e := r.taken.Load(); !r.now().Before(e.NotAfter) {
			what = "they have ended: the wallet's own hold until newer ones come"
		}
		if what != "" && what != told {
			r.log.Error("risk rules were not taken, or hold no more", "why", what, "version", r.version())
		}
		told = what
	}
}
