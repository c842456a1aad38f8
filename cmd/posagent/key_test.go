package main

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/offline/tpm/tpmtest"
)

// power gives the register a TPM, always the same.
func (p *place) power(t *testing.T) *tpmtest.TPM {
	t.Helper()
	check(t, os.MkdirAll(p.at("tpmstate"), 0o700))
	return tpmtest.Start(t, p.at("tpmstate"), p.at("tpm"))
}

// queues lets the register take a code without a network.
func (p *place) queues(t *testing.T) {
	t.Helper()
	issuer := newMaker(t, 7).key
	p.imports(t, newMaker(t, 1).says(time.Now().Unix(), issues(issuer, nil)))
	if s, no := p.costs(t, 1000, newPhone(t, issuer, byte(time.Now().UnixNano())).shows(time.Now(), oda.Base45)); s.State != "queued" {
		t.Fatalf("%+v, %+v", s, no)
	}
}

func (p *place) sealedBy(t *testing.T) control.OfflineKey {
	t.Helper()
	h, err := p.client.Health(context.Background())
	check(t, err)
	if h.OfflineKey == nil {
		t.Fatal("it does not tell how the key is kept")
	}
	return *h.OfflineKey
}

// opens makes sure that the stored codes open with the key that a start would have.
func (p *place) opens(t *testing.T, codes int) {
	t.Helper()
	store, err := offline.Open(p.at("data"), offline.Options{})
	check(t, err)
	defer store.Close()
	key, err := offline.KeySource{Dir: p.at("data"), Device: p.at("tpm"), Want: offline.AnyKeeper, Sealed: store.Sealed, Log: slog.New(slog.DiscardHandler)}.Key()
	check(t, err)
	sealer, err := offline.NewSealer(key.Bytes)
	check(t, err)
	sealed, err := store.Sealed()
	check(t, err)
	if len(sealed) != codes {
		t.Errorf("%d codes are stored, want %d", len(sealed), codes)
	}
	for _, code := range sealed {
		if text, err := sealer.Open(string(code.Charge), code.Sealed); err != nil || !strings.HasPrefix(string(text), "OP1:") {
			t.Errorf("the code of %s opens as %.4q, %v", code.Charge, text, err)
		}
	}
}

func (p *place) refusesToStart(t *testing.T, says ...string) {
	t.Helper()
	code, said := p.attempt(t, p.asDemo()...)
	if code != exitFailed {
		t.Errorf("exit code %d, want %d", code, exitFailed)
	}
	for _, part := range says {
		if !strings.Contains(said, part) {
			t.Errorf("it does not say %q, but:\n%s", part, said)
		}
	}
}

// forgets runs posagent --forget-offline-key.
func (p *place) forgets(t *testing.T, want int, says string, more ...string) {
	t.Helper()
	code, said := p.attempt(t, append([]string{"--config", p.config, "--forget-offline-key"}, more...)...)
	if code != want || !strings.Contains(said, says) {
		t.Errorf("exit code %d, want %d; it says, and not %q:\n%s", code, want, says, said)
	}
}

// A machine with a TPM: the key is nowhere on the disk, codes that wait outlive
// power cuts, and without that TPM nothing starts and nothing is made anew,
// until somebody says that the codes are lost.
func TestTheTPMKeepsTheKey(t *testing.T) {
	p := newPlace(t, "")
	p.pin(t, newMaker(t, 1).public())
	v := p.power(t)
	agent := p.start(t)
	if by := p.sealedBy(t); by.KeptBy != "tpm" || by.Plain {
		t.Errorf("the key is kept by %+v", by)
	}
	p.queues(t)
	p.forgets(t, exitFailed, "in use by another process")
	agent.kill()
	p.opens(t, 1)
	v.Stop()
	p.refusesToStart(t, "no TPM answers", p.at("tpm"), "tss")
	p.edit(t, `format = "json"`, "format = \"json\"\n\n[offline]\nkey = \"file\"")
	p.refusesToStart(t, `key = "file"`, "offline.key.tpm", `set key = "tpm"`)
	p.edit(t, `key = "file"`, `key = "auto"`)
	v = p.power(t)
	agent = p.start(t)
	p.queues(t)
	agent.kill()
	p.opens(t, 2)
	v.Stop()
	p.forgets(t, exitFailed, "collect them first")
	if os.Geteuid() == 0 { // nobody else can give a folder away
		check(t, os.Chown(p.at("data"), 12345, -1))
		p.forgets(t, exitFailed, "runuser", "--lose-codes")
		check(t, os.Chown(p.at("data"), 0, -1))
	}
	p.forgets(t, exitDone, "offline.key.tpm.forgotten-", "--lose-codes")
	agent = p.start(t)
	if by := p.sealedBy(t); by.KeptBy != "file" || !by.Plain {
		t.Errorf("the key is kept by %+v", by)
	}
	p.queues(t)
	agent.kill()
	code, said := p.attempt(t, "--config", p.config, "--lose-codes")
	if code != exitConfig || !strings.Contains(said, "--forget-offline-key") {
		t.Errorf("exit code %d; it says %s", code, said)
	}
}

// A credential is used as systemd gives it, and its absence is no reason to make
// another key.
func TestACredentialKeepsTheKey(t *testing.T) {
	p := newPlace(t, "\n[offline]\nkey = \"credential\"\n")
	p.pin(t, newMaker(t, 1).public())
	p.refusesToStart(t, "posagent.offline.key is not given", "LoadCredentialEncrypted=")
	check(t, os.Mkdir(p.at("given"), 0o700))
	check(t, os.WriteFile(p.at("given/"+offline.CredentialName), []byte("0123456789abcdef0123456789abcdef"), 0o400))
	theirs, ours, err := os.Pipe()
	check(t, err)
	defer theirs.Close()
	defer ours.Close()
	agent := launch(t, "agent", p.at("agent.log"), func(cmd *exec.Cmd) {
		cmd.ExtraFiles = []*os.File{theirs}
		cmd.Env = append(cmd.Env, "CREDENTIALS_DIRECTORY="+p.at("given"))
	}, p.asDemo()...)
	p.awaitReady(t, agent)
	if by := p.sealedBy(t); by.KeptBy != "credential" || by.Plain {
		t.Errorf("the key is kept by %+v", by)
	}
	p.queues(t)
	agent.kill()
	p.refusesToStart(t, "is gone", "LoadCredentialEncrypted=")
	p.edit(t, `key = "credential"`, `key = "auto"`)
	p.refusesToStart(t, "is gone", "LoadCredentialEncrypted=")
	for _, file := range p.files(t) {
		if strings.HasSuffix(file, "offline.key.secret") || strings.HasSuffix(file, "offline.key.tpm") {
			t.Errorf("it made %s", file)
		}
	}
}
