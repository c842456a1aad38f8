package posagent_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/posagent/posagent/"

// rule says what a package may import of ours, and why. A pattern ending in
// /* stands for every package below it.
type rule struct {
	pkg string
	may []string
	why string
}

// layers is the import table: drivers speak to hardware and know nothing of
// money; agent knows money and never opens a port; offline remembers; cmd ties
// everything together. The first rule whose pkg fits holds.
var layers = []rule{
	{"agent/money", nil, "money is the ground that everything stands on"},
	{"agent/health", nil, "words for people, looked up by code"},
	{"agent/planted", nil, "names of bugs, and nothing that they touch"},
	{"agent/operator", nil, "who may do what is decided without knowing what is sold"},
	{"agent/web", nil, "the pages know only the public API"},
	{"agent/trace", nil, "ids of requests, whatever is asked for"},
	{"agent/trace/otlp", []string{"agent/trace"}, "where spans go is nobody's business but its own"},
	{"agent/alert", nil, "which troubles people are told of is decided by time alone"},
	{"agent/mail", nil, "letters to a relay: it knows no register and no trouble"},
	{"agent/mail/mailtest", nil, "tests only: a relay"},
	{"agent/webhook", nil, "messages to other programs: it follows a feed and knows no register, no money and no rows"},
	{"offline/oda", nil, "an offline code is proved by bytes and keys alone"},
	{"offline/sqlite", nil, "the database layer knows no table"},
	{"offline/tpm", nil, "a TPM keeps bytes, whatever they are for"},
	{"offline/tpm/tpmtest", nil, "tests only: a TPM in software"},
	{"offline/powercut", nil, "tests only: a disk and its power, whatever is stored on it"},
	{"drivers/device", nil, "the vocabulary of health"},
	{"wallet/wire", nil, "a contract is shared by both sides and belongs to neither"},
	{"wallet/bulletin", nil, "opening a signed bulletin needs no register"},
	{"wallet/attack", nil, "tests only: it attacks the programs from outside"},
	{"wallet/wirecheck", []string{"wallet/wire", "wallet/bulletin", "offline/oda"}, "any wallet is judged by the contract alone, and by no wallet's inside"},
	{"agent/sale", []string{"agent/money"}, "what is owed, not how it is paid"},
	{"agent/paycode/picture", nil, "drawing a code needs no knowledge of it"},
	{"agent/paycode/mpm", []string{"agent/money"}, "the text of a shop's code needs no customer"},
	{"agent/paycode", []string{"agent/money"}, "a code is recognised before anything is sold"},
	{"agent/charge", []string{"agent/money", "agent/sale"}, "the life of a charge is pure"},
	{"drivers/printer", []string{"drivers/device"}, "a contract of hardware"},
	{"drivers/scanner", []string{"drivers/device"}, "a contract of hardware"},
	{"drivers/drawer", []string{"drivers/device"}, "a contract of hardware"},
	{"drivers/display", []string{"drivers/device"}, "a contract of hardware"},
	{"drivers/profile", []string{"drivers/device"}, "data about hardware"},
	{"drivers/port", []string{"drivers/device"}, "a wire knows no protocol"},
	{"drivers/hotplug", []string{"drivers/device"}, "what is plugged in, not what it is for"},
	{"drivers/*", []string{"drivers/*"}, "drivers know hardware and no money"},
	{"agent/practice", []string{"agent/money", "agent/charge", "agent/paycode"}, "the training's wallet has no network to be reached by"},
	{"agent/closing", []string{"agent/money", "agent/sale", "agent/charge"}, "sums are added up without books, paper or a register"},
	{"agent/receipt", []string{"agent/closing", "agent/money", "agent/sale", "agent/charge", "drivers/printer"}, "a receipt is words in blocks"},
	{"agent/authorize/*", []string{"agent/planted", "agent/trace", "agent/authorize", "agent/money", "agent/sale", "agent/charge", "agent/paycode", "wallet/wire"}, "a client of a wallet decides nothing"},
	{"agent/authorize", []string{"agent/planted", "agent/trace", "agent/money", "agent/sale", "agent/charge", "agent/paycode", "wallet/wire"}, "one attempt, one event"},
	{"agent/control/amountlink", []string{"agent/control"}, "texts and frames of old registers: it asks for sales and opens nothing"},
	{"agent/control/filedrop", []string{"agent/control/amountlink"}, "the same desk by files: it knows a folder and no sale"},
	{"agent/control/server", []string{"agent", "agent/trace", "agent/control", "agent/closing", "agent/money", "agent/sale", "agent/charge", "agent/paycode", "agent/receipt", "agent/operator", "agent/health"}, "the door asks the register and touches no hardware and no rows"},
	{"agent/control", []string{"agent/money"}, "a client must not drag the register in"},
	{"agent/sim/wirecut", nil, "a bad network knows nothing of what goes through it"},
	{"agent/sim/*", []string{"agent", "agent/*", "drivers/*", "offline", "offline/*", "configs", "wallet/*"}, "the second place of wiring: it may see all but the programs"},
	{"agent/sim", []string{"agent", "agent/*", "drivers/*", "offline", "offline/*", "configs", "wallet/*"}, "the second place of wiring: it may see all but the programs"},
	{"agent", []string{"agent/planted", "agent/trace", "agent/closing", "agent/money", "agent/sale", "agent/charge", "agent/paycode", "agent/receipt", "agent/operator", "agent/health", "drivers/device", "drivers/scanner", "drivers/printer", "drivers/drawer", "drivers/display"}, "the register opens no port, no socket and no database"},
	{"offline/book/storetest", []string{"offline/book", "agent/money", "agent/sale", "agent/charge"}, "judges stores by the rules' own words"},
	{"offline/book/memory", []string{"offline/book", "agent/money", "agent/sale", "agent/charge"}, "a store like any other"},
	{"offline/book", []string{"agent/planted", "agent/money", "agent/sale", "agent/charge", "agent/paycode", "offline/oda"}, "the rules must run without a database"},
	{"offline/pairing", nil, "who may come in from another machine, whatever there is to do"},
	{"offline/handover", []string{"agent/money", "agent/charge", "agent/paycode", "offline/oda"}, "a charge that changes hands is written down without books, hardware or network"},
	{"offline", []string{"agent/money", "agent/sale", "agent/charge", "agent/paycode", "agent/operator", "offline/oda", "offline/book", "offline/sqlite", "offline/tpm"}, "rows in SQLite and the keys beside them, and nothing else"},
	{"configs/managed", []string{"configs", "drivers/port"}, "a change of settings is judged without a register, a device or a file"},
	{"configs", []string{"agent/mail", "agent/webhook", "agent/money", "agent/sale", "agent/charge", "agent/paycode", "agent/paycode/mpm", "drivers/port", "drivers/profile"}, "settings are checked by the types that they become"},
	{"wallet/reference/*", []string{"agent/planted", "agent/money", "wallet/wire", "wallet/bulletin", "wallet/reference/*", "offline/oda", "offline/sqlite"}, "the other side of the wire shares no code with the register but the contract"},
	{"wallet/reference", []string{"agent/planted", "agent/money", "wallet/wire", "wallet/bulletin", "wallet/reference/*", "offline/oda", "offline/sqlite"}, "the other side of the wire shares no code with the register but the contract"},
	{"cmd/posagent", []string{"agent", "agent/trace", "agent/trace/otlp", "agent/practice", "agent/alert", "agent/mail", "agent/webhook", "agent/closing", "agent/money", "agent/sale", "agent/charge", "agent/paycode", "agent/paycode/*", "agent/authorize", "agent/authorize/*", "agent/receipt", "agent/operator", "agent/health", "agent/control", "agent/control/server", "agent/web", "drivers/device", "drivers/port", "drivers/profile", "drivers/scanner", "drivers/scanner/*", "drivers/printer", "drivers/printer/*", "drivers/display", "drivers/hotplug", "drivers/chain", "drivers/all", "offline", "offline/*", "configs", "configs/managed", "wallet/wire", "wallet/bulletin", "agent/control/*"}, "the daemon ties all together, but no simulator, no virtual device and no wallet's inside"},
	{"cmd/posctl/demo", []string{"agent/control", "agent/operator", "agent/paycode", "agent/paycode/picture", "configs", "drivers/all", "drivers/virtual", "drivers/virtual/photo", "drivers/printer", "drivers/printer/papertape", "drivers/profile", "wallet/wire", "wallet/reference/pki", "offline/oda"}, "the demo holds virtual devices and starts the real programs"},
	{"cmd/posctl", []string{"agent/practice", "agent/control", "agent/money", "agent/operator", "agent/paycode", "agent/paycode/mpm", "agent/paycode/picture", "configs", "drivers/all", "drivers/find", "drivers/scanner/imager", "cmd/posctl/demo", "wallet/wirecheck", "appliance/*"}, "what posctl does at a register goes through the API; hardware that nobody has set up it meets by itself, and pictures in files it reads by itself"},
	{"cmd/walletd", []string{"wallet/wire", "wallet/bulletin", "wallet/reference", "wallet/reference/*", "configs"}, "the wallet's daemon knows no register"},
}

// homes is where each outside library lives; nobody else imports it. Modules
// that are not listed may be used where the compiler lets them.
var homes = map[string][]string{
	"github.com/google/renameio/v2":       {"offline"},
	"github.com/google/go-tpm":            {"offline/tpm"},
	"github.com/go-webauthn/webauthn":     {"wallet/reference/identity", "cmd/walletd"}, // the second says what passkeys are bound to
	"github.com/jackc/pgx/v5":             {"wallet/reference/ledgerpg"},
	"github.com/coreos/go-oidc/v3":        {"wallet/reference/oidc"},
	"golang.org/x/oauth2":                 {"wallet/reference/oidc"},
	"github.com/go-jose/go-jose/v4":       {"wallet/reference/oidc/oidctest"},
	"github.com/makiuchi-d/gozxing":       {"drivers/scanner/imager"},
	"github.com/pquerna/otp":              {"agent/operator", "wallet/reference/identity"}, // people of the shop, and customers of a wallet, which share no code
	"go.bug.st/serial":                    {"drivers/port"},
	"github.com/mattn/go-sqlite3":         {"offline/sqlite", "offline/powercut"}, // the second stands beneath the first, in tests
	"github.com/pelletier/go-toml/v2":     {"configs"},
	"github.com/danielgtaylor/huma/v2":    {"agent/control/server"},
	"github.com/prometheus/client_golang": {"agent/control/server"},
	"github.com/skip2/go-qrcode":          {"agent/paycode/picture"},
	"github.com/coreos/go-systemd/v22":    {"cmd/posagent"},
	"github.com/spf13/cobra":              {"cmd/posagent", "cmd/posctl", "cmd/walletd"},
	"github.com/creack/pty":               {"drivers/virtual"},
	"go.opentelemetry.io/otel":            {"agent/trace"},
	"golang.org/x/image":                  {"drivers/printer/papertape"},
}

// testsOnly are packages that no program may carry.
var testsOnly = map[string]string{
	"offline/powercut":                 "it stands in front of the file system of the whole process",
	"agent/mail/mailtest":              "it takes letters and delivers none",
	"wallet/reference/risk/replay":     "it plays thieves",
	"wallet/reference/ledgerpg/pgtest": "it starts a PostgreSQL that trusts everybody",
	"offline/tpm/tpmtest":              "it starts a TPM in software, which protects nothing",
	"wallet/reference/oidc/oidctest":   "it says whatever a test wants to hear of anybody",
	"wallet/attack":                    "it attacks the programs",
}

// pkg is what go list says of a package; test files do not count.
type pkg struct {
	ImportPath string
	Imports    []string
	Doc        string
	GoFiles    []string
	CgoFiles   []string
	Dir        string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Doc,GoFiles,CgoFiles,Dir", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func fits(pattern, name string) bool {
	if below, ok := strings.CutSuffix(pattern, "/*"); ok {
		return strings.HasPrefix(name, below+"/")
	}
	return pattern == name
}

func ruleOf(name string) (rule, bool) {
	i := slices.IndexFunc(layers, func(r rule) bool { return fits(r.pkg, name) })
	if i < 0 {
		return rule{}, false
	}
	return layers[i], true
}

// violations are the imports of one package that the table forbids.
func violations(p pkg) []string {
	name := strings.TrimPrefix(p.ImportPath, module)
	r, known := ruleOf(name)
	if !known {
		return []string{name + " is not in the import table: add a row with a reason"}
	}
	var out []string
	for _, imported := range p.Imports {
		if ours, ok := strings.CutPrefix(imported, module); ok {
			if why := testsOnly[ours]; why != "" {
				out = append(out, name+" imports "+ours+", which is for tests: "+why)
			}
			if !slices.ContainsFunc(r.may, func(m string) bool { return fits(m, ours) }) {
				out = append(out, name+" imports "+ours+": "+r.why)
			}
			continue
		}
		for lib, home := range homes {
			inside := imported == lib || strings.HasPrefix(imported, lib+"/")
			if inside && !slices.ContainsFunc(home, func(h string) bool { return name == h || strings.HasPrefix(name, h+"/") && h != "offline/sqlite" }) {
				out = append(out, name+" imports "+imported+": its one home is "+strings.Join(home, ", "))
			}
		}
	}
	return out
}

func TestLayers(t *testing.T) {
	for _, p := range packages(t) {
		if p.ImportPath+"/" == module {
			continue
		}
		for _, v := range violations(p) {
			t.Error(v)
		}
	}
}

// A law that catches nothing is no law: these must be caught.
func TestLayersCatchAViolation(t *testing.T) {
	planted := []pkg{
		{ImportPath: module + "drivers/scanner/line", Imports: []string{module + "agent/money"}},
		{ImportPath: module + "agent", Imports: []string{module + "offline"}},
		{ImportPath: module + "agent/charge", Imports: []string{"github.com/mattn/go-sqlite3"}},
		{ImportPath: module + "util", Imports: nil},
		{ImportPath: module + "agent/sim", Imports: []string{module + "offline/powercut"}},
		{ImportPath: module + "cmd/posagent", Imports: []string{module + "offline/tpm/tpmtest"}},
		{ImportPath: module + "offline", Imports: []string{"github.com/google/go-tpm/tpm2"}},
	}
	for _, p := range planted {
		if len(violations(p)) == 0 {
			t.Errorf("%s importing %v was not caught", p.ImportPath, p.Imports)
		}
	}
	good := pkg{ImportPath: module + "agent/charge", Imports: []string{"time", module + "agent/money"}}
	if v := violations(good); len(v) > 0 {
		t.Errorf("a right import was caught: %v", v)
	}
}
