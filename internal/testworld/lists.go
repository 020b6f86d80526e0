package testworld

import (
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"time"
)

// The forms of Instagram's lists, with their keys in the order of real exports.
type (
	medium struct {
		URI       string `json:"uri"`
		Created   int64  `json:"creation_timestamp"`
		Metadata  any    `json:"media_metadata,omitempty"`
		Title     string `json:"title"`
		CrossPost any    `json:"cross_post_source,omitempty"`
		BackupURI string `json:"backup_uri,omitempty"`
	}
	// item has its own title and time only if it has several media.
	item struct {
		Media   []medium `json:"media"`
		Title   string   `json:"title,omitempty"`
		Created int64    `json:"creation_timestamp,omitempty"`
	}
	attachment struct {
		URI     string `json:"uri"`
		Created int64  `json:"creation_timestamp"`
	}
	message struct {
		Sender    string       `json:"sender_name"`
		Millis    int64        `json:"timestamp_ms"`
		Content   string       `json:"content,omitempty"`
		Photos    []attachment `json:"photos,omitempty"`
		Reactions []object     `json:"reactions,omitempty"`
		Geoblock  bool         `json:"is_geoblocked_for_viewer"`
		Unsent    bool         `json:"is_unsent_image_by_messenger_kid_parent"`
	}
	thread struct {
		Participants []object  `json:"participants"`
		Messages     []message `json:"messages"`
		Title        string    `json:"title"`
		Participant  bool      `json:"is_still_participant"`
		Path         string    `json:"thread_path"`
		Magic        []string  `json:"magic_words"`
	}
	object map[string]any
)

const (
	activityDir = "your_instagram_activity/"
	listDir     = activityDir + "media/"
	inboxDir    = activityDir + "messages/inbox/"
	personal    = "personal_information/personal_information/personal_information.json"
	signup      = "security_and_login_information/login_and_profile_creation/signup_details.json"
	followDir   = "connections/followers_and_following/"
	noData      = "your_instagram_activity/subscriptions/no-data.txt"
	noDataText  = "You have no data in this section"
)

// plan gathers the files of an export.
type plan struct {
	Export
	rng      *rand.Rand
	files    []*file
	load     []int64 // bytes of media in each part, roughly
	pictures int
	bad      error
}

// files returns all files, the lists of the first part first.
func (e Export) files() ([]*file, error) {
	p := &plan{Export: e, rng: newRand(e.Seed, "media"), load: make([]int64, e.Parts)}
	posts, stories, reels := p.own()
	photos := p.profilePhotos()
	threads := p.messages()
	if e.Layout == LayoutV1 {
		p.rework1(posts, stories, reels, photos, threads)
		return p.files, p.bad
	}
	p.account(photos)
	for part := range e.Parts {
		p.add(noData, part, []byte(p.Note))
	}
	if p.empty() {
		p.add(listDir+"no-data.txt", 0, []byte(p.Note))
	}
	if e.HTML {
		p.startPage()
	}
	slices.SortStableFunc(p.files, func(a, b *file) int { return rank(a) - rank(b) })
	return p.files, p.bad
}

// rank puts the lists before the media.
func rank(f *file) int {
	if ext := path.Ext(f.name); ext == ".json" || ext == ".html" {
		return 0
	}
	return 1
}

func (p *plan) add(name string, part int, body []byte) {
	p.files = append(p.files, &file{name: p.place(name), part: part, modified: p.Generated, bytes: func() ([]byte, error) { return body, nil }})
}

func (p *plan) list(name string, value any) {
	switch {
	case p.Layout == LayoutV1:
		return // rework1 makes these
	case p.HTML:
		p.add(name, 0, p.page(p.place(name), value))
		return
	}
	body, err := asciiJSON(value)
	if err != nil && p.bad == nil {
		p.bad = fmt.Errorf("%s: %w", name, err)
	}
	if p.BOM {
		body = append([]byte("\ufeff"), body...)
	}
	p.add(name, 0, body)
}

// own makes posts, stories and reels, the oldest at FirstPost and the newest a day before Generated.
func (p *plan) own() (posts []item, stories []medium, reels []item) {
	films := p.films()
	kinds := slices.Concat(slices.Repeat([]string{"post"}, p.Posts), slices.Repeat([]string{"carousel"}, p.Carousels),
		slices.Repeat([]string{"story"}, p.Stories), slices.Repeat([]string{"reel"}, p.Reels), slices.Repeat([]string{"pad"}, len(films)),
		slices.Repeat([]string{"archived"}, p.Archived), slices.Repeat([]string{"draft"}, p.Drafts))
	p.rng.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	var archived, drafts []item
	span := max(0, p.Generated.Add(-20*time.Hour).Sub(p.FirstPost))
	for i, kind := range kinds {
		when := p.FirstPost
		if i > 0 {
			when = when.Add(time.Duration(float64(span) * float64(i) / float64(len(kinds)-1)))
		}
		caption := mojibake(captions[i%len(captions)])
		switch kind {
		case "post":
			m := p.picture("media/posts/", when)
			m.Title = caption
			posts = append(posts, item{Media: []medium{m}})
		case "carousel":
			media := []medium{p.picture("media/posts/", when), p.picture("media/posts/", when), p.film("media/posts/", when)}
			posts = append(posts, item{Media: media, Title: caption, Created: when.Unix()})
		case "story":
			m := p.picture("media/stories/", when)
			m.Title = caption
			stories = append(stories, m)
		case "reel":
			m := p.film("media/reels/", when)
			m.Title = caption
			if len(reels) == 0 && p.Layout != LayoutV1 && !p.HTML {
				m.Metadata = p.subtitles(when)
			}
			reels = append(reels, item{Media: []medium{m}})
		case "pad":
			m := p.bigFilm("media/reels/", when, films[0])
			films = films[1:]
			reels = append(reels, item{Media: []medium{m}})
		case "archived":
			i := item{Media: []medium{p.picture("media/archived_posts/", when)}}
			if len(archived)%3 == 0 {
				i = item{Media: append(i.Media, p.picture("media/archived_posts/", when)), Title: caption, Created: when.Unix()}
			}
			archived = append(archived, i)
		case "draft":
			drafts = append(drafts, item{Media: []medium{p.picture("media/posts/", when)}})
		}
	}
	slices.Reverse(posts)
	p.everPosted(posts, archived, drafts)
	p.oddLists(archived)
	if p.EverPosted == Instead {
		posts = nil // the lists of posts_1.json and on are not there
	}
	n := 0
	for some := range slices.Chunk(posts, p.PostsPerFile) {
		n++
		name := fmt.Sprintf("%sposts_%d.json", listDir, n)
		if p.SinglePostObject && len(posts) == 1 {
			p.list(name, some[0])
		} else {
			p.list(name, some)
		}
	}
	// A list without content does not exist in real exports.
	if len(stories) > 0 {
		p.list(listDir+"stories.json", object{"ig_stories": stories})
	}
	if len(reels) > 0 {
		p.list(listDir+"reels.json", object{"ig_reels_media": reels})
	}
	return posts, stories, reels
}

func (p *plan) subtitles(when time.Time) object {
	uri := "media/other/" + digits(p.rng, 17) + ".srt"
	p.add(uri, p.nextPart(1<<10), []byte("1\n00:00:00,000 --> 00:00:01,000\nHello\n"))
	return object{"video_metadata": object{"subtitles": attachment{uri, when.Unix()}}}
}

func (p *plan) profilePhotos() []medium {
	var photos []medium
	for i := range p.ProfilePhotos {
		photos = append(photos, p.picture("media/profile/", p.FirstPost.AddDate(0, 0, i)))
	}
	if len(photos) > 0 {
		p.list(listDir+"profile_photos.json", object{"ig_profile_picture": photos})
	}
	return photos
}

func (p *plan) messages() (threads []thread) {
	names := []string{"Bob", "Zoë 😊", "José María"}
	for k := range p.Threads {
		name := names[k%len(names)]
		id := digits(p.rng, 15)
		folder := fmt.Sprintf("%s%s_%s/", inboxDir, slug(name), id)
		t := thread{
			Participants: []object{{"name": mojibake(name)}, {"name": p.Username}}, Title: mojibake(name), Participant: true,
			Path: strings.TrimPrefix(strings.TrimSuffix(folder, "/"), "your_instagram_activity/messages/"), Magic: []string{},
		}
		for j := range p.MessagesPerThread {
			when := p.Generated.Add(-time.Duration(k+1)*time.Hour - time.Duration(j)*37*time.Hour)
			m := message{Sender: mojibake(name), Millis: when.UnixMilli() + 791, Content: mojibake(captions[(j+k)%len(captions)])}
			if j%2 == 1 {
				m.Sender = p.Username
			}
			if j == 0 {
				dir := folder + "photos/"
				if p.Layout == LayoutV1 {
					dir = "media/direct/"
				}
				photo := p.picture(dir, when)
				m.Content, m.Photos = "", []attachment{{photo.URI, photo.Created}}
				m.Reactions = []object{{"reaction": mojibake("❤"), "actor": p.Username, "timestamp": when.Unix() + 8}}
			}
			t.Messages = append(t.Messages, m)
		}
		p.list(folder+"message_1.json", t)
		threads = append(threads, t)
	}
	return threads
}

// account makes what the archive says about its owner.
func (p *plan) account(photos []medium) {
	text := func(s string) object { return object{"href": "", "value": mojibake(s), "timestamp": 0} }
	media := object{}
	if len(photos) > 0 {
		media["Profile Photo"] = photos[len(photos)-1]
	}
	p.list(personal, object{"profile_user": []object{{
		"title": "", "media_map_data": media,
		"string_map_data": object{"Email": text(mailUser), mojibake(p.UsernameLabel): text(p.Username), "Name": text("Jane Doë")},
	}}})
	p.list(signup, object{"account_history_registration_info": []object{{
		"title": "", "media_map_data": object{},
		"string_map_data": object{"Username": text(p.Username), "Time": object{"href": "", "value": "", "timestamp": p.JoinedAt.Unix()}},
	}}})
	follower := func(name string, after time.Duration) object {
		return object{"title": "", "media_list_data": []any{}, "string_list_data": []object{
			{"href": "https://www.instagram.com/" + name, "value": name, "timestamp": p.FirstPost.Add(after).Unix()},
		}}
	}
	p.list(followDir+"followers_1.json", []object{follower("bob", time.Hour), follower("zoe.z", 48*time.Hour)})
	p.list(followDir+"following.json", object{"relationships_following": []object{follower("bob", 2*time.Hour)}})
	p.list(followDir+"follow_requests_you've_received.json", object{"relationships_follow_requests_received": []object{follower("a.stranger", time.Hour)}})
	p.list(activityDir+"likes/liked_posts.json", object{"likes_media_likes": []object{follower("zoe.z", 3*time.Hour)}})
	at := object{"href": "https://www.instagram.com/p/Cabc/", "timestamp": p.FirstPost.Add(4 * time.Hour).Unix()}
	p.list(activityDir+"saved/saved_posts.json", object{"saved_saved_media": []object{{"title": "bob", "string_map_data": object{"Saved on": at}}}})
	p.list(activityDir+"comments/post_comments_1.json", []object{{
		"media_list_data": []object{{"uri": ""}},
		"string_map_data": object{"Comment": text(captions[0]), "Media Owner": text("bob"), "Time": object{"timestamp": p.FirstPost.Add(5 * time.Hour).Unix()}},
	}})
}
