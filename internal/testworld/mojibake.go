package testworld

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// captions mix plain words with what the exports' broken encoding makes hard to read.
var captions = []string{
	"Sunny bike ride", "Café 😊", "", "Über den Wolken, 9 °C", "こんにちは", "first line\nsecond line #nofilter", "¡Qué día! ❤️", "\"quotes\" & <tags>",
}

// mojibake turns every byte of a text into a character, as Instagram's JSON has it: 😊 becomes
// the four characters U+00F0 U+009F U+0098 U+008A.
func mojibake(s string) string {
	runes := make([]rune, 0, len(s))
	for i := range len(s) {
		runes = append(runes, rune(s[i]))
	}
	return string(runes)
}

// asciiJSON writes JSON with every character beyond ASCII as \u00xx. They are all below U+0100.
func asciiJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, r := range b.String() {
		if r < 0x80 {
			out.WriteByte(byte(r))
		} else {
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.Bytes(), nil
}

func slug(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(name))
}
