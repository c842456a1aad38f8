//go:build race

package photo_test

// pace divides how many scenes are shot: with the race detector each costs ten
// times as much, and this package has no second goroutine for it to watch.
const pace = 8
