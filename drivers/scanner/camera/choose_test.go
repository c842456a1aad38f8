package camera

import (
	"testing"
	"time"
	"unsafe"
)

func TestChoose(t *testing.T) {
	const ms = time.Millisecond
	usual := []choice{
		{pixels: mjpeg, width: 1920, height: 1080, interval: 33 * ms},
		{pixels: mjpeg, width: 1280, height: 720, interval: 33 * ms},
		{pixels: yuyv, width: 1280, height: 720, interval: 200 * ms},
		{pixels: yuyv, width: 640, height: 480, interval: 33 * ms},
	}
	for name, c := range map[string]struct {
		choices       []choice
		width, height int
		want          choice
		none          bool
	}{
		"large and quick":           {usual, 1280, 720, usual[1], false},
		"small":                     {usual, 640, 480, usual[3], false},
		"of the same, the bare one": {[]choice{{pixels: mjpeg, width: 640, height: 480}, {pixels: yuyv, width: 640, height: 480}}, 1280, 720, choice{pixels: yuyv, width: 640, height: 480}, false},
		"slow, but all there is":    {usual[2:3], 1280, 720, usual[2], false},
		"all are too large":         {usual[:2], 640, 480, usual[1], false},
		"any size": {[]choice{{pixels: yuyv, width: 48, height: 48, mostWidth: 4096, mostHeight: 2160, stepWidth: 16, stepHeight: 2}}, 1280, 720,
			choice{pixels: yuyv, width: 1280, height: 720}, false},
		"steps that do not meet": {[]choice{{pixels: yuyv, width: 50, height: 50, mostWidth: 4000, mostHeight: 4000, stepWidth: 300, stepHeight: 0}}, 1280, 720,
			choice{pixels: yuyv, width: 1250, height: 720}, false},
		"only larger ones": {[]choice{{pixels: yuyv, width: 2000, height: 2000, mostWidth: 4000, mostHeight: 4000, stepWidth: 8, stepHeight: 8}}, 1280, 720,
			choice{pixels: yuyv, width: 2000, height: 2000}, false},
		"nothing":        {nil, 1280, 720, choice{}, true},
		"no dots":        {[]choice{{pixels: yuyv}}, 1280, 720, choice{}, true},
		"no dots either": {[]choice{{pixels: yuyv, mostWidth: 1, height: 5}}, 1280, 720, choice{pixels: yuyv, width: 1, height: 5}, false},
	} {
		got, ok := choose(c.choices, c.width, c.height)
		if ok == c.none || got.pixels != c.want.pixels || got.width != c.want.width || got.height != c.want.height {
			t.Errorf("%s: %v %+v, want %+v", name, ok, got, c.want)
		}
	}
}

// The kernel knows a structure by its size, which is a part of each request.
func TestSizesOfTheKernel(t *testing.T) {
	long := unsafe.Sizeof(uintptr(0))
	for name, c := range map[string]struct{ got, of64, of32 uintptr }{
		"v4l2_capability":     {unsafe.Sizeof(capability{}), 104, 104},
		"v4l2_fmtdesc":        {unsafe.Sizeof(fmtDesc{}), 64, 64},
		"v4l2_frmsizeenum":    {unsafe.Sizeof(frameSize{}), 44, 44},
		"v4l2_frmivalenum":    {unsafe.Sizeof(frameInterval{}), 52, 52},
		"v4l2_format":         {unsafe.Sizeof(imageFormat{}), 208, 204},
		"v4l2_requestbuffers": {unsafe.Sizeof(buffersWish{}), 20, 20},
		"v4l2_buffer":         {unsafe.Sizeof(buffer{}), 88, 68},
		"of its offset":       {unsafe.Offsetof(buffer{}.offset), 64, 52},
		"of the picture":      {unsafe.Offsetof(imageFormat{}.pix), 8, 4},
	} {
		want := c.of64
		if long == 4 {
			want = c.of32
		}
		if c.got != want {
			t.Errorf("%s is %d bytes, want %d", name, c.got, want)
		}
	}
	if long == 8 { // as the headers of Linux say it
		for request, want := range map[uintptr]uintptr{
			queryCap: 0x80685600, enumFormats: 0xC0405602, setFormat: 0xC0D05605, wishBuffers: 0xC0145608, queryBuffer: 0xC0585609,
			queueBuffer: 0xC058560F, dequeueBuffer: 0xC0585611, streamOn: 0x40045612, streamOff: 0x40045613, enumSizes: 0xC02C564A, enumIntervals: 0xC034564B,
		} {
			if request != want {
				t.Errorf("request %#x, want %#x", request, want)
			}
		}
	}
}
