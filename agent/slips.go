package agent

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"
	"unicode"

	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/drivers/scanner"
)

// slips are the store copies that the scanner reads for an import. Whoever
// imports asks for one after the other, and is away for a moment in between.
type slips struct {
	read    []paycode.Secret // and not asked for yet
	waiting int              // who ask for the next one
	until   time.Time        // when an import is over that nobody asks for any more
}

const (
	slipsKept    = 16              // a scanner is not faster than that
	betweenSlips = 3 * time.Second // until an importer asks again
)

// NextSlip is the text of the next store copy that the scanner reads, empty
// when none came within wait. While somebody asks, a store copy goes here and
// not to the cashier; payment codes go to the sale as ever.
func (r *Register) NextSlip(ctx context.Context, wait time.Duration) paycode.Secret {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.slips.waiting++
	r.aim()
	defer r.slipsPause()
	for over := wait <= 0; len(r.slips.read) == 0 && !over; {
		changed := r.changed
		r.mu.Unlock()
		select {
		case <-changed:
		case <-timer.C:
			over = true
		case <-ctx.Done():
			over = true
		case <-r.life.Done():
			over = true
		}
		r.mu.Lock()
	}
	if len(r.slips.read) == 0 || ctx.Err() != nil { // who is gone takes none along
		return ""
	}
	next := r.slips.read[0]
	r.slips.read = r.slips.read[1:]
	return next
}

// slipsPause is the end of one question; r.mu is held. What is read meanwhile
// waits for the next one, but not for ever.
func (r *Register) slipsPause() {
	r.slips.waiting--
	r.slips.until = r.parts.Now().Add(betweenSlips)
	time.AfterFunc(betweenSlips, func() {
		r.mu.Lock()
		r.aim()
		left := !r.importing() && len(r.slips.read) > 0
		if left {
			r.slips.read = nil
		}
		r.mu.Unlock()
		if left {
			_ = r.refuse(&paycode.Refusal{Why: paycode.StoreCopy}) // it was scanned, and nobody took it
		}
	})
}

// importing tells whether store copies are read for an import; r.mu is held.
func (r *Register) importing() bool {
	return r.slips.waiting > 0 || r.parts.Now().Before(r.slips.until)
}

// forImport hands a store copy that was scanned to the import that is under
// way, and tells whether there is one.
func (r *Register) forImport(scan scanner.Scan, err error) bool {
	if !isStoreCopy(err) {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.importing() || len(r.slips.read) == slipsKept {
		return false
	}
	text := bytes.TrimRightFunc(scan.Data, unicode.IsControl) // as the classifier does
	r.slips.read = append(r.slips.read, paycode.Secret(text))
	r.announce()
	return true
}

// SlipInPicture is the text of the store copy in a picture. The error of a
// picture without one is a *Refused.
func (r *Register) SlipInPicture(ctx context.Context, picture io.Reader) (paycode.Secret, error) {
	if r.parts.Imager == nil {
		return "", &Refused{Why: "picture.not_configured"}
	}
	scan, err := r.parts.Imager.Read(ctx, picture, "picture")
	if err != nil {
		return "", err
	}
	if _, err := r.parts.Codes.Classify(scan.AIM, scan.Data); isStoreCopy(err) {
		return paycode.Secret(scan.Data), nil
	}
	for _, c := range scan.Beside { // the wanted one may lie beside another
		if _, err := r.parts.Codes.Classify(c.AIM, c.Data); isStoreCopy(err) {
			return paycode.Secret(c.Data), nil
		}
	}
	return paycode.Secret(scan.Data), nil
}

func isStoreCopy(err error) bool {
	var refused *paycode.Refusal
	return errors.As(err, &refused) && refused.Why == paycode.StoreCopy
}
