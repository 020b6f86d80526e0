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

// dropBlocks takes a share of the posts or stories out of a page, one at least, and says which files these name.
func dropBlocks(b []byte, share float64, r *rand.Rand) (less []byte, files []string, ok bool) {
	blocks := blocksOf(b)
	if len(blocks) < 2 {
		return nil, nil, false
	}
	from, to := stretch(len(blocks), share, r, func(i int) bool { return len(blocks[i].files) > 0 })
	for _, gone := range blocks[from:to] {
		files = append(files, gone.files...)
	}
	return slices.Concat(b[:blocks[from].from], b[blocks[to-1].to:]), files, true
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
