//go:build !race

package photo_test

// pace divides how many scenes are shot.
const pace = 1
