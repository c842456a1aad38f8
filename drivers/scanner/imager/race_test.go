//go:build race

package imager_test

const raceOn = true
