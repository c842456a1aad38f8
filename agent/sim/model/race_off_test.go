//go:build !race

package model

// racing: the race detector makes everything ten times as slow, and there is
// only one goroutine to look at.
const racing = false
