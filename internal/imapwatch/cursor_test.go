package imapwatch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// cursor is what the ledger knows of INBOX.
func (r *reader) cursor(t *testing.T) Cursor {
	t.Helper()
	c, err := r.o.Ledger.Cursor(t.Context(), "INBOX")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// again is another run with the same ledger.
func (r *reader) again(o *Options) { o.Ledger = r.o.Ledger }

func TestTheCursorMovesOnlyAfterTheMessageWasHandled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		var refuse, asked int
		r, w, stop := watch(t, f, func(o *Options) {
			inner := o.Handle
			o.Handle = func(ctx context.Context, m Message) error {
				if asked++; asked <= refuse {
					return errors.New("disk full")
				}
				return inner(ctx, m)
			}
		})
		f.put("INBOX", "one")
		r.comes(t, time.Second, "one")
		synctest.Wait()
		refuse, asked = 5, 0 // the watcher is in IDLE
		f.put("INBOX", "two")
		for range 40 {
			time.Sleep(time.Second)
			synctest.Wait()
			if c := r.cursor(t); len(r.got) == 0 && c.Next != 2 {
				t.Fatalf("nobody took the message, and the cursor is %+v", c)
			}
			if len(r.got) == 0 && !strings.Contains(w.Status()[0].Err, "disk full") {
				t.Fatalf("nobody is told: %+v", w.Status())
			}
		}
		r.comes(t, 10*time.Minute, "two")
		time.Sleep(time.Second)
		if c := r.cursor(t); c != (Cursor{1, 3}) || w.Status()[0].Err != "" {
			t.Errorf("the cursor is %+v, said %q", c, w.Status()[0].Err)
		}
		stop()
	})
}

func TestEndingInTheHandlerLosesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.put("INBOX", "one")
		r, _, stop := watch(t, f, func(o *Options) {
			o.Handle = func(ctx context.Context, _ Message) error { <-ctx.Done(); return ctx.Err() }
		})
		time.Sleep(time.Minute)
		stop()
		if c := r.cursor(t); c.Next > 1 {
			t.Errorf("the cursor is %+v", c)
		}
		r2, _, stop := watch(t, f, r.again)
		r2.comes(t, time.Second, "one")
		stop()
	})
}

func TestAFolderThatMayHaveBeenRenumberedIsReadAgain(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(f *fake, b *fakeBox)
		want   []string // besides "new", of which each must come
		not    string
	}{
		"nothing has changed": {func(*fake, *fakeBox) {}, nil, "recent"},
		"UIDVALIDITY changed": {func(_ *fake, b *fakeBox) { b.validity = 2 }, []string{"recent"}, "old"},
		"UIDVALIDITY changed, numbers begin anew": {func(_ *fake, b *fakeBox) {
			b.validity, b.next = 2, 1
			for i := range b.mails {
				b.mails[i].uid = b.next
				b.next++
			}
		}, []string{"recent"}, ""},
		"UIDNEXT smaller": {func(_ *fake, b *fakeBox) {
			for i := range b.mails {
				b.mails[i].uid = i + 1
			}
			b.next = len(b.mails) + 1
		}, []string{"recent"}, ""},
		"UIDNEXT gone":     {func(f *fake, _ *fakeBox) { f.noNext = true }, []string{"recent"}, "old"},
		"UIDVALIDITY gone": {func(f *fake, b *fakeBox) { b.validity = 0 }, []string{"recent"}, "old"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				b := f.boxes["INBOX"]
				b.next = 1000
				for i := range 30 {
					f.putAt("INBOX", fmt.Sprint("old ", i), time.Now().AddDate(0, 0, -30))
				}
				f.putAt("INBOX", "older", time.Now().AddDate(0, 0, -8))
				f.putAt("INBOX", "recent", time.Now().AddDate(0, 0, -6)) // 5 days and 2 of overlap
				for i := range 25 {
					f.putAt("INBOX", fmt.Sprint("boring ", i), time.Now().AddDate(0, 0, -6))
				}
				r, _, stop := watch(t, f, nil)
				r.comes(t, time.Minute, "recent")
				time.Sleep(time.Second)
				stop()
				f.mu.Lock()
				tt.change(f, b)
				f.mu.Unlock()
				f.put("INBOX", "new")
				r2, _, stop := watch(t, f, r.again)
				got := map[string]bool{}
				time.Sleep(2 * time.Minute)
				for len(r2.got) > 0 {
					m := <-r2.got
					got[subject(m.Raw)] = true
				}
				for _, s := range append(tt.want, "new") {
					if !got[s] {
						t.Errorf("%q did not come; got %v", s, got)
					}
				}
				if tt.not != "" && got[tt.not] {
					t.Errorf("%q came; got %v", tt.not, got)
				}
				stop()
			})
		})
	}
}

// A server that does not tell UIDNEXT cannot make a message be forgotten that nobody has taken yet,
// however old it has become.
func TestWhatWaitsForLongIsNotForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.noNext = true
		f.put("INBOX", "waits")
		r, _, stop := watch(t, f, func(o *Options) {
			o.Handle = func(context.Context, Message) error { return errors.New("disk full") }
		})
		time.Sleep(8 * 24 * time.Hour) // the last five are looked through, and two more
		for i := range 40 {
			f.put("INBOX", fmt.Sprint("boring ", i))
		}
		time.Sleep(time.Minute)
		stop()
		r2, _, stop := watch(t, f, r.again)
		r2.comes(t, time.Minute, "waits")
		stop()
	})
}

func TestAPollingServerWithoutUIDNEXTShowsNewMailInEveryFolder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.caps, f.noNext = "IMAP4rev1", true
		f.boxes["Spam"] = &fakeBox{validity: 1, next: 1}
		f.odd = func(c *fakeConn, tag, line string) bool {
			if strings.HasPrefix(line, "STATUS") {
				c.say("* STATUS Spam ()\n%s OK\n", tag)
				return true
			}
			return false
		}
		r, _, stop := watch(t, f, nil)
		for i := range 5 {
			time.Sleep(5*time.Minute + time.Second)
			f.put("INBOX", fmt.Sprint("in ", i))
			f.put("Spam", fmt.Sprint("spam ", i))
			r.comes(t, 61*time.Second, fmt.Sprint("in ", i), fmt.Sprint("spam ", i))
		}
		r.wantNothing(t, time.Hour)
		stop()
	})
}

func TestAFolderThatCannotBeOpenedDoesNotKeepTheMachineBusy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.boxes["Junk"] = &fakeBox{validity: 1, next: 1, marks: `\Junk`}
		f.put("Junk", "waits")
		r, w, stop := watch(t, f, func(o *Options) {
			o.Handle = func(context.Context, Message) error { return errors.New("disk full") }
		})
		time.Sleep(time.Minute)
		f.mu.Lock()
		f.odd = on(`EXAMINE "JUNK"`, "TAG NO [INUSE] not now\n", -1)
		before := len(f.heard)
		f.mu.Unlock()
		time.Sleep(time.Hour)
		if n := len(f.said("")) - before; n > 5000 {
			t.Errorf("%d commands in an hour", n)
		}
		if !strings.Contains(fmt.Sprint(w.Status()), "INUSE") {
			t.Errorf("nobody is told: %+v", w.Status())
		}
		stop()
		_ = r
	})
}

func TestAMessageThatCannotBeReadIsSetAsideAndTold(t *testing.T) {
	was := maxLine
	maxLine = 64 << 10 // it is sent again and again
	t.Cleanup(func() { maxLine = was })
	tests := map[string]func(uid int, section, text string) string{
		"garbage": func(uid int, section, _ string) string {
			return fmt.Sprintf("* 2 FETCH (UID %d BODY%s (((\r\n", uid, section)
		},
		"never sent": func(int, string, string) string { return "" },
		"always empty": func(uid int, section, _ string) string {
			return fmt.Sprintf("* 2 FETCH (UID %d BODY%s NIL)\r\n", uid, section)
		},
		"of a wrong size": func(uid int, section, text string) string {
			return fmt.Sprintf("* 2 FETCH (UID %d BODY%s {%d}\r\n%s)\r\n", uid, section, len(text)-3, text)
		},
		"too large to be": func(uid int, section, _ string) string {
			return fmt.Sprintf("* 2 FETCH (UID %d BODY%s {99999999999}\r\n", uid, section)
		},
		"a line without end": func(int, string, string) string { return "* 2 FETCH (" + strings.Repeat("x", maxLine+1) + "\r\n" },
		"headers yes, body no": func(uid int, section, text string) string {
			if strings.Contains(section, "HEADER") {
				return properItem(uid, section, text)
			}
			return fmt.Sprintf("* 2 FETCH (UID %d BODY%s {%d}\r\n%sxx\r\n", uid, section, len(text), text)
		},
	}
	for name, poison := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.item = func(uid int, section, text string) string {
					if uid == 2 {
						return poison(uid, section, text)
					}
					return properItem(uid, section, text)
				}
				for _, s := range []string{"one", "poison", "three"} {
					f.put("INBOX", s)
				}
				var told []uint32
				r, w, stop := watch(t, f, func(o *Options) {
					o.SetAside = func(_ context.Context, _ string, _, uid uint32, cause error) {
						if cause == nil {
							t.Error("set aside without a cause")
						}
						told = append(told, uid)
					}
				})
				r.comes(t, 10*time.Minute, "one", "three")
				time.Sleep(2 * time.Hour)
				f.put("INBOX", "four")
				r.comes(t, time.Second, "four")
				synctest.Wait()
				if s := w.Status()[0]; s.State != StateWatching || !strings.Contains(s.Err, "left out") {
					t.Errorf("%+v", s)
				}
				if c := r.cursor(t); c.Next != 5 {
					t.Errorf("the cursor is %+v", c)
				}
				stop()
				if !slices.Equal(told, []uint32{2}) {
					t.Errorf("told of %v", told)
				}
			})
		})
	}
}

func TestTheFirstScanOfAFullMailboxAsksForKeywords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		for i := range 5000 {
			switch {
			case i%1000 == 500:
				f.put("INBOX", fmt.Sprint("Your Instagram export ", i))
			default:
				f.put("INBOX", fmt.Sprint("boring ", i))
			}
		}
		f.put("INBOX", "without a keyword") // among the last
		looked := 0
		r, _, stop := watch(t, f, func(o *Options) {
			o.Keywords = []string{"instagram", "facebook", "meta"}
			o.Candidate = func(h []byte) bool { looked++; return !bytes.Contains(h, []byte("boring")) }
		})
		r.comes(t, time.Minute, "Your Instagram export 500", "Your Instagram export 1500", "Your Instagram export 4500", "without a keyword")
		time.Sleep(time.Minute)
		synctest.Wait()
		if looked > 100 {
			t.Errorf("%d headers were read", looked)
		}
		if c := r.cursor(t); c.Next != 5002 {
			t.Errorf("the cursor is %+v", c)
		}
		stop()

		// A server that knows no OR is asked for every header instead.
		f.mu.Lock()
		f.odd = func(c *fakeConn, tag, line string) bool {
			if strings.Contains(line, " OR ") {
				c.say("%s BAD what\n", tag)
				return true
			}
			return false
		}
		f.mu.Unlock()
		looked = 0 // nobody else is running
		r, _, stop = watch(t, f, func(o *Options) {
			o.Keywords = []string{"instagram"}
			o.Candidate = func(h []byte) bool { looked++; return bytes.Contains(h, []byte("export 3500")) }
		})
		r.comes(t, time.Minute, "Your Instagram export 3500")
		time.Sleep(time.Minute)
		synctest.Wait()
		if looked < 5000 {
			t.Errorf("%d headers were read", looked)
		}
		stop()
	})
}
