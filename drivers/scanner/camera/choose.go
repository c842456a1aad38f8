package camera

import "time"

// choice is a format and a size that a camera has; of one that takes any size,
// from width and height on in steps.
type choice struct {
	pixels                uint32
	width, height         uint32
	mostWidth, mostHeight uint32 // 0: this size only
	stepWidth, stepHeight uint32
	interval              time.Duration // between two pictures; 0: not told
}

// slow is more than a hand likes to wait for the next picture: cameras send
// large pictures without compression five times a second.
const slow = 100 * time.Millisecond

// choose takes the largest size that is not over the limits, as long as it is
// not slow; of the same size the one that need not be decompressed. Where all
// are over the limits, the smallest.
func choose(choices []choice, width, height int) (choice, bool) {
	var best choice
	found := false
	for _, c := range choices {
		c = c.within(uint32(width), uint32(height))
		if c.width == 0 || c.height == 0 {
			continue
		}
		if !found || c.better(best, uint32(width), uint32(height)) {
			best, found = c, true
		}
	}
	return best, found
}

// within is the largest of the sizes that is not over the limits.
func (c choice) within(width, height uint32) choice {
	if c.mostWidth == 0 {
		return c
	}
	c.width = step(c.width, min(c.mostWidth, width), c.stepWidth)
	c.height = step(c.height, min(c.mostHeight, height), c.stepHeight)
	return c
}

// step is the largest of least, least+by, … that is not over most.
func step(least, most, by uint32) uint32 {
	if most <= least {
		return least
	}
	by = max(by, 1)
	return least + (most-least)/by*by
}

func (c choice) better(than choice, width, height uint32) bool {
	fits, didFit := c.width <= width && c.height <= height, than.width <= width && than.height <= height
	area, was := uint64(c.width)*uint64(c.height), uint64(than.width)*uint64(than.height)
	switch {
	case fits != didFit:
		return fits
	case !fits && area != was:
		return area < was
	case (c.interval > slow) != (than.interval > slow):
		return c.interval <= slow
	case area != was:
		return area > was
	}
	return c.pixels == yuyv && than.pixels != yuyv
}
