package hotplug_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/posagent/posagent/configs"
)

const rulesFile = "../../packaging/udev/70-posagent.rules"

// rule is one line of a udev rules file (udev(7)).
type rule struct {
	line    int
	matches []term
	assigns []term
}

type term struct{ key, op, value string }

var (
	termForm = regexp.MustCompile(`^([A-Z_]+(?:\{[A-Za-z0-9_./-]+\})?)(==|!=|\+=|:=|=)"([^"\\]*)"$`)

	// keys that udev(7) knows and that these rules may use, with the operators
	// that go with them.
	keyForms = map[string]string{
		"ACTION": "match", "KERNEL": "match", "SUBSYSTEM": "match", "SUBSYSTEMS": "match", "ATTR": "match", "ATTRS": "match",
		"ENV": "both", "GROUP": "assign", "MODE": "assign", "SYMLINK": "assign", "GOTO": "assign", "LABEL": "assign",
	}
)

// parseRules reads a rules file as strictly as udevadm verify does: what udev
// would pass over with a word in the log is an error here.
func parseRules(text string) ([]rule, error) {
	var out []rule
	var all []error
	labels, gotos := map[string]int{}, map[string]int{}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		r := rule{line: i + 1}
		for _, part := range strings.Split(line, ", ") {
			m := termForm.FindStringSubmatch(part)
			if m == nil {
				all = append(all, fmt.Errorf("line %d: %q is not KEY==\"value\"", i+1, part))
				continue
			}
			t := term{m[1], m[2], m[3]}
			name, _, braced := strings.Cut(t.key, "{")
			form := keyForms[name]
			matching := t.op == "==" || t.op == "!="
			switch {
			case form == "" || braced != (name == "ATTR" || name == "ATTRS" || name == "ENV"):
				all = append(all, fmt.Errorf("line %d: %s is not a key of udev", i+1, t.key))
			case form == "match" && !matching || form == "assign" && matching:
				all = append(all, fmt.Errorf("line %d: %s cannot have %s", i+1, t.key, t.op))
			case matching && len(r.assigns) > 0:
				all = append(all, fmt.Errorf("line %d: %s is asked for behind what is set", i+1, t.key))
			case t.value == "":
				all = append(all, fmt.Errorf("line %d: %s is empty", i+1, t.key))
			case matching:
				r.matches = append(r.matches, t)
			default:
				r.assigns = append(r.assigns, t)
			}
			switch t.key {
			case "LABEL":
				labels[t.value] = i + 1
			case "GOTO":
				gotos[t.value] = i + 1
			case "MODE":
				if !regexp.MustCompile(`^0?[0-7]{3}$`).MatchString(t.value) {
					all = append(all, fmt.Errorf("line %d: mode %s", i+1, t.value))
				}
			}
		}
		if len(r.assigns) == 0 {
			all = append(all, fmt.Errorf("line %d: it sets nothing", i+1))
		}
		out = append(out, r)
	}
	for label, from := range gotos {
		if labels[label] <= from {
			all = append(all, fmt.Errorf("line %d: no label %s behind it", from, label))
		}
	}
	return out, errors.Join(all...)
}

// apply is what udev sets for a device with these properties, where
// ATTRS{idVendor} is one of them.
func apply(rules []rule, device map[string]string) map[string]string {
	set := map[string]string{}
	skipTo := ""
	for _, r := range rules {
		for _, a := range r.assigns {
			if a.key == "LABEL" && a.value == skipTo {
				skipTo = ""
			}
		}
		holds := skipTo == ""
		for _, m := range r.matches {
			value, ok := set[m.key]
			if !ok {
				value = device[m.key]
			}
			matched := slices.ContainsFunc(strings.Split(m.value, "|"), func(pattern string) bool {
				ok, err := path.Match(pattern, value)
				return ok && err == nil
			})
			holds = holds && matched == (m.op == "==")
		}
		if !holds {
			continue
		}
		for _, a := range r.assigns {
			if a.key == "GOTO" {
				skipTo = a.value
			} else if a.key != "LABEL" {
				set[a.key] = a.value
			}
		}
	}
	return set
}

func readRules(t *testing.T) []rule {
	t.Helper()
	text, err := os.ReadFile(rulesFile)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := parseRules(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

func TestUdevRules(t *testing.T) {
	rules := readRules(t)
	const vendor = "ATTRS{idVendor}"
	for name, c := range map[string]struct {
		device map[string]string
		want   map[string]string // group, and who keeps off
	}{
		"a USB printer of any maker": {
			map[string]string{"SUBSYSTEM": "usbmisc", "KERNEL": "lp0", vendor: "ffff"},
			map[string]string{"GROUP": "pos", "MODE": "0660"},
		},
		"a scanner's serial line": {
			map[string]string{"SUBSYSTEM": "tty", "KERNEL": "ttyACM0", vendor: "0c2e"},
			map[string]string{"GROUP": "pos", "MODE": "0660", "ENV{ID_MM_DEVICE_IGNORE}": "1", "ENV{ID_MM_PORT_IGNORE}": "1", "ENV{POSAGENT_DEVICE}": "scanner"},
		},
		"a scanner itself": {
			map[string]string{"SUBSYSTEM": "usb", "ENV{DEVTYPE}": "usb_device", vendor: "0c2e"},
			map[string]string{"ENV{ID_MM_DEVICE_IGNORE}": "1", "ENV{POSAGENT_DEVICE}": "scanner"},
		},
		"a scanner's keys": {
			map[string]string{"SUBSYSTEM": "input", "KERNEL": "event3", vendor: "05e0"},
			map[string]string{"GROUP": "pos", "MODE": "0660", "ENV{LIBINPUT_IGNORE_DEVICE}": "1", "ENV{POSAGENT_DEVICE}": "scanner"},
		},
		"a scanner's reports": {
			map[string]string{"SUBSYSTEM": "hidraw", "KERNEL": "hidraw0", vendor: "1eab"},
			map[string]string{"GROUP": "pos", "MODE": "0660", "ENV{POSAGENT_DEVICE}": "scanner"},
		},
		"an adapter to RS-232": {
			map[string]string{"SUBSYSTEM": "tty", "KERNEL": "ttyUSB1", vendor: "0403"},
			map[string]string{"GROUP": "pos", "MODE": "0660", "ENV{ID_MM_DEVICE_IGNORE}": "1", "ENV{ID_MM_PORT_IGNORE}": "1", "ENV{POSAGENT_DEVICE}": "adapter"},
		},
		"a camera": {
			map[string]string{"SUBSYSTEM": "video4linux", "KERNEL": "video0", vendor: "046d"},
			map[string]string{"GROUP": "pos", "MODE": "0660"},
		},
		"the clerk's keyboard":  {map[string]string{"SUBSYSTEM": "input", "KERNEL": "event0", vendor: "046d"}, map[string]string{}},
		"its reports":           {map[string]string{"SUBSYSTEM": "hidraw", "KERNEL": "hidraw1", vendor: "046d"}, map[string]string{}},
		"a modem":               {map[string]string{"SUBSYSTEM": "tty", "KERNEL": "ttyUSB2", vendor: "12d1"}, map[string]string{}},
		"a line on the board":   {map[string]string{"SUBSYSTEM": "tty", "KERNEL": "ttyS0"}, map[string]string{}},
		"a scanner that leaves": {map[string]string{"ACTION": "remove", "SUBSYSTEM": "tty", "KERNEL": "ttyACM0", vendor: "0c2e"}, map[string]string{}},
	} {
		if got := apply(rules, c.device); !maps.Equal(got, c.want) {
			t.Errorf("%s gets %v, want %v", name, got, c.want)
		}
	}
}

// What profiles know by its maker's id, the rules know as well.
func TestUdevRulesKnowTheProfiles(t *testing.T) {
	rules := readRules(t)
	profiles, err := configs.Profiles()
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, p := range profiles {
		for _, id := range p.USB {
			checked++
			vendor, _, _ := strings.Cut(id, ":")
			set := apply(rules, map[string]string{"SUBSYSTEM": "tty", "KERNEL": "ttyACM0", "ATTRS{idVendor}": vendor})
			if set["GROUP"] != "pos" || set["ENV{POSAGENT_DEVICE}"] != p.Kind {
				t.Errorf("profile %s is of maker %s, which the rules do not know as one of a %s", p.Name, vendor, p.Kind)
			}
		}
	}
	if checked == 0 {
		t.Error("no profile names a USB id")
	}
}

// The reader of rules refuses what udev would.
func TestRulesThatAreWrong(t *testing.T) {
	for text, want := range map[string]string{
		`SUBSYSTEM="tty", GROUP="pos"`:             "cannot have =",
		`SUBSYSTEM=="tty", GROUP=="pos"`:           "cannot have ==",
		`SUBSYSTEM=="tty"`:                         "sets nothing",
		`SUBSYSTEM=="tty" GROUP="pos"`:             "is not KEY",
		`SUBSYSTEM=="tty", GRUOP="pos"`:            "not a key of udev",
		`ATTRS=="x", GROUP="pos"`:                  "not a key of udev",
		`SUBSYSTEM=="tty", MODE="660w"`:            "mode 660w",
		`ACTION=="remove", GOTO="end"`:             "no label end",
		`GROUP="pos", SUBSYSTEM=="tty"`:            "behind what is set",
		`SUBSYSTEM=="", GROUP="pos"`:               "is empty",
		"LABEL=\"a\"\nACTION==\"add\", GOTO=\"a\"": "no label a behind it",
	} {
		if _, err := parseRules(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// udev's own word, where it can give one (since systemd 254).
func TestUdevadmVerify(t *testing.T) {
	if err := exec.Command("udevadm", "verify", "--help").Run(); err != nil {
		t.Skip("SKIP: no udevadm that verifies rules here; the test's own reader has read them")
	}
	if out, err := exec.Command("udevadm", "verify", "--resolve-names=never", rulesFile).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
