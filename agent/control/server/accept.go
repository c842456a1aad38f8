package server

import (
	"mime"
	"strconv"
	"strings"
)

// likes is which of our types a reader likes best by its Accept header (RFC
// 9110, 12.5.1): the first of ours among equals, and none when it takes none
// of them.
func likes(accept string, ours ...string) (string, bool) {
	if strings.TrimSpace(accept) == "" {
		return ours[0], true
	}
	best, most := "", 0.0
	for _, name := range ours {
		if q := quality(accept, name); q > most {
			best, most = name, q
		}
	}
	return best, best != ""
}

// quality is how much a reader likes a type: what is said of the type itself
// counts more than what is said of its kind, and that more than */*.
func quality(accept, name string) float64 {
	kind, _, _ := strings.Cut(name, "/")
	q, rank := 0.0, 0
	for _, part := range strings.Split(accept, ",") {
		said, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		r := 0
		switch said {
		case name:
			r = 3
		case kind + "/*":
			r = 2
		case "*/*":
			r = 1
		}
		if r <= rank {
			continue
		}
		rank, q = r, 1
		if v, there := params["q"]; there {
			if q, err = strconv.ParseFloat(v, 64); err != nil || q < 0 || q > 1 {
				q = 0
			}
		}
	}
	return q
}
