package tpm

import "time"

// WaitsFor makes a device wait for so long.
func (d *Device) WaitsFor(long time.Duration) { d.patience = long }
