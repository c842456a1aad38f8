package charge

import (
	"fmt"
	"strings"
)

// Picture is the whole table as a Mermaid state diagram (stateDiagram-v2): one
// arrow per pair of states, labelled with the events that lead along it. States
// in which the goods are handed over, in which nobody knows, and which are
// settled look different.
func Picture() string {
	var out strings.Builder
	fmt.Fprintln(&out, "stateDiagram-v2")
	fmt.Fprintf(&out, "    [*] --> %s\n", Prepared)
	for _, from := range States {
		for _, to := range States {
			if events := between(from, to); events != "" {
				fmt.Fprintf(&out, "    %s --> %s : %s\n", from, to, events)
			}
		}
	}
	fmt.Fprintln(&out, "    classDef handover stroke-width:3px")
	fmt.Fprintln(&out, "    classDef doubt stroke-dasharray:5 5")
	fmt.Fprintln(&out, "    classDef settled font-weight:bold")
	for _, s := range States {
		if s.Goods() == HandOver {
			fmt.Fprintf(&out, "    class %s handover\n", s)
		}
		if s.Doubtful() {
			fmt.Fprintf(&out, "    class %s doubt\n", s)
		}
		if s.Settled() {
			fmt.Fprintf(&out, "    class %s settled\n", s)
		}
	}
	return out.String()
}

// between are the events that lead from one state to another, in the order of
// the table's columns.
func between(from, to State) string {
	var events []string
	for _, e := range Events {
		if next, ok := Next(from, e); ok && next == to {
			events = append(events, string(e))
		}
	}
	return strings.Join(events, ", ")
}
