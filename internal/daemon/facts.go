package daemon

import (
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

func (d *Daemon) facts(tx *journal.Tx, e journal.Export) (verdict.Facts, error) {
	f := verdict.Facts{Account: e.Account, Received: e.AnnouncedAt}
	if a, ok := d.cfg.Account(e.Account); ok {
		f.Posts, f.NoPosts = a.Posts, a.NoPosts
	}
	parts, err := tx.Parts(e.ID)
	if err != nil {
		return f, err
	}
	if f.Coming, err = coming(tx, e.ID); err != nil {
		return f, err
	}
	for _, p := range parts {
		f.Parts = append(f.Parts, verdict.Part{Name: p.Name, Size: p.Size, SHA256: p.SHA256})
	}
	a, err := announcementOf(e)
	if err != nil {
		return f, err
	}
	f.Announced = a.Page.announced(parts)
	if p := a.Page; p != nil && p.Parts > 0 {
		f.Offered = &verdict.Offered{Seen: p.Seen, Files: p.Parts, Requested: p.Requested, Range: p.Range, Format: p.Format, Quality: p.Quality}
	}
	if f.Report, err = reportOf(e); err != nil {
		return f, err
	}
	if f.Earlier, err = earlier(tx, e); err != nil {
		return f, err
	}
	copies, err := tx.Copies(e.ID)
	if err != nil {
		return f, err
	}
	// Each place that must hold a copy is named, whether there is a proof or not.
	steps, err := tx.StepsOf(e.ID)
	if err != nil {
		return f, err
	}
	for _, p := range d.places {
		c := verdict.Copy{Place: p.name}
		for _, have := range copies {
			if have.Place == p.name {
				c.Proven, c.At = have.State == copyProven, have.At
				c.Damaged = have.State == copyDamaged
			}
		}
		for _, s := range steps {
			if s.Kind == stepCopy && s.Arg == p.name {
				c.Trouble = s.Error
			}
		}
		f.Copies = append(f.Copies, c)
	}
	accepted, err := tx.Acceptance(e.ID)
	if err != nil {
		return f, err
	}
	if accepted != nil {
		f.Accepted = &verdict.Acceptance{Digest: accepted.Digest, Total: accepted.Total, At: accepted.At}
	}
	f.Answers, err = tx.Answers(e.ID)
	return f, err
}
