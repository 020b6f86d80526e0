package words

import (
	"fmt"
	"maps"
	"time"
)

var (
	germanDays   = [...]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"}
	germanMonths = [...]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}
	germanZones  = map[string]string{"CET": "MEZ", "CEST": "MESZ"}
)

// german says "du", as Instagram does in German. Which of Instagram's own words are only
// believed to be the right ones stands in docs/translating.md.
var german = table{
	code: "de",
	moment: func(t time.Time) string {
		zone, _ := t.Zone()
		if local, ok := germanZones[zone]; ok {
			zone = local
		}
		return fmt.Sprintf("%s, %d. %s, %s Uhr %s", germanDays[t.Weekday()], t.Day(), germanMonths[t.Month()-1], t.Format("15:04"), zone)
	},
	day: func(t time.Time) string {
		return fmt.Sprintf("%d. %s %d", t.Day(), germanMonths[t.Month()-1], t.Year())
	},
	counted: map[string]forms{
		// Spans and numbers of things.
		"%d minutes": {"one": "eine Minute", "other": "%d Minuten"},
		"%d hours":   {"one": "eine Stunde", "other": "%d Stunden"},
		"%d days":    {"one": "ein Tag", "other": "%d Tage"},
		"%d files":   {"one": "1 Datei", "other": "%d Dateien"},
		"%d posts":   {"one": "1 Beitrag", "other": "%d Beiträge"},
		"%d reels":   {"one": "1 Reel", "other": "%d Reels"},
		"%d stories": {"one": "1 Story", "other": "%d Storys"},

		// The verdict.
		"%d more files are still being downloaded.":          {"one": "Eine weitere Datei wird noch heruntergeladen.", "other": "%d weitere Dateien werden noch heruntergeladen."},
		"%d files that the archive speaks of are not in it.": {"one": "Eine Datei, von der das Archiv spricht, ist nicht darin.", "other": "%d Dateien, von denen das Archiv spricht, sind nicht darin."},
		"Instagram offers %[2]d files, %[1]d of them are here. Download the others too.": {
			"one":   "Instagram bietet %[2]d Dateien an, eine davon ist hier. Lade die anderen auch herunter.",
			"other": "Instagram bietet %[2]d Dateien an, %[1]d davon sind hier. Lade die anderen auch herunter.",
		},
		"%d files are here. Open Instagram's download page: does it offer just as many for this export?": {
			"one":   "Eine Datei ist hier. Öffne die Downloadseite von Instagram: Bietet sie für diesen Export genau eine Datei an? Wenn es mehr sind, lade die anderen auch herunter.",
			"other": "%d Dateien sind hier. Öffne die Downloadseite von Instagram: Bietet sie für diesen Export genau so viele an?",
		},
		"The archive of %[2]s is stored, and all of it was read. Before you delete the account, %[1]d questions are left that only you can answer.": {
			"one":   "Das Archiv von %[2]s ist gespeichert, und alles darin wurde gelesen. Bevor du das Konto löschst, bleibt eine Frage, die nur du beantworten kannst.",
			"other": "Das Archiv von %[2]s ist gespeichert, und alles darin wurde gelesen. Bevor du das Konto löschst, bleiben %[1]d Fragen, die nur du beantworten kannst.",
		},
		"Do not delete the account %[2]s yet: Instagram did not include %[1]d items in its archive. Only you can say whether you can do without them.": {
			"one":   "Lösche das Konto %[2]s noch nicht: In seinem Archiv fehlt etwas, das Instagram nicht mitgeliefert hat. Nur du kannst sagen, ob du darauf verzichten kannst.",
			"other": "Lösche das Konto %[2]s noch nicht: In seinem Archiv fehlen %[1]d Dinge, die Instagram nicht mitgeliefert hat. Nur du kannst sagen, ob du darauf verzichten kannst.",
		},
		"The archive of %[2]s is stored, and complete but for %[1]d items that Instagram did not include and you accepted. Deleting the account can go ahead.": {
			"one":   "Das Archiv von %[2]s ist gespeichert und vollständig, bis auf eine Sache, die Instagram nicht mitgeliefert hat und auf die du verzichtest. Das Konto kann gelöscht werden.",
			"other": "Das Archiv von %[2]s ist gespeichert und vollständig, bis auf %[1]d Dinge, die Instagram nicht mitgeliefert hat und auf die du verzichtest. Das Konto kann gelöscht werden.",
		},
		"The archive of %[2]s is stored, and complete but for %[1]d items that Instagram did not include and you accepted, and for what you said you can do without. Deleting the account can go ahead.": {
			"one":   "Das Archiv von %[2]s ist gespeichert und vollständig, bis auf eine Sache, die Instagram nicht mitgeliefert hat und auf die du verzichtest, und bis auf das, worauf du nach deinen Antworten verzichten kannst. Das Konto kann gelöscht werden.",
			"other": "Das Archiv von %[2]s ist gespeichert und vollständig, bis auf %[1]d Dinge, die Instagram nicht mitgeliefert hat und auf die du verzichtest, und bis auf das, worauf du nach deinen Antworten verzichten kannst. Das Konto kann gelöscht werden.",
		},

		"%d pictures or videos show something else here than under the same name in an earlier export of this account (made on %s, kept as %s). The evidence page lists them. Are they the right ones? %s": {
			"one":   "Ein Bild oder Video zeigt hier etwas anderes als unter demselben Namen in einem früheren Export dieses Kontos (gemacht am %[2]s, aufbewahrt als %[3]s). Auf der Seite mit den Belegen steht, welches. Ist es das richtige? %[4]s",
			"other": "%d Bilder oder Videos zeigen hier etwas anderes als unter demselben Namen in einem früheren Export dieses Kontos (gemacht am %s, aufbewahrt als %s). Auf der Seite mit den Belegen sind sie aufgeführt. Sind es die richtigen? %s",
		},
		"%[1]d conversations hold fewer messages or texts than in an earlier export of this account (made on %[2]s, kept as %[3]s). The largest loss is %[4]s. The evidence page lists them. Is it right that you, or those you wrote with, deleted these? %[5]s": {
			"one":   "Eine Unterhaltung enthält weniger Nachrichten oder Texte als in einem früheren Export dieses Kontos (gemacht am %[2]s, aufbewahrt als %[3]s): %[4]s. Ist es richtig, dass du oder die anderen sie gelöscht haben? %[5]s",
			"other": "%[1]d Unterhaltungen enthalten weniger Nachrichten oder Texte als in einem früheren Export dieses Kontos (gemacht am %[2]s, aufbewahrt als %[3]s). Am meisten fehlt hier: %[4]s. Auf der Seite mit den Belegen sind sie aufgeführt. Ist es richtig, dass du oder die anderen das gelöscht haben? %[5]s",
		},
		"%d pictures of the same name differ, and could not be looked at": {
			"one":   "ein Bild gleichen Namens ist anders und konnte nicht angesehen werden",
			"other": "%d Bilder gleichen Namens sind anders und konnten nicht angesehen werden",
		},
		"%d pictures, videos or sounds": {"one": "ein Bild, Video oder Tonstück", "other": "%d Bilder, Videos oder Tonstücke"},
		"%d conversations":              {"one": "eine Unterhaltung", "other": "%d Unterhaltungen"},
		"%d pictures, videos or sounds are much smaller here than in an earlier export of this account (made on %s, kept as %s). Is their quality enough for you? %s": {
			"one":   "Ein Bild, Video oder Tonstück ist hier viel kleiner als in einem früheren Export dieses Kontos (gemacht am %[2]s, aufbewahrt als %[3]s). Genügt dir ihre Qualität? %[4]s",
			"other": "%d Bilder, Videos oder Tonstücke sind hier viel kleiner als in einem früheren Export dieses Kontos (gemacht am %s, aufbewahrt als %s). Genügt dir ihre Qualität? %s",
		},

		"The archive holds %[2]s, but the dates of %[1]d posts, stories or reels cannot be read here. Is it right that your profile reaches no further back than the archive, and did you choose \"All time\" as the date range?": {
			"one":   "Das Archiv enthält %[2]s, aber das Datum eines Beitrags, einer Story oder eines Reels ist hier nicht zu lesen. Ist es richtig, dass dein Profil nicht weiter zurückreicht als das Archiv, und hast du als Zeitraum „Gesamter Zeitraum“ gewählt?",
			"other": "Das Archiv enthält %[2]s, aber das Datum von %[1]d Beiträgen, Storys oder Reels ist hier nicht zu lesen. Ist es richtig, dass dein Profil nicht weiter zurückreicht als das Archiv, und hast du als Zeitraum „Gesamter Zeitraum“ gewählt?",
		},
		"None of the %[1]d pictures, videos and sounds of an earlier export of this account (made on %[2]s, kept as %[3]s) could be found here by its name, as between exports of different years. Is everything here that you expect? %[4]s": {
			"one":   "Das einzige Bild, Video oder Tonstück eines früheren Exports dieses Kontos (gemacht am %[2]s, aufbewahrt als %[3]s) war hier an seinem Namen nicht zu finden, wie es zwischen Exporten verschiedener Jahre vorkommt. Ist alles hier, was du erwartest? %[4]s",
			"other": "Keines der %[1]d Bilder, Videos und Tonstücke eines früheren Exports dieses Kontos (gemacht am %[2]s, aufbewahrt als %[3]s) war hier an seinem Namen zu finden, wie es zwischen Exporten verschiedener Jahre vorkommt. Ist alles hier, was du erwartest? %[4]s",
		},
		// What the inspection finds.
		"There are %d more findings of this kind that are not listed here.": {"one": "Es gibt noch einen Befund dieser Art, der hier nicht aufgeführt ist.", "other": "Es gibt noch %d Befunde dieser Art, die hier nicht aufgeführt sind."},
		"%d files are of another kind than their names say, for instance pictures called .webp that are JPEG. That is usual in exports; the files themselves are fine.": {
			"one":   "Eine Datei ist von anderer Art, als ihr Name sagt, zum Beispiel ein Bild namens .webp, das JPEG ist. Das ist in Exporten üblich; die Datei selbst ist in Ordnung.",
			"other": "%d Dateien sind von anderer Art, als ihre Namen sagen, zum Beispiel Bilder namens .webp, die JPEG sind. Das ist in Exporten üblich; die Dateien selbst sind in Ordnung.",
		},
		"%d sounds or videos in your messages are of a kind that cannot be checked here; the first is %s. Play them: are they whole, or can you do without them?": {
			"one":   "Ein Ton oder Video in deinen Nachrichten ist von einer Art, die hier nicht geprüft werden kann: %[2]s. Spiele es ab: Ist es vollständig, oder kannst du darauf verzichten?",
			"other": "%d Töne oder Videos in deinen Nachrichten sind von einer Art, die hier nicht geprüft werden kann; das erste ist %s. Spiele sie ab: Sind sie vollständig, oder kannst du darauf verzichten?",
		},
		"%d sounds or videos that no list names are of a kind that cannot be checked here. Their bytes are as Instagram packed them.": {
			"one":   "Ein Ton oder Video, das keine Liste nennt, ist von einer Art, die hier nicht geprüft werden kann. Seine Bytes sind so, wie Instagram sie gepackt hat.",
			"other": "%d Töne oder Videos, die keine Liste nennt, sind von einer Art, die hier nicht geprüft werden kann. Ihre Bytes sind so, wie Instagram sie gepackt hat.",
		},
		"%d files that this list names are in no part of the archive; the first is %s. Either a part is missing, or Instagram left them out: give all parts, or request a new export.%s": {
			"one":   "Eine Datei, die diese Liste nennt, ist in keinem Teil des Archivs: %[2]s. Entweder fehlt ein Teil, oder Instagram hat sie ausgelassen: Übergib alle Teile zusammen, oder fordere einen neuen Export an.%[3]s",
			"other": "%d Dateien, die diese Liste nennt, sind in keinem Teil des Archivs; die erste ist %s. Entweder fehlt ein Teil, oder Instagram hat sie ausgelassen: Übergib alle Teile zusammen, oder fordere einen neuen Export an.%s",
		},
		"%d more files are in no part of the archive.%s": {"one": "Eine weitere Datei ist in keinem Teil des Archivs.%[2]s", "other": "%d weitere Dateien sind in keinem Teil des Archivs.%s"},
		"This list has %d entries that should name a picture or video and name none. Compare with your profile, save what is missing from the app, or request a new export.%s": {
			"one":   "Diese Liste hat einen Eintrag, der ein Bild oder Video nennen sollte und keines nennt. Vergleiche mit deinem Profil, sichere Fehlendes aus der App, oder fordere einen neuen Export an.%[2]s",
			"other": "Diese Liste hat %d Einträge, die ein Bild oder Video nennen sollten und keines nennen. Vergleiche mit deinem Profil, sichere Fehlendes aus der App, oder fordere einen neuen Export an.%s",
		},
		"This list names %d pictures or videos by an address in the web instead of a file. They are not in the archive and will be gone with the account. Request a new export.%s": {
			"one":   "Diese Liste nennt ein Bild oder Video mit einer Adresse im Netz statt einer Datei. Es ist nicht im Archiv und wird mit dem Konto verschwinden. Fordere einen neuen Export an.%[2]s",
			"other": "Diese Liste nennt %d Bilder oder Videos mit einer Adresse im Netz statt einer Datei. Sie sind nicht im Archiv und werden mit dem Konto verschwinden. Fordere einen neuen Export an.%s",
		},
		"%d files in the archive are named by no list. They are kept.": {
			"one":   "Eine Datei im Archiv wird von keiner Liste genannt. Sie bleibt erhalten.",
			"other": "%d Dateien im Archiv werden von keiner Liste genannt. Sie bleiben erhalten.",
		},
		"%d messages in the archive are blank: no sender, no date, no text. Can you do without them?": {
			"one":   "Eine Nachricht im Archiv ist leer: kein Absender, kein Datum, kein Text. Kannst du auf sie verzichten?",
			"other": "%d Nachrichten im Archiv sind leer: kein Absender, kein Datum, kein Text. Kannst du auf sie verzichten?",
		},
		"%d conversation files contain no messages. Are these conversations empty, or can you do without them?": {
			"one":   "Eine Datei einer Unterhaltung enthält keine Nachrichten. Ist die Unterhaltung leer, oder kannst du auf sie verzichten?",
			"other": "%d Dateien von Unterhaltungen enthalten keine Nachrichten. Sind diese Unterhaltungen leer, oder kannst du auf sie verzichten?",
		},
		"%d conversations contain files that no message mentions, so messages may be missing. Can you do without them?": {
			"one":   "Eine Unterhaltung enthält Dateien, die keine Nachricht erwähnt; vielleicht fehlen also Nachrichten. Kannst du auf sie verzichten?",
			"other": "%d Unterhaltungen enthalten Dateien, die keine Nachricht erwähnt; vielleicht fehlen also Nachrichten. Kannst du auf sie verzichten?",
		},
		"%d conversations have files but no text (message_1.json). A part is probably missing: give all parts together, or request a new export.": {
			"one":   "Eine Unterhaltung hat Dateien, aber keinen Text (message_1.json). Wahrscheinlich fehlt ein Teil: Übergib alle Teile zusammen, oder fordere einen neuen Export an.",
			"other": "%d Unterhaltungen haben Dateien, aber keinen Text (message_1.json). Wahrscheinlich fehlt ein Teil: Übergib alle Teile zusammen, oder fordere einen neuen Export an.",
		},
		"The archive holds %d zip files instead of an export. Unpack it once and give the zips inside.": {
			"one":   "Das Archiv enthält eine Zip-Datei statt eines Exports. Entpacke es einmal und übergib die Zip-Datei darin.",
			"other": "Das Archiv enthält %d Zip-Dateien statt eines Exports. Entpacke es einmal und übergib die Zip-Dateien darin.",
		},
		"There are %d bytes in the zip that belong to no file. Nothing that is listed is missing, but zips from Instagram have not been seen like that. If you can, download this part again and compare. Is the part good enough for you as it is?": {
			"one":   "In der Zip-Datei ist ein Byte, das zu keiner Datei gehört. Es fehlt nichts von dem, was verzeichnet ist, aber solche Zip-Dateien von Instagram sind nicht bekannt. Wenn du kannst, lade diesen Teil noch einmal herunter und vergleiche. Nimmst du die Zip-Datei so, wie sie ist?",
			"other": "In der Zip-Datei sind %d Bytes, die zu keiner Datei gehören. Es fehlt nichts von dem, was verzeichnet ist, aber solche Zip-Dateien von Instagram sind nicht bekannt. Wenn du kannst, lade diesen Teil noch einmal herunter und vergleiche. Nimmst du die Zip-Datei so, wie sie ist?",
		},

		// The news.
		"igwatchd: do not delete %[2]s yet: Instagram did not include %[1]d items": {
			"one":   "igwatchd: Lösche %[2]s noch nicht: Instagram hat etwas nicht mitgeliefert",
			"other": "igwatchd: Lösche %[2]s noch nicht: Instagram hat %[1]d Dinge nicht mitgeliefert",
		},
		"igwatchd: do not delete %[2]s yet: %[1]d questions are left": {
			"one":   "igwatchd: Lösche %[2]s noch nicht: Eine Frage ist offen",
			"other": "igwatchd: Lösche %[2]s noch nicht: %[1]d Fragen sind offen",
		},
		"and %d more":                   {"one": "und eine weitere", "other": "und %d weitere"},
		"and %d more:  igwatchd status": {"one": "und ein weiterer Punkt:  igwatchd status", "other": "und %d weitere Punkte:  igwatchd status"},
	},
	begins: map[string]string{
		"plug the disk in and mount it; a new one is prepared with: ": "Stecke den Datenträger an und hänge ihn ein; ein neuer wird so vorbereitet:  ",
		"see which copy is whole with: ":                              "Sieh nach, welche Kopie in Ordnung ist:  ",
		"repair it first: ":                                           "Repariere sie zuerst:  ",
		"sign in again: ":                                             "Melde dich noch einmal an:  ",
		"sign in: ":                                                   "Melde dich an:  ",
		"if this stays: ":                                             "Wenn das so bleibt: ",
	},
	texts: joined(germanVerdict, germanInspect, germanLists, germanNews, germanFaults),
}

// joined is one table of several, each of which is a file.
func joined(tables ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}
