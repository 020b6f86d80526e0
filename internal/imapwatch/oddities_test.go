package imapwatch

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// watch runs a watcher of f with the timings of every day, until the returned function is called.
func watch(t *testing.T, f *fake, change func(*Options)) (r *reader, w *Watcher, stop func()) {
	t.Helper()
	r = newReader(f.server())
	if change != nil {
		change(&r.o)
	}
	w = New(r.o)
	w.dial = f.dial
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	return r, w, func() {
		t.Helper()
		cancel()
		synctest.Wait()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		default:
			t.Error("Run does not end at once")
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.open != 0 {
			t.Errorf("%d connections are left open", f.open)
		}
		if f.most > 2 {
			t.Errorf("%d connections at the same time", f.most)
		}
	}
}

// comes wants the mails, in any order, each at least once, within d.
func (r *reader) comes(t *testing.T, d time.Duration, subjects ...string) {
	t.Helper()
	missing := map[string]bool{}
	for _, s := range subjects {
		missing[s] = true
	}
	timeout := time.After(d)
	for len(missing) > 0 {
		select {
		case m := <-r.got:
			delete(missing, subject(m.Raw))
		case <-timeout:
			t.Fatalf("never within %v: %v", d, missing)
		}
	}
}

// on answers commands that begin with verb with text, in which TAG stands for the tag. times is
// how often; the rest is answered properly.
func on(verb, text string, times int) func(*fakeConn, string, string) bool {
	return func(c *fakeConn, tag, line string) bool {
		c.f.mu.Lock()
		defer c.f.mu.Unlock()
		if times == 0 || !strings.HasPrefix(strings.ToUpper(line), verb) {
			return false
		}
		times--
		c.say("%s", strings.ReplaceAll(text, "TAG", tag))
		return true
	}
}

// inIdle sends text when an IDLE has begun, which then goes on.
func inIdle(text string) func(*fakeConn, string, string) bool {
	return func(c *fakeConn, tag, line string) bool {
		if line == "IDLE" {
			c.say("+ idling\n%s", strings.ReplaceAll(text, "TAG", tag))
			line, ok := <-c.lines
			if ok && line == "DONE" {
				c.say("%s OK\n", tag)
			}
			return true
		}
		return false
	}
}

// Every row of what servers were seen to do: a mail before and one during the watch must come,
// without a new connection unless there is no other way.
func TestOddServers(t *testing.T) {
	t.Parallel()
	item := func(format string) func(*fake) {
		return func(f *fake) {
			f.item = func(uid int, section, text string) string {
				return strings.NewReplacer("UID#", fmt.Sprintf("UID %d", uid), "SECTION", section, "LITERAL", fmt.Sprintf("{%d}\r\n%s", len(text), text),
					"#", fmt.Sprint(uid), "\n", "\r\n").Replace(strings.ReplaceAll(format, "\n", "\r\n"))
			}
		}
	}
	before := func(text string) func(*fake) { return func(f *fake) { f.before = text } }
	odd := func(o func(*fakeConn, string, string) bool) func(*fake) { return func(f *fake) { f.odd = o } }
	tests := map[string]struct {
		manners func(*fake)
		within  time.Duration // for the second mail
		dials   int           // at most
	}{
		"proper": {func(*fake) {}, time.Second, 1},

		// Remarks nobody asked for.
		"OK Still here":              {odd(inIdle("* OK Still here\n")), 6 * time.Minute, 1},
		"NO [ALERT]":                 {before("* NO [ALERT] disk full\n"), time.Second, 1},
		"OK without text":            {before("* OK\n* OK \n"), time.Second, 1},
		"RECENT and empty STATUS":    {before("* 2 RECENT\n* STATUS INBOX ()\n"), time.Second, 1},
		"unknown untagged data":      {before("* XFOO bar\n* VANISHED 1:3\n* LSUB () \"/\" x\n* XLIT {3}\nabc\n* 5 XNUM\n*\n*x\n"), time.Second, 1},
		"blank lines":                {before("\n \n"), time.Second, 1},
		"tags that nobody gave":      {before("T999 OK\nA1 OK huh\nDONE BAD what\n"), time.Second, 1},
		"plus without a reason":      {before("+ still there\n+\n"), time.Second, 1},
		"unsolicited FETCH":          {before("* 1 FETCH (FLAGS (\\Seen) X-GM-LABELS (a b) EMAILID (x) MODSEQ (5))\n"), time.Second, 1},
		"unsolicited RFC822":         {before("* 1 FETCH (RFC822 {7}\n)* OK (\n)\n"), time.Second, 1},
		"flags the parser dies of":   {before("* OK [PERMANENTFLAGS (a]b)] x\n* FLAGS (\"\" x]y)\n* 1 FETCH (FLAGS (a]b \"\"))\n"), time.Second, 1},
		"INTERNALDATE of all kinds":  {before("* 1 FETCH (INTERNALDATE \"\")\n* 1 FETCH (INTERNALDATE \"Tue\")\n"), time.Second, 1},
		"ENVELOPE that is none":      {before("* 1 FETCH (ENVELOPE (NIL ((x)) \"\\\"\") BODYSTRUCTURE ((((()))))\n"), time.Second, 1},
		"EXISTS behind unknown data": {odd(inIdle("* XFOO\n* VANISHED 7\n* 2 EXISTS\n")), 62 * time.Second, 1},
		"plus twice":                 {odd(inIdle("+ still idling\n* 2 EXISTS\n")), 62 * time.Second, 1},

		// Answers to FETCH.
		"UID after the literal":   {item("* # FETCH (BODYSECTION LITERAL UID#)\n"), time.Second, 1},
		"flags before the answer": {item("* # FETCH (UID# FLAGS (\\Recent))\n* # FETCH (UID# BODYSECTION LITERAL)\n"), time.Second, 1},
		"two spaces":              {item("* # FETCH  ( UID#   BODYSECTION  LITERAL )\n"), time.Second, 1},
		"lower case":              {item("* # fetch (flags () UID# BODYSECTION LITERAL)\n"), time.Second, 1},
		"more items":              {item("* # FETCH (X-A ~{3}\nabc X-B \"(\" UID# MODSEQ (1) BODYSECTION LITERAL FLAGS (a]b))\n"), time.Second, 1},
		"quoted":                  {func(f *fake) { f.item = quotedItem }, time.Second, 1},
		"NIL first":               {item("* # FETCH (UID# BODYSECTION NIL)\n* # FETCH (UID# BODYSECTION LITERAL)\n"), time.Second, 1},
		"nothing first":           {item("* # FETCH (UID# BODYSECTION {0}\n)\n* # FETCH (UID# BODYSECTION LITERAL)\n"), time.Second, 1},
		"literal plus":            {func(f *fake) { f.item = plusItem }, time.Second, 1},

		"FETCH refused halfway": {odd(on("UID FETCH", "* 1 FETCH (UID 1)\nTAG NO [SERVERBUG] later\n", 2)), 6 * time.Minute, 1},
		"FETCH half a line":     {odd(on("UID FETCH", "* 1 FETCH (UID 1 BODY[HEADER]<0> {50}\nFrom", 1)), 10 * time.Minute, 3},
		"FETCH not answered":    {odd(on("UID FETCH", "", 1)), 10 * time.Minute, 3},

		// Answers to SEARCH.
		"SEARCH split":           {odd(split), time.Second, 1},
		"SEARCH trailing space":  {odd(on("UID SEARCH", "* SEARCH 1 \nTAG OK\n", 1)), time.Second, 1},
		"SEARCH with MODSEQ":     {odd(on("UID SEARCH", "* SEARCH 1 (MODSEQ 9)\nTAG OK\n", 1)), time.Second, 1},
		"SEARCH as a set":        {odd(on("UID SEARCH", "* ESEARCH (TAG \"TAG\") UID MIN 1 ALL 1:1\nTAG OK\n", 1)), time.Second, 1},
		"SEARCH absent":          {odd(on("UID SEARCH", "TAG OK\n", 1)), time.Second, 1},
		"SEARCH garbage":         {odd(on("UID SEARCH", "* SEARCH 1 x 2\nTAG OK\n", 1)), time.Minute, 3},
		"SEARCH of four billion": {odd(on("UID SEARCH", "* ESEARCH UID ALL 1:4294967295\nTAG OK\n", 1)), time.Minute, 3},
		"SEARCH as an atom":      {odd(on("UID SEARCH", "* SEARCH *\nTAG OK\n", 1)), time.Minute, 3},

		// Getting in.
		"ID with NIL":               {func(f *fake) { f.caps += " ID"; f.odd = on("ID (", "* ID (\"name\" NIL)\nTAG OK\n", -1) }, time.Second, 1},
		"ID as usual":               {func(f *fake) { f.caps += " ID"; f.odd = on("ID (", "* ID (\"name\" \"X\")\nTAG OK\n", -1) }, time.Second, 1},
		"ID refused":                {func(f *fake) { f.caps += " ID"; f.odd = on("ID (", "TAG BAD no\n", -1) }, time.Second, 1},
		"odd greeting":              {func(f *fake) { f.hello = "* OK [XPROXY a]b] [hello\n" }, time.Second, 1},
		"PREAUTH":                   {func(f *fake) { f.hello = "* PREAUTH [CAPABILITY IMAP4rev1  IDLE] hello\n" }, time.Second, 1},
		"busy greeting":             {func(f *fake) { f.hello = "* BYE too many\n"; helloLater(f) }, time.Minute, 9},
		"no greeting":               {func(f *fake) { f.hello = " "; helloLater(f) }, 2 * time.Minute, 9},
		"LOGIN not answered":        {odd(on("LOGIN", "", 1)), 10 * time.Minute, 3},
		"LOGIN with capabilities":   {odd(on("LOGIN", "TAG OK [CAPABILITY IMAP4rev1 IDLE ] in\n", -1)), time.Second, 1},
		"tagged answer like no one": {odd(on("LOGIN", "TAG MAYBE\n", 1)), 10 * time.Minute, 3},
		"no IDLE":                   {func(f *fake) { f.caps = "IMAP4rev1" }, 61 * time.Second, 1},
		"no UIDNEXT":                {func(f *fake) { f.noNext = true }, time.Second, 1},
		"no IDLE, no UIDNEXT":       {func(f *fake) { f.noNext, f.caps = true, "IMAP4rev1" }, 61 * time.Second, 1},

		// IDLE.
		"IDLE refused":               {odd(on("IDLE", "TAG NO not now\n", -1)), 61 * time.Second, 1},
		"IDLE unknown":               {odd(on("IDLE", "TAG BAD what\n", -1)), 61 * time.Second, 1},
		"IDLE not answered":          {odd(on("IDLE", "", -1)), 3 * time.Minute, 3},
		"IDLE answered without plus": {odd(on("IDLE", "TAG OK\n", -1)), 3 * time.Minute, 3},
		"IDLE ended at once":         {odd(on("IDLE", "+ idling\nTAG OK timeout\n", -1)), 61 * time.Second, 1},
		"IDLE ended with NO":         {odd(on("IDLE", "+ idling\nTAG NO timeout\n", -1)), 61 * time.Second, 1},
		"silent IDLE":                {func(f *fake) { f.mute = true }, 301 * time.Second, 1},
		"BYE without close":          {odd(inIdle("* BYE Autologout\n* BYE Autologout\n")), 3 * time.Minute, 60},
		"closes instead of plus": {odd(func(c *fakeConn, _, line string) bool {
			if line == "IDLE" {
				c.conn.Close()
			}
			return line == "IDLE"
		}), 2 * time.Minute, 4},
		"DONE not answered": {odd(func(c *fakeConn, _, line string) bool {
			if line == "IDLE" {
				c.conn.vanish()
				c.conn.out.mu.Lock()
				c.conn.out.dead = false
				c.conn.out.mu.Unlock()
				c.say("+ idling\n")
			}
			return line == "IDLE"
		}), 6 * time.Minute, 60},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				tt.manners(f)
				f.put("INBOX", "first")
				r, _, stop := watch(t, f, nil)
				r.comes(t, 10*time.Minute, "first")
				time.Sleep(10 * time.Second)
				f.put("INBOX", "second")
				r.comes(t, tt.within, "second")
				time.Sleep(time.Hour)
				synctest.Wait()
				r.wantNothing(t, 0)
				stop()
				dials := 0
				for _, at := range f.dialled() {
					if at.Before(f.dials[0].Add(50 * time.Minute)) {
						dials++
					}
				}
				if dials-1 > tt.dials { // the second connection finds no folder, and comes again in an hour
					t.Errorf("%d connections", dials)
				}
			})
		})
	}
}

// helloLater makes the fourth connection find the server in a better mood.
func helloLater(f *fake) {
	inner := f.hello
	go func() {
		time.Sleep(20 * time.Second)
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.hello == inner {
			f.hello = ""
		}
	}()
}

func plusItem(uid int, section, text string) string {
	return fmt.Sprintf("* %d FETCH (UID %d BODY%s {%d+}\r\n%s)\r\n", uid, uid, section, len(text), text)
}

// quotedItem sends a header as a string in quotes, and bodies as usual.
func quotedItem(uid int, section, text string) string {
	if !strings.Contains(section, "HEADER") {
		return properItem(uid, section, text)
	}
	return fmt.Sprintf("* %d FETCH (UID %d BODY%s %s)\r\n", uid, uid, section, inQuotes(strings.ReplaceAll(text, "\r\n", " ")))
}

// split answers a search in two responses with a remark in between.
func split(c *fakeConn, tag, line string) bool {
	if !strings.HasPrefix(line, "UID SEARCH") {
		return false
	}
	c.f.mu.Lock()
	defer c.f.mu.Unlock()
	c.say("* SEARCH\n* OK working\n")
	c.search(line)
	c.say("%s OK\n", tag)
	return true
}
