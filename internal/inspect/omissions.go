package inspect

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Bounds on what is kept of omissions.
const (
	maxOmissions = 5000 // one by one; more than that are only counted, and cannot be accepted
	maxCaption   = 200  // bytes
)

// Omissions are all that Instagram itself left out of an export of the account's own posts, stories and the
// like, or put in damaged. The zip's checksums prove that it was delivered so: no other part can hold
// it, and a new export may be the same.
type Omissions struct {
	Total  int        `json:"total"`
	Digest string     `json:"digest"` // SHA-256 in hex, of the parts and of all omissions; "" if there are too many
	Items  []Omission `json:"items"`  // at most 5000
}

// Omission is one of them.
type Omission struct {
	Code    string `json:"code"`           // of the finding
	Kind    string `json:"kind"`           // what it is: see Kinds
	From    string `json:"from"`           // the list that speaks of it, or the file that is damaged
	Made    string `json:"made,omitempty"` // RFC 3339 date, or the month of a file's folder: "2022-05"
	Caption string `json:"caption,omitempty"`
}

// Kinds of own things.
const (
	KindPost         = "post"
	KindStory        = "story"
	KindReel         = "reel"
	KindProfilePhoto = "profile-photo"
	KindArchivedPost = "archived-post"
	KindIGTV         = "igtv-video"
	KindOther        = "other"
	KindConversation = "conversation" // of which a list cannot be read
)

var kindOf = map[class]string{
	classPosts: KindPost, classStories: KindStory, classReels: KindReel, classProfilePhotos: KindProfilePhoto,
	classPersonal: KindProfilePhoto, classArchived: KindArchivedPost, classIGTV: KindIGTV, classMessages: KindConversation,
}

// Codes of findings about entries of lists that name no file.
const (
	referenceEmpty = "reference-empty"
	mediaRemote    = "media-remote"
)

// lacks notes an entry that names no file of the archive. What the list then says about it, by
// [list.captionOmissions] and [list.dateOmissions], tells the person what it is.
func (l *list) lacks(code string, s Severity) {
	l.tally.without(code, l.rel, s)
	if s != Error {
		return
	}
	if l.omitted++; len(l.omissions) < maxOmissions {
		l.omissions = append(l.omissions, omit(code, l.class, l.rel))
	}
}

// pending are the omissions of the item that is being read.
func (l *list) pending() []Omission { return l.omissions[l.settled:] }

// captionOmissions says what is written beside the item that is being read.
func (l *list) captionOmissions(s string) {
	for i, o := range l.pending() {
		if o.Caption == "" {
			l.pending()[i].Caption = caption(s)
		}
	}
}

// dateOmissions says when the item was made (UNIX seconds) whose omissions were noted until now.
func (l *list) dateOmissions(when int64) {
	for i := range l.pending() {
		if believable(when) {
			l.pending()[i].Made = rfcDate(unixOrZero(when))
		}
	}
	l.settled = len(l.omissions)
}

// omit makes an omission of a class of things.
func omit(code string, c class, from string) Omission {
	return Omission{Code: code, Kind: cmp.Or(kindOf[c], KindOther), From: from}
}

// month returns the month ("2022-05") of the folder that a medium lies in (media/posts/202205/…), or "".
func month(rel string) string {
	for folder := range strings.SplitSeq(rel, "/") {
		if t, err := time.Parse("200601", folder); err == nil {
			return t.Format("2006-01")
		}
	}
	return ""
}

// caption cuts a text to what helps to recognise a post.
func caption(s string) string {
	s = strings.TrimSpace(repair(s))
	if len(s) > maxCaption {
		s = strings.ToValidUTF8(s[:maxCaption], "") + "…"
	}
	return s
}

// newOmissions puts together what the lists speak of and what the files are. total counts also what is not kept.
func newOmissions(parts []PartReport, items []Omission, total int) *Omissions {
	if total == 0 {
		return nil
	}
	items = slices.SortedFunc(slices.Values(items), func(a, b Omission) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Made, b.Made), cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Caption, b.Caption))
	})
	o := &Omissions{Total: total, Items: items}
	if len(items) == total {
		o.Digest = digestOf(parts, items)
	}
	return o
}

// digestOf is the same only for the same omissions of the same zips.
func digestOf(parts []PartReport, items []Omission) string {
	var sums []string
	for _, p := range parts {
		sums = append(sums, p.SHA256)
	}
	slices.Sort(sums)
	h := sha256.New()
	e := json.NewEncoder(h) // a hash takes everything, and these values are plain
	_ = e.Encode(sums)
	for _, item := range items {
		_ = e.Encode(item)
	}
	return hex.EncodeToString(h.Sum(nil))
}
