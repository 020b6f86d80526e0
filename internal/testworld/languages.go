package testworld

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Languages are those in which pages can tell times. The forms of all but Polish and Thai were seen in exports:
// one of 2021 to 2023, each language in its own way, and one since 2023, where the order is that of English.
var Languages = []string{"en-GB", "it", "es", "pt", "ru", "zh", "ar", "id", "pl", "th"}

// timeForm is how a language tells times.
type timeForm struct {
	months   string // twelve, between spaces
	am, pm   string
	old      string // until 2023; the form since then if it is empty
	zero     rune   // of its digits, if they are others
	brackets string // around it
}

var timeForms = map[string]timeForm{
	"":      {months: "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", am: "am", pm: "pm", old: "{M} {d}, {y}, {h12}:{mm} {AP}"},
	"en-GB": {months: "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", am: "am", pm: "pm", old: "{d} {M} {y}, {hh}:{mm}"},
	"it":    {months: "gen feb mar apr mag giu lug ago set ott nov dic", am: "am", pm: "pm"},
	"es":    {months: "ene feb mar abr may jun jul ago sep oct nov dic", am: "am", pm: "pm"},
	"pt":    {months: "jan fev mar abr mai jun jul ago set out nov dez", am: "da manhã", pm: "da tarde/noite", old: "{d} de {M} de {y} {hh}:{mm}"},
	"ru":    {months: "янв фев мар апр мая июн июл авг сен окт ноя дек", am: "am", pm: "pm", old: "{d} {M} {y} г., {hh}:{mm}"},
	"zh":    {months: "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月", am: "上午", pm: "下午", old: "{y}年{M}{d}日 {hh}:{mm}"},
	"ar":    {months: "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر", am: "ص", pm: "م", zero: '٠', brackets: "\u200f"},
	"id":    {months: "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des", am: "am", pm: "pm"},
	"pl":    {months: "sty lut mar kwi maj cze lip sie wrz paź lis gru", am: "am", pm: "pm", old: "{d} {M} {y}, {hh}:{mm}"},
	"th":    {months: "ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.", am: "ก่อนเที่ยง", pm: "หลังเที่ยง", old: "{d} {M} {b} {hh}:{mm}"},
}

// pageZone is where pages tell the time: fixed, whatever the account's own zone.
var pageZone = time.FixedZone("", -8*60*60)

// pageTime tells a UNIX time as a page of the export does.
func (p *plan) pageTime(t int64) string {
	at := time.Unix(t, 0).In(pageZone)
	form, ok := timeForms[p.Language]
	if !ok && p.bad == nil {
		p.bad = fmt.Errorf("pages are not known in %q", p.Language)
		return ""
	}
	half := form.am
	if at.Hour() >= 12 {
		half = form.pm
	}
	pattern := "{M} {dd}, {y} {h12}:{mm} {ap}"
	if (p.Layout == LayoutV2a || p.Layout == LayoutV2b) && form.old != "" {
		pattern = form.old
	}
	s := strings.NewReplacer(
		"{M}", strings.Fields(form.months)[at.Month()-1], "{d}", at.Format("2"), "{dd}", at.Format("02"), "{y}", at.Format("2006"), "{b}", strconv.Itoa(at.Year()+543),
		"{h12}", at.Format("3"), "{hh}", at.Format("15"), "{mm}", at.Format("04"), "{ap}", half, "{AP}", strings.ToUpper(half),
	).Replace(pattern)
	if form.zero != 0 {
		s = strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return form.zero + r - '0'
			}
			return r
		}, s)
	}
	return form.brackets + s + form.brackets
}
