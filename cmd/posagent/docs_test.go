package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/wallet/wire"
)

// block is a fenced part of a document, and what a comment before it says.
type block struct {
	kind, text string
	line       int
	notRun     string // why not: <!-- not run: WHY -->
	with       string // what happens first: <!-- with: a doubt -->
	typed      string // what is typed: <!-- typed: 604713 -->
}

var (
	fenced   = regexp.MustCompile("(?ms)^((?:<!-- [^\n]* -->\n)*)```([^\n]*)\n(.*?)^```$")
	remark   = regexp.MustCompile(`<!-- (not run|with|typed): ([^\n]*?) -->`)
	shells   = []string{"sh", "bash", "console"}
	notTyped = []string{"toml", "ini", "link", "drop", "python", "js", "text", ""} // nobody types these
)

// blocksOf are the fenced parts of a text, in order.
func blocksOf(text string) (all []block) {
	for _, at := range fenced.FindAllStringSubmatchIndex(text, -1) {
		b := block{kind: text[at[4]:at[5]], text: text[at[6]:at[7]], line: strings.Count(text[:at[4]], "\n") + 1}
		for _, m := range remark.FindAllStringSubmatch(text[at[2]:at[3]], -1) {
			switch m[1] {
			case "not run":
				b.notRun = m[2]
			case "with":
				b.with = m[2]
			case "typed":
				b.typed = m[2]
			}
		}
		all = append(all, b)
	}
	return all
}

// reader is somebody who types what a document says at a register of the tests.
// What is replaced in the text: the address of the API, /etc/posagent,
// /var/lib/posagent, the key of an example, a customer's code (97…), and today's
// date for the date of examples. posctl speaks to this register's socket, and curl
// fails where the API says no.
type reader struct {
	*counter
	state string // file of the shell's variables
	env   []string
}

func newReader(t *testing.T, posctl, doc string) *reader {
	t.Helper()
	p, at := newPlace(t, devicesConfig), freePort(t)
	p.edit(t, `scopes = ["prepare", "read", "display"]`, `scopes = ["prepare", "read", "display", "refund", "resolve", "topup", "config"]`)
	p.edit(t, `give_up_pending = "2s"`, `give_up_pending = "60s"`)
	p.edit(t, "[api]\n", "[api]\ntls_listen = \""+at+"\"\n")
	c := newCounterAt(t, p)
	bin := c.at("bin")
	check(t, os.Mkdir(bin, 0o700))
	script := func(name, text string) {
		check(t, os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+text+"\n"), 0o700))
	}
	script("posctl", "exec "+posctl+` "$@" --agent unix:`+c.at("api.sock"))
	if curl, err := exec.LookPath("curl"); err == nil && doc != "tls.md" { // which shows a refusal
		script("curl", "exec "+curl+` --fail-with-body "$@"`)
	}
	for _, file := range []string{"audit.py", "audit_z.py"} {
		data, err := os.ReadFile("../../docs/reference/" + file)
		check(t, err)
		check(t, os.WriteFile(c.at(file), data, 0o600))
	}
	r := &reader{counter: c, state: c.at("variables")}
	check(t, os.WriteFile(r.state, nil, 0o600))
	r.env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "TOKEN="+visitorToken, "POSAGENT_TOKEN="+visitorToken, "REGISTER="+at, "PASSWORD=a password")
	r.paid() // books without an entry prove little
	return r
}

func (r *reader) local() *control.Client { return r.counter.manager() }

// doubt is a payment that waits for the customer, and its key is in KEY.
func (r *reader) doubt() {
	r.Helper()
	check(r.T, r.try(http.MethodPut, wire.PathTryFault, wire.FaultOrder{Fault: wire.FaultConfirm, Count: 1}, &wire.FaultOrder{}))
	s, err := r.local().OpenSale(r.Context(), control.NewSale{Amount: 700, Currency: "JPY", Code: &control.Code{Text: r.mint(r.T)}})
	check(r.T, err)
	r.set("KEY", s.ChargeKey)
}

func (r *reader) set(name, value string) {
	text, err := os.ReadFile(r.state)
	check(r.T, err)
	check(r.T, os.WriteFile(r.state, append(text, "\nexport "+name+"='"+value+"'\n"...), 0o600))
}

// paid is the key of a payment of 1,280 yen.
func (r *reader) paid() string {
	r.Helper()
	s, err := r.local().OpenSale(r.Context(), control.NewSale{Amount: 1280, Currency: "JPY", Code: &control.Code{Text: r.mint(r.T)}})
	check(r.T, err)
	return s.ChargeKey
}

// types runs a block, with the variables of those before it.
func (r *reader) types(b block) ([]byte, error) {
	r.Helper()
	eventually(r.T, "what the block before undid is undone", func() bool {
		open, err := r.local().Charges(r.Context(), []string{"sent", "reversing"}, 0, 1)
		return err == nil && len(open.Charges) == 0
	})
	text := strings.NewReplacer("http://127.0.0.1:7070", r.url, "/etc/posagent", r.dir, "/var/lib/posagent", r.at("data"), "2026-11-25", r.today()).Replace(b.text)
	for strings.Contains(text, "97…") {
		text = strings.Replace(text, "97…", r.mint(r.T), 1)
	}
	if strings.Contains(text, "S0001-T01-217000000-42") {
		text = strings.ReplaceAll(text, "S0001-T01-217000000-42", r.paid())
	}
	ctx, stop := context.WithTimeout(r.Context(), patience)
	defer stop()
	cmd := exec.CommandContext(ctx, "bash", "-e", "-o", "pipefail", "-c", ". "+r.state+"\nset -a\n"+text+"\nset +a\nexport -p > "+r.state)
	cmd.Dir, cmd.Env, cmd.Stdin = r.dir, r.env, strings.NewReader(b.typed+"\n")
	out, err := cmd.CombinedOutput()
	for word, on := range map[string]bool{"posctl training on": true, "posctl training off": false} {
		if err == nil && strings.Contains(b.text, word) {
			eventually(r.T, word+" is done", func() bool {
				now, err := r.local().Register(r.Context())
				return err == nil && now.Training == on
			})
		}
	}
	return out, err
}

// today is the business day of the tests' register, which begins at 5 o'clock.
func (r *reader) today() string {
	day, err := r.local().Closing(r.Context(), control.NewClosing{Kind: "x"})
	if err != nil {
		return time.Now().Format(time.DateOnly)
	}
	return day.Date
}

// Every command in the documents for managers, for programmers and of reference
// does what it says at a running register, in the order in which it is read.
func TestEveryCommandOfTheDocuments(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "openssl", "python3"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("SKIP: %s is missing (apt-get install %[1]s)", tool)
		}
	}
	check(t, filepath.WalkDir("../posctl", func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") {
			_, err = os.ReadFile(path) // the go command runs a test again when a file that it read has changed
		}
		return err
	}))
	posctl := filepath.Join(t.TempDir(), "posctl")
	out, err := exec.Command("go", "build", "-o", posctl, "../posctl").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	ran, left := 0, 0
	for _, path := range documents(t, "manager", "integrator", "reference") {
		n, m := readAloud(t, posctl, path)
		ran, left = ran+n, left+m
	}
	wrong := newReader(t, posctl, "") // a law that catches nothing is no law
	for _, text := range []string{"posctl chargse", "posctl charges --nonsense | cat", "curl -s " + wrong.url + "/v1/sales/none; true", "KEY=$(posctl charges show none)"} {
		if out, err := wrong.types(block{text: text}); err == nil {
			t.Errorf("%q is no mistake: %s", text, out)
		}
	}
	t.Logf("%d blocks were run, %d were not", ran, left)
	if ran < 12 {
		t.Errorf("%d blocks: this test looks in the wrong place", ran)
	}
}

// readAloud runs the blocks of a document, and tells how many it ran and left.
func readAloud(t *testing.T, posctl, path string) (ran, left int) {
	t.Helper()
	text, err := os.ReadFile(path)
	check(t, err)
	blocks := blocksOf(string(text))
	if len(blocks) != strings.Count("\n"+string(text), "\n```")/2 {
		t.Errorf("%s: a fence is not closed, or stands aslant", path)
	}
	var r *reader
	for _, b := range blocks {
		switch {
		case b.notRun != "":
			left++
			t.Logf("not run: %s:%d (%s): %s", path, b.line, b.kind, b.notRun)
		case b.kind == "json":
			if !json.Valid([]byte(b.text)) {
				t.Errorf("%s:%d: this is no JSON", path, b.line)
			}
		case slices.Contains(shells, b.kind):
			if r == nil {
				r = newReader(t, posctl, filepath.Base(path))
			}
			if b.with == "a doubt" {
				r.doubt()
			} else if b.with != "" {
				t.Errorf("%s:%d: nothing is known of %q", path, b.line, b.with)
			}
			if out, err := r.types(b); err != nil {
				t.Errorf("%s:%d: %v\n%s\n%s", path, b.line, err, b.text, out)
			}
			ran++
		case !slices.Contains(notTyped, b.kind):
			t.Errorf("%s:%d: a block of %q: teach this test what that is, or say <!-- not run: why -->", path, b.line, b.kind)
		}
	}
	return ran, left
}

// documents are the pages in folders of docs.
func documents(t *testing.T, folders ...string) (all []string) {
	t.Helper()
	for _, folder := range folders {
		check(t, filepath.WalkDir("../../docs/"+folder, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.HasSuffix(path, ".md") {
				all = append(all, path)
			}
			return err
		}))
	}
	return all
}

// A link from one document to another leads somewhere.
func TestDocumentsLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s#]+)(#[^)\s]*)?\)`)
	links := 0
	for _, path := range append(documents(t, ""), "../../README.md", "../../CHANGELOG.md") {
		text, err := os.ReadFile(path)
		check(t, err)
		for _, m := range link.FindAllStringSubmatch(fenced.ReplaceAllString(string(text), ""), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			links++
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s links to %s, which is not there", path, m[1])
			}
		}
	}
	if links < 50 {
		t.Errorf("%d links: this test looks in the wrong place", links)
	}
}

// Blocks are found with what is said before them.
func TestBlocksAreFound(t *testing.T) {
	all := blocksOf("x\n<!-- not run: needs systemd -->\n```sh\na\n```\ny\n<!-- with: a doubt -->\n<!-- typed: 12 -->\n```bash\nb\nc\n```\n```\nd\n```\n")
	if len(all) != 3 || all[0].notRun != "needs systemd" || all[0].line != 3 || all[1].with != "a doubt" || all[1].typed != "12" || all[1].text != "b\nc\n" || all[2].kind != "" {
		t.Errorf("%+v", all)
	}
}

// A call that a document names is one that the description of the API has.
func TestDocumentsNameCallsThatThereAre(t *testing.T) {
	var described struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	text, err := os.ReadFile("../../docs/reference/openapi.json")
	check(t, err)
	check(t, json.Unmarshal(text, &described))
	hole, calls := regexp.MustCompile(`\{[^}]*\}`), 0
	has := func(method, path string) bool {
		for like, methods := range described.Paths {
			if regexp.MustCompile("^"+hole.ReplaceAllString(like, "[^/]+")+"$").MatchString(path) && methods[strings.ToLower(method)] != nil {
				return true
			}
		}
		return false
	}
	for _, path := range documents(t, "manager", "engineer", "integrator") {
		text, err := os.ReadFile(path)
		check(t, err)
		for _, m := range regexp.MustCompile(`\b(GET|POST|PUT|PATCH|DELETE)\s+(/v1/[\w/{}-]+)`).FindAllStringSubmatch(string(text), -1) {
			if calls++; !has(m[1], m[2]) {
				t.Errorf("%s names %s %s, which is not in docs/reference/openapi.json", path, m[1], m[2])
			}
		}
	}
	if calls < 15 || has("GET", "/v1/nonsense") || has("DELETE", "/v1/sales") {
		t.Errorf("%d calls: this test looks in the wrong place", calls)
	}
}
