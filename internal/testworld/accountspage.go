package testworld

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// pageWords are the page's words. Only the English ones were seen, and not all of them.
type pageWords struct {
	heading, download, part, requested, none, preparing, expired, password, date, format string
	months                                                                               string
}

var pageLanguages = map[string]pageWords{
	"en": {"Available downloads", "Download", "Part %d of %d", "Requested", "You have no available downloads.", "Your information is being prepared for export.", "Expired", "For your security, please re-enter your password to continue", "%d %s %d", "HTML, Medium quality", "January February March April May June July August September October November December"},
	"de": {"Verfügbare Downloads", "Herunterladen", "Teil %d von %d", "Angefordert", "Keine Downloads verfügbar.", "Deine Informationen werden für den Export vorbereitet.", "Abgelaufen", "Gib dein Passwort erneut ein", "%d. %s %d", "HTML, mittlere Qualität", "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"},
	"es": {"Descargas disponibles", "Descargar", "Parte %d de %d", "Solicitado", "No hay descargas disponibles.", "Tu información se está preparando.", "Caducada", "Vuelve a introducir tu contraseña", "%d de %s de %d", "HTML, calidad media", "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"},
	"fr": {"Téléchargements disponibles", "Télécharger", "Partie %d sur %d", "Demandé", "Aucun téléchargement disponible.", "Vos informations sont en cours de préparation.", "Expiré", "Saisissez à nouveau votre mot de passe", "%d %s %d", "HTML, qualité moyenne", "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"},
	"it": {"Download disponibili", "Scarica", "Parte %d di %d", "Richiesto", "Nessun download disponibile.", "Le tue informazioni sono in preparazione.", "Scaduto", "Inserisci di nuovo la password", "%d %s %d", "HTML, qualità media", "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"},
	"pt": {"Downloads disponíveis", "Baixar", "Parte %d de %d", "Solicitado", "Nenhum download disponível.", "Suas informações estão sendo preparadas.", "Expirado", "Insira sua senha novamente", "%d de %s de %d", "HTML, qualidade média", "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"},
	"tr": {"Kullanılabilir indirmeler", "İndir", "Bölüm %d / %d", "İstendi", "Kullanılabilir indirme yok.", "Bilgilerin hazırlanıyor.", "Süresi doldu", "Şifreni tekrar gir", "%d %s %d", "HTML, orta kalite", "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık"},
}

func (w pageWords) on(t time.Time) string {
	return fmt.Sprintf(w.date, t.Day(), strings.Fields(w.months)[t.Month()-1], t.Year())
}

func (s Scene) words() pageWords {
	if words, known := pageLanguages[s.Language]; known {
		return words
	}
	return pageLanguages["en"]
}

func (s Scene) account() string { return cmp.Or(s.Account, "jane.doe") }

func (s Scene) requested() time.Time {
	if s.Requested.IsZero() {
		return time.Date(2026, 5, 8, 0, 0, 0, 0, time.UTC)
	}
	return s.Requested
}

// export answers the Accounts Center's export page.
func (a *Accounts) export(w http.ResponseWriter, r *http.Request, s Scene, confirmed bool) {
	words := s.words()
	if s.leave(w, r, a) {
		return
	}
	body := "<h1>Export your information</h1><a href=/elsewhere>Download your information</a>"
	if s.Drawing == DrawPlain {
		body = "<div><span>" + html.EscapeString(cmp.Or(s.Head, s.account())) + "</span> <span>Accounts Center</span></div><div>Export your information</div>"
	}
	switch s.Show {
	case ShowPasswordFirst:
		if !confirmed {
			a.reauth(w, r.URL.Path, "")
			return
		}
		body += s.downloads(len(a.job.parts))
	case ShowEmpty:
		body += "<p>" + words.none + "</p>"
	case ShowPreparing:
		body += "<p>" + words.preparing + "</p>" + s.card(s.account(), "Instagram", s.requested(), "<div role=button tabindex=0>Cancel</div>")
	case ShowGone:
		body += "<h2>" + words.heading + "</h2>" + s.card(s.account(), "Instagram", s.requested(), "<span>"+words.expired+"</span>")
	case ShowConsent:
		body += s.downloads(len(a.job.parts)) + `<div role=dialog aria-modal=true style="position:fixed;inset:0;background:#fff"><h2>Allow the use of cookies from Instagram on this browser?</h2><button>Allow all cookies</button></div>`
	default:
		body += s.downloads(len(a.job.parts))
	}
	if s.Elsewhere != "" {
		body += `<img alt="" src="` + html.EscapeString(s.Elsewhere) + `">`
	}
	draw(w, s.script(body))
}

// leave answers with the pages that come instead of the downloads.
func (s Scene) leave(w http.ResponseWriter, r *http.Request, a *Accounts) bool {
	switch s.Show {
	case ShowTwoFactor:
		draw(w, `<h1>Enter the code from your authentication app</h1><form method=post><input name=code autocomplete=one-time-code inputmode=numeric><button>Continue</button></form>`)
	case ShowCheckpoint:
		http.Redirect(w, r, "/challenge/", http.StatusFound)
	case ShowCaptcha:
		draw(w, `<h1>Hold on</h1><iframe title="reCAPTCHA" srcdoc="<p>Type what you see</p>"></iframe><button>Next</button>`)
	case ShowBroken:
		http.Error(w, "Sorry, something went wrong", http.StatusInternalServerError)
	case ShowOdd:
		draw(w, "<h1>Something went wrong</h1><p>Trace EAAGm0PX4ZCpsBAKZC9aQ1tVbT for jane@example.org at https://www.instagram.com/x?token=1</p><button>Reload</button>")
	case ShowOffsite:
		http.Redirect(w, r, s.Elsewhere, http.StatusFound)
	case ShowDirect:
		http.Redirect(w, r, a.job.SignedURL(0), http.StatusFound)
	default:
		return false
	}
	return true
}

// downloads draws the list.
func (s Scene) downloads(parts int) string {
	words := s.words()
	var b strings.Builder
	b.WriteString("<h2>" + words.heading + "</h2>")
	for _, m := range s.More {
		b.WriteString(s.card(m.Account, cmp.Or(m.Service, "Instagram"), m.Requested, "<div role=button tabindex=0><span>"+words.download+"</span></div>"))
	}
	var rows strings.Builder
	for i := range parts {
		label := "<p>" + fmt.Sprintf(words.part, i+1, cmp.Or(s.Parts, parts)) + "</p>"
		control := `<div role=button tabindex=0 data-part=` + strconv.Itoa(i) + `><div><span>` + words.download + `</span></div></div>`
		switch {
		case s.Press == PressLink || s.Press == PressBlank:
			target := ""
			if s.Press == PressBlank {
				target = " target=_blank"
			}
			control = fmt.Sprintf(`<a href=/part/%d%s><span>%s</span></a>`, i, target, words.download)
		case s.Drawing == DrawPlain:
			control = strings.Replace(control, "role=button tabindex=0 ", "", 1)
		}
		if s.Drawing == DrawPlain {
			rows.WriteString("<div>" + label + "<div>" + control + "</div></div>")
			continue
		}
		b.WriteString(s.card(s.account(), "Instagram", s.requested(), label+control))
	}
	if s.Drawing == DrawPlain {
		b.WriteString("<section><div>" + words.requested + " <b>" + words.on(s.requested()) + "</b> · 2012/06/01 – 2026/05/08 · <i>" + words.format + "</i></div>" + rows.String() + "</section>")
	}
	return b.String()
}

// card is one export as the screenshots of May 2026 show it.
func (s Scene) card(account, service string, requested time.Time, body string) string {
	words := s.words()
	return fmt.Sprintf(`<div><div><span>01/02/1905-08/05/2026 complete information download</span><br><span>%s</span><br><span>%s</span><br><span>%s %s</span></div>%s</div>`,
		html.EscapeString(account), service, words.requested, words.on(requested), body)
}

// script draws a body after a while, with other class names each time, as such sites do.
func (s Scene) script(body string) string {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // a string always can be
	}
	lead := map[Press]string{
		PressScript:   "location.href=u",
		PressTab:      "window.open(u)",
		PressAnchor:   `const a=document.createElement("a");a.href=u;a.download="instagram.zip";document.body.append(a);a.click();a.remove()`,
		PressFetch:    `fetch(u).then(r=>r.blob()).then(b=>{location.href=URL.createObjectURL(b)})`,
		PressForm:     `const f=document.createElement("form");f.method="post";f.action=u;document.body.append(f);f.submit()`,
		PressFormKept: `const f=document.createElement("form");f.method="post";f.action=u;document.body.append(f);f.submit()`,
		PressBlob:     `const a=document.createElement("a");a.href=URL.createObjectURL(new Blob(["PK"]));a.download="instagram.zip";a.click()`,
		PressServed:   "location.href=u",
	}[s.Press]
	press := "setTimeout(()=>{" + lead + "},30)"
	if s.Drawing == DrawDialog {
		question, err := json.Marshal(`<h2>` + s.words().heading + `</h2><div role=button tabindex=0>OK?</div><div role=button tabindex=0 class=go>` + s.words().download + `</div>`)
		if err != nil {
			panic(err) // a string always can be
		}
		press = fmt.Sprintf(`const d=document.createElement("div");d.setAttribute("role","dialog");d.setAttribute("aria-modal","true");d.style="position:fixed;inset:0;background:#fff";d.innerHTML=%s;document.body.append(d);
d.querySelector(".go").addEventListener("click",()=>{d.remove();%s})`, question, press)
	}
	return fmt.Sprintf(`<div id=mount></div><script>
setTimeout(()=>{const m=document.getElementById("mount");m.innerHTML=%s;
for(const e of m.querySelectorAll("*"))e.className="x"+Math.random().toString(36).slice(2,9);
for(const b of m.querySelectorAll("[data-part]")){const u="/part/"+b.dataset.part;b.removeAttribute("data-part");b.addEventListener("click",()=>{%s})}
},%d)</script>`, text, press, s.Delay.Milliseconds())
}

// reauth asks for the password again; refused is what was given before.
func (a *Accounts) reauth(w http.ResponseWriter, next, refused string) {
	a.mu.Lock()
	s := a.scene
	a.mu.Unlock()
	note := ""
	if s.Echo && refused != "" {
		note = "<p>" + html.EscapeString(refused) + "</p>"
	}
	draw(w, `<h1>`+s.words().password+`</h1>`+note+`<form method=post action="`+html.EscapeString(cmp.Or(s.FormTo, "/reauth/"))+`"><input type=hidden name=next value="`+html.EscapeString(next)+
		`"><input type=password name=password autocomplete=current-password><button type=submit>OK</button></form>`)
}

func draw(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	// A browser that has left does not need the page.
	_, _ = io.Copy(w, strings.NewReader("<!DOCTYPE html><html><head><title>Accounts Center</title></head><body>"+body+"</body></html>"))
}
