package inspect

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"
)

// albumOf is a whole export with these pictures as its stories.
func albumOf(pictures ...[]byte) contents {
	c, list := contents{"media/stories/202506/story.jpg": nil}, []string{}
	for i, b := range pictures {
		name := fmt.Sprintf("media/stories/202506/%d.jpg", i)
		c[name] = b
		list = append(list, medium(name, "2025-06-01"))
	}
	c[mediaD+"stories.json"] = []byte(`{"ig_stories":[` + strings.Join(list, ",") + `]}`)
	return with(c)
}

// plainOf is a picture of one colour, as from an encoder of image/jpeg.
func plainOf(t *testing.T, side int, c color.Color) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestPicturesThatShowNothing: pictures that are all alike, of one colour or tiny open well, and are not what somebody
// posted in twelve years. A few of them among others are.
func TestPicturesThatShowNothing(t *testing.T) {
	many := func(n int, of func(i int) []byte) (all [][]byte) {
		for i := range n {
			all = append(all, of(i))
		}
		return all
	}
	good := func(i int) []byte { return jpegOf(50 + i) }
	same := func(int) []byte { return jpegOf(40) }
	plain := func(i int) []byte { return plainOf(t, 400, color.Gray{uint8(i)}) }
	progressive := func(i int) []byte { return blankJPEG(400+i, 400, 3, true) }
	tiny := func(i int) []byte { return plainOf(t, 1, color.Gray{uint8(i)}) }
	preview := func(i int) []byte { // 150 pixels
		var b bytes.Buffer
		img := picture(60 + i).(*image.RGBA)
		if err := jpeg.Encode(&b, img.SubImage(image.Rect(0, 0, 150, 16)), nil); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, c := range map[string]struct {
		pictures [][]byte
		want     string
	}{
		"good ones":                            {many(9, good), ""},
		"one file in the place of all":         {many(9, same), "media-alike"},
		"one file eight times among many":      {append(many(8, same), many(9, good)...), "media-alike"},
		"one file seven times among many":      {append(many(7, same), many(9, good)...), ""},
		"one file twice":                       {append(many(2, same), many(3, good)...), ""},
		"black, one shade after the other":     {many(9, plain), "media-plain"},
		"black and progressive":                {many(9, progressive), "media-plain"},
		"two black ones":                       {append(many(2, plain), many(2, good)...), ""},
		"previews":                             {many(12, preview), "quality-hint"},
		"one pixel each":                       {many(12, tiny), "media-plain quality-hint"},
		"previews but for the latest pictures": {append(many(12, preview), many(3, good)...), "quality-hint"},
	} {
		r := examine(t, part(partName, zipOf(albumOf(c.pictures...))))
		if got := strings.Join(codes(r, Question), " "); got != c.want || len(codes(r, Error)) > 0 {
			t.Errorf("%s: %q, want %q; %v", name, got, c.want, r.Problems)
		}
	}
}
