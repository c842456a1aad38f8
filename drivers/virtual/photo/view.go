package photo

import "math"

// View is where the phone is before the camera. The angles turn it about the
// middle of its code.
type View struct {
	FieldOfViewDegrees  float64 // of the camera, across the width of the picture
	DistanceMillimetres float64 // from the lens to the middle of the code
	TiltDegrees         float64 // about the level axis: the top of the phone goes away
	YawDegrees          float64 // about the upright axis: the right side goes away
	RollDegrees         float64 // in the picture, clockwise
	// RightShare and DownShare are where the middle of the code lies off the
	// middle of the picture, in heights of the picture.
	RightShare, DownShare float64
}

// focal is the distance of the picture plane in pixels.
func (v View) focal(width int) float64 {
	return float64(width) / 2 / math.Tan(v.FieldOfViewDegrees*math.Pi/360)
}

type vec struct{ x, y, z float64 }

// pose maps the surface of a screen into a picture and back. Surface
// coordinates are millimetres along the glass from the upper left corner of
// the screen.
type pose struct {
	focal, cx, cy  float64
	r              [3][3]float64 // from the phone to the camera
	t              vec           // where the middle of the code is
	eye            vec           // the camera in the phone's coordinates
	pivotX, pivotY float64       // the middle of the code on the surface
	flat, radius   float64       // beyond flat from the middle the glass bends away
}

func (s Scene) pose(lay layout) pose {
	f := s.View.focal(s.Width)
	p := pose{focal: f, cx: float64(s.Width) / 2, cy: float64(s.Height) / 2}
	p.pivotX, p.pivotY = s.Phone.ScreenWidth/2, lay.middle()
	d, h := s.View.DistanceMillimetres, float64(s.Height)
	p.t = vec{s.View.RightShare * h * d / f, s.View.DownShare * h * d / f, d}
	p.r = turn(s.View.TiltDegrees, s.View.YawDegrees, s.View.RollDegrees)
	p.eye = p.back(vec{-p.t.x, -p.t.y, -p.t.z})
	p.flat, p.radius = math.Inf(1), 1
	if s.Phone.EdgeRadius > 0 {
		p.flat, p.radius = s.Phone.ScreenWidth/2-s.Phone.EdgeWidth, s.Phone.EdgeRadius
	}
	if s.Glass.BendRadiusMillimetres > 0 {
		p.flat, p.radius = 0, s.Glass.BendRadiusMillimetres
	}
	return p
}

// turn is the rotation by yaw, then tilt, then roll.
func turn(tilt, yaw, roll float64) [3][3]float64 {
	st, ct := math.Sincos(tilt * math.Pi / 180)
	sy, cy := math.Sincos(yaw * math.Pi / 180)
	sr, cr := math.Sincos(roll * math.Pi / 180)
	a := [3][3]float64{{cy, 0, -sy}, {0, 1, 0}, {sy, 0, cy}}
	b := [3][3]float64{{1, 0, 0}, {0, ct, st}, {0, -st, ct}}
	c := [3][3]float64{{cr, -sr, 0}, {sr, cr, 0}, {0, 0, 1}}
	return product(c, product(b, a))
}

func product(a, b [3][3]float64) (out [3][3]float64) {
	for i := range 3 {
		for j := range 3 {
			for k := range 3 {
				out[i][j] += a[i][k] * b[k][j]
			}
		}
	}
	return out
}

// back turns a direction of the camera into one of the phone.
func (p *pose) back(v vec) vec {
	return vec{
		p.r[0][0]*v.x + p.r[1][0]*v.y + p.r[2][0]*v.z,
		p.r[0][1]*v.x + p.r[1][1]*v.y + p.r[2][1]*v.z,
		p.r[0][2]*v.x + p.r[1][2]*v.y + p.r[2][2]*v.z,
	}
}

// project is where a point of the surface lies in the picture.
func (p *pose) project(x, y float64) Point {
	v := vec{x - p.pivotX, y - p.pivotY, 0}
	if over := math.Abs(v.x) - p.flat; over > 0 {
		sin, cos := math.Sincos(over / p.radius)
		v.x, v.z = math.Copysign(p.flat+p.radius*sin, v.x), p.radius*(1-cos)
	}
	cx := p.r[0][0]*v.x + p.r[0][1]*v.y + p.r[0][2]*v.z + p.t.x
	cy := p.r[1][0]*v.x + p.r[1][1]*v.y + p.r[1][2]*v.z + p.t.y
	cz := p.r[2][0]*v.x + p.r[2][1]*v.y + p.r[2][2]*v.z + p.t.z
	return Point{p.cx + p.focal*cx/cz, p.cy + p.focal*cy/cz}
}

// corners are those of a box on the surface.
func (p *pose) corners(b box) [4]Point {
	return [4]Point{
		p.project(b.x, b.y), p.project(b.x+b.w, b.y),
		p.project(b.x+b.w, b.y+b.h), p.project(b.x, b.y+b.h),
	}
}

// hit is the point of the surface that is seen along a direction of the phone's
// coordinates, and where the same ray meets the plane of the flat glass. Beside
// the bent glass x is not a number.
func (p *pose) hit(d vec) (x, y, planeX, planeY float64) {
	if d.z <= 1e-9 {
		return math.NaN(), 0, math.NaN(), 0
	}
	l := -p.eye.z / d.z
	planeX, planeY = p.eye.x+l*d.x+p.pivotX, p.eye.y+l*d.y+p.pivotY
	x = planeX - p.pivotX
	if math.Abs(x) <= p.flat {
		return planeX, planeY, planeX, planeY
	}
	// A circle behind the plane: (x-mx)^2 + (z-radius)^2 = radius^2.
	mx := math.Copysign(p.flat, x)
	ox, oz := p.eye.x-mx, p.eye.z-p.radius
	a, b, c := d.x*d.x+d.z*d.z, ox*d.x+oz*d.z, ox*ox+oz*oz-p.radius*p.radius
	root := b*b - a*c
	if root < 0 {
		return math.NaN(), 0, planeX, planeY
	}
	l = (-b - math.Sqrt(root)) / a
	side, depth := ox+l*d.x, -(oz + l*d.z)
	x = mx + p.radius*math.Atan2(side, depth)
	return x + p.pivotX, p.eye.y + l*d.y + p.pivotY, planeX, planeY
}

// dotsPerMillimetre is how fine the screen must be drawn for this picture: a
// little finer than the picture shows it, and no finer than the phone has it.
func (p *pose) dotsPerMillimetre(s Scene) float64 {
	seen := p.focal / s.View.DistanceMillimetres
	return min(max(1.3*seen, 4), 1/s.Phone.pitch())
}
