package testworld

import (
	"archive/zip"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"
)

// Export is an archive to be. Zero fields
// get sensible values, zero counts stay zero. The same Export with the same Seed and Generated
// gives the same bytes.
type Export struct {
	Username  string    // default: "jane.doe"
	Generated time.Time // default: now
	FirstPost time.Time // the oldest item; default: a week after JoinedAt
	JoinedAt  time.Time // default: some six years before Generated

	Posts, Carousels              int // with one picture, and with several media
	Stories, Reels, ProfilePhotos int
	Threads, MessagesPerThread    int  // each thread has one photo
	PostsPerFile                  int  // how many go into one posts_N.json; default: all into one
	SinglePostObject              bool // with exactly one post: a bare object, as real exports do
	Parts                         int  // default: 1
	WrapRoot                      bool // everything in one folder with the zip's name
	Side                          int  // of pictures, in pixels; default: 160
	Pad                           int64
	Seed                          int64
	UsernameLabel                 string // in the account's language; default: "Username"
	Spoil                         []Spoiler

	Layout        string    // LayoutV1 …; default: LayoutV3b
	HTML          bool      // pages instead of lists; not for LayoutV1
	RequestedFrom time.Time // with HTML: said above each page; default: nothing is said
	DriveRoot     bool      // one more folder around everything, as through Google Drive
	ListsApart    bool      // all media in the parts behind the first
	NoUTF8Flag    bool      // names are not marked as UTF-8

	// What is seen in some exports only.
	EverPosted      EverPosted // the list of everything ever posted, since 2026
	Archived        int        // posts that the profile does not show, one of three with several media
	Drafts          int        // posts that were never published, in the list of everything ever posted
	RecentlyDeleted bool       // the list of what was deleted, with an item of which nothing is left
	OtherContent    bool       // things without a picture, in label_values
	Note            string     // of sections without anything, in the account's language
	BOM             bool       // lists begin with a byte order mark
	OtherPictures   bool       // of four pictures one is a progressive JPEG, one a HEIC; one of all an AVIF
	Language        string     // of the times in pages, one of Languages; default: English
	EarlyPages      bool       // pages as they were in early 2021; with LayoutV2a
	DaysApart       int        // so many days after each part the next one was made
	Repacked        Repacked
}

// DemoExport is a small account with a bit of everything.
func DemoExport(username string) Export {
	return Export{
		Username: username, Posts: 9, Carousels: 3, Stories: 4, Reels: 2, ProfilePhotos: 2,
		Threads: 2, MessagesPerThread: 5, Side: 480,
	}
}

// file is one entry of a zip to be. Its content is made when it is written.
type file struct {
	name     string
	part     int
	modified time.Time
	bytes    func() ([]byte, error)
	stream   func(io.Writer) error // instead of bytes, for what should not be held in memory
}

func (e Export) withDefaults() Export {
	if e.Username == "" {
		e.Username = "jane.doe"
	}
	if e.Generated.IsZero() {
		e.Generated = time.Now()
	}
	e.Generated = e.Generated.UTC().Truncate(time.Second)
	const week = 7 * 24 * time.Hour
	switch {
	case e.FirstPost.IsZero() && e.JoinedAt.IsZero():
		e.FirstPost = e.Generated.AddDate(-6, -5, -3)
		e.JoinedAt = e.FirstPost.Add(-week)
	case e.FirstPost.IsZero():
		e.FirstPost = e.JoinedAt.Add(week)
	case e.JoinedAt.IsZero():
		e.JoinedAt = e.FirstPost.Add(-week)
	}
	if e.PostsPerFile == 0 {
		e.PostsPerFile = max(1, e.Posts+e.Carousels)
	}
	if e.Layout == "" {
		e.Layout = LayoutV3b
	}
	if e.UsernameLabel == "" {
		e.UsernameLabel = "Username"
	}
	switch {
	case e.Layout == LayoutV1:
		e.EverPosted, e.Archived, e.Drafts = Never, 0, 0
	case e.EverPosted == Never, e.HTML:
		e.Drafts = 0
	}
	if e.Note == "" {
		e.Note = noDataText
	}
	e.Parts = max(1, e.Parts)
	if e.Side == 0 {
		e.Side = 160
	}
	return e
}

// Write writes the zips into dir, which is made if need be, and returns their paths in order. All lists
// are in the first part; media are spread over all of them. Memory does not grow with Pad.
func (e Export) Write(dir string) (paths []string, err error) {
	e = e.withDefaults()
	files, err := e.files()
	if err != nil {
		return nil, fmt.Errorf("make export: %w", err)
	}
	for _, s := range e.Spoil {
		if files, err = s.apply(e, files); err != nil {
			return nil, fmt.Errorf("make export: %w", err)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make export: %w", err)
	}
	rng := newRand(e.Seed, "names")
	var zips []parcel
	for part := range e.Parts {
		made := e.made(part)
		name := fmt.Sprintf("instagram-%s-%s-%s", e.Username, made.Format(time.DateOnly), base62(rng, 8))
		switch {
		case e.Layout == LayoutV3a || e.Layout == LayoutV3b:
		case e.Parts == 1:
			name = e.Username + "_" + made.Format("20060102")
		default:
			name = fmt.Sprintf("%s_%s_part_%d", e.Username, made.Format("20060102"), part+1)
		}
		root := ""
		if e.WrapRoot || e.DriveRoot {
			root = name
		}
		if e.DriveRoot {
			root = "meta-" + e.Generated.Format("2006-Jan-02-15-04-05") + "/" + root
		}
		if part == 0 || !e.Repacked.Together {
			zips = append(zips, parcel{file: filepath.Join(dir, e.Repacked.name(name, part)+".zip")})
		}
		last := &zips[len(zips)-1]
		last.roots = append(last.roots, path.Join(e.Repacked.Folders, root))
	}
	part := 0
	for _, z := range zips {
		if err := e.writeZip(z, part, files); err != nil {
			return nil, fmt.Errorf("make export: write %s: %w", z.file, err)
		}
		part += len(z.roots)
		paths = append(paths, z.file)
	}
	return paths, nil
}

// parcel is one zip, and the folders that the parts in it lie in.
type parcel struct {
	file  string
	roots []string
}

// made is when a part was made.
func (e Export) made(part int) time.Time { return e.Generated.AddDate(0, 0, part*e.DaysApart) }

// writeZip writes the files of one part, or of several from first on. A zip that could not be finished is removed.
func (e Export) writeZip(to parcel, first int, files []*file) (err error) {
	f, err := os.Create(to.file)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, f.Close())
		if err != nil {
			os.Remove(to.file)
		}
	}()
	z := zip.NewWriter(f)
	e.Repacked.prepare(z)
	for _, entry := range slices.Concat(files, e.Repacked.extra(to.roots[0], first)) {
		if entry.part < first || entry.part >= first+len(to.roots) {
			continue
		}
		name := path.Join(to.roots[entry.part-first], entry.name)
		header := &zip.FileHeader{Name: e.Repacked.entry(name), Method: zip.Store, Modified: e.made(entry.part), NonUTF8: e.NoUTF8Flag}
		if err := entry.writeTo(z, header, e.Repacked.Deflate64); err != nil {
			return fmt.Errorf("%s: %w", entry.name, err)
		}
	}
	return z.Close()
}

// writeTo packs lists and stores media. What is in memory gets its checksum and sizes before its
// body, everything else behind it, so that readers meet both forms.
func (f *file) writeTo(z *zip.Writer, header *zip.FileHeader, deflate64 bool) error {
	if f.stream != nil {
		w, err := z.CreateHeader(header)
		if err != nil {
			return err
		}
		return f.stream(w)
	}
	body, err := f.bytes()
	if err != nil {
		return err
	}
	var w io.Writer
	switch ext := path.Ext(f.name); {
	case deflate64:
		header.Method = methodDeflate64
		w, err = z.CreateHeader(header)
	case ext == ".json", ext == ".txt", ext == ".html":
		header.Method = zip.Deflate
		w, err = z.CreateHeader(header)
	default:
		header.CRC32 = crc32.ChecksumIEEE(body)
		header.CompressedSize64, header.UncompressedSize64 = uint64(len(body)), uint64(len(body))
		//lint:ignore SA1019 CreateRaw writes these fields as they are and leaves Modified aside
		//lint:ignore SA1019 CreateRaw writes these two as they are and does not look at Modified.
		header.ModifiedDate, header.ModifiedTime = dosTime(header.Modified) //nolint:staticcheck // see above
		w, err = z.CreateRaw(header)
	}
	if err != nil {
		return err
	}
	_, err = w.Write(body)
	return err
}

// dosTime is the form of times in zip headers (APPNOTE 4.4.6), two seconds fine.
func dosTime(t time.Time) (date, clock uint16) {
	return uint16((t.Year()-1980)<<9 | int(t.Month())<<5 | t.Day()), uint16(t.Hour()<<11 | t.Minute()<<5 | t.Second()/2)
}

// newRand returns a source of numbers for one purpose, so that more of one thing does not
// change another.
func newRand(seed int64, purpose string) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(seed), uint64(crc32.ChecksumIEEE([]byte(purpose)))))
}

const alphabet62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

func base62(rng *rand.Rand, n int) string { return pick(rng, alphabet62, n) }
func digits(rng *rand.Rand, n int) string { return "1" + pick(rng, "0123456789", n-1) }

func pick(rng *rand.Rand, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[rng.IntN(len(alphabet))]
	}
	return string(b)
}
