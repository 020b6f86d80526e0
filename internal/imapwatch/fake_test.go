package imapwatch

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// fake is an IMAP server in memory whose manners a test chooses.
type fake struct {
	caps  string
	hello string // the greeting, if not the usual
	// mute servers offer IDLE and announce nothing.
	mute bool
	// limit is how long an IDLE lasts before the server ends it; end says how.
	limit time.Duration
	end   func(c *fakeConn, tag string)
	// hole is how long a connection may be silent before a box on the way forgets it.
	hole time.Duration
	// noNext leaves UIDNEXT out.
	noNext bool
	// before is sent before the answer to each command once a folder is open.
	before string
	// odd answers a command instead, if it returns true.
	odd func(c *fakeConn, tag, line string) bool
	// item writes one message of a FETCH; nil: properly.
	item func(uid int, section, text string) string
	// refuse is what a login is answered with; empty: OK.
	refuse string
	down   bool // nobody can connect

	mu     sync.Mutex
	boxes  map[string]*fakeBox
	conns  []*fakeConn
	dials  []time.Time
	logins []string // the passwords
	heard  []heard
	open   int
	most   int
}

type heard struct {
	at   time.Time
	line string
}

type fakeBox struct {
	mails    []fakeMail
	validity int
	next     int
	marks    string
}

type fakeMail struct {
	uid  int
	text string
	date time.Time
}

func newFake() *fake {
	return &fake{
		caps:  "IMAP4rev1 IDLE UNSELECT SPECIAL-USE LIST-EXTENDED",
		boxes: map[string]*fakeBox{"INBOX": {validity: 1, next: 1}},
	}
}

func (f *fake) server() Server {
	return Server{Host: "127.0.0.1", Port: 1, Security: "plaintext", User: "u", Password: func(context.Context) (string, error) { return "p", nil }}
}

// put delivers a mail, and announces it where somebody is in IDLE.
func (f *fake) put(folder, subject string) {
	f.putAt(folder, subject, time.Now())
}

func (f *fake) putAt(folder, subject string, date time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := f.boxes[folder]
	b.mails = append(b.mails, fakeMail{b.next, string(mail(subject)), date})
	b.next++
	for _, c := range f.conns {
		if c.box == b {
			select {
			case c.bell <- struct{}{}:
			default:
			}
		}
	}
}

func (f *fake) dial(_ context.Context, _ Server, _ timings) (wire, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dials = append(f.dials, time.Now())
	if f.down {
		return wire{}, errors.New("nobody listens")
	}
	client, server := connected()
	client.closed = func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.open--
	}
	f.open++
	f.most = max(f.most, f.open)
	c := &fakeConn{f: f, conn: server, bell: make(chan struct{}, 1)}
	f.conns = append(f.conns, c)
	go c.serve()
	return wire{Conn: client, raw: client}, nil
}

// each calls do with every connection that was ever made.
func (f *fake) each(do func(c *fakeConn)) {
	f.mu.Lock()
	conns := slices.Clone(f.conns)
	f.mu.Unlock()
	for _, c := range conns {
		do(c)
	}
}

// dialled returns when connections were wanted.
func (f *fake) dialled() []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.dials)
}

// shown returns the passwords of all logins.
func (f *fake) shown() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.logins)
}

// said returns when lines with the given text were heard.
func (f *fake) said(text string) (at []time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, h := range f.heard {
		if strings.Contains(h.line, text) {
			at = append(at, h.at)
		}
	}
	return at
}

// fakeConn is one connection as the server sees it.
type fakeConn struct {
	f     *fake
	conn  *duplex
	bell  chan struct{}
	box   *fakeBox
	lines chan string
	last  time.Time
}

func (c *fakeConn) say(format string, args ...any) {
	_, _ = c.conn.Write([]byte(strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "\r\n")))
}

func (c *fakeConn) serve() {
	defer c.conn.Close()
	c.f.mu.Lock()
	hello := c.f.hello
	c.f.mu.Unlock()
	if hello == "" {
		hello = "* OK hello\n"
	}
	c.say("%s", hello)
	c.lines = make(chan string)
	gone := make(chan struct{})
	defer close(gone)
	go func() {
		defer close(c.lines)
		for in := bufio.NewScanner(c.conn); in.Scan(); {
			select {
			case c.lines <- in.Text():
			case <-gone:
				return
			}
		}
	}()
	c.last = time.Now()
	for line := range c.lines {
		if c.f.hole > 0 && time.Since(c.last) >= c.f.hole {
			c.conn.vanish()
		}
		c.last = time.Now()
		c.f.mu.Lock()
		c.f.heard = append(c.f.heard, heard{time.Now(), line})
		c.f.mu.Unlock()
		tag, rest, _ := strings.Cut(line, " ")
		if c.box != nil {
			c.say("%s", c.f.before)
		}
		if c.f.odd == nil || !c.f.odd(c, tag, rest) {
			c.answer(tag, rest)
		}
	}
}

// answer does what a command asks for, as a good server does.
func (c *fakeConn) answer(tag, line string) {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()
	words := strings.Fields(line)
	if len(words) == 0 { // a DONE that crossed the end of its IDLE
		c.say("%s BAD what\n", tag)
		return
	}
	switch verb := strings.ToUpper(words[0]); verb {
	case "CAPABILITY":
		c.say("* CAPABILITY %s\n", c.f.caps)
	case "LOGIN":
		c.f.logins = append(c.f.logins, strings.Trim(words[2], `"`))
		if c.f.refuse != "" {
			c.say("%s %s\n", tag, c.f.refuse)
			return
		}
	case "EXAMINE", "STATUS":
		name := strings.Trim(words[1], `"`)
		b := c.f.boxes[name]
		if b == nil {
			c.say("%s NO [NONEXISTENT] no such folder\n", tag)
			return
		}
		if verb == "STATUS" {
			c.say("* STATUS %s (UIDNEXT %d UIDVALIDITY %d)\n", inQuotes(name), b.next, b.validity)
			break
		}
		c.box = b
		c.say("* %d EXISTS\n* OK [UIDVALIDITY %d] x\n", len(b.mails), b.validity)
		if !c.f.noNext {
			c.say("* OK [UIDNEXT %d] x\n", b.next)
		}
	case "UNSELECT":
		c.box = nil
	case "LIST":
		for name, b := range c.f.boxes {
			c.say("* LIST (%s) \"/\" %s\n", b.marks, inQuotes(name))
		}
	case "UID":
		if strings.ToUpper(words[1]) == "SEARCH" {
			c.search(line)
		} else {
			c.fetch(words[2], line)
		}
	case "IDLE":
		c.idle(tag)
		return
	}
	c.say("%s OK done\n", tag)
}

var searchWord = regexp.MustCompile(`(?:FROM|SUBJECT) "([^"]+)"`)

func (c *fakeConn) search(line string) {
	_, set, byUID := strings.Cut(line, " UID ")
	_, day, byDay := strings.Cut(line, "SINCE ")
	since, _ := time.Parse("2-Jan-2006", strings.Trim(strings.Fields(day + " x")[0], `"`))
	words := searchWord.FindAllStringSubmatch(line, -1)
	c.say("* SEARCH")
	for _, m := range c.box.mails {
		has := slices.ContainsFunc(words, func(w []string) bool { return strings.Contains(strings.ToLower(m.text), w[1]) })
		if (!byUID || within(m.uid, strings.Fields(set)[0], c.box)) && (!byDay || !m.date.Before(since)) && (len(words) == 0 || has) {
			c.say(" %d", m.uid)
		}
	}
	c.say("\n")
}

// within tells whether a UID is in a set.
func within(uid int, set string, b *fakeBox) bool {
	last := 0
	if len(b.mails) > 0 {
		last = b.mails[len(b.mails)-1].uid
	}
	number := func(s string) int {
		if s == "*" {
			return last
		}
		n, _ := strconv.Atoi(s)
		return n
	}
	for part := range strings.SplitSeq(set, ",") {
		from, to, ranged := strings.Cut(part, ":")
		if !ranged {
			to = from
		}
		if number(from) <= uid && uid <= number(to) {
			return true
		}
	}
	return false
}

func (c *fakeConn) fetch(set, line string) {
	_, section, _ := strings.Cut(line, "BODY.PEEK")
	name := section[:strings.IndexAny(section+")", " )")]
	for _, m := range c.box.mails {
		if !within(m.uid, set, c.box) {
			continue
		}
		text := m.text
		if strings.Contains(name, "HEADER") {
			text = text[:strings.Index(text, "\r\n\r\n")+4]
		}
		said := name
		if i := strings.Index(name, "<"); i >= 0 {
			var from, size int
			_, _ = fmt.Sscanf(name[i:], "<%d.%d>", &from, &size)
			text = text[min(from, len(text)):min(from+size, len(text))]
			said = fmt.Sprintf("%s<%d>", name[:i], from)
		}
		if c.f.item != nil {
			_, _ = c.conn.Write([]byte(c.f.item(m.uid, said, text)))
			continue
		}
		_, _ = c.conn.Write([]byte(properItem(m.uid, said, text)))
	}
}

func properItem(uid int, section, text string) string {
	return fmt.Sprintf("* %d FETCH (UID %d BODY%s {%d}\r\n%s)\r\n", uid, uid, section, len(text), text)
}

// idle is called and returns with f.mu held.
func (c *fakeConn) idle(tag string) {
	c.say("+ idling\n")
	known := len(c.box.mails)
	var limit <-chan time.Time
	if c.f.limit > 0 {
		limit = time.After(c.f.limit)
	}
	for {
		if !c.f.mute && len(c.box.mails) != known {
			known = len(c.box.mails)
			c.say("* %d EXISTS\n", known)
		}
		c.f.mu.Unlock()
		select {
		case line, ok := <-c.lines:
			hole := c.f.hole > 0 && time.Since(c.last) >= c.f.hole
			c.last = time.Now()
			c.f.mu.Lock()
			c.f.heard = append(c.f.heard, heard{time.Now(), line})
			if hole {
				c.conn.vanish()
			}
			if ok {
				c.say("%s OK idle done\n", tag)
			}
			return
		case <-c.bell:
		case <-limit:
			c.f.mu.Lock()
			c.f.end(c, tag)
			return
		}
		c.f.mu.Lock()
	}
}

// passwords hands out another one at each call.
func passwords(n *int) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		*n++
		return fmt.Sprint("password", *n), nil
	}
}
