package demo

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"text/template"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/operator"
	"github.com/posagent/posagent/wallet/reference/pki"
)

// The demo's register.
const (
	storeID    = "S0001"
	terminalID = "T01"
)

// lock keeps two demos out of one directory.
func (p place) lock() (unlock func(), err error) {
	f, err := os.OpenFile(p.at("demo.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("a demo is running in %s already: stop it, or choose another directory with --dir", p.dir)
	}
	return func() { _ = f.Close() }, nil
}

// prepare makes certificates, PINs, a token and both configurations anew. The
// books of earlier runs stay.
func prepare(p place, o Options) (Facts, error) {
	agentAddr, err := freeAddress(o.AgentAddr)
	if err != nil {
		return Facts{}, err
	}
	walletAddr, err := freeAddress(o.WalletAddr)
	if err != nil {
		return Facts{}, err
	}
	phoneAddr, err := freeAddress(o.PhoneAddr)
	if err != nil {
		return Facts{}, err
	}
	_, phonePort, err := net.SplitHostPort(phoneAddr)
	if err != nil {
		return Facts{}, err
	}
	if err := certificates(p); err != nil {
		return Facts{}, fmt.Errorf("make the demo's certificates: %w", err)
	}
	f := Facts{
		AgentURL: "http://" + agentAddr, WalletURL: "https://" + walletAddr,
		PhoneURL: "http://localhost:" + phonePort, Outbox: p.outbox(), // passkeys are bound to a name, never to a number
		APIToken: rand.Text(), DisplayURL: "http://" + agentAddr + "/display#token=" + rand.Text(), ScannerPath: p.visitor(), PrinterCapture: p.capture(), DisplayText: p.displayText(),
		CameraUploadPath: control.PathCamera, Socket: p.apiSocket(),
	}
	cashier, err := newPIN(operator.Cashier, 4, &f.CashierPIN)
	if err != nil {
		return Facts{}, err
	}
	manager, err := newPIN(operator.Manager, 6, &f.ManagerPIN)
	if err != nil {
		return Facts{}, err
	}
	// The wallet's own key stays over the visits, as the books do: a register
	// that has taken a bulletin takes no lower version.
	signing, err := pki.SigningKey(p.at("wallet", pki.SigningKeyFile))
	if err != nil {
		return Facts{}, err
	}
	pinned := base64.StdEncoding.EncodeToString(signing.Public().(ed25519.PublicKey))
	sum := sha256.Sum256([]byte(f.APIToken))
	_, displayToken, _ := strings.Cut(f.DisplayURL, "=")
	shownTo := sha256.Sum256([]byte(displayToken))
	agent := map[string]string{
		"Listen": agentAddr, "Socket": p.apiSocket(), "Data": p.at("agent"), "WalletURL": f.WalletURL,
		"Token": hex.EncodeToString(sum[:]), "DisplayToken": hex.EncodeToString(shownTo[:]), "CashierPIN": cashier, "ManagerPIN": manager,
		"CA": p.at("keys", "wallet-ca.crt"), "Cert": p.at("keys", "register.crt"), "Key": p.at("keys", "register.key"),
		"BulletinKey": pinned, "Scanner": p.scanner(), "Printer": p.printer(), "PrinterProfile": p.printerProfile(), "Display": p.display(), "Store": storeID, "Terminal": terminalID,
	}
	wallet := map[string]string{
		"Listen": walletAddr, "Data": p.at("wallet"), "TrySocket": p.trySocket(), "PhoneListen": phoneAddr, "PhoneOrigin": f.PhoneURL, "Outbox": f.Outbox,
		"CA": p.at("keys", "wallet-ca.crt"), "Cert": p.at("keys", "wallet.crt"), "Key": p.at("keys", "wallet.key"),
	}
	return f, errors.Join(fill(p.agentConfig(), agentTOML, agent), fill(p.walletConfig(), walletTOML, wallet))
}

func certificates(p place) error {
	// Those of an earlier run belong to an authority whose key is gone.
	if err := errors.Join(os.RemoveAll(p.at("keys")), os.Mkdir(p.at("keys"), 0o700)); err != nil {
		return err
	}
	authority, err := pki.NewAuthority()
	if err != nil {
		return err
	}
	if err := os.WriteFile(p.at("keys", "wallet-ca.crt"), authority.Cert, 0o600); err != nil {
		return err
	}
	wallet, err := authority.Server("127.0.0.1", "localhost")
	if err != nil {
		return err
	}
	register, err := authority.Client(storeID, terminalID)
	if err != nil {
		return err
	}
	return errors.Join(
		wallet.Write(p.at("keys", "wallet.crt"), p.at("keys", "wallet.key")),
		register.Write(p.at("keys", "register.crt"), p.at("keys", "register.key")),
	)
}

// newPIN draws PINs until one is not too easy, and returns its hash.
func newPIN(role operator.Role, digits int, pin *string) (hash string, err error) {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	for {
		n, err := rand.Int(rand.Reader, limit)
		if err != nil {
			return "", err
		}
		*pin = fmt.Sprintf("%0*d", digits, n)
		if operator.CheckPIN(role, *pin) == nil {
			return operator.Hash(role, *pin)
		}
	}
}

// fill writes a configuration; every value becomes a TOML string.
func fill(path, text string, values map[string]string) error {
	t, err := template.New(path).Funcs(template.FuncMap{"q": strconv.Quote}).Parse(text)
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := t.Execute(&b, values); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(b.String()), 0o600)
}

// writeFacts says that the demo is up; the file appears whole or not at all.
func (p place) writeFacts(f Facts) error {
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	draft := p.facts() + ".new"
	if err := os.WriteFile(draft, append(data, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(draft, p.facts())
}

// forgetFacts says that no demo is up; one that was killed could not say so.
func (p place) forgetFacts() error {
	if err := os.Remove(p.facts()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// ErrNone means that no demo runs in a directory.
var ErrNone = errors.New("no demo is running")

// ReadFacts are the facts of a running demo.
func ReadFacts(dir string) (Facts, error) {
	var f Facts
	data, err := os.ReadFile(place{dir: dir}.facts())
	if errors.Is(err, fs.ErrNotExist) {
		return f, fmt.Errorf("%w in %s: start one with `posctl demo --dir %s`", ErrNone, dir, dir)
	}
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal(data, &f)
}

const agentTOML = `# Written by posctl demo at each start; changes are lost.
[store]
id = {{q .Store}}
terminal = {{q .Terminal}}
name = "みほん商店 一号店"
name_en = "Mihon Shop No. 1"
address = "東京都千代田区みほん町1-2-3"
phone = "03-0000-0000"
invoice = "T9000000000000"

[data]
dir = {{q .Data}}

[api]
listen = {{q .Listen}}
socket = {{q .Socket}}

[[api.token]]
name = "visitor"
sha256 = {{q .Token}}
scopes = ["prepare", "topup", "read", "display"]

[[api.token]]
name = "display"
sha256 = {{q .DisplayToken}}
scopes = ["display"]

[[operator]]
id = "cashier"
name = "レジ係"
role = "cashier"
pin = {{q .CashierPIN}}

[[operator]]
id = "manager"
name = "店長"
role = "manager"
pin = {{q .ManagerPIN}}

[[wallet]]
id = "own"
url = {{q .WalletURL}}
ca = {{q .CA}}
cert = {{q .Cert}}
key = {{q .Key}}
bulletin_keys = [{{q .BulletinKey}}]
receipt_name = "みほんペイ"
receipt_name_en = "Mihon Pay"

[[device]]
id = "scanner0"
kind = "scanner"
profile = "scanner-generic"
address = "serial:{{.Scanner}}"

[[device]]
id = "printer0"
kind = "printer"
profile = {{q .PrinterProfile}}
address = "serial:{{.Printer}}"

[[device]]
id = "display0"
kind = "display"
profile = "display-dm-d"
address = "serial:{{.Display}}"

[roles]
scanner = "scanner0"
printer = "printer0"
drawer = "printer0"
display = "display0"

[drawer]
alarm = "10s"

[offline]
key = "file"

[receipt]
footer = "ありがとうございました。またお越しください。"

[log]
level = "info"
format = "json"
`

const walletTOML = `# Written by posctl demo at each start; changes are lost.
listen = {{q .Listen}}
data = {{q .Data}}
cert = {{q .Cert}}
key = {{q .Key}}
client_ca = {{q .CA}}
try_socket = {{q .TrySocket}}
points = 10

[phone]
listen = {{q .PhoneListen}}
origin = {{q .PhoneOrigin}}
outbox = {{q .Outbox}}
try_topups = true

[[customer]]
name = "sakura"
balance = 1000000

[[customer]]
name = "hiro"
balance = 3000

[[customer]]
name = "zero"
balance = 0

[[customer]]
name = "ume"
balance = 20000
points = 300
use_points = true
`
