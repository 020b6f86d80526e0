package main

import (
	"archive/zip"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// record lets the browser make a video of a second: a square that moves.
const record = `(async () => {
	const type = ["video/mp4;codecs=avc1.42001f", "video/mp4", "video/webm;codecs=vp8"].find((t) => MediaRecorder.isTypeSupported(t));
	const canvas = document.createElement("canvas");
	canvas.width = 160; canvas.height = 120;
	const draw = canvas.getContext("2d");
	const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: type });
	const pieces = [];
	recorder.ondataavailable = (e) => pieces.push(e.data);
	const stopped = new Promise((done) => { recorder.onstop = done; });
	recorder.start();
	for (let i = 0; i < 40; i++) {
		draw.fillStyle = "#246"; draw.fillRect(0, 0, 160, 120);
		draw.fillStyle = "#fc3"; draw.fillRect(i * 3, 40, 30, 30);
		await new Promise((done) => setTimeout(done, 40));
	}
	recorder.stop();
	await stopped;
	const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
	let text = "";
	for (const b of bytes) text += String.fromCharCode(b);
	return type.split(";")[0] + " " + btoa(text);
})()`

// TestAVideoPlaysFromTheStoredZip: the browser plays, and jumps in, a video that nobody unpacked.
func TestAVideoPlaysFromTheStoredZip(t *testing.T) {
	w := &world{zips: map[string][]string{}}
	address, err := w.serve(t.Context(), t.TempDir(), slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	v := visiting(t, address)
	made, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](record, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	kind, text, _ := strings.Cut(made, " ")
	video, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(video) < 500 {
		t.Fatalf("%d bytes of %s: %v", len(video), kind, err)
	}
	name := "media/reels/202009/reel" + map[string]string{"video/mp4": ".mp4", "video/webm": ".webm"}[kind]
	list, err := json.Marshal(map[string]any{"ig_reels_media": []any{map[string]any{"media": []any{map[string]any{"uri": name, "creation_timestamp": 1600000000, "title": "it moves"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "instagram-jane.doe-2026-01-02-Ab3dEfGh.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	for name, body := range map[string][]byte{"your_instagram_activity/media/reels.json": list, name: video} {
		part, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = part.Write(body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	w.zips["x"] = []string{path}
	v.open("/gallery/x/entry/0")
	v.says("it moves")
	v.do(until(`document.querySelector("video")?.readyState >= 2 && document.querySelector("video").videoWidth === 160`))
	if _, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](`(async () => { const v = document.querySelector("video"); v.muted = true; await v.play(); return "" })()`, chromedp.EvalAwaitPromise)); err != nil {
		t.Fatalf("%s: it does not play: %v", kind, err)
	}
	v.do(until(`document.querySelector("video").currentTime > 0.2`))
	v.ask(`(() => { const v = document.querySelector("video"); v.pause(); v.currentTime = 0.1; return "" })()`)
	v.do(until(`!document.querySelector("video").seeking && Math.abs(document.querySelector("video").currentTime - 0.1) < 0.05`))
	v.quiet(v.origin + "/")
	t.Logf("%s, %d bytes", kind, len(video))
}
