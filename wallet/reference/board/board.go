// Package board is the notice board of the reference wallet: what its
// bulletin says, the key that signs it, and who waits for the next one. It
// decides nothing about money; the ledger asks it what is stopped.
//
// Invariant: what is on the board is on the disk, every change has a higher
// version than all before it, and the private key never leaves this folder.
package board

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/posagent/posagent/wallet/bulletin"
	"github.com/posagent/posagent/wallet/reference/pki"
	"github.com/posagent/posagent/wallet/wire"
)

// The files in the wallet's folder.
const (
	KeyFile  = pki.SigningKeyFile
	SaidFile = "bulletin.json"
)

// A bulletin lives for a day and is issued anew after a quarter of that, so
// that a register notices on the same day that it hears nothing any more.
const (
	life  = 24 * time.Hour
	renew = life / 4
)

// Board is one wallet's board. It is safe for many goroutines.
type Board struct {
	path   string
	wallet string
	key    ed25519.PrivateKey
	now    func() time.Time

	telling sync.Mutex // held while somebody finds out what to publish, and never by who decides about money

	mu      sync.Mutex
	said    bulletin.Bulletin
	data    []byte        // said, signed
	changed chan struct{} // closed and replaced at every change
}

// Open reads the board in a folder that exists, and makes key and bulletin
// when there are none. wallet is the id by which registers know the wallet.
func Open(dir, wallet string, now func() time.Time) (*Board, error) {
	key, err := pki.SigningKey(filepath.Join(dir, KeyFile))
	if err != nil {
		return nil, err
	}
	b := &Board{path: filepath.Join(dir, SaidFile), wallet: wallet, key: key, now: now, changed: make(chan struct{})}
	data, err := os.ReadFile(b.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("read the last bulletin: %w", err)
	default:
		if b.said, err = bulletin.Open(data, []ed25519.PublicKey{b.Key()}, wallet, bulletin.Everybody); err != nil {
			return nil, fmt.Errorf("%s: %w; put it back from a backup, or move it away and order its stops again", b.path, err)
		}
	}
	return b, b.Change(func(*bulletin.Bulletin) {})
}

// Key is what registers pin.
func (b *Board) Key() ed25519.PublicKey { return b.key.Public().(ed25519.PublicKey) }

// Change says something else from now on, durably, under a higher version.
func (b *Board) Change(what func(*bulletin.Bulletin)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.change(what)
}

// change needs mu. The version is also above the clock's seconds: a folder
// that was put back from a backup must not say an old version anew.
func (b *Board) change(what func(*bulletin.Bulletin)) error {
	next := b.said
	what(&next)
	now := b.now().UTC().Truncate(time.Second)
	next.Wallet, next.Audience = b.wallet, bulletin.Everybody
	next.Version = max(b.said.Version+1, now.Unix())
	next.Issued, next.Expires = now, now.Add(life)
	data, err := bulletin.Sign(next, b.key)
	if err != nil {
		return err
	}
	if err := keep(b.path, data); err != nil {
		return fmt.Errorf("keep the bulletin: %w; what it said before still holds", err)
	}
	b.said, b.data = next, data
	close(b.changed)
	b.changed = make(chan struct{})
	return nil
}

// Current is the signed bulletin with its tag, and a channel that is closed
// when there is another one.
func (b *Board) Current() (data []byte, tag string, changed <-chan struct{}, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.now().Sub(b.said.Issued) >= renew {
		err = b.change(func(*bulletin.Bulletin) {})
	}
	return b.data, strconv.Quote("v" + strconv.FormatInt(b.said.Version, 10)), b.changed, err
}

// Said is what the bulletin says.
func (b *Board) Said() bulletin.Bulletin {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.said
}

// Stopped tells whether the function behind a kind of key is stopped.
func (b *Board) Stopped(kind wire.Kind) bool {
	stops := b.Said().Stops
	switch kind {
	case wire.KindTopup:
		return stops.TopUp
	case wire.KindRefund:
		return stops.Refund
	}
	return stops.Pay
}

// keep replaces a file as a whole: a crash leaves the old one or the new one.
func keep(path string, data []byte) error {
	dir := filepath.Dir(path)
	draft, err := os.CreateTemp(dir, filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = draft.Write(data)
	if err = errors.Join(err, draft.Sync(), draft.Close()); err == nil {
		err = os.Rename(draft.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(draft.Name()))
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
