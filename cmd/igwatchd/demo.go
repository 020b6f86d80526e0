package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/testworld"
)

// The demo's archive, and how fast the stand-in of Instagram gives it out: slow
// enough to be watched.
const (
	demoSize  = 24 << 20
	demoSpeed = 8 << 20
	demoLimit = 2 * time.Minute
)

func demoCommand(ctx context.Context, s streams, args []string) (err error) {
	fs := newFlags("demo", s)
	_ = configFlag(fs)
	keep := fs.String("dir", "", "work in `DIR` (default: a new folder for temporary files, kept for you to look at)")
	fast := fs.Bool("fast", false, "do not slow the download down")
	if err := parse(fs, args); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, demoLimit)
	defer cancel()
	dir := *keep
	if dir == "" {
		if dir, err = os.MkdirTemp("", "igwatchd-demo-"); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	d := &demo{out: s.out, dir: dir}
	if f, ok := s.out.(*os.File); ok {
		d.tty = term.IsTerminal(int(f.Fd()))
	}
	if err := d.run(ctx, *fast); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}

// demo tells the story of one export on this machine.
type demo struct {
	out io.Writer
	dir string
	tty bool
}

func (d *demo) say(format string, args ...any) { _, _ = fmt.Fprintf(d.out, format+"\n", args...) }

func (d *demo) run(ctx context.Context, fast bool) (err error) {
	d.say("igwatchd demo: the whole job, on this machine alone. Nothing leaves it.\n")
	world, err := testworld.Start(ctx, filepath.Join(d.dir, "world"), testworld.Options{})
	if err != nil {
		return err
	}
	defer world.Close() //nolint:errcheck // the process ends
	cfg, err := d.configure(world)
	if err != nil {
		return err
	}
	d.say("  a mail server         %s (TLS, own test certificate)", world.Mailbox.Addr())
	d.say("  a DNS server          %s (holds the sender's DKIM key)", world.DNS.Addr())
	d.say("  Instagram's stand-in  %s and %s", world.Site.LinkHost(), world.Site.ByteHost())

	paths, err := d.export().Write(filepath.Join(d.dir, "world", "exports"))
	if err != nil {
		return err
	}
	job := world.Site.AddExport(paths...)
	if !fast {
		world.Site.SetBehaviour(testworld.Slow(demoSpeed))
	}

	logFile, err := os.Create(filepath.Join(d.dir, "igwatchd.log"))
	if err != nil {
		return err
	}
	defer logFile.Close() //nolint:errcheck // a log
	svc, j, err := openDaemon(ctx, cfg, slog.New(slog.NewTextHandler(logFile, nil)))
	if err != nil {
		return err
	}
	defer j.Close() //nolint:errcheck // every commit is on the device already
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	ready := make(chan struct{})
	go func() { ended <- svc.Run(ctx, func() { close(ready) }, func() {}) }()
	defer func() {
		cancel()
		if rerr := <-ended; err == nil {
			err = rerr
		}
	}()
	<-ready
	client := daemon.NewClient(cfg.StateDir)

	d.say("\n1. igwatchd connects to the inbox and waits.")
	if err := d.until(ctx, client, func(st daemon.Status) bool { return st.Inboxes[0].State == "watching" }, nil); err != nil {
		return err
	}

	d.say("2. Mail comes that is not it: a login code, and a forgery that says all the right words.")
	for _, kind := range []testworld.Kind{testworld.LoginCode, testworld.ForgedReady} {
		if err := world.Send(ctx, testworld.Mail{Kind: kind}); err != nil {
			return err
		}
	}
	d.say("   igwatchd ignores the one and will warn of the other. It follows no link of either.")

	d.say("3. Instagram's mail comes: \"your export is ready\". Its DKIM signature is checked against DNS,")
	d.say("   its link against the list of Instagram's hosts.")
	if err := world.Send(ctx, testworld.Mail{Kind: testworld.Ready2022, Links: []string{job.MailLink()}}); err != nil {
		return err
	}
	d.say("4. The archive is fetched over TLS, every redirect judged anew:")
	if err := d.until(ctx, client, received, d.progress()); err != nil {
		return err
	}
	d.say("5. Every file in it is read, every picture decoded, every reference looked up. Then it is stored as a")
	d.say("   BagIt bag, and read back from the disk.")
	var last daemon.Export
	if err := d.until(ctx, client, func(st daemon.Status) bool {
		last = exportOf(st)
		return last.State == "done"
	}, nil); err != nil {
		return err
	}
	d.finish(cfg, last)
	return nil
}

// configure writes the configuration that a person would write, and reads it.
func (d *demo) configure(world *testworld.World) (*config.Config, error) {
	path := filepath.Join(d.dir, "igwatchd.toml")
	text, err := world.ConfigTOML(testworld.Setup{
		StateDir: filepath.Join(d.dir, "state"), ArchiveDir: filepath.Join(d.dir, "archive"), Username: "jane.doe",
	})
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return nil, err
	}
	return config.Load(path)
}

func (d *demo) export() testworld.Export {
	now := time.Now().UTC()
	return testworld.Export{
		Username: "jane.doe", Generated: now, JoinedAt: now.AddDate(-12, 0, -20), FirstPost: now.AddDate(-12, 0, 0),
		Posts: 180, Carousels: 30, Stories: 40, Reels: 12, ProfilePhotos: 2, Threads: 3, MessagesPerThread: 40,
		Pad: demoSize, Seed: 1,
	}
}

// until asks the daemon what it does until done says so. Each answer is shown.
func (d *demo) until(ctx context.Context, c *daemon.Client, done func(daemon.Status) bool, show func(daemon.Status)) error {
	for {
		st, err := c.Status(ctx)
		if err != nil {
			return err
		}
		if show != nil {
			show(st)
		}
		if done(st) {
			return nil
		}
		if e := exportOf(st); e.State == "failed" || e.State == "waiting-for-you" {
			return fmt.Errorf("the story went wrong: %s (the log: %s)", e.Sentence(), filepath.Join(d.dir, "igwatchd.log"))
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w (the log: %s)", ctx.Err(), filepath.Join(d.dir, "igwatchd.log"))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func exportOf(st daemon.Status) daemon.Export {
	if len(st.Exports) == 0 {
		return daemon.Export{}
	}
	return st.Exports[len(st.Exports)-1]
}

func received(st daemon.Status) bool { return len(exportOf(st).Parts) > 0 }

// progress shows a bar that moves on a terminal, and a line each quarter elsewhere.
func (d *demo) progress() func(daemon.Status) {
	quarter := int64(0)
	return func(st daemon.Status) {
		e := exportOf(st)
		switch {
		case d.tty && received(st):
			size := e.Parts[0].Size
			_, _ = fmt.Fprintf(d.out, "\r\x1b[K   %s\n", progressText(size, size))
		case received(st):
			d.say("   %s", progressText(e.Parts[0].Size, e.Parts[0].Size))
		case e.Progress == nil || e.Progress.Total == 0:
		case d.tty:
			_, _ = fmt.Fprintf(d.out, "\r\x1b[K   %s", progressText(e.Progress.Done, e.Progress.Total))
		case 4*e.Progress.Done/e.Progress.Total > quarter:
			quarter = 4 * e.Progress.Done / e.Progress.Total
			d.say("   %s", progressText(e.Progress.Done, e.Progress.Total))
		}
	}
}

func (d *demo) finish(cfg *config.Config, e daemon.Export) {
	d.say("6. The verdict, told by a mail in the same inbox:\n")
	sentence := map[string]string{
		"safe":      "SAFE. Deleting the account can go ahead.",
		"questions": "QUESTIONS. Nothing is wrong. Before deleting, answer what only you can know:",
		"not-safe":  "NOT SAFE. Do not delete the account:",
	}[e.Verdict]
	d.say("   %s", sentence)
	for _, sev := range []string{inspect.Error, inspect.Question} {
		for _, r := range e.Open(sev) {
			d.say("   - %s", wrap(r.Text, 100, "     "))
		}
	}
	d.say("\nLook around:")
	d.say("   the archive   cd %s && sha256sum -c manifest-sha256.txt", e.Path)
	d.say("   the evidence  %s", daemon.EvidencePage(e.Path))
	d.say("   the status    %s status --config %s", self(), cfg.Path)
	d.say("   the answers   %s confirm %s --config %s", self(), e.ID, cfg.Path)
	d.say("   the log       %s", filepath.Join(d.dir, "igwatchd.log"))
	d.say("\nThrow it away with:  rm -r %s", d.dir)
}

// self is how the person can call this program again.
func self() string {
	if path, err := os.Executable(); err == nil && strings.Contains(path, "/go-build") {
		return "go run ./cmd/igwatchd"
	}
	return "igwatchd"
}
