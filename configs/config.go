package configs

import (
	"slices"
	"time"
	_ "time/tzdata" // a terminal image need not carry the time zones

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/drivers/port"
)

// Config is the configuration of a register.
type Config struct {
	Store     Store
	Data      Data
	API       API
	Operators []Operator
	People    People
	Wallets   []WalletLink
	Devices   []Device
	Roles     Roles
	Drawer    Drawer
	Codes     Codes
	TopUp     TopUp
	Shown     Shown // [mpm]
	Offline   Offline
	Receipt   Receipt
	Log       Log
	Webhooks  []Webhook
	Link      RegisterLink
	FileDrop  FileDrop
	Tracing   Tracing
	Alerts    Alerts
	Mail      Mail // of alerts

	values []Value
}

// Store is the shop and this register in it.
type Store struct {
	ID               string // 1 to 8 of [0-9A-Za-z]
	Terminal         string // 1 to 4 of [0-9A-Za-z]
	Name             string
	NameEN           string
	Address          string
	Phone            string
	Invoice          sale.InvoiceNumber // empty, or with a right check digit
	Rounding         sale.Rounding
	Language         string        // "ja" or "en"
	Timezone         string        // a name that time.LoadLocation knows
	BusinessDayStart time.Duration // since midnight
	Currency         money.Currency
}

// Data is where the register remembers.
type Data struct {
	Dir       string // absolute
	MinFreeMB int    // below this no new charge is begun
}

// API is the local interface.
type API struct {
	Listen  string // a loopback host:port
	Socket  string // a unix socket; empty for none
	Hosts   []string
	Origins []string
	Tokens  []Token

	TLSListen string   // host:port for paired programs on other machines; empty: none
	TLSNames  []string // further names and addresses of this machine there
}

// Token lets a program in. Only its hash is known here.
type Token struct {
	Name   string
	SHA256 string // of the token's text; 64 lower-case hexadecimal digits
	Scopes []Scope
}

// Scope is one thing that a token may do.
type Scope string

const (
	ScopePrepare Scope = "prepare" // open and cancel sales
	ScopeTopUp   Scope = "topup"   // turn cash into money of a customer's wallet
	ScopeTest    Scope = "test"    // let a device show that it works; prepare may, too
	ScopeRead    Scope = "read"    // see sales, charges, devices and health
	ScopeRefund  Scope = "refund"  // give money back
	ScopeResolve Scope = "resolve" // decide what became of a doubtful charge, compare the day with the wallets
	ScopeConfig  Scope = "config"  // see and change settings
	ScopeDisplay Scope = "display" // amount and state of the current sale only
)

// Operator is a person who may sign in.
type Operator struct {
	ID   string // 1 to 32 of [0-9A-Za-z_-]
	Name string
	Role string // "cashier", "manager" or "engineer"
	PIN  string // its argon2id hash in the PHC format
}

// Codes says which rules tell codes apart.
type Codes struct {
	File  string        // empty for the rules that are built in
	Keys  []string      // Ed25519 public keys, one of which must have signed the file; none: it is not signed
	Least int64         // the least version of the file that is taken
	Rules paycode.Rules // what Load found there
}

// TopUp is what the register takes as a top-up.
type TopUp struct {
	Most int // of one, in minor units; 0: none are taken
}

// Offline is what the register takes without a network, on codes that the
// phone has signed. Money is in minor units. A store's limit is dealt to its
// registers by giving each its part here.
type Offline struct {
	Take        bool
	PerCharge   int
	PerCustomer int // outstanding
	Outstanding int // of this register
	Count       int // of this register
	Age         time.Duration
	Override    []string // the keys of those that a manager may let one sale pass
	Key         string   // what keeps the key of sealed codes: "auto", "credential", "tpm" or "file"
	TPM         string   // the device
}

// Receipt is what stands on every receipt, and whether there is one.
type Receipt struct {
	Print    bool
	Footer   string
	FooterEN string
}

// Log is how much is written down and in which form.
type Log struct {
	Level  string // "debug", "info", "warn" or "error"
	Format string // "text" or "json"
}

// Device is one device at the register.
type Device struct {
	ID      string // 1 to 32 of [0-9A-Za-z_-]
	Kind    string // "scanner", "printer" or "display"
	Profile string // for ScannerProfile, PrinterProfile or DisplayProfile
	Address port.Address
	Enabled bool
}

// Roles name the devices that the register works with.
type Roles struct {
	Scanner string // the id of a scanner; empty for none
	Printer string // the id of a printer; empty for none
	Drawer  string // the id of the printer that the cash drawer hangs on; empty for none
	Display string // the id of a customer display, or of the printer that one hangs on; empty for none
}

// Drawer is how the cash drawer is connected.
type Drawer struct {
	Pin   int           // of the printer's drawer connector: 2 or 5
	Alarm time.Duration // how long it may stay open; 0: for ever
}

// Load reads a register's configuration: the file at path and then every
// conf.d/*.toml beside it, in the order of their names. A later file wins key
// by key; of rows such as [[wallet]] those of the same id are one, and lists
// of values are replaced as a whole. What is wrong comes back as Problems, all
// of it at once; a file that cannot be opened keeps its fs error.
func Load(path string) (Config, error) { return load(path, nil) }

func load(path string, over *overlay) (Config, error) {
	var c Config
	settings := c.settings()
	r, err := readWithParts(path, settings, over)
	if err != nil {
		return Config{}, err
	}
	c.check(r)
	if err := r.end(); err != nil {
		return Config{}, err
	}
	c.values = r.values
	return c, nil
}

// Values are all keys with what they came to be and where they were set, in
// the order of the annotated default. Secrets only say that they are set.
func (c Config) Values() []Value { return slices.Clone(c.values) }

// Origin tells where a key was set: "/etc/posagent/posagent.toml:7", or
// "default". A key that does not exist is "".
func (c Config) Origin(key string) string {
	for _, v := range c.values {
		if v.Key == key {
			return v.Origin
		}
	}
	return ""
}

// Seller is the store as a receipt and a charge key need it.
func (s Store) Seller() sale.Store {
	return sale.Store{
		ID: s.ID, Terminal: s.Terminal, Name: s.Name, NameEN: s.NameEN, Address: s.Address,
		Phone: s.Phone, Invoice: s.Invoice, Rounding: s.Rounding,
	}
}

// Location is the time zone, which a configuration from Load always has.
func (s Store) Location() (*time.Location, error) { return time.LoadLocation(s.Timezone) }

// Device is the device section with an id, and false when there is none.
func (c Config) Device(id string) (Device, bool) {
	i := slices.IndexFunc(c.Devices, func(d Device) bool { return d.ID == id })
	if i < 0 || id == "" {
		return Device{}, false
	}
	return c.Devices[i], true
}
