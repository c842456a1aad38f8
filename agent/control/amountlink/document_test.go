package amountlink_test

import (
	"encoding/hex"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent/control/amountlink"
)

var controls = map[string]byte{"STX": amountlink.STX, "ETX": amountlink.ETX, "EOT": amountlink.EOT, "ENQ": amountlink.ENQ, "ACK": amountlink.ACK, "NAK": amountlink.NAK}

// bytesOf are the bytes of a line of the document.
func bytesOf(t *testing.T, line string) (out []byte) {
	t.Helper()
	for _, part := range regexp.MustCompile(`"[^"]*"|\S+`).FindAllString(line, -1) {
		switch c, named := controls[part]; {
		case named:
			out = append(out, c)
		case part[0] == '"':
			out = append(out, strings.Trim(part, `"`)...)
		default:
			b, err := hex.DecodeString(part)
			if err != nil || len(b) != 1 {
				t.Fatalf("%q is no byte", part)
			}
			out = append(out, b...)
		}
	}
	return out
}

// The exchanges of docs/integrator/register-link.md, byte by byte.
func TestTheDocument(t *testing.T) {
	text, err := os.ReadFile("../../../docs/integrator/register-link.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```link\n(.*?)```").FindAllSubmatch(text, -1)
	if len(blocks) != 4 {
		t.Fatalf("%d exchanges, want 4", len(blocks))
	}
	bubble(t, func(t *testing.T, r register, till *till, _ *amountlink.Counts) {
		for _, block := range blocks {
			for _, line := range strings.Split(strings.TrimSpace(string(block[1])), "\n") {
				who, what, _ := strings.Cut(line, " ")
				switch p := strings.TrimSpace(what); who {
				case "register":
					r.says(bytesOf(t, p)...)
				case "agent":
					want := bytesOf(t, p)
					got := make([]byte, len(want))
					for i := range got { // so that a difference is shown in full
						if n, err := r.Read(got[i : i+1]); n != 1 || err != nil {
							t.Fatal(err)
						}
					}
					if string(got) != string(want) {
						t.Errorf("%s: the agent says %q, the document %q", line, got, want)
					}
				case "customer":
					time.Sleep(5 * time.Second)
					synctest.Wait()
					till.becomes(today, p, "hand_over")
				default:
					t.Fatalf("%q: who is that?", line)
				}
			}
		}
	})
}
