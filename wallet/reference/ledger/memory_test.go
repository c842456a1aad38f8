package ledger_test

import (
	"testing"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/ledger/ledgertest"
)

func TestMemory(t *testing.T) {
	ledgertest.Run(t, func(testing.TB) ledger.Store { return ledger.NewMemory() })
}
