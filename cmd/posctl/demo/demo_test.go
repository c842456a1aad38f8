package demo_test

import (
	"bytes"
	"context"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestVisit is what a visitor does, from the first start to Ctrl-C.
func TestVisit(t *testing.T) {
	s := raise(t, filepath.Join(t.TempDir(), "demo"))
	t.Run("facts", func(t *testing.T) { s.with(t).seesFacts() })
	t.Run("scanner", func(t *testing.T) { s.with(t).paysAtTheScanner() })
	t.Run("camera", func(t *testing.T) { s.with(t).paysWithAPicture() })
	t.Run("wallet", func(t *testing.T) { s.with(t).stopsAndStartsTheWallet() })
	t.Run("fault", func(t *testing.T) { s.with(t).ordersAFault() })
	t.Run("signed codes", func(t *testing.T) { s.with(t).showsSignedCodes() })
	t.Run("offline", func(t *testing.T) { s.with(t).paysWithSignedCodes() })
	t.Run("stop switch", func(t *testing.T) { s.with(t).flipsStopSwitches() })
	t.Run("confirm", func(t *testing.T) { s.with(t).confirmsOnThePhone() })
	t.Run("a code that is shown", func(t *testing.T) { s.with(t).paysAShownCode() })
	t.Run("devices", func(t *testing.T) { s.with(t).pullsPlugs() })
	t.Run("receipts that go wrong", func(t *testing.T) { s.with(t).losesReceipts() })
	t.Run("a flood of noise", func(t *testing.T) { s.with(t).floods() })
	t.Run("the customer's display and the drawer", func(t *testing.T) { s.with(t).looksAtTheCounter() })
	t.Run("orders", func(t *testing.T) { s.with(t).givesWrongOrders() })
	t.Run("second demo", func(t *testing.T) { s.with(t).startsAnother() })
	t.Run("kill", func(t *testing.T) { s.with(t).killsTheAgent() })
	t.Run("end", func(t *testing.T) { s.with(t).leaves() })
}

func (s *stage) with(t *testing.T) *stage {
	copied := *s
	copied.T = t
	return &copied
}

func (s *stage) seesFacts() {
	f := s.facts
	for name, value := range map[string]string{
		"agent_url": f.AgentURL, "wallet_url": f.WalletURL, "api_token": f.APIToken, "scanner_path": f.ScannerPath,
		"printer_capture": f.PrinterCapture, "camera_upload_path": f.CameraUploadPath,
	} {
		if value == "" {
			s.Errorf("%s is empty in demo.json", name)
		}
		if said := s.said(); name != "wallet_url" && name != "camera_upload_path" && !strings.Contains(said, value) {
			s.Errorf("%s %s is not on the screen:\n%s", name, value, said)
		}
	}
	if len(f.CashierPIN) < 4 || len(f.ManagerPIN) < 6 {
		s.Errorf("the PINs are %q and %q", f.CashierPIN, f.ManagerPIN)
	}
	if modeOf(s.T, s.dir) != 0o700 || modeOf(s.T, filepath.Join(s.dir, "demo.json")) != 0o600 {
		s.Error("others may look into the demo's directory or at its facts")
	}
	register, err := s.agent.Register(context.Background())
	check(s.T, err)
	health, err := s.agent.Health(context.Background())
	check(s.T, err)
	for _, trouble := range health.Troubles {
		if trouble.Code == "wallet.unreachable" {
			s.Error("the wallet is there, but the register has not seen it yet")
		}
	}
	if !register.Demo {
		s.Error("the register does not say that this is the demo")
	}
	resp, err := http.Get(f.AgentURL + "/pos")
	check(s.T, err)
	check(s.T, resp.Body.Close())
	if resp.StatusCode != http.StatusOK {
		s.Errorf("the cashier's page answers %s", resp.Status)
	}
}

func (s *stage) paysAtTheScanner() {
	sale := s.ring(1280)
	s.scan(s.order("code"))
	sale = s.await(sale, "approved")
	eventually(s.T, "the receipt is on paper", func() bool {
		now, err := s.agent.Sale(context.Background(), sale.ID, 0)
		check(s.T, err)
		return now.Paper == "confirmed"
	})
	capture, err := os.ReadFile(s.facts.PrinterCapture)
	check(s.T, err)
	if !bytes.Contains(capture, []byte(sale.ChargeKey)) {
		s.Error("the captured bytes do not name the charge")
	}
	eventually(s.T, "the receipt can be read beside the capture", func() bool {
		text, _ := os.ReadFile(s.facts.PrinterCapture + ".txt")
		return bytes.Contains(text, []byte(sale.ChargeKey))
	})
	text, err := os.ReadFile(s.facts.PrinterCapture + ".txt")
	check(s.T, err)
	for _, part := range []string{"みほんペイ", "T9000000000000", "おにぎり", "8%対象", "1 , 2 8 0"} {
		if !bytes.Contains(text, []byte(part)) {
			s.Errorf("%q is not on the receipt:\n%s", part, text)
		}
	}
	picture, err := os.Open(s.facts.PrinterCapture + ".png")
	check(s.T, err)
	defer picture.Close()
	paper, err := png.Decode(picture)
	check(s.T, err)
	if size := paper.Bounds().Size(); size.X < 500 || size.Y < 500 {
		s.Errorf("the picture of the receipt is %v", size)
	}
}

func (s *stage) paysWithAPicture() {
	file := filepath.Join(s.TempDir(), "code.png")
	sale := s.ring(330)
	s.order("code", "--png", file)
	if paid := s.upload(file); paid.ID != sale.ID || paid.State != "approved" {
		s.Errorf("the upload pays %+v", paid)
	}
	poor := s.ring(330)
	s.order("code", "--png", file, "--customer", "zero")
	if paid := s.upload(file); paid.ID != poor.ID || paid.State != "declined" || paid.Reason != "insufficient_funds" {
		s.Errorf("a customer without money pays %+v", paid)
	}
}

func (s *stage) stopsAndStartsTheWallet() {
	code := s.order("code")
	s.order("wallet", "stop")
	if _, running := s.children()["walletd"]; running {
		s.Error("the wallet was stopped and runs")
	}
	sale := s.ring(210)
	s.scan(code)
	eventually(s.T, "the register says that the wallet is away", func() bool {
		health, err := s.agent.Health(context.Background())
		check(s.T, err)
		return len(health.Troubles) == 1 && health.Troubles[0].Code == "wallet.unreachable"
	})
	if _, err := s.posctl("demo", "code"); err == nil {
		s.Error("a wallet that is stopped gives codes")
	}
	s.order("wallet", "start")
	s.scan(s.order("code")) // an order is done when its answer comes
	s.await(sale, "approved")
}

func (s *stage) ordersAFault() {
	sale := s.ring(440)
	code := s.order("code")
	s.order("wallet", "fault", "silent")
	s.scan(code)
	doubtful := s.await(sale, "indoubt")
	if doubtful.Goods != "hold" || !doubtful.Checking {
		s.Errorf("in doubt the sale is %+v", doubtful)
	}
	s.order("wallet", "fault", "none")
	s.await(sale, "approved") // the inquiry finds what the wallet had committed
}

func (s *stage) confirmsOnThePhone() {
	if out, err := s.posctl("demo", "confirm"); err == nil {
		s.Errorf("a customer confirms what nobody asked for: %s", out)
	}
	s.order("wallet", "fault", "confirm")
	for said, state := range map[string]string{"": "approved", "--no": "declined"} {
		sale := s.ring(330)
		s.scan(s.order("code"))
		if waiting := s.await(sale, "pending"); waiting.Goods != "hold" {
			s.Errorf("before the customer has confirmed, the sale is %+v", waiting)
		}
		if said == "" {
			s.order("confirm")
		} else {
			s.order("confirm", said)
		}
		s.await(sale, state)
	}
	s.order("wallet", "fault", "none")
}

// paysAShownCode: the register shows a code, a phone pays it, the receipt comes.
func (s *stage) paysAShownCode() {
	if out, err := s.posctl("demo", "pay"); err == nil {
		s.Errorf("a customer pays a code that is not shown: %s", out)
	}
	sale := s.ring(770)
	shown, err := s.agent.ShowSale(context.Background(), sale.ID, "")
	check(s.T, err)
	if shown.State != "pending" || shown.Show == nil || shown.Show.Size == 0 || shown.Goods != "hold" {
		s.Errorf("shown: %+v", shown)
	}
	if out, err := s.posctl("demo", "pay", "--customer", "zero"); err == nil {
		s.Errorf("a customer without money pays: %s", out)
	}
	s.order("pay", "--customer", "hiro")
	s.await(sale, "approved")
	s.awaitPaper(sale, "printed")
	if out, err := s.posctl("demo", "pay", shown.Show.Text); err == nil {
		s.Errorf("another customer pays it again: %s", out)
	}
	sale = s.ring(771)
	shown, err = s.agent.ShowSale(context.Background(), sale.ID, "own")
	check(s.T, err)
	_, err = s.agent.CancelSale(context.Background(), sale.ID)
	check(s.T, err)
	s.await(sale, "reversed")
	if out, err := s.posctl("demo", "pay", shown.Show.Text); err == nil {
		s.Errorf("a cancelled code is paid: %s", out)
	}
}

func (s *stage) pullsPlugs() {
	for _, id := range []string{"printer0", "scanner0", "display0"} {
		s.order("device", "unplug", id)
		s.awaitDevice(id, "absent")
		s.order("device", "plug", id)
		s.awaitDevice(id, "ready")
	}
	s.order("device", "paper-out", "printer0")
	s.awaitDevice("printer0", "blocked")
	s.order("device", "paper-in", "printer0")
	s.awaitDevice("printer0", "ready")
	sale := s.ring(150)
	s.order("device", "noise", "scanner0")
	eventually(s.T, "noise is refused", func() bool {
		r, err := s.agent.Register(context.Background())
		check(s.T, err)
		return r.Refusal != nil && strings.HasPrefix(r.Refusal.Why, "scan.")
	})
	s.order("code", "--scan")
	s.await(sale, "approved")
}

func (s *stage) givesWrongOrders() {
	for _, wrong := range [][]string{
		{"device", "unplug", "toaster"}, {"device", "paper-out", "scanner0"}, {"device", "plug", "drawer"}, {"device", "noise", "printer0"},
		{"wallet", "fault", "lazy"}, {"code", "--customer", "nobody"},
	} {
		if out, err := s.posctl(append([]string{"demo"}, wrong...)...); err == nil {
			s.Errorf("demo %v is taken: %s", wrong, out)
		}
	}
}

// startsAnother: two demos would share their books and devices.
func (s *stage) startsAnother() {
	second := launch(s.T, s.dir)
	if code := second.ended(); code == 0 || !strings.Contains(second.said(), "running") {
		s.Errorf("a second demo in the same directory: exit code %d, %s", code, second.said())
	}
	if _, err := s.agent.Register(context.Background()); err != nil || !exists(filepath.Join(s.dir, "demo.json")) {
		s.Errorf("the first demo suffered: %v", err)
	}
}

// killsTheAgent: it comes back by itself, as under systemd, and settles what
// it left.
func (s *stage) killsTheAgent() {
	sale := s.ring(777)
	before := s.children()["posagent"]
	check(s.T, syscall.Kill(before, syscall.SIGKILL))
	eventually(s.T, "another agent runs", func() bool { now := s.children()["posagent"]; return now != 0 && now != before })
	eventually(s.T, "it takes calls", func() bool { _, err := s.agent.Register(context.Background()); return err == nil })
	s.await(sale, "reversed")
	s.awaitDevice("scanner0", "ready")
	sale = s.ring(778)
	s.order("code", "--scan")
	s.await(sale, "approved")
}

// leaves: after Ctrl-C nothing runs, and nothing says that something does.
func (s *stage) leaves() {
	children := s.children()
	if len(children) != 2 {
		s.Errorf("the children are %v, want posagent and walletd", children)
	}
	if code := s.interrupt(); code != 0 {
		s.Errorf("exit code %d after Ctrl-C:\n%s", code, s.said())
	}
	for name, pid := range children {
		if alive(pid) {
			s.Errorf("%s outlives the demo", name)
		}
	}
	for _, left := range []string{"demo.json", "demo.sock", "agent/api.sock", "wallet/try.sock", "dev/scanner0", "dev/customer", "dev/printer0"} {
		if exists(filepath.Join(s.dir, left)) {
			s.Errorf("%s is left", left)
		}
	}
	if _, err := s.posctl("demo", "code"); err == nil || !strings.Contains(err.Error(), "no demo is running") {
		s.Errorf("after the end an order says %v", err)
	}
}

// TestAgain: a second visit in the same directory finds the books of the
// first, and a demo that is killed takes its children along.
func TestAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	first := raise(t, dir)
	sale := first.ring(100)
	first.order("code", "--scan")
	first.await(sale, "approved")
	children := first.children()
	check(t, first.cmd.Process.Kill())
	first.ended()
	for name, pid := range children {
		eventually(t, name+" ends with the demo", func() bool { return !alive(pid) })
	}
	second := raise(t, dir)
	old, err := second.agent.Sale(context.Background(), sale.ID, 0)
	check(t, err)
	if old.State != "approved" {
		t.Errorf("in the second demo the first one's sale is %+v", old)
	}
	sale = second.ring(200)
	second.order("code", "--scan")
	second.await(sale, "approved")
	if code := second.interrupt(); code != 0 {
		t.Errorf("exit code %d after Ctrl-C", code)
	}
}

// TestNotBuilt: without the programs beside it the demo says what to do, and
// leaves nothing running.
func TestNotBuilt(t *testing.T) {
	bin, err := programs()
	check(t, err)
	alone := t.TempDir()
	program, err := os.ReadFile(filepath.Join(bin, "posctl"))
	check(t, err)
	check(t, os.WriteFile(filepath.Join(alone, "posctl"), program, 0o700))
	s := launchFrom(t, alone, filepath.Join(t.TempDir(), "demo"))
	if code := s.ended(); code == 0 || !strings.Contains(s.said(), "make build") {
		t.Errorf("exit code %d, and it says:\n%s", code, s.said())
	}
	if exists(filepath.Join(s.dir, "demo.json")) {
		t.Error("demo.json says that it is up")
	}
}
