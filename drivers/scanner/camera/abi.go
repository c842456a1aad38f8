package camera

import "unsafe"

// The structures and requests of Video4Linux (linux/videodev2.h), as far as
// they are used. A field of the size of a long is a uintptr, so that they fit
// on 32-bit machines as well.

// capability is struct v4l2_capability.
type capability struct {
	driver, _    [16]byte // the second is the first half of card
	_            [16]byte
	_            [32]byte // bus_info
	version      uint32
	capabilities uint32
	device       uint32 // of this node, if capabilities says so
	_            [3]uint32
}

// fmtDesc is struct v4l2_fmtdesc.
type fmtDesc struct {
	index, kind, flags uint32
	description        [32]byte
	pixels             uint32
	_                  [4]uint32
}

// frameSize is struct v4l2_frmsizeenum. numbers are width and height of a
// discrete size; otherwise least and most width and its step, then those of
// the height.
type frameSize struct {
	index, pixels, kind uint32
	numbers             [6]uint32
	_                   [2]uint32
}

// frameInterval is struct v4l2_frmivalenum. The first two numbers are the
// seconds between two pictures as a fraction; of a range, the shortest.
type frameInterval struct {
	index, pixels, width, height, kind uint32
	numbers                            [6]uint32
	_                                  [2]uint32
}

// pixFormat is struct v4l2_pix_format.
type pixFormat struct {
	width, height, pixels, field uint32
	stride, size                 uint32 // bytesperline, sizeimage
	_                            [6]uint32
}

// imageFormat is struct v4l2_format with a pixFormat in its union.
type imageFormat struct {
	kind uint32
	_    [0]uintptr // the union is aligned like a pointer
	pix  pixFormat
	_    [200 - unsafe.Sizeof(pixFormat{})]byte
}

// buffersWish is struct v4l2_requestbuffers.
type buffersWish struct {
	count, kind, memory, capabilities uint32
	_                                 [4]byte
}

// buffer is struct v4l2_buffer.
type buffer struct {
	index, kind, used, flags, field uint32
	seconds, micros                 uintptr // the time of the picture
	_                               [16]byte
	sequence, memory                uint32
	offset                          uintptr // for mmap; a union with a pointer
	length                          uint32
	_                               [2]uint32
}

const (
	kindCapture = 1 // V4L2_BUF_TYPE_VIDEO_CAPTURE
	memoryMMAP  = 1 // V4L2_MEMORY_MMAP

	canCapture   = 0x00000001
	canStream    = 0x04000000
	tellsItsOwn  = 0x80000000 // V4L2_CAP_DEVICE_CAPS
	bufferBroken = 0x00000040 // V4L2_BUF_FLAG_ERROR
	discrete     = 1          // of sizes and intervals
)

// Pixel formats, four characters each.
const (
	yuyv  = 'Y' | 'U'<<8 | 'Y'<<16 | 'V'<<24
	mjpeg = 'M' | 'J'<<8 | 'P'<<16 | 'G'<<24
	jfif  = 'J' | 'P'<<8 | 'E'<<16 | 'G'<<24
)

// Requests: direction, size, the letter V and a number.
const (
	queryCap      = 2<<30 | unsafe.Sizeof(capability{})<<16 | 'V'<<8
	enumFormats   = 3<<30 | unsafe.Sizeof(fmtDesc{})<<16 | 'V'<<8 | 2
	setFormat     = 3<<30 | unsafe.Sizeof(imageFormat{})<<16 | 'V'<<8 | 5
	wishBuffers   = 3<<30 | unsafe.Sizeof(buffersWish{})<<16 | 'V'<<8 | 8
	queryBuffer   = 3<<30 | unsafe.Sizeof(buffer{})<<16 | 'V'<<8 | 9
	queueBuffer   = 3<<30 | unsafe.Sizeof(buffer{})<<16 | 'V'<<8 | 15
	dequeueBuffer = 3<<30 | unsafe.Sizeof(buffer{})<<16 | 'V'<<8 | 17
	streamOn      = 1<<30 | 4<<16 | 'V'<<8 | 18
	streamOff     = 1<<30 | 4<<16 | 'V'<<8 | 19
	enumSizes     = 3<<30 | unsafe.Sizeof(frameSize{})<<16 | 'V'<<8 | 74
	enumIntervals = 3<<30 | unsafe.Sizeof(frameInterval{})<<16 | 'V'<<8 | 75
)
