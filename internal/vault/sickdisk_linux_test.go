package vault

import (
	"context"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// sickness says at which operation a disk fails, and how.
type sickness struct {
	mu    sync.Mutex
	op    string // write, short, sync, syncdir, read, reserve; "" is a healthy disk
	left  int    // how many of these operations go well first
	errno syscall.Errno
	stays bool // all further ones fail too
	hits  int
}

func (s *sickness) set(op string, after int, errno syscall.Errno, stays bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.op, s.left, s.errno, s.stays, s.hits = op, after, errno, stays, 0
}

func (s *sickness) strikes(op string) syscall.Errno {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.op != op {
		return 0
	}
	if s.left--; s.left >= 0 || (s.hits > 0 && !s.stays) {
		return 0
	}
	s.hits++
	return s.errno
}

func (s *sickness) struck() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hits > 0
}

// node is a file or folder of the sick disk; what is healthy goes through to a real one.
type node struct {
	*fs.LoopbackNode
	s *sickness
}

func (n *node) WrapChild(_ context.Context, ops fs.InodeEmbedder) fs.InodeEmbedder {
	return &node{ops.(*fs.LoopbackNode), n.s}
}

func (n *node) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	f, out, errno := n.LoopbackNode.Open(ctx, flags)
	if errno != 0 {
		return nil, 0, errno
	}
	return &fileHandle{f.(openFile), n.s}, out, 0
}

func (n *node) Create(ctx context.Context, name string, flags, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	inode, f, opened, errno := n.LoopbackNode.Create(ctx, name, flags, mode, out)
	if errno != 0 {
		return nil, nil, 0, errno
	}
	return inode, &fileHandle{f.(openFile), n.s}, opened, 0
}

// openFile is what a healthy file can do, but for passing the kernel through to
// the file below, where nothing could fail.
type openFile interface {
	fs.FileReader
	fs.FileWriter
	fs.FileFsyncer
	fs.FileAllocater
	fs.FileGetattrer
	fs.FileSetattrer
	fs.FileFlusher
	fs.FileReleaser
}

type fileHandle struct {
	openFile
	s *sickness
}

func (f *fileHandle) Write(ctx context.Context, data []byte, off int64) (uint32, syscall.Errno) {
	if errno := f.s.strikes("write"); errno != 0 {
		return 0, errno
	}
	if f.s.strikes("short") != 0 && len(data) > 1 {
		data = data[:len(data)/2]
	}
	return f.openFile.Write(ctx, data, off)
}

func (f *fileHandle) Read(ctx context.Context, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	if errno := f.s.strikes("read"); errno != 0 {
		return nil, errno
	}
	return f.openFile.Read(ctx, dest, off)
}

func (f *fileHandle) Fsync(ctx context.Context, flags uint32) syscall.Errno {
	if errno := f.s.strikes("sync"); errno != 0 {
		return errno
	}
	return f.openFile.Fsync(ctx, flags)
}

func (f *fileHandle) Allocate(ctx context.Context, off, size uint64, mode uint32) syscall.Errno {
	if errno := f.s.strikes("reserve"); errno != 0 {
		return errno
	}
	return f.openFile.Allocate(ctx, off, size, mode)
}

func (n *node) OpendirHandle(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	f, out, errno := n.LoopbackNode.OpendirHandle(ctx, flags)
	if errno != 0 {
		return nil, 0, errno
	}
	return &folderHandle{f.(dirHandle), n.s}, out, 0
}

type dirHandle interface {
	fs.FileReaddirenter
	fs.FileReleasedirer
	fs.FileSeekdirer
	fs.FileFsyncdirer
}

type folderHandle struct {
	dirHandle
	s *sickness
}

func (f *folderHandle) Fsyncdir(ctx context.Context, flags uint32) syscall.Errno {
	if errno := f.s.strikes("syncdir"); errno != 0 {
		return errno
	}
	return f.dirHandle.Fsyncdir(ctx, flags)
}

// sickDisk mounts a FUSE file system that can be made to fail. It does so in a
// mount namespace of its own (and in a user namespace, without the right to
// mount), where no other process can keep the mount in use: dir is "" in the
// parent, whose child has done the test.
func sickDisk(t *testing.T) (dir string, s *sickness) {
	t.Helper()
	if os.Getenv("SICK_DISK_ALONE") == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), "SICK_DISK_ALONE=1")
		cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
		if os.Getuid() != 0 {
			cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
			cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
			cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
		}
		out, err := cmd.CombinedOutput()
		if t.Logf("%s", out); err != nil {
			t.Error(err)
		}
		return "", nil
	}
	below, err := os.MkdirTemp("/dev/shm", "sick") // syncing costs nothing there
	if err != nil {
		below = t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(below) })
	loop, err := fs.NewLoopbackRoot(below)
	if err != nil {
		t.Fatal(err)
	}
	dir, s = t.TempDir(), &sickness{}
	zero := time.Duration(0)
	server, err := fs.Mount(dir, &node{loop.(*fs.LoopbackNode), s}, &fs.Options{
		EntryTimeout: &zero, AttrTimeout: &zero,
		MountOptions: fuse.MountOptions{DirectMountStrict: true, FsName: "sick"},
	})
	if err != nil {
		t.Fatalf("this takes FUSE, and /dev/fuse open to this user: %v", err)
	}
	t.Cleanup(func() {
		s.set("", 0, 0, false)
		if err := server.Unmount(); err != nil {
			t.Error(err)
		}
	})
	return dir, s
}
