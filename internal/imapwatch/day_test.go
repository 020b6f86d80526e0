package imapwatch

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// between returns the pauses between times.
func between(at []time.Time) (gaps []time.Duration) {
	for i := 1; i < len(at); i++ {
		gaps = append(gaps, at[i].Sub(at[i-1]))
	}
	return gaps
}

func TestADayInIDLE(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.boxes["Junk"] = &fakeBox{validity: 1, next: 1, marks: `\Junk`}
		r, w, stop := watch(t, f, nil)
		for hour := range 24 {
			time.Sleep(time.Hour + 7*time.Second)
			f.put("INBOX", fmt.Sprint("mail ", hour))
			r.comes(t, time.Second, fmt.Sprint("mail ", hour))
		}
		f.put("Junk", "spam")
		r.comes(t, 61*time.Second, "spam")
		if s := state(w, "INBOX"); s != StateWatching {
			t.Errorf("INBOX: %s", s)
		}
		idles := f.said(" IDLE")
		first, last := idles[1].Sub(idles[0]), slices.Max(between(idles[20:]))
		if first != 5*time.Minute || last != 9*time.Minute || slices.Max(between(idles)) > 9*time.Minute {
			t.Errorf("first %v, longest later %v", first, last)
		}
		// Each renewal looks at what is new in the same moment.
		fetches := f.said(" UID FETCH")
		for _, done := range f.said("DONE") {
			if !slices.ContainsFunc(fetches, done.Equal) {
				t.Fatalf("at %v DONE was sent alone", done)
			}
		}
		if len(f.dialled()) != 2 {
			t.Errorf("%d connections in a day", len(f.dialled()))
		}
		if polls := f.said(" STATUS"); slices.Max(between(polls)) > 61*time.Second {
			t.Errorf("Junk was left alone for %v", slices.Max(between(polls)))
		}
		for _, s := range w.Status() {
			if time.Since(s.LastContact) > 9*time.Minute {
				t.Errorf("%s: last contact %v ago", s.Folder, time.Since(s.LastContact))
			}
		}
		stop()
	})
}

func TestIDLEAdaptsToWhatItMeets(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		manners func(f *fake)
		longest time.Duration // in the second half of a day
		dials   int           // at most, in that half
	}{
		"a box forgets after 4 minutes": {func(f *fake) { f.hole = 4 * time.Minute }, 5 * time.Minute, 12},
		"a box forgets after 2 minutes": {func(f *fake) { f.hole = 2 * time.Minute }, 3 * time.Minute, 12},
		"the server ends IDLE after 3 minutes": {func(f *fake) {
			f.limit, f.end = 3*time.Minute, func(c *fakeConn, tag string) { c.say("%s OK timeout\n", tag) }
		}, 3 * time.Minute, 0},
		"the server says BYE after 300 s": {func(f *fake) {
			f.limit, f.end = 300*time.Second, func(c *fakeConn, _ string) { c.say("* BYE idle for too long\n") }
		}, 300 * time.Second, 12},
		"the server closes after 6 minutes": {func(f *fake) {
			f.limit, f.end = 6*time.Minute, func(c *fakeConn, _ string) { c.conn.Close() }
		}, 6 * time.Minute, 12},
		"a box resets after 4 minutes": {func(f *fake) {
			f.limit, f.end = 4*time.Minute, func(c *fakeConn, _ string) {
				c.conn.fail(&os.SyscallError{Syscall: "read", Err: syscall.ECONNRESET})
			}
		}, 4 * time.Minute, 12},
		"the server ends IDLE every 20 seconds": {func(f *fake) {
			f.limit, f.end = 20*time.Second, func(c *fakeConn, tag string) { c.say("%s OK timeout\n", tag) }
		}, time.Minute, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				tt.manners(f)
				r, _, stop := watch(t, f, nil)
				for i := range 24 {
					time.Sleep(30*time.Minute + 7*time.Second)
					f.put("INBOX", fmt.Sprint(i))
					r.comes(t, 10*time.Minute, fmt.Sprint(i))
				}
				half := time.Now()
				time.Sleep(12 * time.Hour)
				late := func(at time.Time) bool { return at.Before(half) }
				if got := slices.Max(between(slices.DeleteFunc(f.said(" IDLE"), late))); got > tt.longest+3*time.Second {
					t.Errorf("IDLE of up to %v", got)
				}
				// One of each hour is the second connection, which finds nothing to watch.
				if got := len(slices.DeleteFunc(slices.Clone(f.dialled()), late)); got > tt.dials+12 {
					t.Errorf("%d connections", got)
				}
				stop()
			})
		})
	}
}

func TestAServerThatKeepsNewsToItselfIsPolled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.mute = true
		r, w, stop := watch(t, f, nil)
		time.Sleep(time.Minute)
		f.put("INBOX", "first")
		r.comes(t, 5*time.Minute, "first")
		for i := range 20 {
			time.Sleep(13 * time.Minute)
			f.put("INBOX", fmt.Sprint(i))
			r.comes(t, 62*time.Second, fmt.Sprint(i))
		}
		if s := state(w, "INBOX"); s != StatePolling {
			t.Errorf("the state is %s", s)
		}
		time.Sleep(time.Second)
		f.mu.Lock()
		f.mute = false
		f.mu.Unlock()
		f.put("INBOX", "told")
		r.comes(t, time.Second, "told")
		synctest.Wait()
		if s := state(w, "INBOX"); s != StateWatching {
			t.Errorf("believed again, but the state is %s", s)
		}
		if len(f.dialled())-len(f.said(" LIST")) != 1 {
			t.Errorf("%d connections", len(f.dialled()))
		}
		stop()
	})
}

func TestComingBackLaterAndLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.down = true
		_, _, stop := watch(t, f, nil)
		time.Sleep(24 * time.Hour)
		gaps := between(f.dialled())
		limit := 2 * time.Second
		for i, gap := range gaps {
			if gap > limit+time.Nanosecond {
				t.Fatalf("pause %d: %v, more than %v", i, gap, limit)
			}
			limit = min(2*limit, 5*time.Minute)
		}
		// Full jitter: half of the longest pause on average.
		if n := len(gaps); n < 24*12 || n > 24*12*4 {
			t.Errorf("%d attempts in a day", n)
		}
		if slices.Max(gaps) < 4*time.Minute || slices.Min(gaps[10:]) > time.Minute {
			t.Errorf("pauses from %v to %v", slices.Min(gaps[10:]), slices.Max(gaps))
		}
		stop()
	})
}

func TestARestartedServerDoesNotGetEverybodyBackAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		ctx, cancel := context.WithCancel(t.Context())
		const watchers = 200
		var all sync.WaitGroup
		for range watchers {
			w := New(newReader(f.server()).o)
			w.dial = f.dial
			all.Go(func() { _ = w.Run(ctx) })
		}
		time.Sleep(2 * time.Minute)
		before := len(f.dialled())
		restart := time.Now()
		f.each(func(c *fakeConn) { c.conn.Close() })
		time.Sleep(10 * time.Second)
		back := f.dialled()[before:]
		perTenth := map[time.Duration]int{}
		for _, at := range back {
			perTenth[at.Sub(restart)/(100*time.Millisecond)]++
			if at.Sub(restart) > 2*time.Second+time.Millisecond {
				t.Errorf("one came back only after %v", at.Sub(restart))
			}
		}
		if len(back) != watchers {
			t.Errorf("%d came back", len(back))
		}
		for tenth, n := range perTenth {
			if n > watchers/5 {
				t.Errorf("%d of %d within the tenth of a second after %v", n, watchers, tenth*100*time.Millisecond)
			}
		}
		cancel()
		all.Wait()
	})
}

func TestRefusedLoginsComeHourlyAndReadThePasswordAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.refuse = "NO [AUTHENTICATIONFAILED] wrong"
		f.put("INBOX", "at last")
		n := 0
		r, w, stop := watch(t, f, func(o *Options) {
			o.Server.Password = passwords(&n)
		})
		time.Sleep(12*time.Hour + 30*time.Minute)
		if got := len(f.shown()); got < 14 || got > 16 {
			t.Errorf("%d logins in 12 hours", got)
		}
		if s := state(w, "INBOX"); s != StateAuthFailed {
			t.Errorf("the state is %s", s)
		}
		if slices.Max(between(f.dialled()[3:])) > time.Hour+time.Second || slices.Min(between(f.dialled()[3:])) < time.Hour-time.Second {
			t.Errorf("pauses: %v", between(f.dialled()))
		}
		for i, p := range f.shown() {
			if p != fmt.Sprint("password", i+1) {
				t.Errorf("login %d with %q", i, p)
			}
		}
		// A wake-up may shorten the wait, but not to a burst.
		for range 600 {
			w.Wake()
			time.Sleep(time.Second)
		}
		if got := len(f.shown()); got > 16+11 {
			t.Errorf("%d logins after ten minutes of wake-ups", got)
		}
		f.mu.Lock()
		f.refuse = ""
		f.mu.Unlock()
		r.comes(t, time.Hour+time.Minute, "at last")
		synctest.Wait()
		if s := state(w, "INBOX"); s != StateWatching {
			t.Errorf("the state is %s", s)
		}
		stop()
	})
}

func TestABusyServerIsNotARefusal(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"NO [UNAVAILABLE] later", "NO [LIMIT] too many", "NO [INUSE] x", "NO x", "NO [ALERT] x", "BAD x"} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake()
			f.refuse = answer
			_, w, stop := watch(t, f, nil)
			time.Sleep(3 * time.Hour)
			if got := slices.Max(between(f.dialled())); got > 5*time.Minute+time.Second || state(w, "INBOX") != StateConnecting {
				t.Errorf("%s: pauses of up to %v, state %s", answer, got, state(w, "INBOX"))
			}
			stop()
		})
	}
}

func TestAfterSleepTheConnectionProvesItselfAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.boxes["Junk"] = &fakeBox{validity: 1, next: 1, marks: `\Junk`}
		r, w, stop := watch(t, f, nil)
		time.Sleep(100 * time.Second)

		// Nothing was lost: the probe goes out at once, and the connection stays.
		before := len(f.said("DONE"))
		w.Wake()
		time.Sleep(time.Millisecond)
		if len(f.said("DONE")) != before+1 || len(f.said(" LOGIN")) != 2 {
			t.Errorf("%d probes, %d logins", len(f.said("DONE"))-before, len(f.said(" LOGIN")))
		}

		// The connection is gone, though nobody says so: five seconds and a moment later there is another.
		time.Sleep(100 * time.Second)
		f.each(func(c *fakeConn) { c.conn.vanish() })
		f.put("INBOX", "while asleep")
		w.Wake()
		r.comes(t, standard.woken+standard.soon+time.Second, "while asleep")

		// Nobody can be reached, and waits have become long: a wake-up ends them.
		f.mu.Lock()
		f.down = true
		f.mu.Unlock()
		f.each(func(c *fakeConn) { c.conn.Close() })
		time.Sleep(3 * time.Hour)
		f.mu.Lock()
		f.down = false
		f.mu.Unlock()
		f.put("INBOX", "network is back")
		w.Wake()
		r.comes(t, time.Second, "network is back")
		stop()
	})
}

func TestNeverMoreThanTwoConnections(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.boxes["Junk"] = &fakeBox{validity: 1, next: 1, marks: `\Junk`}
		r, w, stop := watch(t, f, nil)
		for i := range 300 {
			time.Sleep(time.Duration(i%7) * 11 * time.Second)
			f.each(func(c *fakeConn) {
				switch i % 5 {
				case 0:
					c.conn.Close()
				case 1:
					c.conn.vanish()
				case 2:
					c.say("* BYE\n")
				case 3:
					c.say("* 1 FETCH (UID 1 BODY[] {99999999999}\n")
				}
			})
			if i%3 == 0 {
				w.Wake()
			}
		}
		f.put("INBOX", "still there")
		f.put("Junk", "here too")
		r.comes(t, 10*time.Minute, "still there", "here too")
		synctest.Wait()
		if len(f.dialled()) < 100 || f.most != 2 {
			t.Errorf("%d dials, at most %d at a time", len(f.dialled()), f.most)
		}
		stop()
	})
}
