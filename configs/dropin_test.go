package configs_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posagent/posagent/configs"
)

// What the agent writes, it reads again.
func TestSettingsThereAndBack(t *testing.T) {
	s := configs.Settings{
		"device.printer0.address": `"tcp:10.0.0.5:9100"`, "device.printer0.enabled": "true", "device.printer0.id": `"printer0"`,
		"receipt.footer": `"またどうぞ \"!\""`, "offline.override": `["age", "count"]`, "drawer.connector": "5",
	}
	text, err := s.Text()
	if err != nil {
		t.Fatal(err)
	}
	back, err := configs.ReadSettings("x.toml", []byte(text))
	if err != nil || !maps.Equal(s, back) {
		t.Errorf("%v came back as %v (%v) from\n%s", s, back, err, text)
	}
	if _, err := (configs.Settings{"nowhere.at.all": "1"}).Text(); err == nil || !strings.Contains(err.Error(), "nowhere.at.all") {
		t.Errorf("a key that leads nowhere: %v", err)
	}
	if _, err := configs.ReadSettings("x.toml", []byte("[store\nid = 1")); err == nil || !strings.HasPrefix(err.Error(), "x.toml:1:") {
		t.Errorf("broken syntax: %v", err)
	}
}

// A configuration is read as it would be, and nothing is written.
func TestLoadOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "posagent.toml")
	main := "[store]\nid = \"S1\"\nterminal = \"1\"\nname = \"x\"\n[receipt]\nfooter = \"a\"\n"
	if err := os.WriteFile(path, []byte(main), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := configs.LoadOver(path, []byte("[receipt]\nfooter = \"b\"\n"))
	if err != nil || c.Receipt.Footer != "b" || c.Origin("receipt.footer") != configs.DropIn(path)+":2" {
		t.Errorf("%q from %q (%v)", c.Receipt.Footer, c.Origin("receipt.footer"), err)
	}
	_, err = configs.LoadOver(path, []byte("[receipt]\nfoter = \"b\"\n"))
	if err == nil || !strings.HasPrefix(err.Error(), configs.DropIn(path)+":2:1: receipt.foter: unknown key") {
		t.Errorf("a misspelt key: %v", err)
	}
	if c, err = configs.Load(path); err != nil || c.Receipt.Footer != "a" {
		t.Errorf("afterwards it is %q (%v)", c.Receipt.Footer, err)
	}
}
