package reference

import (
	"errors"
	"net/http"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// Outcome is how the contract says what a call of the ledger came to: 200 and
// no problem when there is an answer, else a problem and its status. Any error that is none of
// the ledger's own is the store's, and then nothing is known of what was kept.
// nonce is that of the request.
func Outcome(err error, nonce string) (status int, problem *wire.Problem) {
	if err == nil {
		return http.StatusOK, nil
	}
	p := wire.Problem{
		Status: http.StatusServiceUnavailable, Type: wire.ProblemBusy,
		Detail: "the books cannot be written at the moment: ask again with the same key",
	}
	switch {
	case errors.Is(err, ledger.ErrUnknownKey):
		p = wire.Problem{Status: http.StatusNotFound, Type: wire.ProblemUnknownKey, Detail: "the key is not in the books; it may still be under way"}
	case errors.Is(err, ledger.ErrConflict):
		p = wire.Problem{Status: http.StatusConflict, Type: wire.ProblemConflict, Detail: "the key stands for another kind, store, terminal, amount, currency, code or charge"}
	case errors.Is(err, ledger.ErrCannotReverse):
		p = wire.Problem{Status: http.StatusConflict, Type: wire.ProblemCannotReverse, Detail: "this key will never be reversed: its time is over, it was refunded, or the money is gone"}
	case errors.Is(err, ledger.ErrConfirming):
		p = wire.Problem{Status: http.StatusConflict, Type: wire.ProblemConfirmPending, Detail: "the customer is about to confirm on the phone: ask again later"}
	case errors.Is(err, ledger.ErrQuota):
		p.Detail = "the register has forwarded as much as it may within 24 hours: ask again later with the same key"
	case errors.Is(err, ledger.ErrEarly):
		p.Detail = "accepted_at is later than the wallet's clock: set the register's clock right, and ask again with the same key"
	case errors.Is(err, ledger.ErrInvalid):
		p = wire.Problem{Status: http.StatusBadRequest, Type: wire.ProblemInvalid, Detail: err.Error()}
	}
	p.Title, p.Nonce = http.StatusText(p.Status), nonce
	return p.Status, &p
}
