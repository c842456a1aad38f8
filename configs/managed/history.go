package managed

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/posagent/posagent/configs"
)

// Kept is how many generations are kept.
const Kept = 20

// State is what became of a generation.
type State string

const (
	Waiting    State = "pending"
	Confirmed  State = "confirmed"
	RolledBack State = "rolled_back"
)

// Generation is one change of the settings.
type Generation struct {
	N     int          `json:"n"`
	At    time.Time    `json:"at"`
	By    string       `json:"by"`
	Name  string       `json:"name"`
	What  string       `json:"what"` // "apply", "roll back to 3", "found"
	Diff  []Difference `json:"diff"`
	State State        `json:"state"`
	Why   string       `json:"why,omitempty"` // it was rolled back
	Text  string       `json:"text"`          // of the agent's own file
}

// Difference is one value that changes. Both sides are TOML; of a secret it
// only says that it is set.
type Difference struct {
	Key          string `json:"key"`
	Before       string `json:"before"`
	BeforeOrigin string `json:"before_origin"`
	After        string `json:"after"`
	AfterOrigin  string `json:"after_origin"`
}

// diff are the values that differ, in the order of the annotated default.
func diff(a, b configs.Config) []Difference {
	old := map[string]configs.Value{}
	for _, v := range a.Values() {
		old[v.Key] = v
	}
	out := []Difference{}
	for _, v := range b.Values() {
		before := old[v.Key]
		delete(old, v.Key)
		if before.Text != v.Text {
			out = append(out, Difference{Key: v.Key, Before: before.Text, BeforeOrigin: before.Origin, After: v.Text, AfterOrigin: v.Origin})
		}
	}
	for _, v := range a.Values() {
		if _, gone := old[v.Key]; gone {
			out = append(out, Difference{Key: v.Key, Before: v.Text, BeforeOrigin: v.Origin})
		}
	}
	return out
}

func (m *Manager) readHistory() error {
	text, err := m.o.Files.History()
	if err != nil || len(text) == 0 {
		return err
	}
	if err := json.Unmarshal(text, &m.history); err != nil {
		return fmt.Errorf("the list of changes of the settings cannot be read: %w; move settings.json out of the data directory, then start again", err)
	}
	return nil
}

// save needs m.work, or to be alone.
func (m *Manager) save(list []Generation) error {
	list = list[max(0, len(list)-Kept):]
	text, err := json.Marshal(list)
	if err == nil {
		err = m.o.Files.SaveHistory(text)
	}
	if err != nil {
		return no(Unwritten, err.Error())
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.history = list
	return nil
}

// became is the history with another state of one generation.
func (m *Manager) became(n int, state State, why string) []Generation {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := slices.Clone(m.history)
	for i := range list {
		if list[i].N == n {
			list[i].State, list[i].Why = state, why
		}
	}
	return list
}

// settle says, at the start, what became of a change that was under way when
// the register ended.
func (m *Manager) settle() error {
	text, err := m.o.Files.Text()
	if err != nil {
		return err
	}
	for _, g := range m.history {
		if g.State != Waiting {
			continue
		}
		state, why := Confirmed, ""
		if m.o.Undone || g.Text != string(text) {
			state, why = RolledBack, "the register ended before anybody had confirmed it"
			m.o.Note(Who{By: "recovery"}, fmt.Sprintf("took generation %d of the settings back: %s", g.N, why))
		}
		if err := m.save(m.became(g.N, state, why)); err != nil {
			return err
		}
	}
	return nil
}

// current is the newest generation that stands or waits; m.mu is held.
func (m *Manager) current() int {
	for _, g := range slices.Backward(m.history) {
		if g.State != RolledBack {
			return g.N
		}
	}
	return 0
}

// Generations are the last changes, the newest first.
func (m *Manager) Generations() []Generation {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := slices.Clone(m.history)
	slices.Reverse(out)
	return out
}
