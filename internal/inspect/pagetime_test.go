package inspect

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func readTime(s string) string {
	d := newPageDates()
	t, _ := d.read(s)
	if t == 0 {
		return ""
	}
	return time.Unix(t, 0).In(pageZone).Format("2006-01-02 15:04")
}

func TestTimesThatWereSeen(t *testing.T) {
	// From public exports of 2021 to 2026, but for the third block, which programs that read them have as examples.
	for s, want := range map[string]string{
		"Aug 17, 2025 11:23 am": "2025-08-17 11:23", "Sep 8, 2016, 4:36 PM": "2016-09-08 16:36", "20 Dec 2020, 09:06": "2020-12-20 09:06",
		"12 мар 2022 г., 08:28": "2022-03-12 08:28", "28 мая 2020 г., 17:17": "2020-05-28 17:17", "25 авг 2020 г., 07:38": "2020-08-25 07:38",
		"27 янв 2020 г., 23:16": "2020-01-27 23:16", "5 сен 2019 г., 08:38": "2019-09-05 08:38", "19 ноя 2018 г., 17:23": "2018-11-19 17:23",
		"26 фев 2020 г., 10:10": "2020-02-26 10:10", "2 апр 2020 г., 09:29": "2020-04-02 09:29", "31 дек 2019 г., 01:21": "2019-12-31 01:21",
		"2023年9月13日 05:45": "2023-09-13 05:45", "25 de set de 2020 13:00": "2020-09-25 13:00", "11 de mai de 2021 07:00": "2021-05-11 07:00",
		"\u200fيونيو ٠١, ٢٠٢٦ ١٢:٢٨ ص\u200f": "2026-06-01 00:28", "\u200fمارس ٢٢, ٢٠٢٦ ١٢:٢٧ م\u200f": "2026-03-22 12:27",
		"\u200fأغسطس ٢٧, ٢٠٢٤ ١٠:٢٣ ص\u200f": "2024-08-27 10:23", "\u200fيناير ٢٩, ٢٠٢٦ ٢:٠٧ م\u200f": "2026-01-29 14:07",
		"nov 21, 2025 1:53 pm": "2025-11-21 13:53", "Mei 13, 2025 12:02 am": "2025-05-13 00:02",
		"jun 24, 2025 9:27 da tarde/noite": "2025-06-24 21:27", "jun 27, 2025 4:57 da manhã": "2025-06-27 04:57",
		"Oct 08, 2025 4:51:50pm": "2025-10-08 16:51", "Feb 01, 1905 12:00 am": "1905-02-01 00:00",

		"ene 21, 2026 2:26 pm": "2026-01-21 14:26", "ago 07, 2026 7:31 da tarde/noite": "2026-08-07 19:31",
	} {
		if got := readTime(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

func TestTimesInOtherForms(t *testing.T) {
	// Not seen in exports: the medium forms of Unicode's CLDR, and what must not be taken for a time.
	for s, want := range map[string]string{
		"13.09.2023, 05:45": "2023-09-13 05:45", "13.9.2023 klo 5.45": "2023-09-13 05:45", "13. sep. 2023 05.45": "2023-09-13 05:45",
		"13 sept. 2023 à 05:45": "2023-09-13 05:45", "13 sept. 2023 à 17 h 45": "2023-09-13 17:45", "2023. szept. 13. 5:45": "2023-09-13 05:45",
		"2023. 9. 13. 오후 5:45": "2023-09-13 17:45", "2023년 9월 13일 05:45": "2023-09-13 05:45", "9월 13, 2023 5:45 오후": "2023-09-13 17:45",
		"2023/09/13 5:45": "2023-09-13 05:45", "9月 13, 2023 5:45 下午": "2023-09-13 17:45", "2023年9月13日 下午5:45": "2023-09-13 17:45",
		"九月 13, 2023 5:45 下午": "2023-09-13 17:45", "2023年9月13日 5時45分": "2023-09-13 05:45",
		"05:45 13 thg 9, 2023": "2023-09-13 05:45", "Tháng 9 13, 2023 5:45 chiều": "2023-09-13 17:45",
		"13 ก.ย. 2566 05:45": "2023-09-13 05:45", "ก.ย. 13, 2023 5:45 หลังเที่ยง": "2023-09-13 17:45", "१३ सित॰ २०२३, ५:४५ pm": "2023-09-13 17:45",
		"13 בספט׳ 2023, 05:45": "2023-09-13 05:45", "13 Σεπ 2023, 5:45 μ.μ.": "2023-09-13 17:45", "13 Eyl 2023 05:45": "2023-09-13 05:45",
		"Sep 13, 2023 12:00 pm": "2023-09-13 12:00", "13/09/2023 05:45": "2023-09-13 05:45", "09/13/2023 05:45": "2023-09-13 05:45", "9/9/2023 05:45": "2023-09-09 05:45",
		"mar 13, 2023 5:45 \u202fpm": "2023-03-13 17:45",

		"": "", "Username": "", "17 août 2025": "", "Aug 17, 2025": "", "04/03/2023 05:45": "", "Sep 31, 2023 5:45 pm": "", "Sep 13, 2023 25:45": "",
		"2025-09-30T00:30:54+00:00": "", "2021:06:19 19:00:23": "", "2402:1980:240::2023": "", "Sep Oct 13, 2023 5:45": "", "Xyz 13, 2023 5:45 pm": "",
		"Feb 30, 2024 1:00 am": "", "Sep 13, 20233 5:45": "", "Sep 13, 2023 2024 5:45": "", "13 2023 05:45 here": "", "lip 13, 2023 5:45": "",
	} {
		if got := readTime(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

// TestMonthsOfAllLanguages reads each name of the table, and what three letters are left of it, in the form that
// pages have since 2023: it is that month, or unsure, which only two families of names are.
func TestMonthsOfAllLanguages(t *testing.T) {
	names, n := 0, 0
	unsure := map[string]bool{}
	for line := range strings.Lines(monthTable) {
		language, all, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		n++
		months := strings.Split(all, "|")
		if len(months) != 12 {
			t.Fatalf("%s: %d months", language, len(months))
		}
		for i, forms := range months {
			for _, form := range strings.Fields(forms) {
				names++
				d := newPageDates()
				s := fmt.Sprintf("%s 07, 2021 3:04 pm", form)
				got, doubt := d.read(s)
				if doubt {
					unsure[form] = true
					continue
				}
				if at := time.Unix(got, 0).In(pageZone); int(at.Month()) != i+1 || at.Day() != 7 || at.Hour() != 15 {
					t.Errorf("%s: %q is %v", language, s, at)
				}
			}
		}
	}
	if n < 45 || n > 64 || names < 600 {
		t.Errorf("%d languages, %d names", n, names)
	}
	for form := range unsure { // October in Croatian is November in Polish and Czech; July and August, June and July likewise
		switch form {
		case "lis", "listopad", "listopada", "srp", "lip":
		default:
			t.Errorf("%q is unsure", form)
		}
	}
	if len(unsure) != 5 {
		t.Errorf("%v", unsure)
	}
}

func TestMonthsOfTwoLanguages(t *testing.T) {
	for first, want := range map[string]string{"sij": "2021-10-07 15:04", "gru": "2021-11-07 15:04", "led": "2021-11-07 15:04"} {
		d := newPageDates()
		if at, unsure := d.read("lis 07, 2021 3:04 pm"); at != 0 || !unsure {
			t.Errorf("%d %v", at, unsure)
		}
		if at, _ := d.read(first + " 07, 2021 3:04 pm"); at == 0 {
			t.Errorf("%s is not read", first)
		}
		at, unsure := d.read("lis 07, 2021 3:04 pm")
		if got := time.Unix(at, 0).In(pageZone).Format("2006-01-02 15:04"); got != want || unsure {
			t.Errorf("after %s: %s %v", first, got, unsure)
		}
	}
}

func FuzzPageTime(f *testing.F) {
	for _, s := range []string{"Aug 17, 2025 11:23 am", "12 мар 2022 г., 08:28", "2023年9月13日 05:45", "\u200fيونيو ٠١, ٢٠٢٦ ١٢:٢٨ ص\u200f", "13 ก.ย. 2566 05:45", "2023. 9. 13. 오후 5:45", "13 sept. 2023 à 17 h 45"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d := newPageDates()
		at, unsure := d.read(s)
		if unsure && at != 0 {
			t.Errorf("%q: %d, and unsure", s, at)
		}
		if y := time.Unix(at, 0).In(pageZone).Year(); at != 0 && (y < 1900 || y >= 2100) {
			t.Errorf("%q: the year %d", s, y)
		}
	})
}
