package browser

import (
	"regexp"
	"strings"
)

// words are one language's words on the pages, as fold leaves them. English ones of the downloads' list are known
// from screenshots of May 2026; the rest is how Meta words such things elsewhere, or our translation. A page in
// words that are not here is a wall, never guessed.
type words struct {
	download  []string // a control's whole name
	requested []string // in front of the date of the request
	expires   []string // in front of the date of the end
	part      string   // an expression with two numbers
	none, preparing, expired,
	password, code, checkpoint, consent, login []string // anywhere in the text
	high, medium, low string // quality
	months            string // January to December
}

var languages = map[string]words{
	"en": {
		download: []string{"download", "download file", "download data", "download information"}, requested: []string{"requested"}, expires: []string{"expires", "available until"},
		part: `(?:part|file) (\d{1,3}) of (\d{1,3})`, none: []string{"no available downloads", "no downloads available"}, preparing: []string{"is being prepared"}, expired: []string{"expired"},
		password: []string{"re-enter your password", "enter your password again", "confirm your password"}, code: []string{"authentication app", "login code", "security code", "two-factor", "6-digit code"},
		checkpoint: []string{"confirm it's you", "confirm that it's you", "confirm you're human", "i'm not a robot", "captcha", "suspicious", "unusual login", "your account has been suspended", "account disabled"},
		consent:    []string{"allow the use of cookies", "allow all cookies", "review and agree", "agree to our terms", "updated our terms"}, login: []string{"log in to instagram", "forgot password"},
		high: "high quality", medium: "medium quality", low: "low quality", months: "january february march april may june july august september october november december",
	},
	"de": {
		download: []string{"herunterladen", "datei herunterladen", "daten herunterladen", "informationen herunterladen"}, requested: []string{"angefordert"}, expires: []string{"läuft ab", "verfügbar bis"},
		part: `(?:teil|datei) (\d{1,3}) von (\d{1,3})`, none: []string{"keine downloads verfügbar", "keine verfügbaren downloads"}, preparing: []string{"für den export vorbereitet", "werden vorbereitet", "wird vorbereitet"}, expired: []string{"abgelaufen"},
		password: []string{"passwort erneut ein", "bestätige dein passwort"}, code: []string{"authentifizierungs-app", "anmeldecode", "sicherheitscode", "zweistufige"},
		checkpoint: []string{"bestätige, dass du es bist", "kein roboter", "captcha", "verdächtig", "konto wurde gesperrt"},
		consent:    []string{"verwendung von cookies", "alle cookies erlauben", "nutzungsbedingungen zustimmen"}, login: []string{"passwort vergessen"},
		high: "hohe qualität", medium: "mittlere qualität", low: "niedrige qualität", months: "januar februar märz april mai juni juli august september oktober november dezember",
	},
	"es": {
		download: []string{"descargar", "descargar archivo", "descargar datos", "descargar información"}, requested: []string{"solicitado", "solicitada"}, expires: []string{"caduca", "disponible hasta"},
		part: `(?:parte|archivo) (\d{1,3}) de (\d{1,3})`, none: []string{"no hay descargas disponibles"}, preparing: []string{"se está preparando"}, expired: []string{"caducada", "caducado"},
		password: []string{"introducir tu contraseña", "ingresar tu contraseña", "confirma tu contraseña"}, code: []string{"app de autenticación", "código de inicio de sesión", "código de seguridad", "dos pasos"},
		checkpoint: []string{"confirma que eres tú", "no soy un robot", "captcha", "sospechosa", "cuenta suspendida"},
		consent:    []string{"uso de cookies", "permitir todas las cookies", "aceptar las condiciones"}, login: []string{"has olvidado la contraseña", "olvidaste tu contraseña"},
		high: "calidad alta", medium: "calidad media", low: "calidad baja", months: "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
	},
	"fr": {
		download: []string{"télécharger", "télécharger le fichier", "télécharger les informations"}, requested: []string{"demandé le", "demandé"}, expires: []string{"expire le", "disponible jusqu'au"},
		part: `(?:partie|fichier) (\d{1,3}) (?:sur|de) (\d{1,3})`, none: []string{"aucun téléchargement disponible"}, preparing: []string{"en cours de préparation"}, expired: []string{"expiré"},
		password: []string{"à nouveau votre mot de passe", "confirmez votre mot de passe"}, code: []string{"application d'authentification", "code de connexion", "code de sécurité", "double authentification"},
		checkpoint: []string{"confirmez que c'est bien vous", "pas un robot", "captcha", "suspecte", "compte a été suspendu"},
		consent:    []string{"utilisation des cookies", "autoriser tous les cookies", "accepter les conditions"}, login: []string{"mot de passe oublié"},
		high: "qualité élevée", medium: "qualité moyenne", low: "qualité faible", months: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
	},
	"it": {
		download: []string{"scarica", "scarica file", "scarica le informazioni"}, requested: []string{"richiesto", "richiesta"}, expires: []string{"scade", "disponibile fino al"},
		part: `(?:parte|file) (\d{1,3}) di (\d{1,3})`, none: []string{"nessun download disponibile"}, preparing: []string{"sono in preparazione", "è in preparazione"}, expired: []string{"scaduto"},
		password: []string{"di nuovo la password", "conferma la password"}, code: []string{"app di autenticazione", "codice di accesso", "codice di sicurezza", "due fattori"},
		checkpoint: []string{"conferma la tua identità", "non sono un robot", "captcha", "sospett", "account è stato sospeso"},
		consent:    []string{"uso dei cookie", "consenti tutti i cookie", "accetta le condizioni"}, login: []string{"password dimenticata"},
		high: "qualità alta", medium: "qualità media", low: "qualità bassa", months: "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
	},
	"pt": {
		download: []string{"baixar", "transferir", "baixar arquivo", "baixar informações"}, requested: []string{"solicitado", "pedido"}, expires: []string{"expira em", "disponível até"},
		part: `(?:parte|arquivo) (\d{1,3}) de (\d{1,3})`, none: []string{"nenhum download disponível"}, preparing: []string{"estão sendo preparadas", "está sendo preparado"}, expired: []string{"expirado"},
		password: []string{"sua senha novamente", "confirme sua senha"}, code: []string{"app de autenticação", "aplicativo de autenticação", "código de login", "código de segurança", "dois fatores"},
		checkpoint: []string{"confirme que é você", "não sou um robô", "captcha", "suspeit", "conta foi suspensa"},
		consent:    []string{"uso de cookies", "permitir todos os cookies", "concordar com os termos"}, login: []string{"esqueceu a senha"},
		high: "qualidade alta", medium: "qualidade média", low: "qualidade baixa", months: "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
	},
	"tr": {
		download: []string{"indir", "dosyayı indir", "bilgileri indir"}, requested: []string{"istendi", "talep edildi"}, expires: []string{"son tarih"},
		part: `(?:bölüm|dosya) (\d{1,3}) ?/ ?(\d{1,3})`, none: []string{"kullanılabilir indirme yok"}, preparing: []string{"hazırlanıyor"}, expired: []string{"süresi doldu"},
		password: []string{"şifreni tekrar gir", "şifreni onayla"}, code: []string{"kimlik doğrulama uygulaması", "giriş kodu", "güvenlik kodu", "iki faktörlü"},
		checkpoint: []string{"sen olduğunu doğrula", "robot değilim", "captcha", "şüpheli", "hesabın askıya alındı"},
		consent:    []string{"çerezlerin kullanımı", "tüm çerezlere izin ver", "koşulları kabul et"}, login: []string{"şifreni mi unuttun"},
		high: "yüksek kalite", medium: "orta kalite", low: "düşük kalite", months: "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
	},
}

// Made of the tables above, for all languages at once: a page may mix them.
var (
	downloadWords = map[string]bool{}
	partNumbers   []*regexp.Regexp
)

func init() {
	for _, w := range languages {
		for _, d := range w.download {
			downloadWords[d] = true
		}
		partNumbers = append(partNumbers, regexp.MustCompile(`(?:^|\P{L})`+w.part+`(?:\D|$)`))
	}
}

// says tells whether the text, folded, holds one of the words that list picks, in any language.
func says(text string, list func(words) []string) bool {
	for _, w := range languages {
		for _, word := range list(w) {
			if strings.Contains(text, word) {
				return true
			}
		}
	}
	return false
}

// fold makes a text comparable: lower case, one space between words, plain apostrophes.
func fold(s string) string {
	s = strings.ToLower(s)
	s = strings.NewReplacer("\u0307", "", "’", "'", "‑", "-").Replace(s) // U+0307 is what is left of a Turkish İ
	return strings.Join(strings.Fields(s), " ")
}
