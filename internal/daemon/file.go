package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/vault"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

// storeExport files the parts as a bag and reads every byte back. A faulty
// archive is stored too: it may be all there is.
func (d *Daemon) storeExport(ctx context.Context, s journal.Step) (outcome, error) {
	e, parts, done, err := d.loadExport(ctx, s)
	if err != nil || done || len(parts) == 0 {
		return outcome{}, err
	}
	var received []journal.Part
	if err := d.journal.View(ctx, func(tx *journal.Tx) error {
		received, err = tx.Received(e.ID)
		return err
	}); err != nil {
		return outcome{}, err
	}
	bag, err := d.bag(e, received)
	if err != nil {
		return outcome{}, err
	}
	leave, err := d.holds.enter(ctx, archivePlace, e.ID)
	if err != nil {
		return outcome{}, err
	}
	defer leave()
	path, err := d.vault.Seal(ctx, bag)
	if err != nil {
		return outcome{}, fmt.Errorf("store: %w", err)
	}
	for i, p := range bag.Payload {
		bag.Payload[i].Seen = d.justSeen(e.ID, p.Name)
	}
	proof, err := vault.ReadBack(ctx, path, bag.Payload)
	if err != nil {
		return outcome{}, fmt.Errorf("store: %w", err)
	}
	d.log.Info("archive stored and read back", "export", e.ID, "files", proof.Files, "bytes", proof.Bytes, "copy", stateOf(proof))
	return outcome{commit: func(tx *journal.Tx) error {
		e, ok, err := unchanged(tx, s.Export, parts)
		if err != nil || !ok {
			return err
		}
		e.Path = path
		if len(d.places) > 1 {
			e.Detail = "the further copies are being written"
		}
		was, _, err := proofOf(tx, e.ID, archivePlace)
		if err := errors.Join(err, tx.SetExport(e), d.record(tx, e, archivePlace, proof)); err != nil {
			return err
		}
		if stateOf(proof) == copyDamaged { // a copy of it would be worth nothing
			return errors.Join(d.announce(tx, d.news.damaged(e, archivePlace, proof.Damage)), judgeNow(tx, e.ID))
		}
		if was.State == copyDamaged {
			if err := d.announce(tx, d.news.mended(e)); err != nil {
				return err
			}
		}
		return d.planCopies(tx, e.ID)
	}}, nil
}

// seenKey names a part that came in this run.
type seenKey struct{ export, part string }

// justSeen is what the device gave of a part while it came, if that is not long ago: once, and never after a restart.
func (d *Daemon) justSeen(export, part string) durable.Seen {
	v, _ := d.seen.LoadAndDelete(seenKey{export, part})
	seen, ok := v.(durable.Seen)
	if !ok || time.Since(seen.At) > time.Hour {
		return durable.Seen{}
	}
	return seen
}

// unchanged returns the export, and whether its parts are still those that a
// step worked on. A further part may arrive meanwhile; then the inspection is
// planned anew, and this outcome speaks of something that is no more.
func unchanged(tx *journal.Tx, id string, parts []journal.Part) (journal.Export, bool, error) {
	e, found, err := tx.Export(id)
	if err != nil || !found {
		return e, false, err
	}
	now, err := tx.Parts(id)
	same := slices.EqualFunc(parts, now, func(a, b journal.Part) bool { return a.Name == b.Name && a.SHA256 == b.SHA256 })
	return e, same, err
}

// bag says what belongs together on disk. The same export gives the same bag,
// so that sealing it twice changes nothing.
func (d *Daemon) bag(e journal.Export, parts []journal.Part) (vault.Bag, error) {
	b := vault.Bag{
		Owner: e.Account, ID: e.ID, Date: e.Created, Agent: "igwatchd",
		Contents: map[string][]byte{}, Tags: map[string][]byte{},
	}
	type source struct {
		Name       string          `json:"name"`
		Route      string          `json:"route"`
		Origin     json.RawMessage `json:"origin"`
		Superseded string          `json:"superseded_by,omitempty"` // it came damaged, and is kept; this one is judged
	}
	provenance := struct {
		Route           string     `json:"route"`
		AnnouncedAt     time.Time  `json:"announced_at,omitzero"`
		From            string     `json:"from,omitempty"`
		AuthenticatedBy string     `json:"authenticated_by,omitempty"`
		Parts           []source   `json:"parts"`
		Page            *pageOffer `json:"download_page,omitempty"`
	}{Route: e.Route}
	if e.Mail != nil {
		a, err := announcementOf(e)
		if err != nil {
			return b, err
		}
		provenance.Page = a.Page
		b.Contents["export-mail.eml"] = e.Mail
		provenance.AnnouncedAt, provenance.From, provenance.AuthenticatedBy = e.AnnouncedAt, a.From, a.AuthenticatedBy
	}
	for _, p := range parts {
		b.Payload = append(b.Payload, vault.Payload{Name: p.Name, Size: p.Size, SHA256: p.SHA256})
		provenance.Parts = append(provenance.Parts, source{p.Name, p.Route, p.Origin, p.Superseded})
	}
	var err error
	if b.Tags["provenance.json"], err = json.MarshalIndent(provenance, "", "  "); err != nil {
		return b, err
	}
	b.Tags["report.json"] = e.Report
	return b, nil
}

// judgeExport decides, from what the journal knows. Before it says for the first time that an export is safe, it looks
// at every copy.
func (d *Daemon) judgeExport(ctx context.Context, s journal.Step) (outcome, error) {
	e, parts, done, err := d.loadExport(ctx, s)
	if err != nil || done {
		return outcome{}, err
	}
	pictures := d.pictures(ctx, e, parts)
	compared, err := d.compare(ctx, e, parts)
	if err != nil {
		return outcome{}, fmt.Errorf("compare with an earlier export: %w", err)
	}
	safe := false
	if err := d.journal.Update(ctx, func(tx *journal.Tx) error {
		e, same, err := unchanged(tx, s.Export, parts)
		if err != nil || !same {
			return err
		}
		if err := recordComparisons(tx, e.ID, compared); err != nil {
			return err
		}
		facts, err := d.facts(tx, e)
		safe = err == nil && verdict.Judge(facts).Verdict == verdict.Safe
		return err
	}); err != nil {
		return outcome{}, err
	}
	var now looked
	if safe && e.Verdict != verdict.Safe {
		if now, err = d.lookAtCopies(ctx, e); err != nil {
			return outcome{}, err
		}
	}
	return outcome{commit: func(tx *journal.Tx) error {
		e, same, err := unchanged(tx, s.Export, parts)
		if err != nil || !same {
			return err
		}
		return d.decide(tx, e, pictures, now)
	}}, ctx.Err()
}

// decide judges an export, writes the evidence, and tells the verdict if it is new. It becomes safe only with copies
// that were looked at just now; the step that looks is planned where they were not.
func (d *Daemon) decide(tx *journal.Tx, e journal.Export, pictures []verdict.Picture, now looked) error {
	facts, err := d.facts(tx, e)
	if err != nil {
		return err
	}
	v := verdict.Judge(facts)
	if v.Verdict == verdict.Safe && e.Verdict != verdict.Safe {
		if now == nil {
			return judgeNow(tx, e.ID)
		}
		if again := now.doubt(&facts); again > 0 {
			v = verdict.Judge(facts)
			if err := tx.Plan(journal.Step{Export: e.ID, Kind: stepVerdict, Due: time.Now().Add(again)}); err != nil {
				return err
			}
		}
	}
	if err := d.writeEvidence(e, facts, v, pictures); err != nil {
		if v.Verdict == verdict.Safe { // nothing is safe without its evidence
			return err
		}
		// That something is wrong is told in any case: the archive's folder may be what is gone. A page
		// that says otherwise does not stay, even where there is no room for a new one.
		d.log.Warn("the evidence cannot be written", "export", e.ID, "error", errors.Join(err, durable.Remove(EvidencePage(e.Path))))
	}
	reasons, err := json.Marshal(v.Reasons)
	if err != nil {
		return err
	}
	news := e.Verdict != v.Verdict || !bytes.Equal(e.Reasons, reasons)
	e.State, e.Detail, e.Verdict, e.Reasons = "done", "", v.Verdict, reasons
	if v.Verdict != verdict.NotSafe || v.Only("copy-not-proven") || v.OnlyAcceptable() { // every byte is here: no need to hurry any more
		if err := tx.Cancel(e.ID, stepDeadline); err != nil {
			return err
		}
	}
	d.log.Info("verdict", "export", e.ID, "account", e.Account, "verdict", v.Verdict)
	if err := errors.Join(tx.SetExport(e), d.clean(tx, e)); err != nil || !news {
		return err
	}
	return d.announce(tx, d.news.decided(e, v, time.Now()))
}

// EvidencePage is where the evidence for an archive lies, by the archive's folder.
func EvidencePage(folder string) string { return filepath.Join(folder, "evidence.html") }

// writeEvidence puts the page beside the payload. It is no part of what the bag's
// manifests vouch for: it speaks about the reading back of these very files.
func (d *Daemon) writeEvidence(e journal.Export, f verdict.Facts, v verdict.Verdict, pictures []verdict.Picture) error {
	if e.Path == "" {
		return nil
	}
	var page bytes.Buffer
	made := verdict.Made{At: time.Now(), Program: "igwatchd " + d.version, Folder: e.Path}
	if err := verdict.Page(&page, e.ID, f, v, pictures, made); err != nil {
		return err
	}
	if err := durable.RemoveTemporary(e.Path); err != nil { // of a run that was killed here
		return err
	}
	return durable.WriteFile(EvidencePage(e.Path), page.Bytes(), 0o440)
}
