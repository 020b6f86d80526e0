package inspect

import (
	"io"

	"github.com/igwatchd/igwatchd/internal/heif"
	"github.com/igwatchd/igwatchd/internal/words"
)

// Part is one zip of an export, as it was received.
type Part struct {
	Name   string // file name without folders; it carries the username and the date
	Size   int64  // in bytes
	SHA256 string // in hex when it is known already, "" to have it computed
	R      io.ReaderAt
}

// Severity says what a [Problem] means for the question whether the account can go.
type Severity = string

// The severities.
const (
	Error    Severity = "error"    // the archive is not whole
	Question Severity = "question" // the bytes cannot answer this, a person can
	Info     Severity = "info"     // worth knowing, changes nothing
)

// The checks. Each is named in [Report.Checks] only when it was carried out to its end over
// every part, whatever it found. An unfinished check must never count as a passed one.
const (
	CheckStructure    = "structure"     // the containers: directory, headers, no gaps, no overlap
	CheckEntries      = "entries"       // every byte of every entry read, length and CRC-32 compared
	CheckIdentity     = "identity"      // whose archive it is, from all places that say so
	CheckIndexes      = "indexes"       // all JSON parses, numbered files without gaps
	CheckReferences   = "references"    // every file that an index names is looked up
	CheckMediaKind    = "media-kind"    // every media file's first bytes name a known kind
	CheckMediaDecoded = "media-decoded" // pictures decoded to the last pixel, boxes of videos walked to the end
)

// AllChecks are the checks that a whole archive has behind it.
var AllChecks = []string{
	CheckStructure, CheckEntries, CheckIdentity, CheckIndexes,
	CheckReferences, CheckMediaKind, CheckMediaDecoded,
}

// Version is of what [Inspect] looks at and tells. It grows with that: what an older one did not see, or had no way out
// of, is not in the report.
const Version = 1

// Generations of Instagram's folder layout, oldest first.
const (
	GenerationV1      = "v1"  // 2018 to early 2021: media.json in the root
	GenerationV2a     = "v2a" // 2021 to mid 2022: content/, account_information/
	GenerationV2b     = "v2b" // mid 2022 to late 2023: content/, personal_information/
	GenerationV3a     = "v3a" // late 2023 to early 2025: your_instagram_activity/content/
	GenerationV3b     = "v3b" // since early 2025: your_instagram_activity/media/
	GenerationUnknown = "unknown"
)

// Formats an export can be requested in.
const (
	FormatJSON    = "json"
	FormatHTML    = "html"
	FormatMixed   = "mixed"
	FormatUnknown = "unknown"
)

// Report is everything that [Inspect] found out about an export.
type Report struct {
	Version     int            `json:"version,omitempty"` // the Version of the program that inspected; 0: an older one's
	Username    string         `json:"username"`          // "" if no place names it
	Generation  string         `json:"generation"`
	Format      string         `json:"format"`
	GeneratedAt string         `json:"generated_at"` // RFC 3339 date, or ""
	Range       Range          `json:"range"`
	Parts       []PartReport   `json:"parts"`
	Counts      Counts         `json:"counts"`
	PerYear     map[string]int `json:"per_year"` // posts, stories and reels per UTC year
	References  References     `json:"references"`
	Problems    []Problem      `json:"problems"`
	Verdict     string         `json:"verdict"` // left empty: judging is not this package's work
	Checks      []string       `json:"checks"`
	Evidence    Evidence       `json:"evidence"`
	Omissions   *Omissions     `json:"omissions,omitempty"`
	Lacking     *Lacking       `json:"lacking,omitempty"` // left empty: see [Compare]
}

// Range is the time that the archive covers. JSON exports do not state which range was
// requested, so From and To are the days (RFC 3339 dates, UTC) of the oldest and the newest
// own item. Known says that the archive is believed to cover all of the account's life; the
// rule stands at [Evidence].
type Range struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Known bool   `json:"known"`
}

// PartReport describes one zip.
type PartReport struct {
	Name    string `json:"name"`
	Size    int64  `json:"size"`
	SHA256  string `json:"sha256"`
	Entries int    `json:"entries"`           // files and folders in the zip's directory
	Damaged bool   `json:"damaged,omitempty"` // the zip is not as it was packed
}

// Counts are numbers over all parts together.
type Counts struct {
	Posts    int `json:"posts"`
	Stories  int `json:"stories"`
	Reels    int `json:"reels"`
	Messages int `json:"messages"`
	Media    int `json:"media"` // picture, video and sound files
}

// References counts the distinct files that the indexes name.
type References struct {
	Total    int          `json:"total"`
	Resolved int          `json:"resolved"`
	Missing  []MissingRef `json:"missing"` // the first ones, at most 1000
}

// MissingRef is a file that an index names and no part holds.
type MissingRef struct {
	Path string `json:"path"` // as the index writes it
	From string `json:"from"` // the index
}

// Problem is one finding. Code is for programs and stays; Text is for the owner.
type Problem struct {
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	Path     string   `json:"path"` // the part or entry it is about, or ""
	Text     string   `json:"text"`

	// Delivered says that the zip's checksums prove that Instagram delivered the export so: neither another
	// part nor a new download can put it right. Items is about how many of Report.Omissions it is.
	Delivered bool `json:"delivered,omitempty"`
	Items     int  `json:"items,omitempty"`

	Phrase words.Phrase `json:"phrase,omitzero"` // Text before it was told in English, for other languages
}

// Evidence is what a judgement can be founded on. Times are RFC 3339 in UTC, or "" if unknown.
//
// Range.Known follows from it by this rule. The oldest own item (post, story, reel, archived
// post, IGTV video) was made no more than 90 days after sign-up and no more than 7 days
// before it. No range that the request form offers (a week up to three years, counted back
// from the day of the export) begins between sign-up and that item. And the newest own item or
// message is at most 30 days older than the export. Every own item has a known time. Profile photos do not count as items: there
// is often one of the first day, whatever range was asked for.
type Evidence struct {
	Oldest         string `json:"oldest"`          // own item
	Newest         string `json:"newest"`          // own item
	NewestActivity string `json:"newest_activity"` // own item or message
	SignedUp       string `json:"signed_up"`
	RequestedFrom  string `json:"requested_from"` // the dates that were asked for, which only pages tell
	RequestedTo    string `json:"requested_to"`
	Undated        int    `json:"undated"` // own items without a believable time that can be read here

	Usernames []UsernameSource `json:"usernames"`

	ReelsInPosts    int `json:"reels_in_posts"` // reels and IGTV videos that the list of posts holds too: one item each
	PostsUnsure     int `json:"posts_unsure"`   // posts of which nothing says for certain that the profile shows them
	Drafts          int `json:"drafts"`         // never published
	ProfilePhotos   int `json:"profile_photos"`
	Archived        int `json:"archived"`
	IGTV            int `json:"igtv"`
	Other           int `json:"other"`
	RecentlyDeleted int `json:"recently_deleted"`
	Threads         int `json:"threads"` // message threads

	OtherLists bool `json:"other_lists"` // lists of the account's own things beside posts are there: of stories, reels …

	Sections []string `json:"sections"` // folders that the request brought, e.g. "connections"

	Orphans          int `json:"orphans"`           // media files that no index names
	RemoteReferences int `json:"remote_references"` // addresses in the web where a file was expected
	EmptyReferences  int `json:"empty_references"`

	// Hints at the requested media quality, which no export states: the longer side, in
	// pixels, of the account's own pictures.
	EarlierRequests int    `json:"earlier_requests"` // of exports, that the archive tells of
	EarlierQuality  string `json:"earlier_quality"`  // low, medium, high: of the last of them
	EarlierFormat   string `json:"earlier_format"`   // html, json

	Pictures       int `json:"pictures"`
	WithoutProgram int `json:"without_program,omitempty"` // pictures that only a program could have checked, which was not installed
	LongestSide    int `json:"longest_side"`
	MedianLonger   int `json:"median_longer_side"`
}

// UsernameSource is one place that names the account.
type UsernameSource struct {
	Username string `json:"username"`
	Where    string `json:"where"` // a file name, or an entry's path
}

// Outdated reports whether another inspection could tell more: this one was made by an older program, or without a
// program that is installed now.
func (r *Report) Outdated() bool {
	if r.Version < Version {
		return true
	}
	_, err := heif.Program()
	return r.Evidence.WithoutProgram > 0 && err == nil
}
