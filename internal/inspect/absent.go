package inspect

import (
	"path"

	"github.com/igwatchd/igwatchd/internal/words"
)

// wanted are the lists beside the account's own content that will be gone with it, as they are called.
var wanted = []struct{ key, name string }{
	{"messages", "direct messages"},
	{"followers", "your followers"},
	{"following", "the accounts you follow"},
	{"likes", "your likes"},
	{"comments", "your comments"},
	{"saved", "your saved posts"},
}

// bring notes of which of the wanted lists a list, or a note that there is nothing, is one.
func (s *sections) bring(rel string) {
	key := canonical(rel)
	dir, base := path.Split(key)
	stem := base[:len(base)-len(path.Ext(base))]
	if cut, _, numbered := splitNumber(key); numbered {
		stem = path.Base(cut)
	}
	top := section(rel)
	if dir == "" { // v1
		top = stem
	}
	switch top {
	case "connections":
		all := base == noData || dir == ""
		s.have["followers"] = s.have["followers"] || all || stem == "followers"
		s.have["following"] = s.have["following"] || all || stem == "following"
	case "messages":
		if base == noData || classify(rel) == classMessages || classify(rel) == classThreads1 {
			s.have[top] = true
		}
	case "likes", "comments", "saved":
		s.have[top] = true
	}
}

// judgeAbsent asks one question about all that was not requested.
func (in *inspection) judgeAbsent(s *sections, talks *threads) {
	s.have["messages"] = s.have["messages"] || len(talks.states) > 0
	var names words.List
	only := ""
	for _, w := range wanted {
		if !s.have[w.key] {
			names = append(names, words.Text(w.name))
			only = w.key
		}
	}
	switch {
	case len(names) == 0:
	case len(names) == 1 && only == "messages":
		in.add(Question, "messages-absent", "", "There are no direct messages in this archive. If the account has any, they were not requested, and will be gone with it. "+
			"Has it none, or can you do without them?")
	case len(names) == 1 && only == "followers":
		in.add(Question, "connections-absent", "", "The list of your followers is not in this archive. It was probably not requested, perhaps with others of its kind, and will be gone with the account. Can you do without it?")
	default:
		in.add(Question, "sections-absent", "", "This archive does not include: %s. If your account has any, they were probably not "+
			"requested, and will be lost with it. Does it have none, or can you do without them?", names)
	}
}
