package extract

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/igwatchd/igwatchd/internal/album"
)

// thread writes a conversation: its pictures and sounds, and what was said as a text in the order
// in which it was said.
func (x *extraction) thread(ctx context.Context, t album.Thread) error {
	dir := ""
	var b strings.Builder
	for i := len(t.Files) - 1; i >= 0; i-- { // the newest file comes first
		named, messages, err := x.album.Read(ctx, t, i)
		if err != nil {
			if err := x.fault(ctx, t.Files[i], err); err != nil {
				return err
			}
			continue
		}
		if dir == "" {
			dir = path.Join("messages", x.free(tame(named.Title), ""))
			fmt.Fprintf(&b, "%s\nBetween: %s\nTimes are UTC.\n", named.Title, strings.Join(named.Participants, ", "))
		}
		for _, m := range messages {
			if err := x.message(ctx, &b, dir, m); err != nil {
				return err
			}
		}
	}
	if dir == "" {
		return nil
	}
	name := path.Join(dir, "conversation.txt")
	return x.fault(ctx, name, x.text(ctx, name, b.String(), x.album.Newest()))
}

// message writes one line and its files.
func (x *extraction) message(ctx context.Context, b *strings.Builder, dir string, m album.Message) error {
	fmt.Fprintf(b, "\n%s  %s\n", m.Time.Format("2006-01-02 15:04:05"), m.Sender)
	for line := range strings.Lines(m.Text) {
		b.WriteString("    " + strings.TrimRight(line, "\r\n") + "\n")
	}
	if m.Link != "" {
		b.WriteString("    shared: " + m.Link + "\n")
	}
	for i, medium := range m.Media {
		f := medium.File()
		kind, err := f.Kind()
		if err != nil {
			if err := x.fault(ctx, f.Name, err); err != nil {
				return err
			}
			continue
		}
		stem := m.Time.Format("2006-01-02 15.04.05")
		if len(m.Media) > 1 {
			stem += fmt.Sprintf(" %d", i+1)
		}
		name := x.free(path.Join(dir, stem), ending(f.Name, kind))
		b.WriteString("    file: " + path.Base(name) + "\n")
		err = x.put(ctx, name, f, m.Time)
		if err == nil && kind != "application/octet-stream" {
			err = x.sidecar(ctx, name+".xmp", m.Time, m.Text, nil)
		}
		if err := x.fault(ctx, f.Name, err); err != nil {
			return err
		}
	}
	if len(m.Reactions) > 0 {
		b.WriteString("    " + strings.Join(m.Reactions, " ") + "\n")
	}
	return nil
}
