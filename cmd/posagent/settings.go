package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/configs/managed"
)

// changes are the settings as the API asks for them; see server.Settings.
type changes struct{ m *managed.Manager }

func (s changes) View() control.Settings {
	v := s.m.View()
	out := control.Settings{Match: v.Match, Generation: v.Generation, Pending: v.Pending, Until: v.Until, Values: []control.Setting{}}
	for _, value := range v.Values {
		out.Values = append(out.Values, control.Setting{Key: value.Key, Value: value.Text, Origin: value.Origin, Live: managed.Live(value.Key)})
	}
	return out
}

func (s changes) Change(ctx context.Context, match string, wish control.NewSettings, by charge.By, who string) (control.SettingsChange, error) {
	c := managed.Change{Match: match, TOML: wish.TOML, Dry: wish.DryRun}
	var err error
	if c.Within, err = between(wish.Within, managed.UsualWithin, managed.LeastWithin, managed.MostWithin, "within"); err != nil {
		return control.SettingsChange{}, err
	}
	if c.Probe, err = between(wish.Probe, managed.UsualProbe, 0, managed.MostProbe, "probe"); err != nil {
		return control.SettingsChange{}, err
	}
	if wish.TOML != nil && len(wish.Set) > 0 {
		return control.SettingsChange{}, wrongWish("set and toml exclude each other: send one of them")
	}
	if c.Set, err = asTOML(wish.Set); err != nil {
		return control.SettingsChange{}, err
	}
	r, err := s.m.Change(ctx, c, managed.Who{By: string(by), Name: who})
	out := became(r)
	if wish.DryRun {
		out.State = "dry_run"
	}
	return out, refusedAs(err)
}

func (s changes) Confirm(ctx context.Context, by charge.By, who string) (control.SettingsChange, error) {
	n, err := s.m.Confirm(ctx, managed.Who{By: string(by), Name: who})
	return control.SettingsChange{Generation: n, State: string(managed.Confirmed), Match: s.m.View().Match, Diff: []control.SettingDifference{}, Probes: []control.Probe{}}, refusedAs(err)
}

func (s changes) RollBack(ctx context.Context, to control.RollBack, by charge.By, who string) (control.SettingsChange, error) {
	c := managed.Change{Match: to.Match, Within: managed.UsualWithin, Probe: managed.UsualProbe}
	r, err := s.m.RollBack(ctx, to.Generation, c, managed.Who{By: string(by), Name: who})
	out := became(r)
	if r.Until.IsZero() && len(r.Diff) > 0 {
		out.State = string(managed.RolledBack)
	}
	return out, refusedAs(err)
}

func (s changes) Generations() control.Generations {
	out := control.Generations{Generations: []control.Generation{}}
	for _, g := range s.m.Generations() {
		out.Generations = append(out.Generations, control.Generation{
			N: g.N, At: g.At, By: g.By, Who: g.Name, What: g.What, State: string(g.State), Why: g.Why, Diff: differences(g.Diff),
		})
	}
	return out
}

// between reads a time of a wish, which may be left out.
func between(text string, usual, least, most time.Duration, name string) (time.Duration, error) {
	if text == "" {
		return usual, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < least || d > most {
		return 0, wrongWish(fmt.Sprintf("%s is %q, but must be a time from %s to %s, such as 30s", name, text, least, most))
	}
	return d, nil
}

func wrongWish(detail string) error {
	return &server.SettingsRefused{Why: string(managed.Invalid), Detail: detail}
}

// asTOML are the values of a JSON body as TOML.
func asTOML(set []control.NewSetting) (configs.Settings, error) {
	out := configs.Settings{}
	for _, one := range set {
		text, err := tomlOf(one.Value)
		if err != nil {
			return nil, wrongWish(one.Key + " " + err.Error())
		}
		out[one.Key] = text
	}
	return out, nil
}

func tomlOf(value any) (string, error) {
	switch v := value.(type) {
	case nil:
		return "", nil
	case string:
		return configs.Quote(v), nil
	case bool:
		return strconv.FormatBool(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case []any:
		var items []string
		for _, item := range v {
			text, err := tomlOf(item)
			if err != nil || text == "" {
				return "", errors.New("is a list with something in it that is no value")
			}
			items = append(items, text)
		}
		return "[" + strings.Join(items, ", ") + "]", nil
	}
	return "", errors.New("must be text, a number, true, false, a list or null")
}

func became(r managed.Result) control.SettingsChange {
	out := control.SettingsChange{Generation: r.Generation, Until: r.Until, Match: r.Match, State: string(managed.Waiting), Diff: differences(r.Diff), Probes: []control.Probe{}}
	if r.Generation == 0 {
		out.State = "unchanged"
	}
	for _, p := range r.Probes {
		out.Probes = append(out.Probes, control.Probe{Device: p.Device, Good: p.Good, State: p.State, Reason: p.Reason, Detail: p.Detail, Seconds: p.Elapsed.Seconds()})
	}
	return out
}

func differences(list []managed.Difference) []control.SettingDifference {
	out := []control.SettingDifference{}
	for _, d := range list {
		out = append(out, control.SettingDifference(d))
	}
	return out
}

// refusedAs is an error in the words of the API.
func refusedAs(err error) error {
	var refusal *managed.Refusal
	var busy *agent.Refused
	switch {
	case errors.As(err, &busy):
		return &server.SettingsRefused{Why: busy.Why, Detail: "a receipt is being printed: try again"}
	case !errors.As(err, &refusal):
		return err
	}
	out := &server.SettingsRefused{Why: string(refusal.Why), Detail: refusal.Detail}
	for _, p := range refusal.Problems {
		text := p.Key + ": " + p.Text
		if p.Hint != "" {
			text += " (" + p.Hint + ")"
		}
		out.Errors = append(out.Errors, control.Detail{Message: text, Location: fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)})
	}
	return out
}
