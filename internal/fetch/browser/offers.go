package browser

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// card is one export on the page, with the controls of its files in the order of their numbers.
type card struct {
	account  string // as the card names it; "" if it names none
	service  string // "instagram", "facebook" or ""
	offer    Offer
	controls []int
	numbers  []int // of the parts, as the page counts them; 0: it does not
	mixed    bool  // it could not be taken apart
}

// cards groups the page's download controls by the export they belong to. Everything between a control and the
// nearest ancestor that says when or for which range the export was requested belongs to the card.
func (p *view) cards() (all []*card) {
	front := p.front()
	controls := p.controls(front)
	for _, c := range controls {
		at := p.evidence(c, front)
		read := p.readCard(at)
		within := 0
		for _, other := range controls {
			if other >= at && other < p.nodes[at].end {
				within++
			}
		}
		if within > 1 {
			text := fold(p.text(at))
			read.mixed = len(distinct(span.FindAllString(text, -1))) > 1 || countDates(text) > 1
		}
		number, of := p.partNumber(c, at, controls)
		read.offer.Parts = of
		i := slices.IndexFunc(all, func(o *card) bool { return o.same(read) })
		if i < 0 {
			all, i = append(all, read), len(all)
		}
		all[i].controls = append(all[i].controls, c)
		all[i].numbers = append(all[i].numbers, number)
		all[i].mixed = all[i].mixed || read.mixed
	}
	for _, c := range all {
		c.order()
	}
	return all
}

// evidence climbs from a control to its card.
func (p *view) evidence(control, front int) int {
	for at := p.nodes[control].parent; at > front && p.nodes[at].end-at < maxCard; at = p.nodes[at].parent {
		text := fold(p.text(at))
		if span.MatchString(text) || !dateAfter(text, func(w words) []string { return w.requested }).IsZero() {
			return at
		}
	}
	return front
}

// same tells whether two cards speak of one export.
func (c *card) same(o *card) bool {
	a, b := c.offer, o.offer
	return c.account == o.account && c.service == o.service && a.Requested.Equal(b.Requested) && a.Range == b.Range &&
		a.Format == b.Format && a.Quality == b.Quality && a.Parts == b.Parts
}

func (p *view) readCard(at int) *card {
	pieces := p.pieces(at)
	raw := strings.Join(pieces, " ")
	text := fold(raw)
	c := &card{offer: Offer{
		Requested: dateAfter(text, func(w words) []string { return w.requested }),
		Expires:   dateAfter(text, func(w words) []string { return w.expires }),
		Range:     span.FindString(text), Raw: redact(raw, 2_000),
	}}
	for _, format := range []string{"JSON", "HTML"} {
		if hasWord(text, strings.ToLower(format)) {
			c.offer.Format = format
		}
	}
	for _, w := range languages {
		for quality, word := range map[string]string{"high": w.high, "medium": w.medium, "low": w.low} {
			if strings.Contains(text, word) {
				c.offer.Quality = quality
			}
		}
	}
	c.account, c.service = named(pieces)
	return c
}

// partNumber reads "Part 1 of 3" beside a control: in the largest piece of the card that holds no other control.
func (p *view) partNumber(control, card int, controls []int) (number, of int) {
	for at := control; ; at = p.nodes[at].parent {
		for _, c := range controls {
			if c != control && c >= at && c < p.nodes[at].end {
				return number, of
			}
		}
		text := fold(p.text(at))
		for _, re := range partNumbers {
			if m := re.FindStringSubmatch(text); m != nil {
				number, _ = strconv.Atoi(m[1]) // digits, by the expression
				of, _ = strconv.Atoi(m[2])
			}
		}
		if at == card || p.nodes[at].parent < 0 {
			return number, of
		}
	}
}

// order puts the parts in the order of their numbers, and gives numbers to those without.
func (c *card) order() {
	byNumber := map[int]int{}
	for i, n := range c.numbers {
		if n != 0 {
			_, twice := byNumber[n]
			c.mixed = c.mixed || twice || n > c.offer.Parts
		}
		byNumber[n] = c.controls[i]
	}
	_, without := byNumber[0]
	c.mixed = c.mixed || without && len(byNumber) > 1
	if c.offer.Stated = c.offer.Parts > 0; !c.offer.Stated {
		c.offer.Parts = len(c.controls)
	}
	if without {
		for i := range c.numbers {
			c.numbers[i] = i + 1
		}
		return
	}
	slices.Sort(c.numbers)
	for i, n := range c.numbers {
		c.controls[i] = byNumber[n]
	}
}

func hasWord(text, word string) bool {
	return slices.Contains(strings.FieldsFunc(text, func(r rune) bool { return !(r >= 'a' && r <= 'z') }), word)
}

func distinct(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// countDates counts the different dates of requests in a folded text.
func countDates(text string) int {
	dates := map[time.Time]bool{}
	for _, w := range languages {
		for _, word := range w.requested {
			for _, rest := range strings.Split(text, word)[1:] {
				if date := dateIn(strings.ToValidUTF8(rest[:min(len(rest), 40)], "")); !date.IsZero() {
					dates[date] = true
				}
			}
		}
	}
	return len(dates)
}
