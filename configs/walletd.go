package configs

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Wallet is the configuration of the reference wallet's daemon.
type Wallet struct {
	ID        string // as registers name it; its bulletins carry it
	Listen    string // host:port of the mTLS contract
	Data      string // folder of the ledger, and of keys
	Postgres  string // where the ledger is kept instead, without a password; empty: in the folder
	Cert      string // file: the wallet's own certificate
	Key       string // file: its key
	ClientCA  string // file: who signs the certificates of registers
	TrySocket string // unix socket of the controls for trying it out; empty for none
	Forward   Forward
	Phone     Phone
	Risk      Risk
	Points    int64 // granted for each 1,000 yen that are paid in money
	Others    []Other
	Customers []Customer
}

// Customer is an account that the daemon opens at its first start.
type Customer struct {
	Name    string
	Balance int64 // yen
	Points  int64
	Use     bool // points pay, as far as they go
}

// Other is a service of OpenID Connect by which customers sign in.
type Other struct {
	Name     string
	Issuer   string // as its tokens name it
	ClientID string
	Secret   string // file
}

// Phone is the door of customers' phones.
type Phone struct {
	Listen string // host:port; empty: there is no such door
	Origin string // as browsers name it
	Cert   string // file; empty: plain HTTP, on loopback only
	Key    string // file
	Outbox string // folder of the letters that are to be sent
	Try    bool   // card and bank are played by the wallet itself
}

// Risk is where the rules come from by which payments of members are judged.
type Risk struct {
	File string // signed; empty: the wallet's own rules hold
	Key  string // Ed25519, in base64
}

// Forward limits what one register may collect of what it took without a
// network.
type Forward struct {
	Within time.Duration // after the code was taken
	Count  int           // in 24 hours
	Amount int64         // likewise, in yen
}

// How long after it was taken a code may be forwarded. Registers count on the
// first; until then, after its end, the money of a certificate stays aside.
const (
	leastWithin = 72 * time.Hour
	mostWithin  = 720 * time.Hour
)

// LoadWallet reads the wallet daemon's configuration. What is wrong with it
// comes back as Problems; conf.d is not looked at.
func LoadWallet(path string) (Wallet, error) {
	var w Wallet
	r, err := readFile(path, w.settings())
	if err != nil {
		return Wallet{}, err
	}
	if in := w.Forward.Within; in < leastWithin || in > mostWithin {
		const about = "forward.within"
		r.say(r.at(about), about, fmt.Sprintf("is %s, but must be from %s to %s", short(in), short(leastWithin), short(mostWithin)), "")
	}
	if p := w.Phone; p.Listen != "" && p.Origin == "" {
		const about = "phone.origin"
		r.say(r.at("phone.listen"), about, "is missing, but phone.listen is set", "write the address that browsers use")
	} else if (p.Cert == "") != (p.Key == "") {
		const about = "phone.cert"
		r.say(r.at(about), about, "and phone.key must both be there, or none of them", "")
	}
	if err := r.end(); err != nil {
		return Wallet{}, err
	}
	return w, nil
}

func (w *Wallet) settings() []setting {
	return []setting{
		{key: "id", value: text(&w.ID, "own", "1 to 32 of a-z, 0-9 and _", made(digits+lower+"_", 1, 32)),
			about: "The wallet as registers name it. Its bulletins are for those alone."},
		{key: "listen", value: text(&w.Listen, "127.0.0.1:7071", "host:port", hostPort),
			about: "Where registers reach the wallet, by TLS with a client certificate."},
		{key: "data", required: true, sample: `"/var/lib/walletd"`, value: absolute(&w.Data, ""),
			about: "Folder of the ledger, and of the key and the last of its bulletins. It must exist and be writable."},
		{key: "postgres", value: text(&w.Postgres, "", `"", or words such as "host=/run/postgresql dbname=wallet user=walletd", without a password`, passwordless),
			about: "A PostgreSQL database to keep the ledger in, instead of a file in the folder.\nIts password, if it wants one, comes from the variable PGPASSWORD or from a file: passfile=/etc/walletd/pgpass."},
		{key: "cert", required: true, sample: `"/etc/walletd/server.crt"`, value: absolute(&w.Cert, ""),
			about: "The wallet's certificate (PEM)."},
		{key: "key", required: true, sample: `"/etc/walletd/server.key"`, value: absolute(&w.Key, ""),
			about: "The key of that certificate (PEM), readable by the daemon only."},
		{key: "client_ca", required: true, sample: `"/etc/walletd/registers-ca.crt"`, value: absolute(&w.ClientCA, ""),
			about: "The CA that signs the certificates of registers (PEM)."},
		{key: "try_socket", value: absoluteOrNone(&w.TrySocket, ""),
			about: "Unix socket of the controls for trying the wallet out: codes, faults, balances.\nLeave it empty where real money is."},
		{key: "points", value: whole(&w.Points, 0, 0, 1000),
			about: "Points that a customer gets for each 1,000 yen paid in money. 0 is none.\nA point pays one yen, and the shop gets all of it from the wallet."},
		{key: "forward", table: w.Forward.settings(),
			about: "What one register may collect of what it took without a network, also where another brings it in.\nWhat is over the last two is not declined: the register asks again later."},
		{key: "phone", table: w.Phone.settings(),
			about: "The door of customers' phones: sign-up, sign-in, codes, and the page that plays a phone."},
		{key: "risk", table: w.Risk.settings(),
			about: "The rules by which payments and top-ups of customers who sign in are judged."},
		{key: "sign_in_by", rows: rowsOf(&w.Others, "name", (*Other).settings),
			about: "A service of OpenID Connect by which customers may sign in whom it is linked to. What pays is their phone all the same."},
		{key: "customer", rows: rowsOf(&w.Customers, "name", (*Customer).settings),
			about: "An account that is opened at the first start."},
	}
}

// passwordless keeps passwords out of a file that people show each other.
func passwordless(s string) bool {
	u, err := url.Parse(s)
	with := err == nil && u.User != nil
	if with {
		_, with = u.User.Password()
	}
	return !with && !strings.Contains(strings.ToLower(s), "password") && printable(s, 500)
}

func (p *Phone) settings() []setting {
	return []setting{
		{key: "listen", value: text(&p.Listen, "", `host:port, or ""`, func(s string) bool { return s == "" || hostPort(s) }),
			about: "Where phones reach the wallet. Empty: no customer signs in here."},
		{key: "origin", value: text(&p.Origin, "", `the beginning of an address, such as "https://pay.example.jp", or ""`, func(s string) bool { return s == "" || webOrigin(s) }),
			about: "The address as browsers write it. Passkeys are bound to it: it stays for as long as there are customers."},
		{key: "cert", value: absoluteOrNone(&p.Cert, ""), about: "The certificate of that address (PEM). Without one the door opens on this machine alone, for trying it out."},
		{key: "key", value: absoluteOrNone(&p.Key, ""), about: "The key of that certificate (PEM), readable by the daemon only."},
		{key: "outbox", value: absoluteOrNone(&p.Outbox, ""),
			about: "Folder of the letters to customers, a JSON file each, which a program of yours sends and removes.\nEmpty: a folder \"outbox\" beside the ledger."},
		{key: "try_topups", value: flag(&p.Try, false),
			about: "Top-ups by a card and a bank that the wallet plays itself: nobody is charged, and the money is there.\nLeave it off where real money is."},
	}
}

func (r *Risk) settings() []setting {
	return []setting{
		{key: "rules", value: absoluteOrNone(&r.File, ""),
			about: "File of signed rules. A newer version holds within seconds; one that is not signed right, or older, changes nothing.\nEmpty: the rules that docs/reference/risk.md lists."},
		{key: "key", value: text(&r.Key, "", "the signer's public key in base64, or empty", func(s string) bool { return printable(s, 60) }),
			about: "The public key (Ed25519, base64) with which rules are signed."},
	}
}

func (o *Other) settings() []setting {
	return []setting{
		{key: "name", required: true, sample: `"mihon"`, value: text(&o.Name, "", "1 to 32 of a-z, 0-9 and _", made(digits+lower+"_", 1, 32)),
			about: "The service's short name."},
		{key: "issuer", required: true, sample: `"https://id.example.jp"`, value: text(&o.Issuer, "", "the beginning of an address", func(s string) bool { _, err := url.ParseRequestURI(s); return err == nil }),
			about: "The address by which its tokens name it. Its terms are asked there at the first sign-in."},
		{key: "client_id", required: true, sample: `"wallet"`, value: text(&o.ClientID, "", "as the service gave it", func(s string) bool { return s != "" && printable(s, 200) }),
			about: "The wallet as the service knows it. The address to come back to is phone.origin with a / behind it."},
		{key: "secret_file", required: true, sample: `"/etc/walletd/mihon.secret"`, value: absolute(&o.Secret, ""),
			about: "A file with the secret that belongs to it, readable by the daemon only."},
	}
}

func (f *Forward) settings() []setting {
	return []setting{
		{key: "within", value: wait(&f.Within, leastWithin),
			about: "How long after it was taken a code may be forwarded; 72h, on which registers count, to 720h.\nFor so long after its end a phone's certificate keeps the customer's money aside."},
		{key: "count", value: whole(&f.Count, 500, 1, 1_000_000), about: "The most forwards in 24 hours."},
		{key: "amount", value: whole(&f.Amount, 500_000, 1, 1_000_000_000_000), about: "The most that they may come to, in yen."},
	}
}

func (c *Customer) settings() []setting {
	return []setting{
		{key: "name", required: true, sample: `"hanako"`, value: text(&c.Name, "", "1 to 32 of 0-9, A-Z, a-z, _ and -", made(idMade, 1, 32)),
			about: "The customer's short name."},
		{key: "balance", value: whole(&c.Balance, 0, 0, 1_000_000_000),
			about: "The opening balance in yen."},
		{key: "points", value: whole(&c.Points, 0, 0, 1_000_000_000), about: "Points of a promotion at the opening."},
		{key: "use_points", value: flag(&c.Use, false), about: "Whether points pay for this customer, as far as they go."},
	}
}
