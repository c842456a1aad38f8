package offline_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/posagent/posagent/offline"
)

func TestSecretIsMadeOnce(t *testing.T) {
	dir := t.TempDir()
	const callers = 8
	var got [callers][]byte
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			secret, err := offline.Secret(dir, "codes")
			if err != nil {
				t.Error(err)
			}
			got[i] = secret
		})
	}
	all.Wait()
	for _, secret := range got {
		if len(secret) != offline.SecretSize || !bytes.Equal(secret, got[0]) {
			t.Fatalf("callers got %x and %x", secret, got[0])
		}
	}
	other, err := offline.Secret(dir, "other")
	if err != nil || bytes.Equal(other, got[0]) {
		t.Errorf("another name gave %x, %v", other, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("%d files are left, %v, want the two secrets", len(entries), err)
	}
	info, err := os.Stat(filepath.Join(dir, "codes.secret"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", info.Mode(), err)
	}
}

func TestSecretIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(path string) error
		says  string
	}{
		"readable by the group": {func(p string) error { return os.Chmod(p, 0o640) }, "chmod 600"},
		"readable by all":       {func(p string) error { return os.Chmod(p, 0o604) }, "chmod 600"},
		"too short":             {func(p string) error { return os.Truncate(p, 31) }, "has 31 bytes"},
		"empty":                 {func(p string) error { return os.Truncate(p, 0) }, "has 0 bytes"},
		"a link elsewhere": {func(p string) error {
			if err := os.Rename(p, p+".moved"); err != nil {
				return err
			}
			return os.Symlink(p+".moved", p)
		}, "no plain file"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if _, err := offline.Secret(dir, "codes"); err != nil {
				t.Fatal(err)
			}
			if err := c.spoil(filepath.Join(dir, "codes.secret")); err != nil {
				t.Fatal(err)
			}
			secret, err := offline.Secret(dir, "codes")
			if err == nil || secret != nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %x and %v, want an error with %q", secret, err, c.says)
			}
		})
	}
	if _, err := offline.Secret(filepath.Join(t.TempDir(), "none"), "codes"); err == nil {
		t.Error("a secret was made in a directory that is not there")
	}
}
