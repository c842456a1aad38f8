package pole_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/posagent/posagent/drivers/bench"
	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/display"
	"github.com/posagent/posagent/drivers/display/pole"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/virtual"
)

func TestConformance(t *testing.T) {
	for name, p := range map[string]profile.Display{
		"DM-D":           {Model: "DM-D", Language: "dmd", Katakana: true},
		"DM-D, Latin":    {Model: "DM-D", Language: "dmd"},
		"CD5220":         {Model: "CD5220", Language: "cd5220", Katakana: true},
		"CD5220 , Latin": {Model: "CD5220", Language: "cd5220"},
	} {
		t.Run(name, func(t *testing.T) {
			bench.Display(t, p, func(p profile.Display, path string, open port.Opener, log *slog.Logger) bench.DisplayDriver {
				return pole.New("display0", p, path, open, log)
			})
		})
	}
}

// Everything that can be said fits, in both languages.
func TestWordsFit(t *testing.T) {
	for _, what := range []display.What{display.Welcome, display.Amount, display.TopUp, display.Wait, display.Phone, display.Read, display.Paid, display.Declined, display.Staff} {
		for _, language := range []string{"ja", "en"} {
			s := display.Say(what, "¥50,000", language)
			for _, row := range s {
				if n := utf8.RuneCountInString(row.Left) + utf8.RuneCountInString(row.Right); n > display.Columns-1 && row.Right != "" || n > display.Columns || s[0].Left == "" {
					t.Errorf("%s in %s: %q is %d characters", what, language, row, n)
				}
			}
		}
	}
}

// A display behind a printer shows its screens between the documents, and
// nothing of them is printed.
func TestThroughAPrinter(t *testing.T) {
	dir := t.TempDir()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	paper, err := virtual.NewPrinter(filepath.Join(dir, "printer"), filepath.Join(dir, "capture"), log)
	if err != nil {
		t.Fatal(err)
	}
	glass := paper.Attach()
	shown := make(chan [2]string, 1000)
	glass.OnChange(func(lines [2]string) { shown <- lines })
	receipts := make(chan string, 9)
	paper.OnReceipt(func(raw []byte) { receipts <- string(raw) })
	model := profile.Printer{Model: "test-80", Language: "escpos", Columns: 48, Dots: 576, Kanji: "cp932", QR: true, Cut: true, Confirm: "processid", Status: true}
	address := port.Address{Kind: port.Serial, Path: paper.Path(), DataBits: 8, Parity: 'N', StopBits: 1}
	press := escpos.New("printer0", model, paper.Path(), func() (port.Port, error) { return port.Open(address) }, log, nil)
	d := pole.New("display0", profile.Display{Language: "dmd", Katakana: true}, "printer0", pole.Through(press), log)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	var ended sync.WaitGroup
	ended.Go(func() { _ = paper.Run(ctx) })
	ended.Go(func() { press.Run(ctx) })
	ended.Go(func() { d.Run(ctx) })
	t.Cleanup(func() { cancel(); ended.Wait() })
	wait := func(text string) {
		t.Helper()
		for {
			select {
			case lines := <-shown:
				if strings.Contains(lines[0], text) {
					return
				}
			case <-ctx.Done():
				t.Fatalf("%q was never shown; it is %q", text, glass.Lines())
			}
		}
	}
	doc := printer.Document{Blocks: []printer.Block{printer.Text{Text: "領収書"}, printer.Cut{}}}
	for i := range 5 {
		d.Show(display.Say(display.Amount, fmt.Sprintf("¥%d,000", i+1), "ja"))
		wait(fmt.Sprintf("ｺﾞｳｹｲ         ¥%d,000", i+1))
		if out := press.Print(ctx, doc); out.Result != printer.Confirmed {
			t.Fatalf("%+v", out)
		}
		if raw := <-receipts; strings.Contains(raw, "\x1F") || strings.Contains(raw, "\x1B=") {
			t.Errorf("the receipt has a part of the display in it: %q", raw)
		}
	}
	if h := d.Health(); h.State != device.Ready {
		t.Errorf("health is %+v", h)
	}
}

// silent is a wire that takes everything and says nothing.
type silent struct {
	mu     sync.Mutex
	wrote  []string
	closed chan struct{}
}

func (s *silent) Read([]byte, time.Duration) (int, error) { <-s.closed; return 0, port.ErrClosed }
func (s *silent) Write(p []byte, _ time.Duration) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrote = append(s.wrote, string(p))
	return len(p), nil
}
func (s *silent) Close() error { close(s.closed); return nil }

// A display that was switched off and on shows its screen again by itself.
func TestScreenIsRefreshed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wire := &silent{closed: make(chan struct{})}
		d := pole.New("display0", profile.Display{Language: "dmd"}, "wire", func() (port.Port, error) { return wire, nil }, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(t.Context())
		go d.Run(ctx)
		d.Show(display.Screen{{Left: "HELLO"}, {}})
		time.Sleep(time.Minute)
		cancel()
		synctest.Wait()
		hello := 0
		for _, w := range wire.wrote {
			if strings.Contains(w, "HELLO") {
				hello++
			}
		}
		if hello < 4 || hello > 6 {
			t.Errorf("shown %d times in a minute", hello)
		}
	})
}

// No text carries a command to a display, and a screen is always two whole
// lines.
func FuzzScreen(f *testing.F) {
	f.Add("¥100 ｶﾅ", "\x1B@\x0C", true)
	f.Add("\x1F$\x01\x01", "漢字\r\n", false)
	f.Fuzz(func(t *testing.T, left, right string, kana bool) {
		for _, language := range []string{"dmd", "cd5220"} {
			p := profile.Display{Language: language, Katakana: kana}
			b := pole.Encode(display.Screen{{Left: left, Right: right}, {Left: right, Right: left}}, p)
			want := 2 * 24
			if len(b) != want {
				t.Fatalf("%d bytes, want %d: % X", len(b), want, b)
			}
			for i, c := range b {
				head := language == "dmd" && i%24 < 4 || language == "cd5220" && (i%24 < 3 || i%24 == 23)
				if c < 0x20 && !head {
					t.Fatalf("byte %d is %02X: % X", i, c, b)
				}
			}
		}
	})
}
