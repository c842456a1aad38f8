package papertape_test

import (
	"os"
	"testing"

	"github.com/posagent/posagent/drivers/printer/papertape"
)

func TestGoldenLook(t *testing.T) {
	data, _ := os.ReadFile("/tmp/r.bin")
	tape, err := papertape.Read(data, model(), papertape.Look{QR: drawQR})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(tape.Receipts[0].Text())
	picture(t, tape.Receipts[0])
}
