// Package imagelimit bounds the memory that decoding strangers' pictures takes in this process: it tells from a
// picture's head what decoding it will take, and lets only so much be decoded at a time.
package imagelimit

import (
	"context"
	"errors"
	"runtime"

	"golang.org/x/sync/semaphore"
)

// Memory is how much all pictures that are being decoded may take together, in bytes. A 12-megapixel progressive
// JPEG takes 92 MB.
const Memory = 96 << 20

// ErrTooLarge says that decoding a picture would take more than [Memory].
var ErrTooLarge = errors.New("it is too large to be decoded here")

var decoders = semaphore.NewWeighted(Memory)

// Acquire waits until so many bytes are free for a decoder. It must be given back with release, and nobody who
// holds some may ask for more.
func Acquire(ctx context.Context, bytes int64) (release func(), err error) {
	if bytes > Memory {
		return nil, ErrTooLarge
	}
	if err := decoders.Acquire(ctx, bytes); err != nil {
		return nil, err
	}
	return func() {
		if bytes > collected {
			runtime.GC() // else the next one is decoded beside what is left of this one
		}
		decoders.Release(bytes)
	}, nil
}

// collected is from how many bytes on a decoder's memory is not left to the collector's own pace.
const collected = 16 << 20
