package inspect

import (
	"slices"
	"testing"
)

func TestWholeExport(t *testing.T) {
	r := examine(t, part(partName, zipOf(wholeExport())))
	demand(t, r, "", "")
	if r.Username != "jane.doe" || r.Generation != GenerationV3b || r.Format != FormatJSON || r.GeneratedAt != "2026-01-09" {
		t.Errorf("got %q %q %q %q", r.Username, r.Generation, r.Format, r.GeneratedAt)
	}
	if want := (Counts{Posts: 2, Stories: 1, Reels: 1, Messages: 3, Media: 9}); r.Counts != want {
		t.Errorf("counts %+v, want %+v", r.Counts, want)
	}
	if r.References.Total != 10 || r.References.Resolved != 10 || len(r.References.Missing) != 0 {
		t.Errorf("references %+v", r.References)
	}
	if want := (Range{From: "2019-04-02", To: "2025-06-01", Known: true}); r.Range != want {
		t.Errorf("range %+v, want %+v", r.Range, want)
	}
	if !slices.Equal(r.Checks, AllChecks) {
		t.Errorf("checks %v", r.Checks)
	}
	if r.PerYear["2019"] != 1 || r.PerYear["2023"] != 1 || r.PerYear["2024"] != 1 || r.PerYear["2025"] != 1 {
		t.Errorf("per year %v", r.PerYear)
	}
	if r.Parts[0].SHA256 == "" || r.Parts[0].Entries != len(wholeExport()) {
		t.Errorf("part %+v", r.Parts[0])
	}
}
