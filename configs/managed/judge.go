package managed

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/port"
)

// live are the settings that change in a running register.
var live = []string{"device.", "roles.", "drawer.", "receipt.print", "receipt.footer"}

// Live tells whether a setting can be changed here.
func Live(key string) bool {
	return slices.ContainsFunc(live, func(l string) bool { return key == l || strings.HasSuffix(l, ".") && strings.HasPrefix(key, l) })
}

// matchOf names a running configuration.
func matchOf(c configs.Config) string {
	text, _ := json.Marshal(c.Values()) // texts alone
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// judge reads the configuration as it would be with this text in the agent's
// own file, and refuses what may not be.
func (m *Manager) judge(running configs.Config, text []byte) (configs.Config, error) {
	name := configs.DropIn(m.o.Path)
	set, err := configs.ReadSettings(name, text)
	if err != nil {
		return configs.Config{}, invalid(err)
	}
	for key := range set {
		if !Live(key) {
			return configs.Config{}, no(Locked, fmt.Sprintf("%s is not changed from here: edit the file at the machine, and restart (%s)", key, running.Origin(key)))
		}
		if err := safe(key, set[key], running); err != nil {
			return configs.Config{}, err
		}
	}
	next, err := configs.LoadOver(m.o.Path, text)
	if err != nil {
		return next, invalid(err)
	}
	for key := range set {
		if at := next.Origin(key); !strings.HasPrefix(at, name+":") && !strings.HasSuffix(key, ".id") {
			return next, no(Overridden, fmt.Sprintf("%s is set in %s, which wins over what is changed here: change it there, or take it out there first", key, at))
		}
	}
	if at, edited := editedAt(running, next); edited {
		return next, no(Edited, "a file was edited since the start, in a setting that needs a restart ("+at+"): restart posagent first")
	}
	return next, nil
}

func invalid(err error) error {
	var problems configs.Problems
	if errors.As(err, &problems) {
		return &Refusal{Why: Invalid, Problems: problems, Detail: "the settings would not be right"}
	}
	return no(Unwritten, err.Error())
}

// safe keeps a page from reading or writing any file of this machine by way of
// a device: a profile is a built-in one, an address is of the network, of USB
// or of a device file, unless an engineer has set the same.
func safe(key, toml string, running configs.Config) error {
	device := strings.HasPrefix(key, "device.")
	for _, v := range running.Values() {
		if v.Key == key && v.Text == toml {
			return nil
		}
	}
	text, err := strconv.Unquote(toml) // ReadSettings writes every text alike, in double quotes
	switch {
	case device && err != nil && (strings.HasSuffix(key, ".profile") || strings.HasSuffix(key, ".address")):
		return no(Locked, key+": "+toml+" cannot be read here; set it at the machine")
	case device && strings.HasSuffix(key, ".profile") && strings.ContainsAny(text, `/\`):
		return no(Locked, key+": the path of a profile is set at the machine; here the name of a built-in one is taken")
	case device && strings.HasSuffix(key, ".address"):
		if a, err := port.ParseAddress(text); err == nil && !deviceFile(a) {
			return no(Locked, key+": "+text+" is no device file, network or USB address; another file is set at the machine")
		}
	}
	return nil
}

// files are the device files of each kind.
var files = map[port.Kind][]string{
	port.Serial: {"/dev/tty", "/dev/serial/", "/dev/rfcomm", "/dev/posagent/"}, port.LP: {"/dev/usb/lp", "/dev/lp", "/dev/posagent/"},
	port.HIDRaw: {"/dev/hidraw", "/dev/posagent/"}, port.EvDev: {"/dev/input/", "/dev/posagent/"}, port.Video: {"/dev/video", "/dev/v4l/"},
}

func deviceFile(a port.Address) bool {
	if a.Path == "" {
		return true
	}
	return path.Clean(a.Path) == a.Path && slices.ContainsFunc(files[a.Kind], func(begin string) bool { return strings.HasPrefix(a.Path, begin) })
}

// editedAt finds a difference that only a restart brings.
func editedAt(a, b configs.Config) (at string, edited bool) {
	for _, d := range diff(a, b) {
		if !Live(d.Key) {
			return d.Key + ", " + d.AfterOrigin, true
		}
	}
	if !reflect.DeepEqual(still(a), still(b)) { // a secret, or a file that a setting names
		return "a hash, or a file that a setting names", true
	}
	return "", false
}

// still is what of a configuration stays while the register runs.
func still(c configs.Config) configs.Config {
	out := configs.Config{
		Store: c.Store, Data: c.Data, API: c.API, Operators: c.Operators, People: c.People, Wallets: c.Wallets, Codes: c.Codes,
		TopUp: c.TopUp, Shown: c.Shown, Offline: c.Offline, Webhooks: c.Webhooks, Link: c.Link, FileDrop: c.FileDrop, Tracing: c.Tracing, Alerts: c.Alerts, Mail: c.Mail, Log: c.Log,
	}
	return out
}
