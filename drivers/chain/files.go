package chain

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/hotplug"
)

const rules = "install posagent's udev rules (packaging/udev), then plug the device in again"

// udev looks whether udev has done its work on the file, and whether other
// programs were told to keep off.
func (l *look) udev() device.Link {
	if l.seen.Dev == "" {
		return ok("udev has nothing to do with it")
	}
	if _, err := os.Stat(filepath.Join(l.Run, "control")); err != nil {
		return worth("udev does not run here: names and rights are the kernel's own", "")
	}
	data, err := os.ReadFile(filepath.Join(l.Run, "data", "c"+l.seen.Number))
	if err != nil {
		return worth("udev keeps no record of "+l.path, rules)
	}
	says := func(property string) bool { return bytes.Contains(data, []byte("E:"+property+"=1\n")) }
	switch {
	case l.seen.Kind == hotplug.TTY && l.seen.USB() && !says("ID_MM_DEVICE_IGNORE"):
		return worth("nothing keeps ModemManager from speaking to it as to a modem", rules)
	case l.seen.Kind == hotplug.EvDev && !says("LIBINPUT_IGNORE_DEVICE"):
		return worth("what it types goes to the screen as well while nobody holds it", rules)
	}
	return ok("udev has set its name and rights")
}

// node looks whether there is a file to open.
func (l *look) node() device.Link {
	var at unix.Stat_t
	if err := unix.Stat(l.path, &at); err != nil {
		return broken(device.NotFound, l.path+": "+err.Error(), rules)
	}
	if l.seen.Dev == "" { // a pseudo terminal, a named pipe
		return ok(l.path + " is there")
	}
	number := fmt.Sprintf("%d:%d", unix.Major(uint64(at.Rdev)), unix.Minor(uint64(at.Rdev)))
	if at.Mode&unix.S_IFMT != unix.S_IFCHR || number != l.seen.Number {
		return broken(device.NotConfigured, fmt.Sprintf("%s is not the file of the device, which would be %s", l.path, l.seen.Number), "remove it, and plug the device in again")
	}
	return ok(l.path + " is there")
}

// permission looks whether this program may open the file.
func (l *look) permission() device.Link {
	if err := l.May(l.path); err != nil {
		return broken(device.Permission, fmt.Sprintf("user %d may not read and write %s: %v", os.Geteuid(), l.path, err), rules+"; posagent must be in group pos")
	}
	return ok(fmt.Sprintf("user %d may read and write it", os.Geteuid()))
}

// holders are the programs that have a file open, as far as this one may see.
func (m Machine) holders(path string) string {
	entries, err := filepath.Glob(filepath.Join(m.Proc, "[0-9]*", "fd", "*"))
	if err != nil {
		return ""
	}
	var out []string
	said := map[string]bool{strconv.Itoa(os.Getpid()): true}
	for _, e := range entries {
		pid := filepath.Base(filepath.Dir(filepath.Dir(e)))
		if target, err := os.Readlink(e); err != nil || target != path || said[pid] {
			continue
		}
		said[pid] = true
		name, err := os.ReadFile(filepath.Join(m.Proc, pid, "comm"))
		if err != nil {
			name = []byte("?")
		}
		out = append(out, fmt.Sprintf("%s (process %s)", strings.TrimSpace(string(name)), pid))
	}
	return strings.Join(out, ", ")
}
