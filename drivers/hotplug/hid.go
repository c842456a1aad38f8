package hotplug

import (
	"fmt"
	"strconv"
	"strings"
)

// usage reads the page and the usage of the first collection from a HID report
// descriptor: what kind of device it is. "" when it does not say.
func usage(path string) string { return usageOf(readRaw(path)) }

// usageOf walks over the items of a descriptor (HID 1.11, 6.2.2) up to the
// first collection.
func usageOf(d []byte) string {
	const (
		longItem   = 0xFE
		usagePage  = 0x04 // global
		usageItem  = 0x08 // local
		collection = 0xA0 // main
		tagAndType = 0xFC
	)
	var page, use uint32
	named := false
	for len(d) > 0 {
		if d[0] == longItem {
			if len(d) < 3 || len(d) < 3+int(d[1]) {
				return ""
			}
			d = d[3+int(d[1]):]
			continue
		}
		size := int(d[0] & 3)
		if size == 3 {
			size = 4
		}
		if len(d) < 1+size {
			return ""
		}
		var value uint32
		for i := size; i > 0; i-- {
			value = value<<8 | uint32(d[i])
		}
		switch d[0] & tagAndType {
		case usagePage:
			page = value
		case usageItem:
			if size == 4 { // it carries its page
				page = value >> 16
			}
			use, named = value&0xFFFF, true
		case collection:
			if !named {
				return ""
			}
			return fmt.Sprintf("%04x:%04x", page&0xFFFF, use)
		}
		d = d[1+size:]
	}
	return ""
}

// ordinary tells whether a usage is one of keyboards, pointers and the like.
func ordinary(usage string) bool {
	const genericDesktop, consumer = "0001:", "000c:"
	return strings.HasPrefix(usage, genericDesktop) || strings.HasPrefix(usage, consumer)
}

// isKeyboard tells from capabilities/key of sysfs, a bitmap in words of 64
// bits with the highest first, whether a device has digits and Enter.
func isKeyboard(capabilities string) bool {
	words := strings.Fields(capabilities)
	if len(words) == 0 {
		return false
	}
	lowest, err := strconv.ParseUint(words[len(words)-1], 16, 64)
	const (
		digits = 0x3FF << 2 // KEY_1 to KEY_0 are 2 to 11
		enter  = 1 << 28
	)
	return err == nil && lowest&(digits|enter) == digits|enter
}
