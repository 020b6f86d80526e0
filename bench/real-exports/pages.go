package main

import (
	"math/rand/v2"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// block is a post or a story in a page.
type block struct {
	from, to int // bytes
	files    []string
}

// dropBlock takes a post or a story out of a page, and says which files it names.
func dropBlock(b []byte, r *rand.Rand) (less []byte, files []string, ok bool) {
	blocks := blocksOf(b)
	if len(blocks) < 2 {
		return nil, nil, false
	}
	gone := blocks[r.IntN(len(blocks))]
	return slices.Concat(b[:gone.from], b[gone.to:]), gone.files, true
}

// blocksOf finds the blocks by their classes: those since mid 2021, and those before.
func blocksOf(b []byte) (all []block) {
	var (
		now         *block
		depth, pos  int    // of elements like that of now, in it; in bytes
		tag         string // of now
		z           = html.NewTokenizer(strings.NewReader(string(b)))
		isReference = map[string]bool{"src": true, "href": true}
	)
	for {
		kind := z.Next()
		raw := len(z.Raw())
		if kind == html.ErrorToken {
			return all
		}
		t := z.Token()
		switch {
		case kind == html.StartTagToken && now == nil && isBlock(t):
			now, tag, depth = &block{from: pos}, t.Data, 1
		case kind == html.StartTagToken && now != nil && t.Data == tag:
			depth++
		case kind == html.EndTagToken && now != nil && t.Data == tag:
			if depth--; depth == 0 {
				now.to = pos + raw
				all = append(all, *now)
				now = nil
			}
		}
		if now != nil {
			for _, a := range t.Attr {
				if isReference[a.Key] && local(a.Val) {
					now.files = append(now.files, a.Val)
				}
			}
		}
		pos += raw
	}
}

func isBlock(t html.Token) bool {
	for _, a := range t.Attr {
		if a.Key == "class" {
			classes := strings.Fields(a.Val)
			return slices.Contains(classes, "_a6-g") || slices.Contains(classes, "_2lej")
		}
	}
	return false
}
