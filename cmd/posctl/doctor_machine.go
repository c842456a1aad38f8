package main

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/posagent/posagent/configs"
)

// What the machine must have: more than the agent itself needs, so that there is
// time to do something.
const (
	roomToLook = 1 << 30 // bytes free in the data directory
	daysToLook = 25      // left of a certificate: it is renewed at a third of 90
	daysToFear = 7
)

// checkMachine looks at what the agent stands on: files, disk, clock.
func checkMachine(c configs.Config, now time.Time) []finding {
	out := checkData(c.Data)
	for _, w := range c.Wallets {
		out = append(out, checkSecret("wallet "+w.ID, w.Key)...)
		out = append(out, checkCertificate(w.ID, w.Cert, now)...)
	}
	for _, w := range c.Webhooks {
		if !strings.HasPrefix(w.SecretFile, "credential:") {
			out = append(out, checkSecret("webhook "+w.Name, w.SecretFile)...)
		}
	}
	var clock unix.Timex
	state, err := unix.Adjtimex(&clock)
	return append(out, clockFinding(state, err))
}

// checkData looks at the books' directory. One that is not there yet the agent
// makes at its first start.
func checkData(d configs.Data) []finding {
	info, err := os.Stat(d.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return []finding{{"data", "look", err.Error(), "run doctor as root or as the service's user"}}
	}
	var out []finding
	if info.Mode().Perm()&0o027 != 0 {
		out = append(out, finding{"data", "bad", fmt.Sprintf("%s has mode %o: others than the service can get at the books", d.Dir, info.Mode().Perm()), "chmod 700 " + d.Dir})
	}
	out = append(out, checkDatabase(filepath.Join(d.Dir, "posagent.db"), info)...)
	var s syscall.Statfs_t
	if err := syscall.Statfs(d.Dir, &s); err != nil {
		return append(out, finding{"disk", "look", err.Error(), "run doctor as root or as the service's user"})
	}
	out = append(out, roomFinding(d, int64(s.Bavail)*s.Bsize))
	return append(out, placeFinding(d.Dir, int64(uint32(s.Type))))
}

func checkDatabase(path string, dir fs.FileInfo) []finding {
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	var out []finding
	if info.Mode().Perm()&0o077 != 0 {
		out = append(out, finding{"database", "bad", fmt.Sprintf("%s has mode %o: others can get at the books", path, info.Mode().Perm()), "chmod 600 " + path})
	}
	if whose(info) != whose(dir) {
		out = append(out, finding{"database", "bad", path + " belongs to another user than its directory: the agent may not be able to write", "chown --reference=" + filepath.Dir(path) + " " + path})
	}
	if len(out) == 0 {
		out = []finding{{Check: "database", Level: "ok", Text: path + " is the service's alone"}}
	}
	return out
}

func whose(info fs.FileInfo) uint32 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Uid
	}
	return 0
}

func roomFinding(d configs.Data, free int64) finding {
	text := fmt.Sprintf("%d MB are free at %s", free>>20, d.Dir)
	const cure = "remove what is not needed from this disk, such as old logs: journalctl --vacuum-size=200M"
	switch {
	case free < int64(d.MinFreeMB)<<20:
		return finding{"disk", "bad", fmt.Sprintf("%s; below %d MB no sale is begun", text, d.MinFreeMB), cure}
	case free < roomToLook:
		return finding{"disk", "look", text, cure}
	}
	return finding{Check: "disk", Level: "ok", Text: text}
}

// remote and volatile are file systems that keep no promise about what is on disk.
var (
	remote   = map[int64]string{0x6969: "NFS", 0xff534d42: "CIFS", 0xfe534d42: "SMB", 0x65735546: "FUSE", 0x01021997: "9p"}
	volatile = map[int64]string{0x01021994: "tmpfs", 0x858458f6: "ramfs"}
)

func placeFinding(dir string, kind int64) finding {
	const cure = "move [data] dir to a local disk, such as ext4, while the agent is stopped"
	if name := remote[kind]; name != "" {
		return finding{"disk", "bad", dir + " is on " + name + ", which may lose what was written", cure}
	}
	if name := volatile[kind]; name != "" {
		return finding{"disk", "look", dir + " is on " + name + ": all of it is gone at a power cut", cure}
	}
	return finding{Check: "disk", Level: "ok", Text: dir + " is on a local file system"}
}

// checkSecret tells who can read a secret. One that is not there is told of
// elsewhere.
func checkSecret(what, path string) []finding {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o037 == 0 {
		return nil
	}
	return []finding{{"secrets", "bad", fmt.Sprintf("the secret of %s, %s, has mode %o: others can read it", what, path, info.Mode().Perm()), "chmod 600 " + path}}
}

func checkCertificate(wallet, path string, now time.Time) []finding {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil // that it is not there is told of elsewhere
	}
	const cure = "ask the wallet's operator for a new certificate of this register, and put it into place"
	block, _ := pem.Decode(data)
	if block == nil {
		return []finding{{"cert", "bad", path + " is no certificate", cure}}
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return []finding{{"cert", "bad", path + ": " + err.Error(), cure}}
	}
	days := int(cert.NotAfter.Sub(now).Hours() / 24)
	text := fmt.Sprintf("%s: the certificate is good for %d days more", wallet, days)
	switch {
	case now.After(cert.NotAfter):
		return []finding{{"cert", "bad", wallet + ": the certificate ended on " + cert.NotAfter.Format(time.DateOnly), cure}}
	case now.Before(cert.NotBefore):
		return []finding{{"cert", "bad", wallet + ": the certificate begins on " + cert.NotBefore.Format(time.DateOnly), "set the clock: timedatectl"}}
	case days < daysToFear:
		return []finding{{"cert", "bad", text, cure}}
	case days < daysToLook:
		return []finding{{"cert", "look", text, cure}}
	}
	return []finding{{Check: "cert", Level: "ok", Text: text}}
}

// clockFinding judges what the kernel says of its clock.
func clockFinding(state int, err error) finding {
	switch {
	case err != nil:
		return finding{"clock", "look", "the kernel does not tell whether the clock is right: " + err.Error(), "timedatectl"}
	case state == unix.TIME_ERROR:
		return finding{"clock", "look", "the clock is not synchronised", "timedatectl set-ntp true; and let the shop's router answer port 123"}
	}
	return finding{Check: "clock", Level: "ok", Text: "the clock is synchronised"}
}
