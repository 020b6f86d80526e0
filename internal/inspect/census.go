package inspect

import (
	"hash/maphash"
	"path"
	"slices"
	"strings"
)

// maxTalks bounds how many conversations of one export are counted one by one.
const maxTalks = 200_000

// amount is how much a list or a conversation holds.
type amount struct {
	items int
	texts int   // what people wrote: captions, messages, comments; on pages pieces of text
	bytes int64 // of these
}

func (a *amount) add(b amount) {
	a.items += b.items
	a.texts += b.texts
	a.bytes += b.bytes
}

// census counts what the lists of one export hold, for a comparison with another one.
type census struct {
	seed     maphash.Seed
	talks    map[uint64]amount // by a hash of what a conversation is recognised by
	lists    map[string]amount // by listKey
	captions map[class]amount  // of own things
	unread   int               // lists that could not be read
	first    string            // of them
	tooMany  bool              // there are more than maxTalks conversations
}

// takeCensus reads every list of an export that can be compared. A list that two parts hold counts once.
func takeCensus(u *union, seed maphash.Seed) *census {
	c := &census{seed: seed, talks: map[uint64]amount{}, lists: map[string]amount{}, captions: map[class]amount{}}
	groups := make(map[string]amount) // of own lists, of which several may hold the same things
	seen := make(map[uint64]bool)
	var z lister
	for e := range u.all() {
		kind := classify(e.rel)
		key := listKey(e.rel)
		if key == "" && kind != classMessages && kind != classThreads1 && !kind.captioned() || !isList(e.rel) {
			continue
		}
		if h := maphash.String(seed, e.rel+"\x00"+e.bytes()); len(u.tables) > 1 {
			if seen[h] {
				continue
			}
			seen[h] = true
		}
		l := counter{class: kind, census: c}
		if err := l.read(&z, u.tables[e.part].src, e); err != nil {
			if c.unread++; c.first == "" {
				c.first = e.rel
			}
			continue
		}
		switch {
		case kind == classMessages:
			c.talk(talkKey(e.rel), l.amount)
			continue
		case kind == classThreads1:
			continue // each conversation was counted for itself
		case kind.captioned():
			stem, _, numbered := splitNumber(e.rel)
			if !numbered {
				stem = e.rel
			}
			group := groups[stem]
			group.add(l.amount)
			groups[stem] = group
			if most := c.captions[kind]; group.texts >= most.texts {
				c.captions[kind] = group
			}
		}
		if key != "" {
			a := c.lists[key]
			a.add(l.amount)
			c.lists[key] = a
		}
	}
	return c
}

// talk adds to a conversation.
func (c *census) talk(likeness string, a amount) {
	h := maphash.String(c.seed, likeness)
	known, is := c.talks[h]
	if !is && len(c.talks) >= maxTalks {
		c.tooMany = true
		return
	}
	known.add(a)
	c.talks[h] = known
}

// captioned reports whether the things of a class have captions.
func (c class) captioned() bool {
	return c == classPosts || c == classStories || c == classReels || c == classArchived || c == classIGTV || c == classMedia1
}

// logs are the sections in which Instagram notes for some weeks or months what happened. Their lists become
// shorter by themselves.
var logs = map[string]bool{
	"ads_information": true, "ads_and_businesses": true, "ads_and_topics": true, "apps_and_websites": true, "apps_and_websites_off_of_instagram": true,
	"security_and_login_information": true, "login_and_account_creation": true, "device_information": true, "logged_information": true,
	"recent_searches": true, "preferences": true, "your_topics": true, "information_about_you": true, "past_instagram_insights": true, "files": true,
	// v1
	"searches.json": true, "seen_content.json": true, "settings.json": true, "devices.json": true, "account_history.json": true, "autofill.json": true, "checkout.json": true,
}

// passing are the beginnings of names of lists that become shorter by themselves, wherever they lie.
var passing = []string{"recent", "pending", "follow_requests", "removed_suggestions", "index", "start_here"}

// listKey is by what a list is recognised in another export: its last folder and its name, without a number.
// "" is for lists whose size says nothing, or is compared otherwise.
func listKey(rel string) string {
	if !isList(rel) {
		return ""
	}
	key := canonical(rel)
	top, _, _ := strings.Cut(key, "/")
	switch classify(rel) {
	case classOther, classProfilePhotos, classArchived, classIGTV, classOtherContent:
	default:
		return ""
	}
	stem, _, numbered := splitNumber(key)
	if !numbered {
		stem = strings.TrimSuffix(key, path.Ext(key))
	}
	base := path.Base(stem)
	if logs[top] || top == "messages" || slices.ContainsFunc(passing, func(p string) bool { return strings.HasPrefix(base, p) }) {
		return ""
	}
	if dir := path.Base(path.Dir(stem)); dir != "." {
		return dir + "/" + base
	}
	return base
}
