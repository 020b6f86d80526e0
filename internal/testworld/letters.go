package testworld

import (
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
)

const (
	fromInstagram  = `"Instagram" <no-reply@mail.instagram.com>`
	fromSecurity   = `Instagram <security@mail.instagram.com>`
	accountsCenter = "https://accountscenter.instagram.com/info_and_permissions/dyi/?entry_point=notification"
	secureAccount  = "https://www.instagram.com/n/account_security/?utm_source=instagram&utm_medium=email"
)

// letterOf returns the words of a mail. Where a real one was seen, they are its exact words.
func letterOf(m Mail) (letter, error) {
	if m.Language != "" && m.Language != "en" && (m.Language != "es" || m.Kind != Ready2026) {
		return letter{}, fmt.Errorf("make mail: no %s text in language %q", m.Kind, m.Language)
	}
	ready := ready2026
	if m.Language == "es" {
		ready = ready2026es
	}
	switch m.Kind {
	case Ready2019:
		return ready2019, nil
	case Ready2022:
		return ready2022, nil
	case Ready2026, ForgedFrom:
		return ready, nil
	case ForgedReady:
		ready.from = `"Instagram" <security@mail-instagram.com>`
		ready.links = []string{"https://accountscenter-instagram.com/info_and_permissions/dyi/?entry_point=notification", "https://mail-instagram.com/new", "https://mail-instagram.com/secure"}
		return ready, nil
	}
	if l, ok := otherLetters[m.Kind]; ok {
		return l, nil
	}
	return letter{}, fmt.Errorf("make mail: no kind %q", m.Kind)
}

var ready2026 = letter{
	from:    fromSecurity,
	subject: "Your Meta information download is ready",
	links:   []string{accountsCenter, accountsCenter, secureAccount},
	body: `The Meta information files that you requested are now available to download. You can find your files on the [export your information]{0} page.

For security reasons, you will have four days to download your information after you've received this email. If your files are no longer available by the time you read this email, you can [request a new download]{1}.

As this file may contain private information, you should keep it secure and take precautions when storing, sending or uploading it to another service.

Thanks,

The Meta Privacy Team

If you did not request a copy of your information, please take [steps to further secure your account]{2}.`,
}

// Subject and link text are reported; the rest is a translation of the English mail.
var ready2026es = letter{
	from:    fromSecurity,
	subject: "La descarga de tu información de Meta está lista",
	links:   ready2026.links,
	body: `Los archivos de información de Meta que solicitaste ya están disponibles para descargar: [Descargar tu información]{0}.

Por motivos de seguridad, tendrás cuatro días para descargar tu información después de recibir este correo electrónico. Si los archivos ya no están disponibles, puedes [solicitar una nueva descarga]{1}.

Gracias,

El equipo de privacidad de Meta

Si no solicitaste una copia de tu información, [protege tu cuenta]{2}.`,
}

var ready2022 = letter{
	from:    fromSecurity,
	subject: "Your Instagram Data",
	links:   []string{"https://www.instagram.com/dyi/download/auth/AbCdEf0123456789/?dyi_job_id=17912345678901234"},
	body: `The Instagram information that you requested is ready to download.

[Download Information]{0}

For security reasons, you will have four days to download your information.`,
}

var ready2019 = letter{
	from:    fromSecurity,
	subject: "Your Instagram Data",
	links:   []string{"https://www.instagram.com/download/confirm/a1B2c3D4e5/"},
	body: `The copy of the things you've shared on Instagram that you requested is ready.

[DOWNLOAD DATA]{0}

The link will work for four days.`,
}

var otherLetters = map[Kind]letter{
	InProgress: {
		from:    fromSecurity,
		subject: "Your Meta download request is in progress",
		links:   []string{accountsCenter},
		body: `We've received your request for a copy of your information. It is not ready yet.

We'll send you another email when your files are available on the [export your information]{0} page.

The Meta Privacy Team`,
	},
	LoginCode: {
		from:    fromInstagram,
		subject: "482913 is your Instagram code",
		notify:  "ig_verify_email_for_recovery",
		body: `Someone tried to log in to your Instagram account. If this was you, please use the following code to confirm your identity:

482913`,
	},
	Recovery: {
		from:    fromSecurity,
		subject: "jane.doe, we've made it easy to get back on Instagram",
		links:   []string{"https://www.instagram.com/_n/web_emaillogin?uid=abcdef&token=GhIjKl&utm_source=instagram&utm_medium=email"},
		body: `Sorry to hear you're having trouble logging into Instagram. We can help you get straight back into your account.

[Log in as jane.doe]{0}`,
	},
	SettingsUpdate: {
		from:    fromInstagram,
		subject: "An important update about your Instagram account settings",
		links:   []string{"https://www.instagram.com/_n/mainfeed?utm_campaign=settings&utm_source=instagram&utm_medium=email", "https://instagram.com/emails/unsubscribe/support_email?user_id=1&sig=2"},
		body: `We've changed how you download and manage your information. [Open Instagram]{0} to see your settings.

[Unsubscribe]{1}`,
	},
	FacebookReady: {
		from:    `"Facebook" <security@facebookmail.com>`,
		subject: "Your Facebook information file is ready",
		links:   []string{"https://www.facebook.com/dyi/?referrer=yfi_settings&tab=all_archives"},
		body: `The Facebook information file that you requested is ready to download.

[Download your information]{0}`,
	},
	BusinessPhish: {
		from:    `"Facebook Business" <noreply@business.facebook.com>`,
		subject: "Your Meta information download is ready: account under review",
		notify:  "business_manager_partner_request_unreg",
		links:   []string{"https://m.me/instagram.export.support", "https://business.facebook.com/invitation/?token=abc"},
		body: `Instagram Export Support wants to be your partner.

Your Meta information download is ready, but your account will be deleted within 24 hours. Confirm your identity first: [download your information]{0}

[View request]{1}`,
	},
	LookalikePhish: {
		from:    `"Instagram" <support@contact-helpchannelcopyrights.com>`,
		subject: "Your Instagram Data will be deleted: copyright violation",
		links:   []string{"https://notifications.google.com/g/p/APNL1Tg?url=https%3A%2F%2Fcontact-helpchannelcopyrights.com%2Fappeal"},
		body: `Your account violates copyright. Download your information and appeal within 24 hours.

[Appeal form]{0}`,
	},
}

var linkMark = regexp.MustCompile(`\[([^]]+)\]\{(\d)\}`)

// html sets the letter as Instagram's mails look: one table, links inline.
func (l letter) html(language string, links []string) string {
	if language == "" {
		language = "en"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<!DOCTYPE html><html lang=\"%s\"><head><title>Instagram</title></head><body style=\"margin:0;\" dir=\"ltr\" bgcolor=\"#ffffff\">"+
		"<table border=\"0\" cellspacing=\"0\" cellpadding=\"0\" align=\"center\" style=\"border-collapse:collapse;\">", language)
	for paragraph := range strings.SplitSeq(l.body, "\n\n") {
		b.WriteString("<tr><td style=\"font-family:Helvetica,Arial,sans-serif;font-size:16px;\"><p>")
		b.WriteString(fillLinks(html.EscapeString(paragraph), links, func(text, link string) string {
			return `<a href="` + html.EscapeString(link) + `" style="color:#3b5998;text-decoration:none;">` + text + `</a>`
		}))
		b.WriteString("</p></td></tr>\n")
	}
	for i := strings.Count(l.body, "]{"); i < len(links); i++ {
		fmt.Fprintf(&b, "<tr><td><p><a href=\"%s\">%d</a></p></td></tr>\n", html.EscapeString(links[i]), i+1)
	}
	b.WriteString("</table></body></html>\n")
	return b.String()
}

func (l letter) plain(links []string) string {
	return fillLinks(l.body, links, func(text, link string) string { return text + " (" + link + ")" }) + "\n"
}

func fillLinks(text string, links []string, fill func(text, link string) string) string {
	return linkMark.ReplaceAllStringFunc(text, func(mark string) string {
		m := linkMark.FindStringSubmatch(mark)
		i, err := strconv.Atoi(m[2])
		if err != nil || i >= len(links) {
			return m[1]
		}
		return fill(m[1], links[i])
	})
}
