package exportmail

import "time"

// day, hour and week are the units of a validity.
const (
	hour = time.Hour
	day  = 24 * hour
	week = 7 * day
)

// How sure it is that a wording was Instagram's.
const (
	confirmed   = "confirmed"   // read in a mail, or in a report of the person who got it
	reported    = "reported"    // in guides, not seen
	unconfirmed = "unconfirmed" // told by one source that is doubtful, or our own guess; kept because imitations use it
)

// languages is all that is known of the mails, by language. To add one, add an entry here and
// a mail to testdata (docs/trust.md says how). Everything is in folded form (see fold): small
// letters, no accents; patterns are regular expressions on text of that form. Only code and
// words are needed. Mail in a language that is not listed is recognised by its sender and its
// links, so list a language only when a real mail in it is at hand: text in a listed language
// is believed to be readable.
var languages = []language{
	{
		code:  "en",
		words: []string{"the", "you", "your", "and", "this", "to", "of", "for", "if", "is"},
		wordings: []wording{
			{
				name: "meta-information-download", years: "2023 to 2026", source: confirmed,
				subjects: []string{"your meta information download is ready"},
				phrases:  []string{"the meta information files that you requested are now available to download"},
			},
			{
				name: "meta-information-download", years: "not dated", source: reported,
				subjects: []string{"your meta information file is ready for download"},
			},
			{
				name: "meta-information-download", years: "not dated", source: unconfirmed, // how American English may have it
				phrases: []string{"the meta information files you requested are now available to download"},
			},
			{
				name: "information-download", years: "about 2023", source: reported,
				subjects: []string{"your information download is ready", "your information is ready to download"},
			},
			{
				name: "instagram-data", years: "2018 to 2023", source: confirmed, // October 2019
				subjects: []string{"your instagram data"},
			},
			{
				name: "instagram-data", years: "not dated", source: unconfirmed,
				subjects: []string{"your instagram data is ready"},
			},
		},
		others: map[string]string{
			"export-in-progress": `\bin progress\b|\b(?:we've|we have) received your .*request|(?:isn't|not) (?:yet )?(?:ready|available)|not ready yet`,
			"export-trouble":     `(?:download|export|information).*(?:cancel|(?:has|have|is|was) expired|fail|problem|could ?n[o']t|unable)|(?:cancel|fail|problem|could ?n[o']t|unable).*(?:download|export|information)`,
			"facebook-export":    `facebook information file|\byour facebook (?:information|data|download)|facebook.*(?:download|archive) is ready`,
			"login-code":         `(?:^|\s)\d{3} ?\d{3}(?:\s|$).*\bcode\b|\bcode\b.*\d{3} ?\d{3}\b|is your instagram code`,
			"confirm-address":    `^confirm your (?:email|e-mail)`,
			"recovery":           `easy to get back on instagram|^reset your password|trouble logging in`,
			"verify-account":     `^verify your account`,
			"settings-update":    `update about your (?:instagram )?account|new log-?in (?:to|on)|privacy policy|terms of (?:use|service)`,
			"account-deletion":   `(?:account|profile).*(?:delet|deactivat|remov)|(?:delet|deactivat|remov).*(?:account|profile)`,
			"notification":       `\b(?:mentioned you|tagged you|commented on|sent you|replied to|liked your|started following|wants to follow|shared a|invited you)\b`,
			"copyright":          `copyright|infring|violat|community (?:guidelines|standards)`,
		},
		thing:    `information|data|files?|archive|copy|backup|export`,
		action:   `download(?:ed|s)?|export(?:s|ed)?|ready|available`,
		ready:    `(?:information|data|files?|archive|copy|backup|exports?|downloads?)\b.{0,90}\b(?:(?:is|are) (?:now )?(?:ready|available|complete|done|finished|here|waiting)|(?:is|are|can|may) (?:now )?be (?:downloaded|exported))\b|ready (?:to|for) (?:be )?download`,
		hedged:   `\b(?:when|once|until|as soon as|not|no longer|isn't|aren't|won't|will|we'll|if|before|any ?time|always)\b`,
		pending:  `\bin progress\b|being prepared|(?:isn't|not) (?:yet )?(?:ready|available)|not yet (?:ready|available|complete|finished|done)|(?:we'll|we will) (?:let you know|e-?mail|notify|send)|received your .{0,40}request|has been requested`,
		inviting: `(?:download|export) (?:a copy of )?your (?:instagram |meta )?(?:information|data|files?)`,
		validity: []string{`you(?: will|'ll)? have {time} (?:left )?to download`},
		sooner:   []string{`(?:available|download(?: it| them)?|valid) (?:for|within)(?: the next)? {time}`, `expires? in {time}`},
		units:    map[string]time.Duration{"day": day, "days": day, "hour": hour, "hours": hour, "week": week, "weeks": week},
		numbers: map[string]int{
			"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10, "fourteen": 14,
			"a": 1, "twelve": 12, "twenty-four": 24, "forty-eight": 48, "seventy-two": 72,
		},
	},
	{
		code:  "es",
		words: []string{"el", "los", "las", "tu", "una", "puedes", "y", "del", "esta", "este"},
		wordings: []wording{
			{
				name: "meta-information-download", years: "2023 to 2024", source: reported,
				subjects: []string{"la descarga de tu informacion de meta esta lista"},
			},
			{
				name: "instagram-data", years: "not dated", source: unconfirmed,
				subjects: []string{"tus datos de instagram", "tus datos de instagram estan listos"},
			},
		},
		others: map[string]string{
			"export-in-progress": `\ben (?:curso|proceso)\b|(?:aun|todavia) no esta`,
			"export-trouble":     `(?:descarga|exportacion|informacion).*(?:cancel|ha caducado|caducada|fall|problema)|(?:cancel|fall|problema).*(?:descarga|exportacion|informacion)`,
			"facebook-export":    `informacion de facebook`,
			"login-code":         `(?:^|\s)\d{3} ?\d{3}(?:\s|$).*\bcodigo\b|\bcodigo\b.*\d{3} ?\d{3}\b`,
			"confirm-address":    `^confirma tu (?:correo|direccion)`,
			"recovery":           `restablece`,
			"verify-account":     `^verifica tu cuenta`,
			"notification":       `\bte (?:ha )?(?:menciono|mencionado|etiqueto|etiquetado|envio|enviado)\b|comento tu|empezo a seguirte`,
			"account-deletion":   `(?:elimin|desactiv).*(?:cuenta|perfil)|(?:cuenta|perfil).*(?:elimin|desactiv)`,
		},
		thing:    `informacion|datos|archivos?|copia|exportacion|descarga`,
		action:   `descarg\w*|export\w*|list[oa]s?|disponibles?`,
		ready:    `(?:informacion|datos|archivos?|copia|exportacion|descarga)\b.{0,90}\b(?:ya )?(?:esta|estan) (?:ya )?(?:list[oa]s?|disponibles?|complet\w+)|ya (?:puedes|se pueden?|pueden) (?:descargar|ser descargad)`,
		hedged:   `\b(?:cuando|hasta|no|aun|todavia|si|sera|seran|estara|estaran|una vez|antes)\b`,
		pending:  `\ben (?:curso|proceso|prepara\w+)\b|(?:aun|todavia) no (?:esta|estan)|te (?:avisaremos|enviaremos|informaremos|notificaremos)|(?:hemos )?recibido tu (?:\w+ ){0,6}solicitud`,
		inviting: `(?:descargar?|exportar?) tus? (?:informacion|datos|archivos)`,
		validity: []string{`(?:tendras|tienes) {time} para descargar`},
		sooner:   []string{`disponibles? durante {time}`, `caduca(?:n|ra|ran)? en {time}`},
		units:    map[string]time.Duration{"dia": day, "dias": day, "hora": hour, "horas": hour, "semana": week, "semanas": week},
		numbers:  map[string]int{"un": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "diez": 10, "catorce": 14},
	},
}
