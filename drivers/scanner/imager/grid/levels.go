package grid

import "github.com/posagent/posagent/drivers/scanner/imager/gray"

// tile is the side of the squares that share a black point, in dots.
const tile = 8

// flat is the least difference between the darkest and the lightest dot of a
// tile that may hold an edge; below it a tile tells nothing about the light.
const flat = 24

// levels are the black points of a picture, one to a tile: a dot that is no
// lighter than the level of its tile is dark.
type levels struct {
	w, h int
	at   []byte
	raw  []byte // before they are smoothed
	most byte   // the greatest contrast within a tile
}

func (l *levels) room(p gray.Plane) {
	l.w, l.h = (p.W+tile-1)/tile, (p.H+tile-1)/tile
	if n := l.w * l.h; cap(l.at) < n {
		l.at, l.raw = make([]byte, n), make([]byte, n)
	}
	l.at, l.raw = l.at[:l.w*l.h], l.raw[:l.w*l.h]
}

// local takes each level from the light around its tile, for shadows and
// glare: the mean of the five by five tiles around it.
func (l *levels) local(p gray.Plane) {
	l.room(p)
	l.most = 0
	for ty := range l.h {
		for tx := range l.w {
			l.raw[ty*l.w+tx] = l.level(p, tx, ty)
		}
	}
	for ty := range l.h {
		y0, y1 := window(ty, l.h)
		for tx := range l.w {
			x0, x1 := window(tx, l.w)
			sum := 0
			for y := y0; y < y1; y++ {
				for _, v := range l.raw[y*l.w+x0 : y*l.w+x1] {
					sum += int(v)
				}
			}
			l.at[ty*l.w+tx] = byte(sum / ((y1 - y0) * (x1 - x0)))
		}
	}
}

// window are the five tiles around one, kept inside.
func window(at, of int) (from, to int) {
	from = max(0, min(at-2, of-5))
	return from, min(of, from+5)
}

// level is the black point that one tile suggests: the mean of its dots. A
// flat one is taken as light, but for where its neighbours say that it lies in
// the dark part of something.
func (l *levels) level(p gray.Plane, tx, ty int) byte {
	x0, y0 := max(0, min(tx*tile, p.W-tile)), max(0, min(ty*tile, p.H-tile))
	x1, y1 := min(p.W, x0+tile), min(p.H, y0+tile)
	sum, n, low, high := 0, 0, byte(255), byte(0)
	for y := y0; y < y1; y += 2 { // every other row tells as much
		row := p.Pix[y*p.W+x0 : y*p.W+x1]
		for _, v := range row {
			sum += int(v)
			low, high = min(low, v), max(high, v)
		}
		n += len(row)
	}
	l.most = max(l.most, high-low)
	if high-low > flat {
		return byte(sum / n)
	}
	level := low / 2
	if tx > 0 && ty > 0 {
		i := ty*l.w + tx
		around := (int(l.raw[i-l.w]) + 2*int(l.raw[i-1]) + int(l.raw[i-l.w-1])) / 4
		if int(low) < around {
			level = byte(around)
		}
	}
	return level
}

// faint takes each level near the lightest dots around its tile: in a picture
// that got too much light, all that is left of dark modules are thin gray
// lines.
func (l *levels) faint(p gray.Plane) {
	l.local(p)
	for i, v := range l.at {
		l.at[i] = byte((int(v) + 2*240) / 3)
	}
}

// even takes one level for the whole picture, where the light is even and the
// surface is not: screens with moiré, dirty prints. It is the level that parts
// the dots into two kinds which differ most (Otsu 1979).
func (l *levels) even(p gray.Plane) {
	l.room(p)
	l.most = 255
	var count [256]int
	for _, v := range p.Pix {
		count[v]++
	}
	total := 0
	for v, n := range count {
		total += v * n
	}
	best, most, below, sum := 127, -1.0, 0, 0
	for v, n := range count {
		below += n
		sum += v * n
		above := len(p.Pix) - below
		if below == 0 || above == 0 {
			continue
		}
		d := float64(sum)/float64(below) - float64(total-sum)/float64(above)
		if between := d * d * float64(below) * float64(above); between > most {
			best, most = v, between
		}
	}
	for i := range l.at {
		l.at[i] = byte(best)
	}
}

// of is the level at a dot inside the picture.
func (l *levels) of(x, y int) byte { return l.at[(y/tile)*l.w+x/tile] }
