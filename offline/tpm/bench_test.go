package tpm_test

import (
	"testing"

	"github.com/posagent/posagent/offline/tpm"
)

// BenchmarkUnseal is what a start waits for, with a TPM in software.
func BenchmarkUnseal(b *testing.B) {
	d := open(b, power(b, machine(b)))
	blob, err := tpm.Seal(d, aKey(b))
	check(b, err)
	for b.Loop() {
		_, err := tpm.Unseal(d, blob)
		check(b, err)
	}
}
