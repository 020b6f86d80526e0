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
		"%d stories": {"one": "1 story", "other": "%d stories"},

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
		"igwatchd: do not delete %[2]s yet: Instagram did not include %[1]d items": {
			"one":   "igwatchd: do not delete %[2]s yet: Instagram did not include one item",
			"other": "igwatchd: do not delete %[2]s yet: Instagram did not include %[1]d items",
		},
		"igwatchd: do not delete %[2]s yet: %[1]d questions are left": {
			"one":   "igwatchd: do not delete %[2]s yet: one question is left",
			"other": "igwatchd: do not delete %[2]s yet: %[1]d questions are left",
		},
		"The archive of %[2]s is stored, and all of it was read. Before you delete the account, %[1]d questions are left that only you can answer.": {
			"one":   "The archive of %[2]s is stored, and all of it was read. Before you delete the account, one question is left that only you can answer.",
			"other": "The archive of %[2]s is stored, and all of it was read. Before you delete the account, %[1]d questions are left that only you can answer.",
		},
		"Do not delete the account %[2]s yet: Instagram did not include %[1]d items in its archive. Only you can say whether you can do without them.": {
			"one":   "Do not delete the account %[2]s yet: Instagram did not include one item in its archive. Only you can say whether you can do without it.",
			"other": "Do not delete the account %[2]s yet: Instagram did not include %[1]d items in its archive. Only you can say whether you can do without them.",
		},
		"The archive of %[2]s is stored, and complete but for %[1]d items that Instagram did not include and you accepted. Deleting the account can go ahead.": {
			"one":   "The archive of %[2]s is stored, and complete but for one item that Instagram did not include and you accepted. Deleting the account can go ahead.",
			"other": "The archive of %[2]s is stored, and complete but for %[1]d items that Instagram did not include and you accepted. Deleting the account can go ahead.",
		},
		"The archive of %[2]s is stored, and complete but for %[1]d items that Instagram did not include and you accepted, and for what you said you can do without. Deleting the account can go ahead.": {
			"one":   "The archive of %[2]s is stored, and complete but for one item that Instagram did not include and you accepted, and for what you said you can do without. Deleting the account can go ahead.",
			"other": "The archive of %[2]s is stored, and complete but for %[1]d items that Instagram did not include and you accepted, and for what you said you can do without. Deleting the account can go ahead.",
		},
		"%d pictures or videos show something else here than under the same name in an earlier export of this account (made on %s, kept as %s). The evidence page lists them. Are they the right ones? %s": {
			"one":   "One picture or video shows something else here than under the same name in an earlier export of this account (made on %[2]s, kept as %[3]s). The evidence page names it. Is it the right one? %[4]s",
			"other": "%d pictures or videos show something else here than under the same name in an earlier export of this account (made on %s, kept as %s). The evidence page lists them. Are they the right ones? %s",
		},
		"%[1]d conversations hold fewer messages or texts than in an earlier export of this account (made on %[2]s, kept as %[3]s). The largest loss is %[4]s. The evidence page lists them. Is it right that you, or those you wrote with, deleted these? %[5]s": {
			"one":   "One conversation holds fewer messages or texts than in an earlier export of this account (made on %[2]s, kept as %[3]s): %[4]s. Is it right that you, or those you wrote with, deleted these? %[5]s",
			"other": "%[1]d conversations hold fewer messages or texts than in an earlier export of this account (made on %[2]s, kept as %[3]s). The largest loss is %[4]s. The evidence page lists them. Is it right that you, or those you wrote with, deleted these? %[5]s",
		},
		"%d pictures of the same name differ, and could not be looked at": {
			"one":   "one picture of the same name differs, and could not be looked at",
			"other": "%d pictures of the same name differ, and could not be looked at",
		},
		"%d pictures, videos or sounds": {"one": "one picture, video or sound", "other": "%d pictures, videos or sounds"},
		"%d conversations":              {"one": "one conversation", "other": "%d conversations"},
		"%d pictures, videos or sounds are much smaller here than in an earlier export of this account (made on %s, kept as %s). Is their quality enough for you? %s": {
			"one":   "One picture, video or sound is much smaller here than in an earlier export of this account (made on %[2]s, kept as %[3]s). Is its quality enough for you? %[4]s",
			"other": "%d pictures, videos or sounds are much smaller here than in an earlier export of this account (made on %s, kept as %s). Is their quality enough for you? %s",
		},
		"Did you choose \"High\" as the media quality when you asked for the export? The archive does not say so; its largest picture is %d pixels long.": {
			"one":   "Did you choose \"High\" as the media quality when you asked for the export? The archive does not say so; its largest picture is one pixel long.",
			"other": "Did you choose \"High\" as the media quality when you asked for the export? The archive does not say so; its largest picture is %d pixels long.",
		},

		"The archive holds %[2]s, but the dates of %[1]d posts, stories or reels cannot be read here. Is it right that your profile reaches no further back than the archive, and did you choose \"All time\" as the date range?": {
			"one":   "The archive holds %[2]s, but the date of one post, story or reel cannot be read here. Is it right that your profile reaches no further back than the archive, and did you choose \"All time\" as the date range?",
			"other": "The archive holds %[2]s, but the dates of %[1]d posts, stories or reels cannot be read here. Is it right that your profile reaches no further back than the archive, and did you choose \"All time\" as the date range?",
		},
		"None of the %[1]d pictures, videos and sounds of an earlier export of this account (made on %[2]s, kept as %[3]s) could be found here by its name, as between exports of different years. Is everything here that you expect? %[4]s": {
			"one":   "The one picture, video or sound of an earlier export of this account (made on %[2]s, kept as %[3]s) could not be found here by its name, as between exports of different years. Is everything here that you expect? %[4]s",
			"other": "None of the %[1]d pictures, videos and sounds of an earlier export of this account (made on %[2]s, kept as %[3]s) could be found here by its name, as between exports of different years. Is everything here that you expect? %[4]s",
		},
		// What the inspection finds.
		"There are %d more findings of this kind that are not listed here.": {
			"one":   "There is one more finding of this kind that is not listed here.",
			"other": "There are %d more findings of this kind that are not listed here.",
		},
		"%d files are of another kind than their names say, for instance pictures called .webp that are JPEG. That is usual in exports; the files themselves are fine.": {
			"one":   "One file is of another kind than its name says, for instance a picture called .webp that is JPEG. That is usual in exports; the file itself is fine.",
			"other": "%d files are of another kind than their names say, for instance pictures called .webp that are JPEG. That is usual in exports; the files themselves are fine.",
		},
		"%d sounds or videos in your messages are of a kind that cannot be checked here; the first is %s. Play them: are they whole, or can you do without them?": {
			"one":   "A sound or video in your messages is of a kind that cannot be checked here: %[2]s. Play it: is it whole, or can you do without it?",
			"other": "%d sounds or videos in your messages are of a kind that cannot be checked here; the first is %s. Play them: are they whole, or can you do without them?",
		},
		"%d sounds or videos that no list names are of a kind that cannot be checked here. Their bytes are as Instagram packed them.": {
			"one":   "A sound or video that no list names is of a kind that cannot be checked here. Its bytes are as Instagram packed them.",
			"other": "%d sounds or videos that no list names are of a kind that cannot be checked here. Their bytes are as Instagram packed them.",
		},
		"%d files that this list names are in no part of the archive; the first is %s. Either a part is missing, or Instagram left them out: give all parts, or request a new export.%s": {
			"one":   "A file that this list names is in no part of the archive: %[2]s. Either a part is missing, or Instagram left it out: give all parts, or request a new export.%[3]s",
			"other": "%d files that this list names are in no part of the archive; the first is %s. Either a part is missing, or Instagram left them out: give all parts, or request a new export.%s",
		},
		"%d more files are in no part of the archive.%s": {"one": "One more file is in no part of the archive.%[2]s", "other": "%d more files are in no part of the archive.%s"},
		"This list has %d entries that should name a picture or video and name none. Compare with your profile, save what is missing from the app, or request a new export.%s": {
			"one":   "This list has an entry that should name a picture or video and names none. Compare with your profile, save what is missing from the app, or request a new export.%[2]s",
			"other": "This list has %d entries that should name a picture or video and name none. Compare with your profile, save what is missing from the app, or request a new export.%s",
		},
		"This list names %d pictures or videos by an address in the web instead of a file. They are not in the archive and will be gone with the account. Request a new export.%s": {
			"one":   "This list names a picture or video by an address in the web instead of a file. It is not in the archive and will be gone with the account. Request a new export.%[2]s",
			"other": "This list names %d pictures or videos by an address in the web instead of a file. They are not in the archive and will be gone with the account. Request a new export.%s",
		},
		"%d files in the archive are named by no list. They are kept.": {
			"one":   "One file in the archive is named by no list. It is kept.",
			"other": "%d files in the archive are named by no list. They are kept.",
		},
		"%d messages in the archive are blank: no sender, no date, no text. Can you do without them?": {
			"one":   "One message in the archive is blank: no sender, no date, no text. Can you do without it?",
			"other": "%d messages in the archive are blank: no sender, no date, no text. Can you do without them?",
		},
		"%d conversation files contain no messages. Are these conversations empty, or can you do without them?": {
			"one":   "One conversation file contains no messages. Is the conversation empty, or can you do without it?",
			"other": "%d conversation files contain no messages. Are these conversations empty, or can you do without them?",
		},
		"%d conversations contain files that no message mentions, so messages may be missing. Can you do without them?": {
			"one":   "One conversation contains files that no message mentions, so messages may be missing. Can you do without them?",
			"other": "%d conversations contain files that no message mentions, so messages may be missing. Can you do without them?",
		},
		"%d conversations have files but no text (message_1.json). A part is probably missing: give all parts together, or request a new export.": {
			"one":   "One conversation has files but no text (message_1.json). A part is probably missing: give all parts together, or request a new export.",
			"other": "%d conversations have files but no text (message_1.json). A part is probably missing: give all parts together, or request a new export.",
		},
		"The archive holds %d zip files instead of an export. Unpack it once and give the zips inside.": {
			"one":   "The archive holds a zip file instead of an export. Unpack it once and give the zip inside.",
			"other": "The archive holds %d zip files instead of an export. Unpack it once and give the zips inside.",
		},
		"In this kind of export the pictures of one post are listed one by one, so %d posts is a guess. Compare the pictures with your profile: are all of them there?": {
			"one":   "In this kind of export the pictures of one post are listed one by one, so one post is a guess. Compare the pictures with your profile: are all of them there?",
			"other": "In this kind of export the pictures of one post are listed one by one, so %d posts is a guess. Compare the pictures with your profile: are all of them there?",
		},
		"There are %d bytes in the zip that belong to no file. Nothing that is listed is missing, but zips from Instagram have not been seen like that. If you can, download this part again and compare. Is the part good enough for you as it is?": {
			"one":   "There is one byte in the zip that belongs to no file. Nothing that is listed is missing, but zips from Instagram have not been seen like that. If you can, download this part again and compare. Is the part good enough for you as it is?",
			"other": "There are %d bytes in the zip that belong to no file. Nothing that is listed is missing, but zips from Instagram have not been seen like that. If you can, download this part again and compare. Is the part good enough for you as it is?",
		},
	},
}
