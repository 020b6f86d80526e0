package heif

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/imagelimit"
)

// ErrNoProgram says that libheif's program is not installed. Debian has it in libheif-examples.
var ErrNoProgram = errors.New("heif-convert is not installed")

// programs are the names of libheif's program, the newer one first.
var programs = []string{"heif-dec", "heif-convert"}

// What one run of the program may take. Its own memory is measured at 87 MB for 12 megapixels of HEIC, 175 MB of AVIF; 152 MB for 8.
const (
	patience     = 20 * time.Second
	mostSeconds  = 10        // of a processor
	mostKB       = 768_000   // of addresses, of which most are libraries
	mostBlocks   = 64_000    // of 512 bytes, that it writes
	mostConvert  = 6_000_000 // pixels: no picture costs more than 150 MB
	mostOutput   = mostBlocks * 512
	aomDecoder   = "aom" // the one that tells of data that are wrong; dav1d shows what it can
	convertLimit = "ulimit -v $1 && ulimit -t $2 && ulimit -f $3 && shift 3 && exec \"$@\""
)

// Program returns the path of libheif's program, or ErrNoProgram.
func Program() (path string, err error) {
	for _, name := range programs {
		if path, err = exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNoProgram
}

// Convert has libheif's program make a JPEG of a HEIC or AVIF picture of no more than 6 megapixels, in a process of its
// own with bounds on time, memory and output. An AVIF is refused if any of its data are wrong.
func Convert(ctx context.Context, b []byte) (jpeg []byte, err error) {
	program, err := Program()
	if err != nil {
		return nil, err
	}
	w, h, err := Prove(b)
	if err != nil && !errors.Is(err, ErrNotProven) {
		return nil, err
	}
	if w <= 0 || h <= 0 || w > mostConvert/h {
		return nil, errLarge
	}
	isAVIF := errors.Is(err, errAVIF)
	release, err := imagelimit.Acquire(ctx, imagelimit.Memory) // one process at a time
	if err != nil {
		return nil, err
	}
	defer release()
	dir, err := os.MkdirTemp("", "igwatchd-heif-") //nolint:forbidigo // for seconds: what lies in it is read by a program
	if err != nil {
		return nil, fmt.Errorf("convert picture: %w", err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // it is below the system's temporary folder
	from := filepath.Join(dir, "picture.heif")
	if err := os.WriteFile(from, b, 0o600); err != nil { //nolint:forbidigo // the same
		return nil, fmt.Errorf("convert picture: %w", err)
	}
	args := []string{"-c", convertLimit, "sh", fmt.Sprint(mostKB), fmt.Sprint(mostSeconds), fmt.Sprint(mostBlocks), program, "-q", "90"}
	if isAVIF {
		args = append(args, "-d", aomDecoder)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", append(args, from, filepath.Join(dir, "out.jpg"))...)
	cmd.Env, cmd.Dir, cmd.WaitDelay = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}, dir, time.Second
	var said tail
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("convert picture: %s: %w: %s", filepath.Base(program), errors.Join(ctx.Err(), err), said)
	}
	// Of a file with several pictures the first is the one that is shown.
	made, err := filepath.Glob(filepath.Join(dir, "out*.jpg"))
	if err != nil || len(made) == 0 {
		return nil, fmt.Errorf("convert picture: %s made nothing: %s", filepath.Base(program), said)
	}
	info, err := os.Stat(made[0])
	if err != nil || info.Size() > mostOutput {
		return nil, fmt.Errorf("convert picture: its output is no picture: %w", errors.Join(err))
	}
	return os.ReadFile(made[0])
}

// tail keeps the first of what a program says.
type tail string

func (t *tail) Write(p []byte) (int, error) {
	const most = 300
	if room := most - len(*t); room > 0 {
		*t += tail(strings.ToValidUTF8(string(p[:min(room, len(p))]), ""))
	}
	return len(p), nil
}

// IsAVIF reports whether err is what [Prove] says of an AVIF in which nothing wrong was seen: a decoder can
// check it, see [Convert].
func IsAVIF(err error) bool { return errors.Is(err, errAVIF) }
