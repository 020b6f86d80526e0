package shape

import "strings"

// words are what the names of folders, lists and keys in Instagram's exports are made of, in all generations
// (2018 to 2026). A name that is made of nothing else is shown; every other one could be somebody's.
var words = set(`
	account accounts action active activity actor acquisition actual ad added additional address adds ads advanced advertiser
	advertisers advertising age all allow allowed and animated aperture app apps archive archived area armadillo at
	audience audio authentication author authors autofill automated avatar avatars
	backup bag badge banner based basic best bio birth birthday blocked blocklist body broadcast browser bug business businesses by
	call calls camera caption captions cart categories category chaining change changed changes channel channels chat chats
	checkout city click clicked close code collection collections comment comments completed confirmed connection connections
	consent consents contact contacts content contents conversation conversations cookie count countdown countdowns country
	created creation creator creators cross custom
	data date deleted delta details device devices dict digital digitized direct display down download downloads downsampled
	downsized draft drafts dubbing duration
	edits effects eligibility eligible email emails emoji end ent entries error event events exclusive exif expiry external
	facebook family favorited favorites fbid feature features feed feedback feeds field file files filtered first fixed focal
	focal follow follower followers following for format frames friend friends from fundraiser fundraisers
	gating gender generated generation genre geo geoblocked gif gifs gifts given global group groups guide guides
	has hash hashtag hashtags hd height here hidden hide high highlight highlights history href html hype
	icon id identifier identity ig igtv image images impression impressions imprecise in inactivated inbox index inferred info
	information insights instagram interaction interactions interest interested interests is iso item items
	join joinable joined json kept key keyboard keyword keywords kid kind
	label labels language last latitude lead length lens level like liked likes limited line link linked links list lists live
	local location locations lock login logged logout longitude looping low loyalty
	magic make manufacturer map marketplace media medium members mention mentioned mentions merchant message messages
	messaging meta metadata metering mode model monetization monetisation music muted
	name names national new news no not note notes notification notifications number numbers
	of off offsite on online only options order organic original other others out owner
	page pages parent part participant participants password past path payment payments pending percentage permanent permissions
	person personal phone phrase photo photos pinned place places plane play policy poll polls port position possible post
	postal posts precise preference preferences prefix preview previous privacy private product products professional
	profile profiles promo promote protection public published purchase purchases
	quality quantity question questions quick quicksnap quicksnaps quiz quizzes random
	reach reached reaction reactions read reason recent recently recommended recommendations recs reel reels region
	registration relationships remarketing reminder reminders removed replies reply report reports repost reposts
	request requested requests resolution response responses restricted
	saved scene scheduled score screen search searches secret section sections security see seen sender sensor sent
	sentiments session sessions set setting settings share shared shares shop shopping show shown shutter signup sim size
	sliders small snap snaps software source sources spark speed start state status stats sticker stickers still store stores
	stories story street string strings sub submitted subscription subscriptions subtitle subtitles suffix suggested
	suggestions summary survey surveys synced syncing system
	tag tagged tags take taken teaser technologies tel test text texts thread threads thumbnail time timestamp title to token
	top topic topics transcript transcripts two type types
	unfollowed uninterested unit unread unsent update updates upgraded upload uploaded uri url urls use used user username users using
	value values variants vec verified version video videos view viewed viewer views visibility visible visit visits vr
	watched web website websites wellbeing width wishlist with word words x y year you your you're you've youre youve zone
	about access activities appreciation audiences capture connected control description dismissed factor fb gated gen ip
	known less messenger more or os picture primary received since spent wallets iphone android mp4 webp ms line1 line2 line3 line4 level1 level2 level3 level4 480w 4k dd
`)

// labels are texts that stand where the newer lists have keys. They are shown when a label is just one of these.
var labels = phrases(`
	Media|Caption|Draft|Published|URL|Title|Name|Username|Owner|Author|ID|Type|Event|Events|Creation time|Creation timestamp
	Update time|Time|Comment|Hashtags|Location|Profile Photo|Start date|End date|Media quality|Output format|Text|Audience
	Collaborators|Tagged users|Music|Sticker|Stickers|Alt text|Is archived|Is draft|Cover photo|Product tags|Mentions|Description
	Email|Phone Number|Phone number|Email address|Private Account|Bio|Gender|Date of birth|Value|Channel|Search|Changed
	Request completion time|How many times did you try to download the file?|Have you seen this archive?
`)

// extensions of files that exports hold.
var extensions = set("json html txt zip jpg jpeg png gif webp heic heif avif mp4 mov m4a m4v aac mp3 ogg opus wav srt vtt pdf css js svg ds_store")

// classes of elements that pages of exports have. Newer ones are short codes: see [class].
var classes = set(`
	pam uiboxwhite noborder uiboxgray clearfix lfloat rfloat fcg fcb fsl fsm fwb mvm mtm mbm pal mal uigrid vtop vmid main
	contents header footer title section timestamp block hidden_elem
`)

func set(s string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(s) {
		m[w] = true
	}
	return m
}

func phrases(s string) map[string]bool {
	m := make(map[string]bool)
	for line := range strings.Lines(s) {
		for p := range strings.SplitSeq(strings.TrimSpace(line), "|") {
			m[p] = true
		}
	}
	return m
}
