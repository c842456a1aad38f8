// Package page is the page that plays a customer's phone: it signs up and in,
// keeps a key that does not leave the browser, shows payment codes, and says yes
// or no to what waits. It holds no money and no rule; all it shows or does is a
// call of the customers' door, as any app makes it.
//
// Invariant: no byte of it depends on who asks, and it fetches nothing from
// anywhere else.
package page

import (
	"embed"
	"io/fs"
)

//go:embed static
var static embed.FS

// Files are what a browser is served from the root of the door.
func Files() fs.FS {
	files, err := fs.Sub(static, "static")
	if err != nil {
		panic("phone page: " + err.Error()) // the name is no path only if this file was built wrong
	}
	return files
}
