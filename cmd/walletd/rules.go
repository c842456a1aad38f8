package main

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/wallet/reference/risk"
)

// rulesEvery is how often the file of risk rules is looked at.
const rulesEvery = 5 * time.Second

// rules are the risk rules that hold. A file that is not taken changes nothing,
// and is told once.
type rules struct {
	c    configs.Wallet
	key  ed25519.PublicKey
	now  func() time.Time
	log  *slog.Logger
	hold atomic.Pointer[risk.Rules]
	seen string // of the file, as it was looked at last
}

// newRules reads the rules; without a file the wallet's own hold.
func newRules(c configs.Wallet, log *slog.Logger) (*rules, error) {
	r := &rules{c: c, now: time.Now, log: log}
	own := risk.Default
	r.hold.Store(&own)
	if c.Risk.File == "" {
		return r, nil
	}
	key, err := base64.StdEncoding.DecodeString(c.Risk.Key)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("%w: risk.key is no Ed25519 key in base64", errConfig)
	}
	r.key = key
	if err := r.read(0); err != nil {
		return nil, fmt.Errorf("%w: risk.rules: %w", errConfig, err)
	}
	return r, nil
}

func (r *rules) holds() risk.Rules { return *r.hold.Load() }

// read takes the file when it has changed.
func (r *rules) read(above int64) error {
	data, err := os.ReadFile(r.c.Risk.File)
	if err != nil {
		return err
	}
	if string(data) == r.seen {
		return nil
	}
	r.seen = string(data)
	var signed risk.Signed
	if err := json.Unmarshal(data, &signed); err != nil {
		return err
	}
	next, err := signed.Open(r.key, r.c.ID, above, r.now())
	if err != nil {
		return err
	}
	r.hold.Store(&next)
	r.log.Info("risk rules hold", "version", next.Version)
	return nil
}

// watch takes what comes while the wallet runs. Rules that are replaced do not come
// back: their version only rises.
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
			err := r.read(r.holds().Version)
			if err == nil {
				told = ""
				continue
			}
			if told != err.Error() && !errors.Is(err, context.Canceled) {
				told = err.Error()
				r.log.Error("risk rules were not taken; those of before hold", "error", err, "version", r.holds().Version)
			}
		}
	}
}
