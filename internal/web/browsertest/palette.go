package main

import (
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"maps"
	"slices"
)

// paletted reduces a picture to the 256 colours that matter most in it, which makes its file a
// third as large.
func paletted(p image.Image) image.Image {
	b := p.Bounds()
	exact, count := map[color.RGBA]int{}, map[color.RGBA]int{}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.RGBAModel.Convert(p.At(x, y)).(color.RGBA)
			exact[c]++
			c.R, c.G, c.B = c.R&^7|c.R>>5, c.G&^7|c.G>>5, c.B&^7|c.B>>5
			count[c]++
		}
	}
	var palette color.Palette
	for _, c := range slices.Concat(most(exact, 96), most(count, 160)) { // the page's own colours as they are
		palette = append(palette, c)
	}
	out := image.NewPaletted(b, palette)
	draw.Draw(out, b, p, b.Min, draw.Src)
	return out
}

func most(count map[color.RGBA]int, n int) []color.RGBA {
	all := slices.SortedFunc(maps.Keys(count), func(x, y color.RGBA) int {
		return cmp.Or(count[y]-count[x], cmp.Compare(uint32(x.R)<<16|uint32(x.G)<<8|uint32(x.B), uint32(y.R)<<16|uint32(y.G)<<8|uint32(y.B)))
	})
	return all[:min(len(all), n)]
}
