package exportmail

import (
	"bytes"
	"strings"
)

// unquote undoes quoted-printable (RFC 2045, section 6.7). What is no escape stays as it is.
func unquote(body []byte) (out []byte, sound bool) {
	out, sound = make([]byte, 0, len(body)), true
	hex := func(b byte) int { return int(hexValue[b]) }
	for line := range bytes.Lines(body) {
		text := bytes.TrimRight(line, " \t\r\n")
		end := []byte("\r\n")
		if bytes.HasSuffix(text, []byte("=")) {
			text, end = text[:len(text)-1], nil
		} else if !bytes.HasSuffix(line, []byte("\n")) {
			end = nil
		}
		for len(text) > 0 {
			at := bytes.IndexByte(text, '=')
			if at < 0 {
				break
			}
			out, text = append(out, text[:at]...), text[at:]
			if len(text) >= 3 && hex(text[1]) >= 0 && hex(text[2]) >= 0 {
				out, text = append(out, byte(hex(text[1])<<4|hex(text[2]))), text[3:]
				continue
			}
			sound = false
			out, text = append(out, '='), text[1:]
		}
		out = append(append(out, text...), end...)
	}
	return out, sound
}

// hexValue is the value of each hexadecimal digit, or -1.
var hexValue = func() (v [256]int8) {
	for i := range v {
		v[i] = int8(strings.IndexByte("0123456789abcdef", byte(i)|0x20))
		if i < '0' || i > '9' && i < 'A' {
			v[i] = -1
		}
	}
	return v
}()

// unbase64 undoes base64 (RFC 2045, section 6.8). Other characters are passed over; padding
// ends a run, after which another may follow, as where somebody put two texts together.
func unbase64(body []byte) (out []byte, sound bool) {
	sound = true
	out = make([]byte, 0, len(body)/4*3)
	var bits uint32
	n, padding := 0, 0
	flush := func() {
		switch n {
		case 1:
			sound = false
		case 2:
			out = append(out, byte(bits>>4))
		case 3:
			out = append(out, byte(bits>>10), byte(bits>>2))
		}
		bits, n = 0, 0
	}
	for _, b := range body {
		v := base64Value[b]
		switch {
		case v >= 0:
			if padding > 0 {
				sound, padding = false, 0
			}
			bits, n = bits<<6|uint32(v), n+1
			if n == 4 {
				out = append(out, byte(bits>>16), byte(bits>>8), byte(bits))
				bits, n = 0, 0
			}
		case b == '=':
			padding++
			flush()
		case b != '\r' && b != '\n' && b != ' ' && b != '\t':
			sound = false
		}
	}
	sound = sound && n == 0
	flush()
	return out, sound
}

// base64Value is the value of each character, or -1.
var base64Value = func() (v [256]int8) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range v {
		v[i] = int8(strings.IndexByte(alphabet, byte(i)))
	}
	return v
}()
