// Package judge_test has the printer drivers, the virtual printer and the
// papertape looked at by programs that others wrote: receiptio and receiptline
// (npm) and zbarimg (Debian). `make tools-judges` installs them.
package judge_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/posagent/posagent/agent/paycode/picture"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/all"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/papertape"
	"github.com/posagent/posagent/drivers/profile"
)

// tool is where a program is; without it the test skips.
func tool(t *testing.T, name, from string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("SKIP: %s is not here (%s); make tools-judges installs it", name, from)
	}
	return path
}

// script is a file of the judges' npm packages, and the node that runs it.
func script(t *testing.T, file string) (node, path string) {
	t.Helper()
	node = tool(t, "node", "apt-get install nodejs")
	path, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{path, "node_modules/receiptio/package.json", "node_modules/receiptline/package.json"} {
		if _, err := os.Stat(file); err != nil {
			t.Skip("SKIP: the npm packages receiptio and receiptline are not here; make tools-judges installs them")
		}
	}
	return node, path
}

// model is a profile of the product.
func model(t *testing.T, name string) profile.Printer {
	t.Helper()
	p, err := configs.PrinterProfile(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func encode(t *testing.T, doc printer.Document, p profile.Printer) []byte {
	t.Helper()
	data, odd, err := all.Encode(doc, p)
	if err != nil || len(odd) > 0 {
		t.Fatal(err, odd)
	}
	return data
}

// drawn is a code's modules.
func drawn(text string, level byte) (printer.Bitmap, error) {
	m, err := picture.QR(text, picture.Level(bytes.IndexByte([]byte("LMQH"), level)))
	if err != nil {
		return printer.Bitmap{}, err
	}
	return printer.Bitmap{Width: m.Size, Height: m.Size, Bits: m.Bits}, nil
}

// paper is the one paper of bytes.
func paper(t *testing.T, data []byte, p profile.Printer) papertape.Receipt {
	t.Helper()
	tape, err := papertape.Read(data, p, papertape.Look{QR: drawn})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range tape.Remarks {
		t.Errorf("remark: %v", r)
	}
	if len(tape.Receipts) != 1 {
		t.Fatalf("%d papers, want one", len(tape.Receipts))
	}
	return tape.Receipts[0]
}
