package inspect

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"

	"golang.org/x/image/webp"

	"github.com/igwatchd/igwatchd/internal/imagelimit"
)

// webpChunk returns the first chunk of b (RFC 9649, section 2.3) and what follows it.
func webpChunk(b []byte) (name string, content, rest []byte, err error) {
	if len(b) < 8 {
		return "", nil, nil, errCut
	}
	n := int64(binary.LittleEndian.Uint32(b[4:]))
	padded := n + n&1
	if padded > int64(len(b)-8) {
		return "", nil, nil, errCut
	}
	return string(b[:4]), b[8 : 8+n], b[8+padded:], nil
}

// decodeWebP decodes a WebP, frame by frame if it moves, and returns its longer side. Its chunks must fill it.
func decodeWebP(ctx context.Context, b []byte) (longer int, err error) {
	if len(b) < 12 || int64(binary.LittleEndian.Uint32(b[4:]))+8 > int64(len(b)) {
		return 0, errCut
	}
	body := b[12:max(12, int64(binary.LittleEndian.Uint32(b[4:]))+8)]
	moves := false
	for rest := body; len(rest) > 0; {
		var name string
		if name, _, rest, err = webpChunk(rest); err != nil {
			return 0, err
		}
		moves = moves || name == "ANIM" || name == "ANMF"
	}
	if !moves {
		p, err := imagelimit.WebP(bytes.NewReader(b))
		if err != nil {
			return 0, undecodable(err)
		}
		return max(p.Width, p.Height), decodeStillWebP(ctx, p, bytes.NewReader(b))
	}
	frames, pixels := 0, int64(0)
	for rest := body; len(rest) > 0; {
		var name string
		var content []byte
		if name, content, rest, err = webpChunk(rest); err != nil {
			return longer, err
		}
		switch {
		case name == "VP8X" && len(content) >= 10:
			longer = max(u24(content[4:]), u24(content[7:])) + 1
		case name == "ANMF":
			if len(content) < 16 {
				return longer, errCut
			}
			frames++
			w, h := u24(content[6:])+1, u24(content[9:])+1
			if pixels += int64(w) * int64(h); pixels > maxMoving {
				return longer, errLarge
			}
			if err := decodeStillWebP(ctx, imagelimit.Picture{Width: w, Height: h, Memory: 11 * int64(w) * int64(h)}, webpFrame(content)); err != nil {
				return longer, err
			}
		}
	}
	if frames == 0 {
		return longer, errors.New("it has no pixels")
	}
	return longer, nil
}

// webpFrame makes a WebP of its own from a frame (section 2.7.1.1).
func webpFrame(frame []byte) io.Reader {
	chunks := frame[16:]
	var head []byte
	if len(chunks) >= 4 && string(chunks[:4]) == "ALPH" {
		const transparent = 0x10
		head = append([]byte("VP8X\x0a\x00\x00\x00"), transparent, 0, 0, 0)
		head = append(head, frame[6:12]...)
	}
	riff := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+len(head)+len(chunks)))
	return io.MultiReader(bytes.NewReader(append(append(riff, "WEBP"...), head...)), bytes.NewReader(chunks))
}

func decodeStillWebP(ctx context.Context, p imagelimit.Picture, r io.Reader) error {
	return decodeWithin(ctx, p.Memory, func() error {
		img, err := webp.Decode(r)
		if err != nil {
			return undecodable(err)
		}
		if size := img.Bounds().Size(); size.X != p.Width || size.Y != p.Height {
			return errors.New("its header makes no sense")
		}
		return nil
	})
}

func u24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
