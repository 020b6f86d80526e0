package testworld

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// exportPage is the page of the Accounts Center that today's mails link to.
const exportPage = "/info_and_permissions/dyi/"

// Job is one finished export on the site.
type Job struct {
	site           *Site
	id             string // dyi_job_id
	token, confirm string
	user           string // Instagram's number of the account
	parts          []*part
}

// part is one zip, with the numbers that its URLs carry.
type part struct{ path, i, f, secret string }

// AddExport puts the zips of one export on the site. The files are read when they are asked for.
func (s *Site) AddExport(zipPaths ...string) *Job {
	s.mu.Lock()
	defer s.mu.Unlock()
	rng := rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	j := &Job{site: s, id: digits(rng, 17), token: base62(rng, 20), confirm: base62(rng, 10), user: digits(rng, 17)}
	for _, path := range zipPaths {
		j.parts = append(j.parts, &part{
			path: path, i: digits(rng, 16), f: digits(rng, 16), secret: pick(rng, alphabet62[:26]+alphabet62[52:], 20),
		})
	}
	s.jobs = append(s.jobs, j)
	return j
}

// MailLink returns the link that a mail of 2022 carries.
func (j *Job) MailLink() string {
	return "https://" + j.site.LinkHost() + "/dyi/download/auth/" + j.token + "/?dyi_job_id=" + j.id
}

// ConfirmLink returns the link that a mail of 2019 carries.
func (j *Job) ConfirmLink() string {
	return "https://" + j.site.LinkHost() + "/download/confirm/" + j.confirm + "/"
}

// PageLink returns the link that today's mails carry: a page for people, without the archive.
func (j *Job) PageLink() string {
	return "https://" + j.site.LinkHost() + exportPage + "?entry_point=notification"
}

// SignedURL returns a fresh URL of one part's bytes, counted from 0, as a person would copy it
// from the browser's list of downloads.
func (j *Job) SignedURL(part int) string {
	p := j.parts[part]
	j.site.mu.Lock()
	expiry := max(time.Now().Add(j.site.life).Unix(), j.site.ended+1)
	j.site.latest = max(j.site.latest, expiry)
	j.site.mu.Unlock()
	query := fmt.Sprintf("r=%s&t=%s&j=26&i=%s&file_secret=%s&f=%s&ext=%d", j.user, j.user, p.i, p.secret, p.f, expiry)
	return "https://" + j.site.ByteHost() + "/p/dl/download/file.php?" + query + "&hash=" + j.site.sign(query)
}

func (s *Site) sign(query string) string {
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte(query))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))[:16]
}

// signed returns the part that a URL of the byte host is for, if its signature is right and it
// has not expired.
func (j *Job) signed(u *url.URL) *part {
	query, hash, found := strings.Cut(u.RawQuery, "&hash=")
	if !found || u.Path != "/p/dl/download/file.php" || !hmac.Equal([]byte(hash), []byte(j.site.sign(query))) {
		return nil
	}
	values := u.Query()
	expiry, err := strconv.ParseInt(values.Get("ext"), 10, 64)
	j.site.mu.Lock()
	ended := j.site.ended
	j.site.mu.Unlock()
	if err != nil || time.Now().Unix() >= expiry || expiry <= ended {
		return nil
	}
	for _, p := range j.parts {
		if p.f == values.Get("f") {
			return p
		}
	}
	return nil
}

// serve answers a logged-in person's request if it is for this job.
func (j *Job) serve(x *exchange) bool {
	confirm := "/download/confirm/" + j.confirm + "/"
	switch path := x.r.URL.Path; {
	case path == "/dyi/download/auth/"+j.token+"/" && x.r.URL.Query().Get("dyi_job_id") == j.id:
		http.Redirect(x.w, x.r, "https://"+j.site.LinkHost()+confirm, http.StatusFound)
	case path == confirm && len(j.parts) == 1:
		http.Redirect(x.w, x.r, j.SignedURL(0), http.StatusFound)
	case path == confirm:
		var list strings.Builder
		for i := range j.parts {
			fmt.Fprintf(&list, "<li><a href=\"%s\">Download information, part %d</a></li>", html.EscapeString(confirm+strconv.Itoa(i)+"/"), i+1)
		}
		x.page(http.StatusOK, "<!DOCTYPE html><html><head><title>Available downloads</title></head><body><ul>"+list.String()+"</ul></body></html>")
	case strings.HasPrefix(path, confirm):
		i, err := strconv.Atoi(strings.TrimSuffix(path[len(confirm):], "/"))
		if err != nil || i < 0 || i >= len(j.parts) {
			return false
		}
		http.Redirect(x.w, x.r, j.SignedURL(i), http.StatusFound)
	default:
		return false
	}
	return true
}

// nextPage is the query of the login page: where to go afterwards.
func nextPage(r *http.Request) string { return url.Values{"next": {r.URL.RequestURI()}}.Encode() }
