//go:build planted

package planted

import "os"

var on = Bug(os.Getenv("POSAGENT_PLANTED"))

// Has tells whether a bug is switched on by the variable POSAGENT_PLANTED.
func Has(b Bug) bool { return b == on }
