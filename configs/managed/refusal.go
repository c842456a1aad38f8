package managed

import "github.com/posagent/posagent/configs"

// Why a change is refused.
type Why string

const (
	Changed    Why = "config.changed"    // since the one who asks has looked
	Pending    Why = "config.pending"    // another change is not confirmed yet
	NotPending Why = "config.none"       // there is nothing to confirm
	Invalid    Why = "config.invalid"    // Problems say where
	Locked     Why = "config.locked"     // only a person at the machine may
	Overridden Why = "config.overridden" // a later file wins
	Edited     Why = "config.edited"     // files were changed that need a restart
	NoAnswer   Why = "config.probe"      // a changed device does not answer
	Unknown    Why = "config.unknown"    // there is no such generation
	Unwritten  Why = "config.unwritten"  // the disk or its rights
	Leaving    Why = "config.leaving"    // the register is stopping
)

// Refusal is why nothing has changed.
type Refusal struct {
	Why      Why
	Detail   string // names the thing and the next step
	Problems configs.Problems
	Probes   []Probe
}

func (r *Refusal) Error() string {
	if len(r.Problems) > 0 {
		return r.Problems.Error()
	}
	return r.Detail
}

func no(why Why, detail string) *Refusal { return &Refusal{Why: why, Detail: detail} }
