package paycode

// Rules say which code is whose. They are data: new issuers appear every
// year. The first rule that matches decides, in the order Reject, templates by
// application id, Digits; what no rule matches is refused as unknown.
type Rules struct {
	Version   int64          `toml:"version"` // of a file of one's own; only rises
	Reject    []RejectRule   `toml:"reject"`
	Templates []TemplateRule `toml:"template"`
	Digits    []DigitsRule   `toml:"digits"`
}

// RejectRule refuses what is certainly no payment code of a customer.
type RejectRule struct {
	ID    string `toml:"id"`
	Match string `toml:"match"` // regular expression over the whole text; must be anchored with ^
	AIM   string `toml:"aim"`   // when set, only for this AIM identifier (or when the scanner sends none)
	Why   Why    `toml:"why"`   // MerchantCode, WebAddress, Product, Bill, Offline, NoWallet or Unknown

	Example string `toml:"example"` // a code that this rule decides

	// Wallet is for Offline: whose signed codes these are. A store that takes
	// the wallet takes them; for any other they are refused as that.
	Wallet string `toml:"wallet"`
}

// TemplateRule names the wallet of an EMVCo or JPQR code by its application
// identifier (tag 4F): equal, or longer and beginning with it. The longest
// prefix that matches decides; of two equal ones the one with an account
// pattern, then the one that stands first.
type TemplateRule struct {
	ID      string `toml:"id"`
	Prefix  string `toml:"prefix"`  // hex
	Account string `toml:"account"` // optional regular expression over Application.Account; anchored with ^
	Wallet  string `toml:"wallet"`  // either this
	Why     Why    `toml:"why"`     // or this: such an application is refused; with Offline both, as in RejectRule
	Example string `toml:"example"` // a code that this rule decides
}

// DigitsRule names the wallet of a code of digits only.
type DigitsRule struct {
	ID     string `toml:"id"`
	Match  string `toml:"match"` // anchored with ^ and $
	Wallet string `toml:"wallet"`

	Example string `toml:"example"` // a code that this rule decides
}
