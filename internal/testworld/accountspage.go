package testworld

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"strings"
)

// pageWords are the page's words. Only the English ones were seen.
type pageWords struct{ heading, download, part, requested, none, preparing, expired, password string }

var pageLanguages = map[string]pageWords{
	"en": {"Available downloads", "Download", "Part %d of %d", "Requested", "You have no available downloads.", "Your information is being prepared for export.", "Expired", "For your security, please re-enter your password to continue"},
	"de": {"Verfügbare Downloads", "Herunterladen", "Teil %d von %d", "Angefordert", "Keine Downloads verfügbar.", "Deine Informationen werden für den Export vorbereitet.", "Abgelaufen", "Gib dein Passwort erneut ein"},
	"es": {"Descargas disponibles", "Descargar", "Parte %d de %d", "Solicitado", "No hay descargas disponibles.", "Tu información se está preparando.", "Caducada", "Vuelve a introducir tu contraseña"},
	"fr": {"Téléchargements disponibles", "Télécharger", "Partie %d sur %d", "Demandé", "Aucun téléchargement disponible.", "Vos informations sont en cours de préparation.", "Expiré", "Saisissez à nouveau votre mot de passe"},
	"it": {"Download disponibili", "Scarica", "Parte %d di %d", "Richiesto", "Nessun download disponibile.", "Le tue informazioni sono in preparazione.", "Scaduto", "Inserisci di nuovo la password"},
	"pt": {"Downloads disponíveis", "Baixar", "Parte %d de %d", "Solicitado", "Nenhum download disponível.", "Suas informações estão sendo preparadas.", "Expirado", "Insira sua senha novamente"},
	"tr": {"Kullanılabilir indirmeler", "İndir", "Bölüm %d / %d", "İstendi", "Kullanılabilir indirme yok.", "Bilgilerin hazırlanıyor.", "Süresi doldu", "Şifreni tekrar gir"},
}

// export answers the Accounts Center's export page.
func (a *Accounts) export(w http.ResponseWriter, r *http.Request, s Scene, confirmed bool) {
	words, known := pageLanguages[s.Language]
	if !known {
		words = pageLanguages["en"]
	}
	card := func(body string) string {
		return fmt.Sprintf(`<div><div><span>01/02/1905-08/05/2026 complete information download</span><br><span>%s 8 May 2026</span></div>%s</div>`, words.requested, body)
	}
	body := "<h1>Export your information</h1><a href=/elsewhere>Download your information</a>"
	switch s.Show {
	case ShowPasswordFirst:
		if !confirmed {
			a.reauth(w, r.URL.Path)
			return
		}
	case ShowTwoFactor:
		draw(w, `<h1>Enter the code from your authentication app</h1><form method=post><input name=code autocomplete=one-time-code inputmode=numeric><button>Continue</button></form>`)
		return
	case ShowCheckpoint:
		http.Redirect(w, r, "/challenge/", http.StatusFound)
		return
	case ShowOdd:
		draw(w, "<h1>Something went wrong</h1><button>Reload</button>")
		return
	case ShowOffsite:
		http.Redirect(w, r, s.Elsewhere, http.StatusFound)
		return
	case ShowDirect:
		http.Redirect(w, r, a.job.SignedURL(0), http.StatusFound)
		return
	case ShowEmpty:
		body += "<p>" + words.none + "</p>"
	case ShowPreparing:
		body += "<p>" + words.preparing + "</p>" + card("<div role=button tabindex=0>Cancel</div>")
	case ShowGone:
		body += "<h2>" + words.heading + "</h2>" + card("<span>"+words.expired+"</span>")
	}
	if s.Show == ShowReady || s.Show == ShowPasswordFirst || s.Show == ShowPasswordThen {
		body += "<h2>" + words.heading + "</h2>"
		for i := range a.job.parts {
			label := "<span>" + words.download + "</span>"
			control := fmt.Sprintf(`<div role=button tabindex=0 data-part=%d><div>%s</div></div>`, i, label)
			if s.Links {
				control = fmt.Sprintf(`<a href=/part/%d>%s</a>`, i, label)
			}
			body += card("<p>" + fmt.Sprintf(words.part, i+1, len(a.job.parts)) + "</p>" + control)
		}
	}
	if s.Elsewhere != "" {
		body += `<img alt="" src="` + html.EscapeString(s.Elsewhere) + `">`
	}
	// Drawn by a script after a while, with other class names each time, as such sites are.
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // a string always can be
	}
	open := "location.href=u"
	if s.NewTab {
		open = "window.open(u)"
	}
	draw(w, fmt.Sprintf(`<div id=mount></div><script>
setTimeout(()=>{const m=document.getElementById("mount");m.innerHTML=%s;
for(const e of m.querySelectorAll("*"))e.className="x"+Math.random().toString(36).slice(2,9);
for(const b of m.querySelectorAll("[data-part]")){const u="/part/"+b.dataset.part;b.removeAttribute("data-part");b.addEventListener("click",()=>{setTimeout(()=>{%s},30)})}
},%d)</script>`, text, open, s.Delay.Milliseconds()))
}

// reauth asks for the password again.
func (a *Accounts) reauth(w http.ResponseWriter, next string) {
	a.mu.Lock()
	words, known := pageLanguages[a.scene.Language]
	a.mu.Unlock()
	if !known {
		words = pageLanguages["en"]
	}
	draw(w, `<h1>`+words.password+`</h1><form method=post action=/reauth/><input type=hidden name=next value="`+html.EscapeString(next)+
		`"><input type=password name=password autocomplete=current-password><button type=submit>OK</button></form>`)
}

func draw(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	// A browser that has left does not need the page.
	_, _ = io.Copy(w, strings.NewReader("<!DOCTYPE html><html><head><title>Accounts Center</title></head><body>"+body+"</body></html>"))
}
