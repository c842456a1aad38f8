package control

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// Paths of the settings.
const (
	PathConfig          = "/v1/config"             // GET -> Settings; PUT NewSettings -> SettingsChange
	PathConfirmSettings = "/v1/config/confirm"     // POST -> SettingsChange
	PathRollBack        = "/v1/config/rollback"    // POST RollBack -> SettingsChange
	PathGenerations     = "/v1/config/generations" // GET -> Generations
)

// Settings are the values that the register runs with. Of secrets only that
// they are set.
type Settings struct {
	Match      string    `json:"match" doc:"goes into If-Match of a change; it is the ETag of this answer as well"`
	Generation int       `json:"generation" doc:"0: nothing was ever changed here"`
	Pending    int       `json:"pending,omitempty" doc:"the generation that waits to be confirmed"`
	Until      time.Time `json:"until,omitzero" doc:"when it is rolled back by itself"`
	Values     []Setting `json:"values"`
}

// Setting is one value.
type Setting struct {
	Key    string `json:"key"`
	Value  string `json:"value" doc:"as TOML"`
	Origin string `json:"origin" doc:"file:line, or default"`
	Live   bool   `json:"live" doc:"it can be changed here; any other is changed at the machine"`
}

// NewSettings are a wish. Set and TOML exclude each other.
type NewSettings struct {
	Set      []NewSetting `json:"set,omitempty" maxItems:"200"`
	TOML     *string      `json:"toml,omitempty" maxLength:"32768" doc:"the agent's own file as a whole"`
	DryRun   bool         `json:"dry_run,omitempty" doc:"only judge and compare"`
	Within   string       `json:"within,omitempty" maxLength:"16" doc:"a Go duration from 5s to 10m, usually 1m: unless it is confirmed until then, it is rolled back"`
	Probe    string       `json:"probe,omitempty" maxLength:"16" doc:"a Go duration up to 1m, usually 10s, in which changed devices must answer; 0s: they are not asked"`
	Approval string       `json:"approval,omitempty" maxLength:"32" doc:"of POST /v1/approvals, where one is needed: kind configure, its key is the match of If-Match"`
}

// NewSetting is one value that is wished for.
type NewSetting struct {
	Key   string `json:"key" maxLength:"128" example:"receipt.print"`
	Value any    `json:"value" doc:"text, number, true or false, or a list of these; null takes the key out of the agent's own file"`
}

// RollBack names what to go back to.
type RollBack struct {
	Generation int    `json:"generation,omitempty" minimum:"0" doc:"0: the change that waits, or else the generation before"`
	Match      string `json:"match,omitempty" maxLength:"64" doc:"of the settings that were looked at; not needed for the change that waits"`
	Approval   string `json:"approval,omitempty" maxLength:"32" doc:"of POST /v1/approvals, where one is needed: kind configure, its key is match; none to take back what waits"`
}

// SettingsChange is what became of a wish.
type SettingsChange struct {
	Generation int                 `json:"generation" doc:"0: nothing changed"`
	State      string              `json:"state" doc:"pending, confirmed, rolled_back, unchanged or dry_run"`
	Until      time.Time           `json:"until,omitzero"`
	Match      string              `json:"match,omitempty"`
	Diff       []SettingDifference `json:"diff"`
	Probes     []Probe             `json:"probes"`
}

// SettingDifference is one value that changes, both sides as TOML.
type SettingDifference struct {
	Key          string `json:"key"`
	Before       string `json:"before,omitempty"`
	BeforeOrigin string `json:"before_origin,omitempty"`
	After        string `json:"after,omitempty"`
	AfterOrigin  string `json:"after_origin,omitempty"`
}

// Probe is how a changed device answered.
type Probe struct {
	Device  string  `json:"device"`
	Good    bool    `json:"good"`
	State   string  `json:"state"`
	Reason  string  `json:"reason,omitempty"`
	Detail  string  `json:"detail,omitempty"`
	Seconds float64 `json:"seconds"`
}

// Generations are the last changes, the newest first.
type Generations struct {
	Generations []Generation `json:"generations"`
}

// Generation is one change.
type Generation struct {
	N     int                 `json:"n"`
	At    time.Time           `json:"at"`
	By    string              `json:"by"`
	Who   string              `json:"who,omitempty"`
	What  string              `json:"what"`
	State string              `json:"state" doc:"pending, confirmed or rolled_back"`
	Why   string              `json:"why,omitempty"`
	Diff  []SettingDifference `json:"diff"`
}

// Settings are the values that the register runs with.
func (c *Client) Settings(ctx context.Context) (Settings, error) {
	var out Settings
	return out, c.call(ctx, http.MethodGet, PathConfig, nil, &out)
}

// ChangeSettings changes settings that were looked at with this match.
func (c *Client) ChangeSettings(ctx context.Context, match string, wish NewSettings) (SettingsChange, error) {
	var out SettingsChange
	body, err := json.Marshal(wish)
	if err != nil {
		return out, err
	}
	c = c.with(HeaderIfMatch, `"`+match+`"`)
	answer, err := c.raw(ctx, http.MethodPut, PathConfig, body, "application/json")
	if err != nil {
		return out, err
	}
	return out, read(http.MethodPut, PathConfig, answer, &out)
}

// ConfirmSettings lets the change that waits stand.
func (c *Client) ConfirmSettings(ctx context.Context) (SettingsChange, error) {
	var out SettingsChange
	return out, c.call(ctx, http.MethodPost, PathConfirmSettings, nil, &out)
}

// RollBackSettings takes the change back that waits, or goes back further.
func (c *Client) RollBackSettings(ctx context.Context, to RollBack) (SettingsChange, error) {
	var out SettingsChange
	return out, c.call(ctx, http.MethodPost, PathRollBack, to, &out)
}

// Generations are the last changes of the settings.
func (c *Client) Generations(ctx context.Context) (Generations, error) {
	var out Generations
	return out, c.call(ctx, http.MethodGet, PathGenerations, nil, &out)
}

// HeaderIfMatch names the settings that a change was made from.
const HeaderIfMatch = "If-Match"

// with is the same client, sending one more header.
func (c *Client) with(name, value string) *Client {
	other := *c
	other.more = [2]string{name, value}
	return &other
}
