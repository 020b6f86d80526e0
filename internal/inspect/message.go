package inspect

func (l *list) messageValue(path []string, v token) {
	key := path[len(path)-1]
	if !l.says && len(path) == 3 && path[0] == "messages" {
		l.says = key == "sender_name" || key == "timestamp_ms" || key == "content" // each message has one at least
	}
	switch {
	case len(path) == 2 && path[0] == "messages": // a text in the place of a message
		l.odd = true
	case key == "timestamp_ms" && len(path) == 3 && path[0] == "messages":
		l.spoke(v.number() / 1000)
	case key == "uri" && sentFile(path[:len(path)-1]):
		l.sent = true
	case sentFile(path): // a text where files are described in all known lists
		l.files++
		l.lacks(referenceEmpty, Question)
	case sentFiles(path):
		l.lacks(referenceEmpty, Question)
	}
}

func (l *list) leaveMessage(path []string, array bool) {
	inMessages := len(path) > 0 && path[0] == "messages"
	switch {
	case len(path) == 1 && inMessages:
		l.talks = l.talks || array
	case len(path) == 2 && inMessages && array: // a list in the place of a message
		l.odd = true
	case len(path) == 2 && inMessages:
		l.leaveOneMessage()
	case sentFile(path):
		l.files++
		if !l.sent || array {
			l.lacks(referenceEmpty, Question)
		}
		l.sent = false
	case sentFiles(path):
		if l.files == 0 { // an object in the place of a list, or nothing in it
			l.lacks(referenceEmpty, Question)
		}
		l.says, l.files = true, 0
	case len(path) == 3 && inMessages: // a sticker, a file of another kind
		l.says = true
	}
}

// leaveOneMessage counts a message, apart if it says nothing.
func (l *list) leaveOneMessage() {
	l.messages++
	if !l.says {
		l.silent++
	}
	l.says = false
}

// spoke notes the time of a message.
func (l *list) spoke(t int64) {
	if believable(t) {
		l.newestMessage = max(l.newestMessage, t)
	}
}

// sentFiles reports whether a path is that of the list of files that somebody sent in one message.
func sentFiles(path []string) bool {
	return len(path) == 3 && path[0] == "messages" && holdsFiles(path[2])
}

// sentFile reports whether a path is that of a file that somebody sent.
func sentFile(path []string) bool {
	return len(path) == 4 && path[3] == element && sentFiles(path[:3])
}

// holdsFiles reports whether a field of a message holds what somebody sent. (GIFs are those of a library in the web.)
func holdsFiles(field string) bool {
	switch field {
	case "photos", "videos", "audio_files", "files":
		return true
	}
	return false
}
