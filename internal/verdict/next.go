package verdict

import (
	"slices"

	"github.com/igwatchd/igwatchd/internal/inspect"
)

// Step is one thing to do next.
type Step struct {
	Text    string
	Command string // to type, or ""
}

const (
	newExport = "ask Instagram for a new export: All time, High quality, JSON, every category."
	deleteAt  = "Settings → Accounts Center → Personal details → Account ownership and control → Deactivation or deletion → Delete account."
)

// next says what to do, by the verdict. Without an id the archive is not stored.
func next(f Facts, v Verdict, id string) []Step {
	var answer []Step
	if len(v.Open(inspect.Question)) > 0 {
		answer = []Step{
			{"Look at each question above, with Instagram open beside it. If the answer to one is no, " + newExport, ""},
			{"Answer them:", "igwatchd confirm " + id},
		}
	}
	copiesOnly := v.Only("copy-not-proven", "copy-damaged")
	switch {
	case v.Verdict == NotSafe && copiesOnly && damaged(f):
		return []Step{
			{"Do not delete the account: what is damaged here may only be there whole.", ""},
			{"Let igwatchd read every copy again. What is damaged is mended from another copy that is right:", "igwatchd verify " + id},
			{"If no copy is right, download the files of this export again while Instagram offers them, or " + newExport, ""},
		}
	case v.Verdict == NotSafe && copiesOnly:
		return append([]Step{
			{"Keep the account for now. The archive is here, but not in every place that you asked for.", ""},
			{"Connect the disk that is named above, or see to it that the place can be reached. igwatchd goes on trying by itself, and tells you when every copy is written and read back.", ""},
		}, answer...)
	case v.OnlyAcceptable() && id == "":
		return []Step{
			{"Keep the account for now.", ""},
			{"If you have what Instagram did not include elsewhere, or can do without it, let igwatchd store the archive. You can then accept that:", "igwatchd import FILE…"},
			{"If not, save it from the app one by one, or " + newExport, ""},
		}
	case v.OnlyAcceptable():
		return append(answer, []Step{
			{"Keep the account for now.", ""},
			{"If you have what Instagram did not include elsewhere, or can do without it, say so by typing how many items it is:", "igwatchd confirm " + id},
			{"If not, save it from the app one by one, or " + newExport, ""},
		}...)
	case v.Verdict == NotSafe:
		again := Step{"Give igwatchd the new files: it looks at everything again.", ""}
		if id == "" {
			again = Step{"Look at the new files:", "igwatchd inspect FILE…"}
		}
		return []Step{
			{"Keep the account. Nothing that is wrong here can be mended after it is gone.", ""},
			{"Do what stands beside each point above. Most often that is: download the other files of this export too, or " + newExport, ""},
			again,
		}
	case id == "":
		return []Step{
			{"Let igwatchd store the archive and read the copy back. It then asks you what only you can answer:", "igwatchd import FILE…"},
			{"Keep the account until igwatchd says that deletion can go ahead.", ""},
		}
	case v.Verdict == Questions:
		return append(answer, Step{"Keep the account until igwatchd says that deletion can go ahead.", ""})
	}
	second := "Keep a second copy of the archive's folder on another disk. After the account is gone, this is all there is."
	if len(f.Copies) > 1 {
		second = "Keep every copy of the archive, best on disks that lie in different places. After the account is gone, they are all there is."
	}
	return []Step{
		{second, ""},
		{"Keep this page: it says what was proven, and when.", ""},
		{"Only then delete the account, if you want to: " + deleteAt, ""},
		{"Instagram waits 30 days before it deletes. Logging in during this time cancels the deletion.", ""},
	}
}

func damaged(f Facts) bool {
	return slices.ContainsFunc(f.Copies, func(c Copy) bool { return c.Damaged })
}

// never is what no export ever holds.
var never = []string{
	"Pictures and videos that could be viewed once, and messages that expired.",
	"What was deleted before the export was made.",
	"Stories that were not saved to the archive.",
	"The texts and pictures of posts that others shared with you in messages: only the links are there.",
	"Other people's posts, likes and comments.",
}
