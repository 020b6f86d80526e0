package verdict

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/words"
)

// Missing is what the archive's own lists name and no part of it holds.
type Missing struct {
	Total int
	Lists []Listing // each with what it names
	More  int       // how many are counted, but not kept by name
}

// Listing is a number of files under one head.
type Listing struct {
	Name  string // as people call it
	Says  string // of what an earlier export holds: what it is
	From  string // the list, or the earlier export
	Made  string // the day of the earlier export
	Files []File
	More  int // how many further ones are not kept by name
}

// File is one file of a listing.
type File struct {
	Path string
	When string // "November 2018", or the conversation it belongs to, or ""
}

// atOnce is how many files of a listing are shown before the reader asks for more.
const atOnce = 20

// First are the files that are shown at once.
func (l Listing) First() []File { return l.Files[:min(atOnce, len(l.Files))] }

// Rest are all others.
func (l Listing) Rest() []File { return l.Files[len(l.First()):] }

func newMissing(r *inspect.Report) Missing {
	m := Missing{Total: r.References.Total - r.References.Resolved}
	at := map[string]int{}
	for _, ref := range r.References.Missing {
		i, known := at[ref.From]
		if !known {
			i = len(m.Lists)
			at[ref.From] = i
			m.Lists = append(m.Lists, Listing{Name: listName(ref.From), From: words.Visible(ref.From)})
		}
		f := newFile(ref.Path)
		if f.When == conversation(ref.From) { // the head says so
			f.When = ""
		}
		m.Lists[i].Files = append(m.Lists[i].Files, f)
	}
	m.Total = max(m.Total, len(r.References.Missing))
	m.More = m.Total - len(r.References.Missing)
	return m
}

// newLacking is what earlier exports hold and this one does not.
func newLacking(earlier []Earlier) (all []Listing) {
	for _, old := range earlier {
		l := old.Lacking
		if l == nil {
			continue
		}
		from := func(name, says string, more int) Listing {
			return Listing{Name: name, Says: says, From: words.Visible(old.ID), Made: words.Visible(old.Made), More: max(0, more)}
		}
		if len(l.Paths) > 0 {
			more := l.Talks - len(l.Paths)
			if !l.Strange { // else its media are counted, and none is listed
				more += l.Media
			}
			list := from("What an earlier export holds and this one does not", "These are in the earlier export, and not in this one. Keep both.", more)
			for _, p := range l.Paths {
				list.Files = append(list.Files, newFile(p))
			}
			all = append(all, list)
		}
		if len(l.Fewer) > 0 {
			list := from("Conversations with less in them than in an earlier export", "The largest losses come first. Keep both exports.", l.FewerTalks-len(l.Fewer))
			for _, s := range l.Fewer {
				list.Files = append(list.Files, File{Path: less(talkName(s.Name), s).String()})
			}
			all = append(all, list)
		}
		if len(l.Lists) > 0 {
			list := from("Lists with less in them than in an earlier export", "Keep both exports.", 0)
			for _, s := range l.Lists {
				list.Files = append(list.Files, File{Path: less(listTitle(s.Name), s).String()})
			}
			all = append(all, list)
		}
		if len(l.OtherPaths) > 0 {
			list := from("Pictures and videos that were others in an earlier export", "These have the name of one in the earlier export, and show something else. Keep both exports.", l.Other-len(l.OtherPaths))
			for _, p := range l.OtherPaths {
				list.Files = append(list.Files, newFile(p))
			}
			all = append(all, list)
		}
	}
	return all
}

func newFile(name string) File {
	f := File{Path: words.Visible(name), When: month(name)}
	if f.When == "" {
		f.When = conversation(name)
	}
	return f
}

var monthFolder = regexp.MustCompile(`(?:^|/)((?:19|20)\d\d)(0[1-9]|1[0-2])/`)

// month reads the month from the folder that a file lies in, as Instagram names them.
func month(name string) string {
	m := monthFolder.FindStringSubmatch(name)
	if m == nil {
		return ""
	}
	n, _ := strconv.Atoi(m[2]) // two digits
	return fmt.Sprintf("%s %s", time.Month(n), m[1])
}

// conversation names the one that a file of messages belongs to: its folder is called by the name and a number.
func conversation(name string) string {
	folders := strings.Split(path.Dir(name), "/")
	i := slices.Index(folders, "messages")
	if i < 0 || i+2 >= len(folders) {
		return ""
	}
	who := folders[i+2]
	if end := strings.LastIndexByte(who, '_'); end > 0 {
		who = who[:end]
	}
	return "conversation “" + words.Visible(who) + "”"
}

// listNames are what the lists hold, by how their names begin.
var listNames = []struct{ begin, name string }{
	{"posts", "Posts"},
	{"archived_posts", "Archived posts"},
	{"stories", "Stories"},
	{"reels", "Reels"},
	{"igtv", "IGTV videos"},
	{"profile", "Profile pictures"},
	{"recently_deleted", "Recently deleted"},
	{"media.json", "Posts and stories"},
}

// listName is how people call what a list holds.
func listName(from string) string {
	if talk := conversation(from); talk != "" {
		return "The " + talk
	}
	base := path.Base(from)
	for _, n := range listNames {
		if strings.HasPrefix(base, n.begin) {
			return n.name
		}
	}
	return words.Visible(base)
}
