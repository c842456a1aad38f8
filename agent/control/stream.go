package control

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Event is one event of the stream: its name, and its body as JSON.
type Event struct {
	Name string
	Data json.RawMessage
}

// maxEvent is the longest event that is read, in bytes.
const maxEvent = 4 << 20

// Events has tell called with each event of the register, the snapshot first,
// until ctx ends, tell fails, or the agent goes away.
func (c *Client) Events(ctx context.Context, tell func(Event) error) error {
	resp, err := c.open(ctx, http.MethodGet, PathEvents, "", nil, "text/event-stream")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, maxEvent)
	e := Event{Name: EventRegister}
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "event":
			e.Name = value
		case "data":
			e.Data = append(e.Data, value...)
		case "":
			if len(e.Data) > 0 {
				if err := tell(e); err != nil {
					return err
				}
			}
			e = Event{Name: EventRegister}
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%w (%w)", ErrBrokeOff, err)
	}
	return fmt.Errorf("%w: the stream of events ended", ErrBrokeOff)
}
