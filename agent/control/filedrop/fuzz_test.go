package filedrop_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/amountlink"
	"github.com/posagent/posagent/agent/control/filedrop"
)

// Whatever lies in the folder under whatever name, it is answered or put aside,
// nothing is left half done, and nothing outside of the folder is touched.
func FuzzDropped(f *testing.F) {
	f.Add("42", []byte(amountlink.Request{Op: amountlink.OpSale, Sequence: 42, Amount: 1280}.Text()))
	f.Add("42", []byte(amountlink.Request{Op: amountlink.OpSale, Sequence: 42, Amount: 1280, Wait: 30}.Text()+"\r\n"))
	f.Add("..", []byte("x"))
	f.Add("..\xff 会計", []byte{0})
	f.Add(strings.Repeat("a", 251), []byte(strings.Repeat("1", 600)))
	f.Add("", []byte{})
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		if strings.ContainsAny(name, "/\x00") || len(name) > 251 {
			return // no file has this name
		}
		above := t.TempDir()
		dir := filepath.Join(above, "drop")
		must(t, os.Mkdir(dir, 0o700))
		must(t, os.WriteFile(filepath.Join(dir, name+".req"), text, 0o600))
		synctest.Test(t, func(t *testing.T) {
			desk := amountlink.Desk{Sales: &till{sales: map[string]control.Sale{}}, Day: func(time.Time) string { return "2026-11-22" }, Now: time.Now}
			counts := &filedrop.Counts{}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() {
				ended <- filedrop.Drop{Dir: dir, Desk: desk, Counts: counts, Log: slog.New(slog.DiscardHandler)}.Serve(ctx, func() {})
			}()
			time.Sleep(35 * time.Second) // longer than a request may wait
			cancel()
			<-ended
			outcome(t, dir, name, counts)
		})
		if there, err := os.ReadDir(above); err != nil || len(there) != 1 {
			t.Errorf("outside of the folder there is %v, %v", there, err)
		}
	})
}

// outcome is one answer that the register can read, or one file in bad.
func outcome(t *testing.T, dir, name string, counts *filedrop.Counts) {
	t.Helper()
	left, err := os.ReadDir(dir)
	must(t, err)
	bad, err := os.ReadDir(filepath.Join(dir, "bad"))
	must(t, err)
	if counts.Requests.Load() == 0 {
		if len(left) != 1 || len(bad) != 2 || counts.Bad.Load() != 1 {
			t.Errorf("it is no request: %v is left, %v is in bad, %d were counted", left, bad, counts.Bad.Load())
		}
		return
	}
	answer, err := os.ReadFile(filepath.Join(dir, name+".ans"))
	must(t, err)
	if _, err := amountlink.ParseAnswer(strings.TrimSuffix(string(answer), "\r\n")); err != nil || len(left) != 2 || len(bad) != 0 {
		t.Errorf("it was answered with %q, %v: %v is left, %v is in bad", answer, err, left, bad)
	}
}
