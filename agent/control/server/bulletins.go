package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent/control"
)

// maxBulletin is the largest bulletin that is imported, in bytes.
const maxBulletin = 1 << 20

// Bulletins are the words of the wallets that this register keeps.
type Bulletins interface {
	// Bulletins are the last ones, one of each wallet that is configured.
	Bulletins() []control.Bulletin
	// Import takes one from a file. The error of one that is not taken is a
	// *NotTaken.
	Import(signed []byte) (control.Bulletin, error)
}

// NotTaken is why a bulletin is not taken.
type NotTaken struct{ Why, Detail string }

func (n *NotTaken) Error() string { return n.Why + ": " + n.Detail }

func (s *Server) bulletins(api huma.API) {
	if s.Bulletins == nil {
		return
	}
	huma.Register(api, operation(http.MethodGet, control.PathBulletins, "bulletins", "What each wallet last said in its signed bulletin: stops, limits, keys", control.ScopeRead), s.listBulletins)
	op := operation(http.MethodPost, control.PathBulletinImport, "import-bulletin", "Take a wallet's signed bulletin from a file", control.ScopeConfig)
	op.MaxBodyBytes = maxBulletin + 1
	huma.Register(api, op, s.importBulletin)
}

func (s *Server) listBulletins(context.Context, *struct{}) (*struct{ Body control.Bulletins }, error) {
	out := control.Bulletins{Bulletins: s.Bulletins.Bulletins()}
	for i := range out.Bulletins {
		s.named(&out.Bulletins[i])
	}
	return &struct{ Body control.Bulletins }{out}, nil
}

func (s *Server) named(b *control.Bulletin) {
	b.WalletName, b.WalletNameE = s.Register.WalletName(b.Wallet)
}

// importBulletin needs no idempotency key: the same bulletin once more changes
// nothing. Who brings it does not matter, because the wallet has signed it.
func (s *Server) importBulletin(ctx context.Context, in *struct{ Body control.SignedBulletin }) (*struct{ Body control.Bulletin }, error) {
	signed, err := json.Marshal(in.Body)
	if err != nil {
		return nil, err
	}
	taken, err := s.Bulletins.Import(signed)
	var not *NotTaken
	switch {
	case errors.As(err, &not):
		s.Log.Warn("a bulletin from a file is not taken", "who", from(ctx).person(), "why", not.Why, "detail", not.Detail)
		return nil, problemOf(http.StatusConflict, "bulletin.refused", not.Error())
	case err != nil:
		return nil, s.explain(err)
	}
	s.Log.Warn("a bulletin came from a file", "who", from(ctx).person(), "wallet", taken.Wallet, "version", taken.Version)
	s.named(&taken)
	return &struct{ Body control.Bulletin }{taken}, nil
}
