package words

import "time"

// english needs nothing but what the number one changes.
var english = table{
	code:   "en",
	moment: func(t time.Time) string { return t.Format("Monday 2 January, 15:04 MST") },
	day:    func(t time.Time) string { return t.Format("2 January 2006") },
	texts: map[string]string{
		"archive": "the archive folder", // as a place of copies is called
	},
	counted: map[string]forms{
		"%d minutes": {"one": "one minute", "other": "%d minutes"},
		"%d hours":   {"one": "one hour", "other": "%d hours"},
		"%d days":    {"one": "one day", "other": "%d days"},
		"%d files":   {"one": "1 file", "other": "%d files"},
		"%d posts":   {"one": "1 post", "other": "%d posts"},
		"%d reels":   {"one": "1 reel", "other": "%d reels"},

		// The verdict.
		"%d more files are still being downloaded.":          {"one": "One more file is still being downloaded.", "other": "%d more files are still being downloaded."},
		"%d files that the archive speaks of are not in it.": {"one": "A file that the archive speaks of is not in it.", "other": "%d files that the archive speaks of are not in it."},
		"Instagram offers %[2]d files, %[1]d of them are here. Download the others too.": {
			"one":   "Instagram offers %[2]d files, one of them is here. Download the others too.",
			"other": "Instagram offers %[2]d files, %[1]d of them are here. Download the others too.",
		},
		"%d files are here. Open Instagram's download page: does it offer just as many for this export?": {
			"one":   "One file is here. Open Instagram's download page: does it offer just one file for this export? If it offers more, download them too.",
			"other": "%d files are here. Open Instagram's download page: does it offer just as many for this export?",
		},
		"igwatchd: do not delete %[2]s yet: %[1]d questions are left": {
			"one":   "igwatchd: do not delete %[2]s yet: one question is left",
			"other": "igwatchd: do not delete %[2]s yet: %[1]d questions are left",
		},
		"%d further years": {"one": "one further year", "other": "%d further years"},
		"The archive of %[2]s is whole and stored. Before you delete the account, %[1]d questions are left that only you can answer.": {
			"one":   "The archive of %[2]s is whole and stored. Before you delete the account, one question is left that only you can answer.",
			"other": "The archive of %[2]s is whole and stored. Before you delete the account, %[1]d questions are left that only you can answer.",
		},
	},
}
