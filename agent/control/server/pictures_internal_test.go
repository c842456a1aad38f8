package server

import (
	"testing"

	"github.com/posagent/posagent/agent/control"
)

// A photo of a store copy is a picture, and has a picture's time to come.
func TestPhotosOfStoreCopiesHaveAPicturesTime(t *testing.T) {
	for _, path := range []string{control.PathCamera, "/v1/sales/a/code", control.PathSlips} {
		if !takesPictures(path) {
			t.Errorf("%s has %s for a body of 4 MB", path, bodyTime)
		}
	}
}
