//go:build !race

package imager_test

// raceOn: pictures take ten times as long to draw with the race detector,
// which has nothing to find in that.
const raceOn = false
