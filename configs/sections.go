package configs

import (
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
)

// settings is the one table of the register's configuration: reading it, its
// defaults, the annotated file and the reference all come from here.
func (c *Config) settings() []setting {
	return []setting{
		{key: "store", table: c.Store.settings(), about: "The shop and this register.\n店舗とレジの情報です。"},
		{key: "data", table: c.Data.settings(), about: "Where the register remembers charges."},
		{key: "api", table: c.API.settings(), about: "The local interface for POS software, pages and posctl."},
		{key: "operator", rows: rowsOf(&c.Operators, "id", (*Operator).settings),
			about: "People who may sign in at the register, one section each.\nレジを操作する人を一人ずつ書きます。"},
		{key: "people", table: c.People.settings(), about: "What is asked of operators, be they listed above or added with posctl users.\n担当者の決まりです。"},
		{key: "wallet", rows: rowsOf(&c.Wallets, "id", (*WalletLink).settings).after(func(i int, n *node) { c.Wallets[i].preset(n) }),
			about: "Wallets that this register takes, one section each, and how patient it is with them.\nA request without an answer is never taken for a no: the register asks again and,\nafter give_up, has the charge reversed."},
		{key: "device", rows: rowsOf(&c.Devices, "id", (*Device).settings),
			about: "Devices at the register, one section each.\nつなぐ機器を一台ずつ書きます。"},
		{key: "roles", table: c.Roles.settings(), about: "Which of the devices the register works with."},
		{key: "drawer", table: c.Drawer.settings(), about: "The cash drawer, if [roles] names one.\n現金の引き出しの設定です。"},
		{key: "codes", table: c.Codes.settings(), about: "The rules that tell whose code a customer shows."},
		{key: "topup", table: c.TopUp.settings(), about: "Top-ups: cash that the register takes becomes money in the customer's wallet.\n現金でのチャージの設定です。"},
		{key: "mpm", table: c.Shown.settings(), about: "The code that this store shows, for customers to read with their phones (EMVCo MPM, JPQR):\nposctl code show. A store that shows none leaves this section alone.\nお客様が読み取る、お店のコードの情報です。"},
		{key: "offline", table: c.Offline.settings(), about: "Payments without a network, on codes that the phone has signed (docs/reference/op1.md).\nThe wallet must allow it, and may narrow these limits.\n通信がない間の受付の上限です。"},
		{key: "receipt", table: c.Receipt.settings(), about: "Receipts.\nレシートの設定です。"},
		{key: "webhook", rows: rowsOf(&c.Webhooks, "name", (*Webhook).settings),
			about: "Other programs that are told what happened, one section each (docs/integrator/webhooks.md)."},
		{key: "alerts", table: c.Alerts.settings(), about: "When people are told of troubles: on the manager's page, by webhooks (alert.*) and by mail.\n異常のお知らせの設定です。"},
		{key: "mail", table: c.Mail.settings(), about: "The mail relay that takes the alerts."},
		{key: "link", table: c.Link.settings(), about: "A register that asks for sales over a line (docs/integrator/register-link.md). Off unless address\nor listen is set.\n金額連動のレジとの接続です。"},
		{key: "file_drop", table: c.FileDrop.settings(), about: "A register that asks for sales by files in a folder (docs/integrator/file-drop.md). Off unless dir is set.\nファイル連携のレジとの接続です。"},
		{key: "tracing", table: c.Tracing.settings(), about: "What a charge took, for those who look after many programs (docs/integrator/README.md, Traces)."},
		{key: "log", table: c.Log.settings(), about: "The log on standard error. Codes of customers are never in it."},
	}
}

const (
	idWant = "1 to 32 of 0-9, A-Z, a-z, _ and -"
	idMade = digits + letters + "_-"
)

func (s *Store) settings() []setting {
	return []setting{
		{key: "id", required: true, sample: `"S001"`, value: text(&s.ID, "", "1 to 8 of 0-9, A-Z and a-z", made(digits+letters, 1, 8)),
			about: "The store's number. The key of every charge begins with it; the wallet's certificate names it."},
		{key: "terminal", required: true, sample: `"01"`, value: text(&s.Terminal, "", "1 to 4 of 0-9, A-Z and a-z", made(digits+letters, 1, 4)),
			about: "The register's number, unique in the store."},
		{key: "name", required: true, sample: `"渋谷店"`, value: filledLine(&s.Name, 60),
			about: "The name on receipts.\nレシートに印字する店名です。"},
		{key: "name_en", value: line(&s.NameEN, 60), about: "The name on English receipts. Empty: as name."},
		{key: "address", value: line(&s.Address, 120), about: "The address on receipts."},
		{key: "phone", value: line(&s.Phone, 30), about: "The telephone number on receipts."},
		{key: "invoice", value: checked(&s.Invoice, "", "T and 13 digits with a right check digit", func(t string) error { return sale.InvoiceNumber(t).Check() }),
			about: "The registration number of a qualified invoice issuer, such as \"T7000012050002\".\nEmpty: the store is not registered.\n適格請求書発行事業者の登録番号です。"},
		{key: "rounding", value: word(&s.Rounding, sale.Floor, sale.Floor, sale.Nearest, sale.Ceil),
			about: "What becomes of a fraction of a yen of tax, once per rate and receipt."},
		{key: "language", value: word(&s.Language, "ja", "ja", "en"), about: "The language of receipts, and of pages until somebody chooses."},
		{key: "timezone", value: checked(&s.Timezone, "Asia/Tokyo", "a name of the IANA time zone database", knownZone),
			about: "The time zone of receipts and of the business day."},
		{key: "business_day_start", value: timeOfDay(&s.BusinessDayStart, 5*time.Hour),
			about: "When a business day begins; a sale before it belongs to the day before."},
		{key: "currency", value: checked(&s.Currency, money.JPY, "an ISO 4217 code such as \"JPY\"", knownCurrency),
			about: "The currency of every amount."},
	}
}

func (d *Data) settings() []setting {
	return []setting{
		{key: "dir", value: absolute(&d.Dir, "/var/lib/posagent"), about: "Folder of the journal. It must exist, on a disk that keeps its word, not on a network."},
		{key: "min_free_mb", value: whole(&d.MinFreeMB, 64, 16, 1_000_000), about: "With less room than this on the disk no new charge is begun."},
	}
}

func (a *API) settings() []setting {
	return []setting{
		{key: "listen", value: text(&a.Listen, "127.0.0.1:7070", "host:port on this machine, such as \"127.0.0.1:7070\"", loopback),
			about: "Where pages and POS software of this machine connect. Only addresses of this machine are taken."},
		{key: "socket", value: absoluteOrNone(&a.Socket, "/run/posagent/api.sock"), about: "Unix socket for posctl. Empty: none."},
		{key: "hosts", value: texts(&a.Hosts, "host names", form(`[0-9A-Za-z]([0-9A-Za-z.-]{0,252})(:\d{1,5})?`)),
			about: "Further names by which a browser may call this machine; all others are refused."},
		{key: "origins", value: texts(&a.Origins, "origins such as \"https://pos.example\"", webOrigin),
			about: "Web applications of other origins that may call the interface from a browser."},
		{key: "tls_listen", value: text(&a.TLSListen, "", `host:port such as "192.168.1.10:7443", or ""`, func(s string) bool { return s == "" || hostPort(s) }),
			about: "Where POS software of other machines connects, with TLS and a certificate of posctl pair new\n(docs/integrator/tls.md). It can make sales and nothing else. Empty: nowhere."},
		{key: "tls_names", value: texts(&a.TLSNames, "host names and addresses", tlsName),
			about: "Names and addresses by which they call this machine, beside its own name and that of tls_listen."},
		{key: "token", rows: rowsOf(&a.Tokens, "name", (*Token).settings), about: "A program that may call the interface, such as the POS software."},
	}
}

func (t *Token) settings() []setting {
	return []setting{
		{key: "name", required: true, sample: `"pos"`, value: text(&t.Name, "", idWant, made(idMade, 1, 32)), about: "Its name in the log and the journal."},
		{key: "sha256", required: true, secret: true, sample: `"` + exampleHash + `"`,
			value: hidden(&t.SHA256, "the SHA-256 of the token as 64 lower-case hexadecimal digits, never the token itself", made(digits+"abcdef", 64, 64)),
			about: "SHA-256 of the token: printf %s \"$TOKEN\" | sha256sum"},
		{key: "scopes", required: true, sample: `["prepare", "read"]`, value: words(&t.Scopes, ScopePrepare, ScopeTopUp, ScopeTest, ScopeRead, ScopeRefund, ScopeResolve, ScopeConfig, ScopeDisplay),
			about: "What it may do. display alone sees only the amount and state of the current sale."},
	}
}

func (o *Operator) settings() []setting {
	return []setting{
		{key: "id", required: true, sample: `"tanaka"`, value: text(&o.ID, "", idWant, made(idMade, 1, 32)), about: "The name for signing in, also in the journal."},
		{key: "name", required: true, sample: `"田中"`, value: filledLine(&o.Name, 40),
			about: "The name on pages and receipts."},
		{key: "role", required: true, sample: `"manager"`, value: word(&o.Role, "", "cashier", "manager", "engineer"), about: "A manager also decides doubts, gives money back and changes settings; an engineer sets up the register and touches no money."},
		{key: "pin", required: true, secret: true, sample: `"` + examplePIN + `"`,
			value: hidden(&o.PIN, "the argon2id hash of the PIN in PHC form ($argon2id$v=19$m=…,t=…,p=…$salt$hash), never the PIN itself", form(pinForm)),
			about: "The argon2id hash of the PIN."},
	}
}

// pinForm is the PHC string format of an argon2id hash with at least 8 bytes
// of salt and 16 of hash (RFC 9106, 3.1), in base64 without padding.
const pinForm = `\$argon2id\$v=19\$m=[1-9]\d{0,6},t=[1-9]\d?,p=[1-9]\d?\$[0-9A-Za-z+/]{11,86}\$[0-9A-Za-z+/]{22,86}`

// The examples fit the form and open nothing: nobody knows a text with these
// hashes.
const (
	exampleHash = "0000000000000000000000000000000000000000000000000000000000000000"
	examplePIN  = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)

func (c *Codes) settings() []setting {
	return []setting{
		{key: "file", value: absoluteOrNone(&c.File, ""), about: "A file of rules in place of the built-in ones. Empty: the built-in ones."},
		{key: "keys", value: publicKeys(&c.Keys, 2),
			about: "Who may write that file: Ed25519 public keys, the current one and the next. With a key, the\nfile needs its signature beside it (FILE.sig: posctl code sign). Empty: whoever can write it."},
		{key: "least_version", value: whole(&c.Least, 0, 0, 1<<53-1),
			about: "The least version of that file that is taken: none from before is put back."},
	}
}

func (t *TopUp) settings() []setting {
	return []setting{
		{key: "most", value: whole(&t.Most, 50_000, 0, 1_000_000_000), about: "The most that one top-up may come to, in yen (minor units of other currencies). 0: none are taken."},
	}
}

func (o *Offline) settings() []setting {
	const most = 100_000_000
	return []setting{
		{key: "take", value: flag(&o.Take, true), about: "Whether anything is taken without a network."},
		{key: "per_charge", value: whole(&o.PerCharge, 3_000, 1, most), about: "The most of one payment, in yen (minor units of other currencies)."},
		{key: "per_customer", value: whole(&o.PerCustomer, 5_000, 1, most), about: "The most of one customer that is not collected yet."},
		{key: "outstanding", value: whole(&o.Outstanding, 100_000, 1, most), about: "The most of this register that is not collected yet. A store's limit is the sum of its registers'."},
		{key: "count", value: whole(&o.Count, 200, 1, 100_000), about: "How many payments of this register may wait to be collected."},
		{key: "age", value: wait(&o.Age, 24*time.Hour), about: "When the oldest has waited for longer, no more are taken."},
		{key: "override", value: wordsOr(&o.Override, []string{"per_charge", "per_customer"}, "per_charge", "per_customer", "outstanding", "count", "age"),
			about: "Which of these limits a manager may let one sale pass, with the PIN. []: none. What the wallet has narrowed holds.\n店長が暗証番号で一件だけ超えられる上限です。"},
		{key: "key", value: word(&o.Key, "auto", "auto", "credential", "tpm", "file"),
			about: "What keeps the key under which customers' codes lie sealed: a credential of systemd,\nthe TPM of this machine, or a file in the data directory. auto: the one that has it, else\nthe first of these that there is. It never changes while codes wait; docs/engineer tells more."},
		{key: "tpm", value: absolute(&o.TPM, "/dev/tpmrm0"), about: "The device of the TPM."},
	}
}

func (r *Receipt) settings() []setting {
	return []setting{
		{key: "print", value: flag(&r.Print, true), about: "Whether a receipt is printed for every charge, with the store's copy of one that is taken without a network.\nReprints are always possible."},
		{key: "footer", value: line(&r.Footer, 200), about: "A line at the end of every receipt.\nレシートの最後に印字する文です。"},
		{key: "footer_en", value: line(&r.FooterEN, 200), about: "The same on English receipts."},
	}
}

func (l *Log) settings() []setting {
	return []setting{
		{key: "level", value: word(&l.Level, "info", "debug", "info", "warn", "error"), about: "How much is logged."},
		{key: "format", value: word(&l.Format, "text", "text", "json"), about: "The form of the log's lines."},
	}
}
