package imapwatch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

// How many mails come in without SOAK, and with IGWATCHD_LONG=1; the connection is broken a tenth as often.
const (
	soakDefault = 100
	soakLong    = 2000
)

// soak is a mailbox that fills while everything breaks, and what the watcher made of it.
type soak struct {
	t     *testing.T
	rng   *rand.Rand // of the test's own goroutine
	box   *testworld.Dovecot
	proxy *testworld.Proxy
	o     Options
	w     *Watcher
	stop  context.CancelFunc
	done  chan error
	next  int // number of the next mail

	mu      sync.Mutex
	luck    *rand.Rand           // of handler and ledger
	crash   func()               // ends the watcher as it stands; nil: no more crashes
	mails   map[string]*soakMail // by Message-ID
	wrong   []string
	calm    bool // handler and ledger fail no more
	handed  int
	cursors map[string]Cursor
}

type soakMail struct {
	file   string
	digest [sha256.Size]byte
	wanted bool // Candidate likes it
	export bool
	got    int
}

func soakID(raw []byte) string {
	_, rest, _ := bytes.Cut(raw, []byte("Message-ID: "))
	id, _, _ := bytes.Cut(rest, []byte("\r\n"))
	return string(id)
}

// write makes the next mail. Every 50th announces an export, and of the others every fifth is from
// Instagram, too.
func (s *soak) write() (raw []byte, m *soakMail) {
	i := s.next
	s.next++
	m = &soakMail{file: fmt.Sprintf("%d.M%dP1.soak", time.Now().Unix(), i)}
	m.export, m.wanted = i%50 == 0, i%5 == 0
	kinds := []testworld.Kind{testworld.InProgress, testworld.LoginCode, testworld.Recovery}
	if m.export {
		kinds = []testworld.Kind{testworld.Ready2019, testworld.Ready2022, testworld.Ready2026}
	}
	if !m.wanted {
		size := 200 + s.rng.IntN(4000)
		if s.rng.IntN(100) == 0 {
			size = 400_000
		}
		raw = fmt.Appendf(nil, "From: shop@example.org\r\nSubject: offer %d\r\nMessage-ID: <%d@shop.example.org>\r\n\r\n", i, i)
		for len(raw) < size {
			raw = append(raw, "You will not believe what is cheap this week.\r\n"...)
		}
	} else {
		var err error
		mail := testworld.Mail{Kind: kinds[s.rng.IntN(len(kinds))], Date: time.Now().Add(time.Duration(i) * time.Second), Multipart: i%4 == 0}
		if raw, err = mail.Bytes(); err != nil {
			s.t.Fatal(err)
		}
	}
	m.digest = sha256.Sum256(raw)
	return raw, m
}

// deliver puts n new mails into INBOX.
func (s *soak) deliver(n int) {
	for range n {
		raw, m := s.write()
		s.mu.Lock()
		s.mails[soakID(raw)] = m
		s.mu.Unlock()
		if err := s.box.Drop(m.file, raw); err != nil {
			s.t.Fatal(err)
		}
	}
}

var errSoak = errors.New("bad luck")

// handle keeps a mail, unless luck is bad: before it is kept, after it, or so bad that the program ends.
func (s *soak) handle(_ context.Context, m Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	roll := s.luck.IntN(100)
	if !s.calm && roll < 10 {
		return errSoak
	}
	s.handed++
	known := s.mails[soakID(m.Raw)]
	switch {
	case known == nil:
		s.wrong = append(s.wrong, fmt.Sprintf("a mail that nobody sent: %q", m.Header))
	case sha256.Sum256(m.Raw) != known.digest || m.Truncated:
		s.wrong = append(s.wrong, fmt.Sprintf("%s has other bytes than were sent", known.file))
	case !known.wanted:
		s.wrong = append(s.wrong, fmt.Sprintf("%s is no candidate", known.file))
	default:
		known.got++
	}
	if !s.calm && roll < 15 {
		return errSoak
	}
	if !s.calm && roll < 18 {
		s.crash()
	}
	return nil
}

// Cursor implements Ledger.
func (s *soak) Cursor(_ context.Context, folder string) (Cursor, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.calm && s.luck.IntN(100) < 5 {
		return Cursor{}, errSoak
	}
	return s.cursors[folder], nil
}

// Advance implements Ledger.
func (s *soak) Advance(_ context.Context, folder string, c Cursor) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.calm && s.luck.IntN(100) < 5 {
		return errSoak
	}
	s.cursors[folder] = c
	return nil
}

// Enabled, Handle, WithAttrs and WithGroup make soakLog a slog.Handler that keeps errors alone.
type soakLog struct{ s *soak }

func (l soakLog) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }

func (l soakLog) Handle(_ context.Context, r slog.Record) error {
	l.s.mu.Lock()
	defer l.s.mu.Unlock()
	text := r.Message
	r.Attrs(func(a slog.Attr) bool { text += " " + a.String(); return true })
	l.s.wrong = append(l.s.wrong, text)
	return nil
}

func (l soakLog) WithAttrs([]slog.Attr) slog.Handler { return l }
func (l soakLog) WithGroup(string) slog.Handler      { return l }

// start runs a new watcher, which knows nothing but the ledger.
func (s *soak) start() {
	s.w = New(s.o)
	s.w.t = soakTimings()
	ctx, cancel := context.WithCancel(s.t.Context())
	w, done := s.w, make(chan error, 1)
	s.stop, s.done = cancel, done
	s.mu.Lock()
	s.crash = cancel
	s.mu.Unlock()
	go func() { done <- w.Run(ctx) }()
}

// end stops the watcher, which may already have ended.
func (s *soak) end() {
	s.stop()
	select {
	case err := <-s.done:
		if err != nil {
			s.t.Errorf("Run: %v", err)
		}
	case <-time.After(patience):
		s.t.Fatal("Run does not end")
	}
}

// revive starts the watcher again if it has crashed.
func (s *soak) revive() {
	if s.w.Status()[0].State == StateStopped {
		s.end()
		s.start()
	}
}

// soakTimings make one cycle take less than a second, and leave a busy machine time to answer.
func soakTimings() timings {
	t := standard
	t.connect, t.greeting, t.login, t.open = 2*time.Second, 2*time.Second, 3*time.Second, 3*time.Second
	t.idle, t.plus, t.done, t.command, t.bye = 500*time.Millisecond, 2*time.Second, 400*time.Millisecond, 3*time.Second, 200*time.Millisecond
	t.poll, t.reopen, t.noIdle = 300*time.Millisecond, 5*time.Second, 2*time.Second
	t.retryMin, t.retryMax = 20*time.Millisecond, 100*time.Millisecond
	t.backoffMin, t.backoffMax = 10*time.Millisecond, 100*time.Millisecond
	return t
}

// moment is any time up to limit.
func (s *soak) moment(limit time.Duration) { time.Sleep(time.Duration(s.rng.Int64N(int64(limit)))) }

func (s *soak) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// soakBreak is one way to lose the connection. meanwhile delivers some mails.
type soakBreak struct {
	name  string
	share int // of a hundred breaks
	do    func(s *soak, meanwhile func())
}

var soakBreaks = []soakBreak{
	{"server killed", 10, func(s *soak, meanwhile func()) {
		s.must(s.box.Kill())
		meanwhile()
		s.must(s.box.Restart(s.t.Context()))
	}},
	{"sessions killed", 13, func(s *soak, meanwhile func()) {
		_, err := s.box.KillSessions()
		s.must(err)
		meanwhile()
	}},
	{"server stopped for a moment", 12, func(s *soak, meanwhile func()) {
		s.must(s.box.Pause())
		meanwhile()
		s.moment(time.Second)
		s.must(s.box.Resume())
	}},
	{"held in the middle", 12, func(s *soak, meanwhile func()) {
		s.proxy.Hold()
		meanwhile()
		s.moment(time.Second)
		s.must(s.proxy.Forward())
	}},
	{"half a response", 15, func(s *soak, meanwhile func()) {
		// From the first bytes of the next answer to the middle of a TLS handshake.
		s.proxy.HoldAfter(s.rng.Int64N(6000))
		meanwhile()
		s.moment(500 * time.Millisecond)
		s.must(s.proxy.Forward())
	}},
	{"cut", 13, func(s *soak, meanwhile func()) {
		meanwhile()
		s.moment(20 * time.Millisecond)
		s.proxy.Cut()
	}},
	{"hung up", 10, func(s *soak, meanwhile func()) {
		meanwhile()
		s.moment(20 * time.Millisecond)
		s.proxy.HangUp()
	}},
	{"refused", 5, func(s *soak, meanwhile func()) {
		s.proxy.Refuse()
		s.proxy.Cut()
		meanwhile()
		s.moment(300 * time.Millisecond)
		s.must(s.proxy.Forward())
	}},
	{"renumbered", 3, func(s *soak, meanwhile func()) {
		s.must(s.box.Kill())
		s.must(s.box.Renumber())
		meanwhile()
		s.must(s.box.Restart(s.t.Context()))
	}},
	{"watcher ended", 7, func(s *soak, meanwhile func()) {
		s.end()
		meanwhile()
		s.start()
	}},
}

// deck returns n breaks in random order, each kind according to its share and at least once.
func (s *soak) deck(n int) (deck []soakBreak) {
	for _, b := range soakBreaks {
		for range max(1, b.share*n/100) {
			deck = append(deck, b)
		}
	}
	for len(deck) < n {
		deck = append(deck, soakBreaks[s.rng.IntN(len(soakBreaks))])
	}
	s.rng.Shuffle(len(deck), func(i, j int) { deck[i], deck[j] = deck[j], deck[i] })
	return deck
}

// missing returns the files of wanted mails that were not handed on.
func (s *soak) missing() (files []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.mails {
		if m.wanted && m.got == 0 {
			files = append(files, m.file)
		}
	}
	return files
}

// soakNumber reads a number from the environment.
func soakNumber(t *testing.T, name string, otherwise int64) int64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// TestNoMailIsLostWhateverBreaks delivers mails into a real Dovecot while its connections are broken
// in ten ways, the handler and the ledger fail, and the watcher itself is ended again and again.
// SOAK says how many mails, IGWATCHD_LONG=1 stands for 2,000; SOAK_SEED repeats a run, as far as time allows.
func TestNoMailIsLostWhateverBreaks(t *testing.T) {
	t.Parallel()
	size := int64(soakDefault)
	if os.Getenv("IGWATCHD_LONG") != "" {
		size = soakLong
	}
	total := int(soakNumber(t, "SOAK", size))
	seed := soakNumber(t, "SOAK_SEED", time.Now().UnixNano())
	ca, _ := sharedDovecot(t)
	box := ownDovecot(t, ca)
	proxy, server := netfaultProxy(t, serverOf(t, ca, box))
	s := &soak{
		t: t, box: box, proxy: proxy, mails: map[string]*soakMail{}, cursors: map[string]Cursor{},
		rng: rand.New(rand.NewPCG(uint64(seed), 1)), luck: rand.New(rand.NewPCG(uint64(seed), 2)),
	}
	s.o = Options{
		Server: server, Lookback: 24 * time.Hour, Ledger: s, Log: slog.New(soakLog{s}), Handle: s.handle,
		Candidate: func(h []byte) bool { return bytes.Contains(h, []byte("instagram.com>")) },
	}
	if _, err := box.Messages(t.Context(), inbox); err != nil { // makes the folders on disk
		t.Fatal(err)
	}

	began, count := time.Now(), map[string]int{}
	deck := s.deck(total / 10)
	s.start()
	t.Cleanup(func() { s.stop() })
	for i, b := range deck {
		here := (total - s.next) / (len(deck) - i)
		before, during := s.rng.IntN(here+1), s.rng.IntN(here+1)
		s.deliver(min(before, here))
		during = min(during, here-before)
		b.do(s, func() { s.deliver(during) })
		s.deliver(here - before - during)
		count[b.name]++
		s.revive()
		if s.rng.IntN(2) == 0 {
			for end := time.Now().Add(patience); !s.w.reached(); time.Sleep(5 * time.Millisecond) {
				s.revive()
				if time.Now().After(end) {
					t.Fatalf("seed %d: INBOX is not reached again (%s): %+v", seed, b.name, s.w.Status())
				}
			}
		}
		s.moment(100 * time.Millisecond)
	}
	s.deliver(total - s.next)
	broken := time.Since(began)

	s.mu.Lock()
	s.calm = true
	s.mu.Unlock()
	s.revive()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		c, _ := s.Cursor(t.Context(), inbox)
		if now := s.w.Status()[0]; len(s.missing()) == 0 && s.w.reached() && now.Err == "" && int(c.Next) > total {
			break
		} else if time.Now().After(end) {
			t.Fatalf("seed %d: not handed on: %v; cursor %+v; %+v; %v", seed, s.missing(), c, now, s.wrong)
		}
	}
	s.end()
	s.must(box.Kill())
	s.judge(seed, total)
	t.Logf("seed %d: %d mails, %d breaks in %v, all there %v later; %d handed on of %d wanted; %v",
		seed, s.next, len(deck), broken.Round(time.Millisecond), (time.Since(began) - broken).Round(time.Millisecond), s.handed, (s.next+4)/5, count)
}

// judge looks whether anything went wrong, and at what is left of the mailbox on disk.
func (s *soak) judge(seed int64, total int) {
	t := s.t
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, text := range s.wrong {
		t.Errorf("seed %d: %s", seed, text)
	}
	sent, exports := map[string][sha256.Size]byte{}, 0
	for _, m := range s.mails {
		sent[m.file] = m.digest
		if m.export {
			exports++
		}
	}
	if len(sent) != total || exports != (total+49)/50 {
		t.Fatalf("seed %d: the test sent %d mails and %d export mails", seed, len(sent), exports)
	}
	var files []string
	for _, folder := range []string{"new", "cur", "tmp"} {
		paths, err := filepath.Glob(filepath.Join(s.box.Maildir(), folder, "*"))
		s.must(err)
		files = slices.Concat(files, paths)
	}
	if len(files) != total {
		t.Errorf("seed %d: %d mails are in the mailbox, of %d", seed, len(files), total)
	}
	for _, path := range files {
		raw, err := os.ReadFile(path)
		s.must(err)
		name, flags, _ := strings.Cut(filepath.Base(path), ":2,")
		if digest, known := sent[name]; !known || sha256.Sum256(raw) != digest || flags != "" {
			t.Errorf("seed %d: %s is not as it was delivered", seed, path)
		}
		delete(sent, name)
	}
}
