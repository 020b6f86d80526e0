//go:build !linux

package durable

import (
	"errors"
	"os"
)

const directBlock = 4096

// direct has no portable form.
type direct struct {
	f  *os.File
	at int64
}

func openDirect(string) (*direct, error) { return nil, errors.ErrUnsupported }

func (d *direct) Read(b []byte) (int, error) { return d.f.Read(b) }
func (d *direct) Close() error               { return d.f.Close() }

func alignedBytes(n int) []byte { return make([]byte, n) }
