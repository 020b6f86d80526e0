package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

// The commands that stories are told in, besides those of testscript.
//
//	world [dovecot]            start an inbox, DNS, the site; write igwatchd.toml
//	set KEY VALUE              change a key of igwatchd.toml
//	export USER [PART…]        write archives of USER; the first is $ZIP
//	spoil WAY                  damage $ZIP: flip, truncate, hole, html, or while writing: see exportCmd
//	offer [each|dead]          the site holds the archives; each behind a link of its own, in one mail; one more link, that is dead
//	replica DIR|s3 [encrypted] a further copy is asked for; the key to an encrypted one is key.txt
//	harm GLOB                  change one byte in the middle of the one file that matches
//	sign N VAR                 the address behind the Download button of part N, counted from 1
//	site WAY                   how the bytes host behaves
//	deliver KIND [FOLDER]      a mail comes
//	mail KIND FILE             write a mail to a file
//	expect WHAT …              wait until something is so
//	await EVENT                wait until the event was told; $EXPORT is its export
//	told PATTERN               wait until an event's text matches
//	await-status PATTERN       wait until the running daemon's status matches
//	accounts [logged-in] [KEY=VALUE…]
//	                           the Accounts Center shows what the site offers, or what show=, password=, parts= say;
//	                           a log-in was before the story
//	[!] asked PATH             the Accounts Center was asked for it since it was changed
//	passwords [WORD…]          what was typed as a password there
//	parts N                    wait until the export has N files
//	quiet                      for a while nothing new may be told
type worldKey struct{}

func worldOf(ts *testscript.TestScript) *world {
	w, ok := ts.Value(worldKey{}).(**world)
	if !ok || *w == nil {
		ts.Fatalf("the story has no world")
	}
	return *w
}

func until(ts *testscript.TestScript, what string, f func() bool) {
	if !eventually(f) {
		st, err := worldOf(ts).status(context.Background())
		text, _ := json.MarshalIndent(st, "", "  ")
		ts.Fatalf("never: %s\ntold: %v\nstatus: %s %v", what, worldOf(ts).told(), text, err)
	}
}

func worldCmd(ts *testscript.TestScript, _ bool, args []string) {
	start := testworld.StartMemory
	if slices.Contains(args, "dovecot") {
		start = func(ca *testworld.CA) (testworld.Mailbox, error) {
			return testworld.StartDovecot(context.Background(), ca, ts.MkAbs("dovecot"))
		}
	}
	w, err := newWorld(context.Background(), ts.MkAbs("."), start)
	ts.Check(err)
	*ts.Value(worldKey{}).(**world) = w // TestStories put it there
	_, port, err := net.SplitHostPort(w.mailbox.Addr())
	ts.Check(err)
	ts.Setenv("IMAPPORT", port)
	ts.Setenv("IMAPUSER", w.mailbox.User())
	ts.Check(os.WriteFile(ts.MkAbs("typed-password"), []byte(w.mailbox.Password()+"\n"), 0o600))
	ts.Defer(w.close)
}

func setCmd(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	w.keys[args[0]] = strings.Join(args[1:], " ")
	ts.Check(w.writeConfig())
}

func exportCmd(ts *testscript.TestScript, _ bool, args []string) {
	now := time.Now().UTC()
	e := testworld.DemoExport(args[0])
	e.Generated, e.Side = now, storySide
	for _, a := range args[1:] {
		switch way, value, _ := strings.Cut(a, "="); way {
		case "parts":
			e.Parts, _ = strconv.Atoi(value)
		case "pad":
			e.Pad, _ = strconv.ParseInt(value, 10, 64)
		case "posts":
			e.Posts, _ = strconv.Atoi(value)
		case "talks": // so many conversations, with so many messages each
			talks, messages, _ := strings.Cut(value, ",")
			e.Threads, _ = strconv.Atoi(talks)
			e.MessagesPerThread, _ = strconv.Atoi(messages)
		case "ago":
			days, _ := strconv.Atoi(value)
			e.Generated = now.AddDate(0, 0, -days)
			e.FirstPost = now.AddDate(-6, 0, 0) // the same life, whenever it was asked for
		case "without":
			e.Spoil = append(e.Spoil, testworld.Without(value))
		case "extra": // a picture that no list names
			var b bytes.Buffer
			ts.Check(jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 50)), nil))
			e.Spoil = append(e.Spoil, testworld.Extra(value, b.Bytes()))
		case "empty":
			e.Spoil = append(e.Spoil, testworld.EmptyFile(value))
		case "half":
			e.Spoil = append(e.Spoil, testworld.HalfFile(value))
		case "remote": // Instagram gives addresses in the web instead of files
			e.Spoil = append(e.Spoil, testworld.Remote(value, "media/"+value+"/"))
		case "user":
			e.Spoil = append(e.Spoil, testworld.WrongUser(value))
		case "gap":
			e.PostsPerFile = 5
			e.Spoil = append(e.Spoil, testworld.GapInPosts())
		default:
			ts.Fatalf("export: what is %s?", a)
		}
	}
	ts.Check(os.MkdirAll(ts.MkAbs("exports"), 0o700))
	paths, err := e.Write(ts.MkAbs("exports"))
	ts.Check(err)
	ts.Setenv("ZIP", paths[0])
	ts.Setenv("ZIPNAME", filepath.Base(paths[0]))
	ts.Setenv("ZIPS", strings.Join(paths, " "))
	for i, p := range paths {
		ts.Setenv(fmt.Sprintf("ZIP%d", i+1), p)
	}
}

func spoilCmd(ts *testscript.TestScript, _ bool, args []string) {
	zip := ts.Getenv("ZIP")
	switch args[0] {
	case "flip":
		ts.Check(testworld.FlipByte(zip))
	case "truncate":
		info, err := os.Stat(zip)
		ts.Check(err)
		ts.Check(testworld.Truncate(zip, info.Size()/2))
	case "html":
		ts.Check(testworld.HTMLPage(zip))
	case "hole": // the length is right
		info, err := os.Stat(zip)
		ts.Check(err)
		ts.Check(testworld.Truncate(zip, info.Size()/3))
		ts.Check(os.Truncate(zip, info.Size()))
	default:
		ts.Fatalf("spoil: how is %s?", args[0])
	}
}

func offerCmd(ts *testscript.TestScript, _ bool, args []string) {
	w, zips := worldOf(ts), strings.Fields(ts.Getenv("ZIPS"))
	switch {
	case len(args) == 0:
		w.offer(zips...)
	case args[0] == "each":
		w.offerEach(zips...)
	default: // a job that is no more
		w.links = append(w.links, strings.Replace(w.job.MailLink(), "dyi_job_id=", "dyi_job_id=0", 1))
	}
}

func replicaCmd(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	text := fmt.Sprintf("dir = %q\n", ts.MkAbs(args[0]))
	if args[0] == "s3" {
		ts.Check(os.MkdirAll(ts.MkAbs("s3"), 0o700))
		program, err := filepath.Abs("../../.tools/bin/versitygw")
		ts.Check(err)
		w.bucket, err = testworld.StartBucket(context.Background(), program, ts.MkAbs("s3"), w.ca)
		ts.Check(err)
		text = fmt.Sprintf("s3 = %q\naccess_key_file = %q\nsecret_key_file = %q\nca_file = %q\n",
			w.bucket.URL, w.bucket.AccessKeyFile, w.bucket.SecretKeyFile, w.bucket.CAFile)
		ts.Setenv("BUCKET", w.bucket.Dir)
		ts.Setenv("BUCKETURL", w.bucket.URL)
	}
	if slices.Contains(args, "encrypted") {
		key, err := age.GenerateX25519Identity()
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs("key.txt"), []byte(key.String()+"\n"), 0o600))
		text += fmt.Sprintf("age_recipients = [%q]\n", key.Recipient())
	}
	w.replicas = append(w.replicas, text)
	ts.Check(w.writeConfig())
}

func harmCmd(ts *testscript.TestScript, _ bool, args []string) {
	names, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(names) != 1 {
		ts.Fatalf("harm: %v", names)
	}
	ts.Check(os.Chmod(names[0], 0o600))
	data, err := os.ReadFile(names[0])
	ts.Check(err)
	data[len(data)/2] ^= 1
	ts.Check(os.WriteFile(names[0], data, 0o600))
}

func signCmd(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	ts.Setenv(args[1], worldOf(ts).job.SignedURL(n-1))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(ts.Getenv(args[1])+"\n"), 0o600))
}

func siteCmd(ts *testscript.TestScript, _ bool, args []string) {
	ways := map[string]testworld.Behaviour{
		"honest": {}, "html": testworld.HTMLInsteadOfZip(), "cut": testworld.CutAfter(50_000, false),
		"cut-once": testworld.CutAfter(50_000, true), "expired": testworld.Expired(),
		"elsewhere": testworld.RedirectTo("https://evil.example/file.zip"), "plain": testworld.RedirectTo("http://localhost:1/file.zip"),
		"slow": testworld.Slow(200_000),
	}
	if args[0] == "changed" { // after the first answer there is another file
		ways["changed"] = testworld.ChangedFile(ts.MkAbs(args[1]))
	}
	answers := 0
	ways["cut-dead"] = testworld.InTurn(func() testworld.Behaviour { // cut in the middle, and gone when it is gone on with
		if answers++; answers == 1 {
			return testworld.CutAfter(50_000, false)
		}
		return testworld.Expired()
	})
	b, ok := ways[args[0]]
	if !ok {
		ts.Fatalf("site: how is %s?", args[0])
	}
	worldOf(ts).site.SetBehaviour(b)
}

func deliverCmd(ts *testscript.TestScript, _ bool, args []string) {
	folder := "INBOX"
	if len(args) > 1 {
		folder = args[1]
	}
	ts.Check(worldOf(ts).deliver(context.Background(), testworld.Kind(args[0]), folder))
}

func mailCmd(ts *testscript.TestScript, _ bool, args []string) {
	raw, err := worldOf(ts).mail(testworld.Kind(args[0]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), raw, 0o600))
}

func awaitCmd(ts *testscript.TestScript, _ bool, args []string) {
	until(ts, "event "+args[0], func() bool {
		for _, e := range worldOf(ts).told() {
			if e["event"] == args[0] {
				if id, _ := e["export"].(string); id != "" {
					ts.Setenv("EXPORT", id)
				}
				return true
			}
		}
		return false
	})
}

// toldCmd waits until somebody was told something.
func toldCmd(ts *testscript.TestScript, _ bool, args []string) {
	re := regexp.MustCompile(args[0])
	until(ts, "the words "+args[0], func() bool {
		return slices.ContainsFunc(worldOf(ts).told(), func(e map[string]any) bool { return re.MatchString(fmt.Sprint(e["text"])) })
	})
}

// awaitStatusCmd waits until the status' text matches.
func awaitStatusCmd(ts *testscript.TestScript, _ bool, args []string) {
	re := regexp.MustCompile(args[0])
	until(ts, "status "+args[0], func() bool {
		st, err := worldOf(ts).status(context.Background())
		text, _ := json.Marshal(st)
		return err == nil && re.Match(text)
	})
}

// quietCmd gives things time to happen that must not.
func quietCmd(ts *testscript.TestScript, _ bool, _ []string) {
	w := worldOf(ts)
	before := len(w.told())
	time.Sleep(1500 * time.Millisecond)
	if after := w.told(); len(after) != before {
		ts.Fatalf("%d events were told meanwhile: %v", len(after)-before, after[before:])
	}
}

func expectCmd(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	number := func() int { n, err := strconv.Atoi(args[1]); ts.Check(err); return n }
	switch args[0] {
	case "inbox": // every folder is in that state
		until(ts, "inbox "+args[1], func() bool {
			st, err := w.status(context.Background())
			return err == nil && len(st.Inboxes) > 0 && st.Inboxes[0].State == args[1]
		})
	case "state":
		until(ts, "state "+args[1], func() bool {
			st, err := w.status(context.Background())
			return err == nil && len(st.Exports) > 0 && st.Exports[len(st.Exports)-1].State == args[1]
		})
	case "bag": // all bags are readable without igwatchd
		until(ts, "a bag", func() bool { return len(w.bags()) > 0 })
		for _, bag := range w.bags() {
			for _, manifest := range []string{"manifest-sha256.txt", "tagmanifest-sha256.txt"} {
				cmd := exec.Command("sha256sum", "--strict", "--quiet", "-c", manifest)
				cmd.Dir = bag
				if out, err := cmd.CombinedOutput(); err != nil {
					ts.Fatalf("%s: %v\n%s", bag, err, out)
				}
			}
			ts.Setenv("BAG", bag)
		}
	case "bags":
		if n := len(w.bags()); n != number() {
			ts.Fatalf("%d bags: %v", n, w.bags())
		}
	case "mailed":
		until(ts, args[1]+" mails of ours", func() bool {
			n, err := w.mails(context.Background())
			return err == nil && n == number()
		})
	case "mails": // whosever they are
		until(ts, args[1]+" mails", func() bool {
			all, err := w.mailbox.Messages(context.Background(), "INBOX")
			return err == nil && len(all) == number()
		})
	case "command":
		until(ts, "the command told "+args[1], func() bool {
			data, _ := os.ReadFile(filepath.Join(w.dir, "told.jsonl"))
			return strings.Count(string(data), "\n") == number()
		})
	case "told": // an event was, or was not, told until now
		found := false
		for _, e := range w.told() {
			found = found || e["event"] == args[1]
		}
		if found == neg {
			ts.Fatalf("told: %v", w.told())
		}
	case "asked": // a host of the site was, or was not, asked
		hosts := map[string]string{"link": w.site.LinkHost(), "bytes": w.site.ByteHost()}
		found := false
		for _, r := range w.site.Requests() {
			found = found || r.Host == hosts[args[1]]
		}
		if found == neg {
			ts.Fatalf("requests: %+v", w.site.Requests())
		}
	default:
		ts.Fatalf("expect: what is %s?", args[0])
	}
}
