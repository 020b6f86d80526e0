//go:build linux

package systemd

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// readPlist reads a property list that holds one dictionary. It knows what ours may hold and
// nothing else, and refuses a key that is there twice.
func readPlist(text string) (map[string]any, error) {
	d := xml.NewDecoder(strings.NewReader(text))
	root, err := start(d)
	if err != nil || root.Name.Local != "plist" {
		return nil, fmt.Errorf("no property list: %v, %w", root, err)
	}
	top, err := start(d)
	if err != nil {
		return nil, err
	}
	value, err := readValue(d, top)
	if err != nil {
		return nil, err
	}
	if end, err := start(d); err == nil {
		return nil, fmt.Errorf("more after the end: %v", end)
	}
	if _, err := d.Token(); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	dict, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("no dictionary: %v", value)
	}
	return dict, nil
}

// errEnd says that an element has ended where another might have begun.
var errEnd = errors.New("the element ends")

// start skips to the next element; text between elements must be blank.
func start(d *xml.Decoder) (xml.StartElement, error) {
	for {
		token, err := d.Token()
		if err != nil {
			return xml.StartElement{}, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			return token, nil
		case xml.EndElement:
			return xml.StartElement{}, errEnd
		case xml.CharData:
			if strings.TrimSpace(string(token)) != "" {
				return xml.StartElement{}, fmt.Errorf("%q between elements", token)
			}
		}
	}
}

func readValue(d *xml.Decoder, e xml.StartElement) (any, error) {
	switch kind := e.Name.Local; kind {
	case "array":
		var list []any
		for {
			next, err := start(d)
			if errors.Is(err, errEnd) {
				return list, nil
			} else if err != nil {
				return nil, err
			}
			value, err := readValue(d, next)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
	case "dict":
		dict := map[string]any{}
		for {
			next, err := start(d)
			if errors.Is(err, errEnd) {
				return dict, nil
			} else if err != nil {
				return nil, err
			}
			var key string
			if err := d.DecodeElement(&key, &next); err != nil || next.Name.Local != "key" || dict[key] != nil {
				return nil, fmt.Errorf("%s %q: no key, or once more: %w", next.Name.Local, key, err)
			}
			if next, err = start(d); err != nil {
				return nil, fmt.Errorf("%s has no value: %w", key, err)
			}
			if dict[key], err = readValue(d, next); err != nil {
				return nil, err
			}
		}
	default:
		var text string
		if err := d.DecodeElement(&text, &e); err != nil {
			return nil, err
		}
		switch {
		case kind == "string":
			return text, nil
		case kind == "integer":
			return strconv.Atoi(text)
		case (kind == "true" || kind == "false") && text == "":
			return kind == "true", nil
		}
		return nil, fmt.Errorf("<%s>%s: what is this?", kind, text)
	}
}
