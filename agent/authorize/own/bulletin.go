package own

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/wallet/wire"
)

// mostBulletin is the largest bulletin that is read, in bytes.
const mostBulletin = 1 << 20

// ErrNoBulletin means that the wallet is there and has no bulletins.
var ErrNoBulletin = errors.New("this wallet has no bulletin")

// Notices waits for the bulletins of one wallet. It judges none: they are
// signed, and whoever keeps the keys opens them.
type Notices struct {
	Line   *authorize.Line // of its own, so that waiting never stands before a charge
	Within time.Duration   // for an answer, beside the wait
	Clock  func(time.Time) // is told what the wallet's clock shows, as answers come; nil: nobody
}

// Next waits at the wallet for a bulletin other than the one with the tag
// have, which may be empty. A nil one means that there is no other.
func (n *Notices) Next(ctx context.Context, have string, wait time.Duration) (signed []byte, tag string, err error) {
	ctx, cancel := context.WithTimeout(ctx, wait+n.Within)
	defer cancel()
	path := wire.PathBulletin + "?wait=" + url.QueryEscape(wait.String())
	page, err := n.Line.Fetch(ctx, path, have, mostBulletin)
	if err == nil && n.Clock != nil && !page.Date.IsZero() {
		n.Clock(page.Date)
	}
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("ask for the bulletin: %w", authorize.Told(err))
	case page.Status == http.StatusNotModified:
		return nil, have, nil
	case page.Status == http.StatusNotFound:
		return nil, "", ErrNoBulletin
	case page.Status != http.StatusOK:
		return nil, "", fmt.Errorf("ask for the bulletin: the wallet answers %d", page.Status)
	case len(page.Body) == 0:
		return nil, "", errors.New("ask for the bulletin: the wallet's answer is empty")
	}
	return page.Body, page.Tag, nil
}
