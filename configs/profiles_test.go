package configs_test

import (
	"strings"
	"testing"

	"github.com/posagent/posagent/configs"
)

// Every profile that comes with the program is made once.
func TestBuiltInProfiles(t *testing.T) {
	profiles, err := configs.Profiles()
	if err != nil {
		t.Fatal(err)
	}
	models := map[string]string{}
	kinds := map[string]int{}
	for _, p := range profiles {
		kinds[p.Kind]++
		if other, twice := models[p.Model]; twice || p.Model == "" {
			t.Errorf("profiles %s and %s have the same model %q", p.Name, other, p.Model)
		}
		models[p.Model] = p.Name
		switch p.Kind {
		case "printer":
			checkPrinter(t, p.Name)
		case "scanner":
			s, err := configs.ScannerProfile(p.Name)
			if err != nil {
				t.Errorf("%s: %v", p.Name, err)
			}
			if s.MaxBytes < 512 { // EMVCo QR CPM 1.1, 4.1
				t.Errorf("%s: drops codes of %d bytes, but a payment code may have 512", p.Name, s.MaxBytes)
			}
		}
	}
	if kinds["printer"] < 3 || kinds["scanner"] < 10 {
		t.Errorf("there are %v profiles", kinds)
	}
}

func checkPrinter(t *testing.T, name string) {
	t.Helper()
	p, err := configs.PrinterProfile(name)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if p.Dots%8 != 0 {
		t.Errorf("%s: a line of %d dots is not whole bytes", name, p.Dots)
	}
	if p.Confirm != "none" && !p.Status {
		t.Errorf("%s: confirms jobs by %s, but answers nothing", name, p.Confirm)
	}
	if _, err := configs.ScannerProfile(name); err == nil {
		t.Errorf("%s was taken for a scanner", name)
	}
}

func TestProfileThatDoesNotExist(t *testing.T) {
	for _, name := range []string{"", "nothing", "../codes", "profiles/zebra", "zebra.toml"} {
		if _, err := configs.ScannerProfile(name); err == nil || !strings.Contains(err.Error(), "known: ") {
			t.Errorf("profile %q: got %v, want an error that names the known ones", name, err)
		}
	}
}
