package escpos_test

import (
	"testing"

	"github.com/posagent/posagent/drivers/bench"
)

func TestMain(m *testing.M) { bench.Main(m) }
