package profile

// Display is how a customer display model is written to.
type Display struct {
	Model    string `toml:"model"`
	Language string `toml:"language"` // "dmd" (ESC/POS display commands) or "cd5220"
	Katakana bool   `toml:"katakana"` // it has half-width katakana
	Baud     int    `toml:"baud"`     // default line speed
}
