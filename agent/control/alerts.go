package control

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// Paths of the troubles that people are told of.
const (
	PathAlerts   = "/v1/alerts"                  // GET ?standing=&before=&limit= -> Alerts
	PathAlertSee = "/v1/alerts/{id}/acknowledge" // POST -> Alert
	PathAlertTry = "/v1/alerts/test"             // POST -> AlertTest
)

// Alert is a trouble that people were told of.
type Alert struct {
	ID      int64     `json:"id" example:"12"`
	Code    string    `json:"code" example:"certificate.expires" doc:"of the catalogue of troubles"`
	Subject string    `json:"subject,omitempty" example:"own" doc:"the device, wallet or certificate; empty: the register"`
	Detail  string    `json:"detail,omitempty" example:"2026-12-04" doc:"numbers and keys, in no language"`
	Level   int       `json:"level" example:"2" doc:"how bad it is; it only rises. Of a certificate: 1 within 30 days, 2 within 7, 3 within one, 4 ended"`
	Act     string    `json:"act" example:"engineer" doc:"who must act: cashier, manager or engineer"`
	Title   string    `json:"title" example:"証明書の期限が近づいています"`
	TitleE  string    `json:"title_en" example:"A certificate ends soon"`
	Text    string    `json:"text"`
	TextE   string    `json:"text_en"`
	Raised  time.Time `json:"raised"`
	Cleared time.Time `json:"cleared,omitzero" doc:"not there while it stands"`
	Seen    time.Time `json:"acknowledged,omitzero"`
	SeenBy  string    `json:"acknowledged_by,omitempty" example:"田中"`
}

// Alerts is a page of alerts, newest first; Next is the before= of the page
// after it, 0 on the last one.
type Alerts struct {
	Alerts []Alert    `json:"alerts"`
	Next   int64      `json:"next"`
	Mail   *AlertMail `json:"mail,omitempty" doc:"not there when nothing is mailed"`
}

// AlertMail is how the mailing goes.
type AlertMail struct {
	State   string    `json:"state" example:"ok" doc:"ok, failing, or given_up (it failed for five days: a test that arrives lets it go on); more may come"`
	To      []string  `json:"to" example:"[\"manager@example.jp\"]"`
	LastOK  time.Time `json:"last_ok,omitzero" doc:"since the agent's start"`
	Since   time.Time `json:"since,omitzero" doc:"when the failing began"`
	Next    time.Time `json:"next,omitzero" doc:"when it is tried again"`
	Problem string    `json:"problem,omitempty" doc:"of the last try"`
}

// AlertTest is what came of test messages.
type AlertTest struct {
	Tried []AlertTried `json:"tried" doc:"empty: nobody is told but who reads the page"`
}

// AlertTried is what came of one.
type AlertTried struct {
	To      string  `json:"to" example:"mail" doc:"mail, or webhook and its name"`
	OK      bool    `json:"ok" example:"true"`
	Seconds float64 `json:"seconds" example:"0.42"`
	Problem string  `json:"problem,omitempty"`
}

// Alerts lists alerts below a number, or the newest for 0, or those that stand.
func (c *Client) Alerts(ctx context.Context, standing bool, before int64, limit int) (Alerts, error) {
	var out Alerts
	query := "?standing=" + strconv.FormatBool(standing) + "&before=" + strconv.FormatInt(before, 10) + "&limit=" + strconv.Itoa(limit)
	return out, c.call(ctx, http.MethodGet, PathAlerts+query, nil, &out)
}

// AcknowledgeAlert says that somebody has seen to it.
func (c *Client) AcknowledgeAlert(ctx context.Context, id int64) (Alert, error) {
	var out Alert
	return out, c.call(ctx, http.MethodPost, at(PathAlertSee, "id", strconv.FormatInt(id, 10)), nil, &out)
}

// TestAlerts sends test messages and waits for their answers.
func (c *Client) TestAlerts(ctx context.Context) (AlertTest, error) {
	var out AlertTest
	return out, c.call(ctx, http.MethodPost, PathAlertTry, nil, &out)
}
