package words

import (
	"fmt"
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
		"%d minutes":       {"one": "eine Minute", "other": "%d Minuten"},
		"%d hours":         {"one": "eine Stunde", "other": "%d Stunden"},
		"%d days":          {"one": "ein Tag", "other": "%d Tage"},
		"%d files":         {"one": "1 Datei", "other": "%d Dateien"},
		"%d posts":         {"one": "1 Beitrag", "other": "%d Beiträge"},
		"%d reels":         {"one": "1 Reel", "other": "%d Reels"},
		"%d further years": {"one": "ein weiteres Jahr", "other": "%d weitere Jahre"},

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
		"The archive of %[2]s is whole and stored. Before you delete the account, %[1]d questions are left that only you can answer.": {
			"one":   "Das Archiv von %[2]s ist unversehrt und gespeichert. Bevor du das Konto löschst, bleibt eine Frage, die nur du beantworten kannst.",
			"other": "Das Archiv von %[2]s ist unversehrt und gespeichert. Bevor du das Konto löschst, bleiben %[1]d Fragen, die nur du beantworten kannst.",
		},

		"%d pictures, videos or sounds":          {"one": "ein Bild, Video oder Tonstück", "other": "%d Bilder, Videos oder Tonstücke"},
		"%d conversations":                       {"one": "eine Unterhaltung", "other": "%d Unterhaltungen"},
		"%d more, which the evidence page lists": {"one": "eine weitere, die auf der Seite mit den Belegen steht", "other": "%d weitere, die auf der Seite mit den Belegen stehen"},
		"%d pictures, videos or sounds are smaller here than in an earlier export of this account (%s, kept as %s). Did you ask for a lower media quality this time? If so, ask Instagram for a new export (All time, High quality, JSON, every category). Both exports are kept: keep them both.": {
			"one":   "Ein Bild, Video oder Tonstück ist hier kleiner als in einem früheren Export dieses Kontos (%[2]s, aufbewahrt als %[3]s). Hast du diesmal eine niedrigere Medienqualität gewählt? Dann fordere bei Instagram einen neuen Export an (gesamter Zeitraum, hohe Qualität, JSON, alle Kategorien). Beide Exporte bleiben erhalten: behalte beide.",
			"other": "%d Bilder, Videos oder Tonstücke sind hier kleiner als in einem früheren Export dieses Kontos (%s, aufbewahrt als %s). Hast du diesmal eine niedrigere Medienqualität gewählt? Dann fordere bei Instagram einen neuen Export an (gesamter Zeitraum, hohe Qualität, JSON, alle Kategorien). Beide Exporte bleiben erhalten: behalte beide.",
		},

		// What the inspection finds.
		"There are %d more findings of this kind that are not listed here.": {"one": "Es gibt noch einen Befund dieser Art, der hier nicht aufgeführt ist.", "other": "Es gibt noch %d Befunde dieser Art, die hier nicht aufgeführt sind."},
		"%d files are of another kind than their names say, for instance pictures called .webp that are JPEG. That is usual in exports; the files themselves are fine.": {
			"one":   "Eine Datei ist von anderer Art, als ihr Name sagt, zum Beispiel ein Bild namens .webp, das JPEG ist. Das ist in Exporten üblich; die Datei selbst ist in Ordnung.",
			"other": "%d Dateien sind von anderer Art, als ihre Namen sagen, zum Beispiel Bilder namens .webp, die JPEG sind. Das ist in Exporten üblich; die Dateien selbst sind in Ordnung.",
		},
		"%d files are of a kind (HEIC, or sound other than MP4) that is recognised here but not decoded. Their bytes are as Instagram packed them.": {
			"one":   "Eine Datei ist von einer Art (HEIC, oder anderer Ton als MP4), die hier erkannt, aber nicht dekodiert wird. Ihre Bytes sind so, wie Instagram sie gepackt hat.",
			"other": "%d Dateien sind von einer Art (HEIC, oder anderer Ton als MP4), die hier erkannt, aber nicht dekodiert wird. Ihre Bytes sind so, wie Instagram sie gepackt hat.",
		},
		"%d files that this list names are in no part of the archive; the first is %s. Either a part is missing, or Instagram left them out: give all parts, or request a new export.": {
			"one":   "Eine Datei, die diese Liste nennt, ist in keinem Teil des Archivs: %[2]s. Entweder fehlt ein Teil, oder Instagram hat sie ausgelassen: Übergib alle Teile zusammen, oder fordere einen neuen Export an.",
			"other": "%d Dateien, die diese Liste nennt, sind in keinem Teil des Archivs; die erste ist %s. Entweder fehlt ein Teil, oder Instagram hat sie ausgelassen: Übergib alle Teile zusammen, oder fordere einen neuen Export an.",
		},
		"%d more files are in no part of the archive.": {"one": "Eine weitere Datei ist in keinem Teil des Archivs.", "other": "%d weitere Dateien sind in keinem Teil des Archivs."},
		"This list has %d entries that should name a picture or video and name none. Compare with your profile, save what is missing from the app, or request a new export.": {
			"one":   "Diese Liste hat einen Eintrag, der ein Bild oder Video nennen sollte und keines nennt. Vergleiche mit deinem Profil, sichere Fehlendes aus der App, oder fordere einen neuen Export an.",
			"other": "Diese Liste hat %d Einträge, die ein Bild oder Video nennen sollten und keines nennen. Vergleiche mit deinem Profil, sichere Fehlendes aus der App, oder fordere einen neuen Export an.",
		},
		"This list names %d pictures or videos by an address in the web instead of a file. They are not in the archive and will be gone with the account. Request a new export.": {
			"one":   "Diese Liste nennt ein Bild oder Video mit einer Adresse im Netz statt einer Datei. Es ist nicht im Archiv und wird mit dem Konto verschwinden. Fordere einen neuen Export an.",
			"other": "Diese Liste nennt %d Bilder oder Videos mit einer Adresse im Netz statt einer Datei. Sie sind nicht im Archiv und werden mit dem Konto verschwinden. Fordere einen neuen Export an.",
		},
		"%d files in the archive are named by no list. Nothing is lost by that; they are kept.": {
			"one":   "Eine Datei im Archiv wird von keiner Liste genannt. Dadurch geht nichts verloren; sie bleibt erhalten.",
			"other": "%d Dateien im Archiv werden von keiner Liste genannt. Dadurch geht nichts verloren; sie bleiben erhalten.",
		},
		"%d conversations have files but no text (message_1.json). A part is probably missing: give all parts together, or request a new export.": {
			"one":   "Eine Unterhaltung hat Dateien, aber keinen Text (message_1.json). Wahrscheinlich fehlt ein Teil: Übergib alle Teile zusammen, oder fordere einen neuen Export an.",
			"other": "%d Unterhaltungen haben Dateien, aber keinen Text (message_1.json). Wahrscheinlich fehlt ein Teil: Übergib alle Teile zusammen, oder fordere einen neuen Export an.",
		},
		"The archive holds %d zip files instead of an export. Unpack it once and give the zips inside.": {
			"one":   "Das Archiv enthält eine Zip-Datei statt eines Exports. Entpacke es einmal und übergib die Zip-Datei darin.",
			"other": "Das Archiv enthält %d Zip-Dateien statt eines Exports. Entpacke es einmal und übergib die Zip-Dateien darin.",
		},
		"There are %d bytes in the zip that belong to no file. Nothing that is listed is missing, but zips from Instagram have not been seen like that. If you can, download this part again and compare.": {
			"one":   "In der Zip-Datei ist ein Byte, das zu keiner Datei gehört. Es fehlt nichts von dem, was verzeichnet ist, aber solche Zip-Dateien von Instagram sind nicht bekannt. Wenn du kannst, lade diesen Teil noch einmal herunter und vergleiche.",
			"other": "In der Zip-Datei sind %d Bytes, die zu keiner Datei gehören. Es fehlt nichts von dem, was verzeichnet ist, aber solche Zip-Dateien von Instagram sind nicht bekannt. Wenn du kannst, lade diesen Teil noch einmal herunter und vergleiche.",
		},

		// The news.
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
	texts: map[string]string{
		"less than a minute": "weniger als eine Minute",

		// The verdict.
		"The archive of %s is complete and stored. Deleting the account can go ahead.":                                                 "Das Archiv von %s ist vollständig und gespeichert. Das Konto kann gelöscht werden.",
		"Do not delete the account %s yet: its archive is here, but not every copy that you asked for has been written and read back.": "Lösche das Konto %s noch nicht: Sein Archiv ist hier, aber noch nicht jede gewünschte Kopie ist geschrieben und zurückgelesen.",
		"Do not delete the account %s: a stored copy of its archive is damaged.":                                                       "Lösche das Konto %s nicht: Eine gespeicherte Kopie seines Archivs ist beschädigt.",
		"Do not delete the account %s: its archive is not complete.":                                                                   "Lösche das Konto %s nicht: Sein Archiv ist nicht vollständig.",
		"The archive could not be judged because of a fault in igwatchd itself (%v). Please report it, and do not delete the account.": "Das Archiv konnte wegen eines Fehlers in igwatchd selbst nicht beurteilt werden (technische Angabe: %v). Bitte melde ihn, und lösche das Konto nicht.",
		"You confirmed: %s":                   "Du hast bestätigt: %s",
		"No archive has been received.":       "Es ist kein Archiv angekommen.",
		"The archive has not been inspected.": "Das Archiv ist nicht geprüft worden.",
		"The archive has not been stored.":    "Das Archiv ist nicht gespeichert worden.",
		"Ask Instagram for a new export (All time, High quality, JSON, every category).":                               "Fordere bei Instagram einen neuen Export an (gesamter Zeitraum, hohe Qualität, JSON, alle Kategorien).",
		"The files that were inspected are not the files that were received.":                                          "Die geprüften Dateien sind nicht die Dateien, die angekommen sind.",
		"Not everything could be checked (%s), because of the faults named here.":                                      "Wegen der hier genannten Fehler konnte nicht alles geprüft werden (technische Angabe: %s).",
		"Nothing in the archive says whose it is. It should be the archive of %s.":                                     "Nichts im Archiv sagt, wem es gehört. Es sollte das Archiv von %s sein.",
		"This is the archive of %s, not of %s. Make sure that you were logged in as %s when you asked for the export.": "Das ist das Archiv von %s, nicht von %s. Achte darauf, dass du als %s angemeldet bist, wenn du den Export anforderst.",
		"The archive is stored, but igwatchd cannot judge this kind of export (layout %s, format %s). %s":              "Das Archiv ist gespeichert, aber igwatchd kann diese Art von Export nicht beurteilen (Aufbau %s, Format %s). %s",
		"The copy in %s is not what was stored there.":                                                                 "Die Kopie in %s ist nicht mehr das, was dort gespeichert wurde.",
		"The copy in %s has not been written and read back: %s.":                                                       "Die Kopie in %s ist nicht geschrieben und zurückgelesen worden (technische Angabe: %s).",
		"The copy in %s has not been written and read back yet.":                                                       "Die Kopie in %s ist noch nicht geschrieben und zurückgelesen.",
		"Every file that is here is as large as Instagram makes one file. Most likely there is at least one more: open Instagram's download page and download the others. Answer yes only if the page offers no further file.": "Jede Datei hier ist so groß, wie Instagram eine Datei macht. Höchstwahrscheinlich gibt es mindestens noch eine: Öffne die Downloadseite von Instagram und lade die anderen herunter. Antworte nur dann mit Ja, wenn die Seite keine weitere Datei anbietet.",
		"The profile shows %s, the archive holds %s and %s. %s":                 "Das Profil zeigt %s, das Archiv enthält %s und %s. %s",
		"The archive holds no posts, stories or reels of yours. Is that right?": "Das Archiv enthält keine Beiträge, Storys oder Reels von dir. Stimmt das?",

		"The oldest thing in the archive is of %s, the newest of %s; it holds %s. Does your profile reach no further back, and did you choose \"All time\" as the date range?": "Das Älteste im Archiv ist vom %s, das Neueste vom %s; es enthält %s. Reicht dein Profil nicht weiter zurück, und hast du als Zeitraum „Gesamter Zeitraum“ gewählt?",

		"%s: %d, before %d": "%s: %d, vorher %d",

		"An earlier export of this account (%s, kept as %s) could not be compared with this one: %s. Keep both exports. Is everything here that you expect?":                                                                                                                "Ein früherer Export dieses Kontos (%s, aufbewahrt als %s) konnte nicht mit diesem verglichen werden: %s. Behalte beide Exporte. Ist alles hier, was du erwartest?",
		"An earlier export of this account (%s, kept as %s) names all its files in another way than this one, as exports of other years do: the two could not be compared file by file. Keep both exports. Is everything here that you expect?":                             "Ein früherer Export dieses Kontos (%s, aufbewahrt als %s) nennt alle seine Dateien anders als dieser, wie es Exporte anderer Jahre tun: Die beiden konnten nicht Datei für Datei verglichen werden. Behalte beide Exporte. Ist alles hier, was du erwartest?",
		"An earlier export of this account (%s, kept as %s) holds what this one does not: %s (%s). Did you delete them yourself in between? If not, ask Instagram for a new export (All time, High quality, JSON, every category). Both exports are kept: keep them both.":  "Ein früherer Export dieses Kontos (%s, aufbewahrt als %s) enthält, was dieser nicht enthält: %s (%s). Hast du es dazwischen selbst gelöscht? Wenn nicht, fordere bei Instagram einen neuen Export an (gesamter Zeitraum, hohe Qualität, JSON, alle Kategorien). Beide Exporte bleiben erhalten: behalte beide.",
		"An earlier export of this account (%s, kept as %s) holds more posts, stories and reels than this one (%s). Did you delete them yourself in between? If not, ask Instagram for a new export (All time, High quality, JSON, every category). Both exports are kept.": "Ein früherer Export dieses Kontos (%s, aufbewahrt als %s) enthält mehr Beiträge, Storys und Reels als dieser (%s). Hast du sie dazwischen selbst gelöscht? Wenn nicht, fordere bei Instagram einen neuen Export an (gesamter Zeitraum, hohe Qualität, JSON, alle Kategorien). Beide Exporte bleiben erhalten.",
		"Did you choose \"High\" as the media quality when you asked for the export? The archive does not say so.":                                                                                                                                                          "Hast du beim Anfordern des Exports als Medienqualität „Hoch“ gewählt? Das Archiv sagt es nicht.",
		"Did you choose \"High\" as the media quality when you asked for the export? The archive does not say so; its largest picture is %d pixels long.":                                                                                                                   "Hast du beim Anfordern des Exports als Medienqualität „Hoch“ gewählt? Das Archiv sagt es nicht; sein größtes Bild ist %d Pixel lang.",

		// What the inspection finds in a zip.
		" Download this part again.":                      " Lade diesen Teil noch einmal herunter.",
		"No part was given: there is nothing to inspect.": "Es wurde kein Teil angegeben: Es gibt nichts zu prüfen.",

		"The name of this file %s. Instagram makes no such names; somebody may have changed the zip.%s": "Der Name dieser Datei %s. Solche Namen macht Instagram nicht; vielleicht hat jemand die Zip-Datei verändert.%s",
		"is not valid text":                                    "ist kein gültiger Text",
		"has a backslash in it":                                "enthält einen umgekehrten Schrägstrich",
		"is an absolute path":                                  "ist ein absoluter Pfad",
		"has control characters in it":                         "enthält Steuerzeichen",
		"points outside of its folder":                         "zeigt aus seinem Ordner hinaus",
		"The zip's table of contents is damaged (%v).%s":       "Das Inhaltsverzeichnis der Zip-Datei ist beschädigt (technische Angabe: %v).%s",
		"The zip is well-formed but there is nothing in it.%s": "Die Zip-Datei ist wohlgeformt, aber es ist nichts darin.%s",

		"This part is exactly 2 GiB large, a size at which split or cut-off exports end. The zip itself is whole. Look at the download page again: is there a further part?": "Dieser Teil ist genau 2 GiB groß, eine Größe, bei der geteilte oder abgeschnittene Exporte enden. Die Zip-Datei selbst ist in Ordnung. Sieh noch einmal auf der Downloadseite nach: Gibt es einen weiteren Teil?",

		"The file is empty: nothing was downloaded.%s": "Die Datei ist leer: Es wurde nichts heruntergeladen.%s",

		"This is a web page with the name of a zip. The download site answers so when the link has expired or when it wants you to log in. Open the link in a browser, log in, and download the part again.": "Das ist eine Webseite mit dem Namen einer Zip-Datei. So antwortet die Downloadseite, wenn der Link abgelaufen ist oder wenn du dich anmelden sollst. Öffne den Link in einem Browser, melde dich an und lade den Teil noch einmal herunter.",
		"This file is not a zip archive.%s":     "Diese Datei ist kein Zip-Archiv.%s",
		"The end of the zip is damaged (%v).%s": "Das Ende der Zip-Datei ist beschädigt (technische Angabe: %v).%s",

		"The file ends at exactly 2 GiB and its end is missing: the program or the disk it was stored with cannot hold larger files. Download this part again with another browser or to another disk.": "Die Datei hört bei genau 2 GiB auf, und ihr Ende fehlt: Das Programm oder der Datenträger, mit dem sie gespeichert wurde, kann keine größeren Dateien aufnehmen. Lade diesen Teil mit einem anderen Browser oder auf einen anderen Datenträger noch einmal herunter.",
		"There are bytes after the end of the zip that do not belong to it.%s":                                                                                                   "Hinter dem Ende der Zip-Datei stehen Bytes, die nicht dazugehören.%s",
		"The end of the zip is missing: the download was cut off.%s":                                                                                                             "Das Ende der Zip-Datei fehlt: Der Download ist abgebrochen.%s",
		"The zip claims that this file is %d bytes large, packed into %d. No picture, video or list is like that.%s":                                                             "Die Zip-Datei behauptet, diese Datei sei %d Bytes groß und in %d Bytes gepackt. So ist kein Bild, kein Video und keine Liste.%s",
		"The zip claims to unpack to more than %d bytes, which no export does.%s":                                                                                                "Die Zip-Datei behauptet, entpackt größer als %d Bytes zu sein. So groß ist kein Export.%s",
		"%d files in the zip have the same name, or differ only in upper and lower case: unpacking would lose one.%s":                                                            "%d Dateien in der Zip-Datei haben denselben Namen oder unterscheiden sich nur in Groß- und Kleinschreibung: Beim Entpacken ginge eine verloren.%s",
		"The zip says two different things about this file (the descriptor behind it differs).%s":                                                                                "Die Zip-Datei sagt zweierlei über diese Datei (der Deskriptor dahinter weicht ab).%s",
		"The zip says two different things about this file (%v).%s":                                                                                                              "Die Zip-Datei sagt zweierlei über diese Datei (technische Angabe: %v).%s",
		"This file is encrypted. Instagram does not encrypt exports, so this is not the zip it made.%s":                                                                          "Diese Datei ist verschlüsselt. Instagram verschlüsselt Exporte nicht, also ist das nicht die Zip-Datei, die es gemacht hat.%s",
		"This file is packed in a way (method %d) that exports do not use and that cannot be checked here.%s":                                                                    "Diese Datei ist auf eine Weise gepackt (Verfahren %d), die Exporte nicht verwenden und die hier nicht geprüft werden kann.%s",
		"This file shares bytes with another one in the zip.%s":                                                                                                                  "Diese Datei teilt sich Bytes mit einer anderen in der Zip-Datei.%s",
		"The zip notes flags of this file differently in two places. Its name, sizes and checksum agree, so nothing is lost by that.":                                            "Die Zip-Datei vermerkt Schalter dieser Datei an zwei Stellen verschieden. Name, Größen und Prüfsumme stimmen überein, also geht dadurch nichts verloren.",
		"Bytes between two files of the zip could not be read (%v).%s":                                                                                                           "Bytes zwischen zwei Dateien der Zip-Datei konnten nicht gelesen werden (technische Angabe: %v).%s",
		"There is a file in the zip that its table of contents does not list. Unpacking would leave it out.%s":                                                                   "In der Zip-Datei ist eine Datei, die ihr Inhaltsverzeichnis nicht nennt. Beim Entpacken würde sie fehlen.%s",
		"This is the same file as %s, byte for byte. One of them may stand in for a part that is missing: remove it, and download the other part.":                               "Das ist dieselbe Datei wie %s, Byte für Byte. Eine von ihnen steht vielleicht für einen Teil, der fehlt: Entferne sie, und lade den anderen Teil herunter.",
		"The files in this zip do not lie in one common folder as in an export: it holds more than one export, or was packed by hand. Use the zips as Instagram delivered them.": "Die Dateien in dieser Zip-Datei liegen nicht in einem gemeinsamen Ordner wie in einem Export: Sie enthält mehr als einen Export oder wurde von Hand gepackt. Nimm die Zip-Dateien so, wie Instagram sie geliefert hat.",
		"The parts were made on different days (%s), so they belong to different exports. Give only the parts of one export.":                                                    "Die Teile wurden an verschiedenen Tagen gemacht (%s), gehören also zu verschiedenen Exporten. Übergib nur die Teile eines Exports.",
		"The parts belong to different accounts (%s). Give only the parts of one export.":                                                                                        "Die Teile gehören zu verschiedenen Konten (%s). Übergib nur die Teile eines Exports.",
		"Two parts hold this list with different content. Both are kept. Check that all parts belong to the same export: same day, same request.":                                "Zwei Teile enthalten diese Liste mit verschiedenem Inhalt. Beide bleiben erhalten. Prüfe, ob alle Teile zum selben Export gehören: derselbe Tag, dieselbe Anforderung.",
		"Two parts hold this file with different content. Both are kept.":                                                                                                        "Zwei Teile enthalten diese Datei mit verschiedenem Inhalt. Beide bleiben erhalten.",

		// What it finds in the files.
		"This file is damaged in the zip %s: %s.%s": "Diese Datei ist in der Zip-Datei %s beschädigt (technische Angabe: %s).%s",
		"This list cannot be read to its end (%s), so nobody knows what else it names. The zip stores it like that: request a new export.":                                                                           "Diese Liste lässt sich nicht bis zum Ende lesen (technische Angabe: %s), also weiß niemand, was sie noch nennt. So steht sie in der Zip-Datei: Fordere einen neuen Export an.",
		"This picture or video is not whole (%s). The zip stores it like that, so Instagram delivered it damaged. Look at it in the app and save it by itself, or request a new export.":                             "Dieses Bild oder Video ist nicht unversehrt (technische Angabe: %s). So steht es in der Zip-Datei, also hat Instagram es beschädigt geliefert. Sieh es dir in der App an und sichere es einzeln, oder fordere einen neuen Export an.",
		"This file has no content. Save the picture or video from the app by itself, or request a new export.":                                                                                                       "Diese Datei hat keinen Inhalt. Sichere das Bild oder Video einzeln aus der App, oder fordere einen neuen Export an.",
		"This picture could not be decoded to check it (%s). Open it and look whether it is whole.":                                                                                                                  "Dieses Bild konnte zum Prüfen nicht dekodiert werden (technische Angabe: %s). Öffne es und sieh nach, ob es in Ordnung ist.",
		"This should be a picture, a video or sound, but its content is none that is known. Open it and look whether it is what it should be.":                                                                       "Das sollte ein Bild, ein Video oder Ton sein, aber sein Inhalt ist keiner, der bekannt ist. Öffne es und sieh nach, ob es ist, was es sein soll.",
		"The list goes up to number %d but number %d is missing, with everything in it. A part of the export is probably missing: give all parts together, or request a new export.":                                 "Die Liste geht bis Nummer %d, aber Nummer %d fehlt, mit allem, was darin steht. Wahrscheinlich fehlt ein Teil des Exports: Übergib alle Teile zusammen, oder fordere einen neuen Export an.",
		"The archive holds %s here, but not the list that belongs to them. Captions and dates may be missing.":                                                                                                       "Das Archiv enthält hier %s, aber nicht die Liste, die dazugehört. Texte und Daten zu den Bildern fehlen vielleicht.",
		"The archive holds %s here, but not the list that belongs to them, so nobody knows whether there should be more. A part is probably missing: give all parts together, or request a new export.":              "Das Archiv enthält hier %s, aber nicht die Liste, die dazugehört; also weiß niemand, ob es mehr sein müssten. Wahrscheinlich fehlt ein Teil: Übergib alle Teile zusammen, oder fordere einen neuen Export an.",
		"There are no direct messages in this archive. That is right if the account has none. If it has, they were not requested and will be gone with the account.":                                                 "In diesem Archiv sind keine Direktnachrichten. Das ist richtig, wenn das Konto keine hat. Wenn es welche hat, wurden sie nicht angefordert und werden mit dem Konto verschwinden.",
		"The lists of followers and of those you follow are not in this archive. They were probably not requested. Do you want to keep them?":                                                                        "Die Listen deiner Follower und derer, denen du folgst, sind nicht in diesem Archiv. Wahrscheinlich wurden sie nicht angefordert. Willst du sie behalten?",
		"There are no stories in this archive. That is right if none were kept.":                                                                                                                                     "In diesem Archiv sind keine Storys. Das ist richtig, wenn keine aufbewahrt wurden.",
		"According to the archive there are no posts. If your profile shows any, do not delete the account: request the export again with posts.":                                                                    "Nach diesem Archiv gibt es keine Beiträge. Wenn dein Profil welche zeigt, lösche das Konto nicht: Fordere den Export noch einmal mit Beiträgen an.",
		"There is no list of posts in this archive, and no note that there are none. Posts were not requested, or a part is missing. Request everything (\"All available information\") or give all parts together.": "In diesem Archiv ist keine Liste der Beiträge und kein Vermerk, dass es keine gibt. Beiträge wurden nicht angefordert, oder ein Teil fehlt. Fordere alles an („Alle verfügbaren Informationen“), oder übergib alle Teile zusammen.",

		// What it finds out about the export as a whole.
		"The archive holds lists in JSON as well as web pages (HTML). Instagram delivers one or the other. Only the JSON lists were checked. Make sure that all parts come from one request.":                                                                                                                        "Das Archiv enthält sowohl Listen in JSON als auch Webseiten (HTML). Instagram liefert das eine oder das andere. Nur die JSON-Listen wurden geprüft. Achte darauf, dass alle Teile aus einer Anforderung stammen.",
		"This export was requested as web pages (HTML). Everything in it was checked, but pages leave out what the lists in JSON hold, such as which pictures belong to one post and exact times, and few programs can read them. Unless you have a reason to keep pages, request the export again and choose JSON.": "Dieser Export wurde als Webseiten (HTML) angefordert. Alles darin wurde geprüft, aber Webseiten lassen weg, was die Listen in JSON enthalten, etwa welche Bilder zu einem Beitrag gehören und genaue Zeiten, und wenige Programme können sie lesen. Wenn du keinen Grund hast, Webseiten zu behalten, fordere den Export noch einmal an und wähle JSON.",
		"The lists of posts lie in two places that belong to different years of Instagram's layout. The parts probably come from different exports. Give only the parts of one export.":                                                                                                                              "Die Listen der Beiträge liegen an zwei Stellen, die zu verschiedenen Jahren von Instagrams Aufbau gehören. Die Teile stammen wahrscheinlich aus verschiedenen Exporten. Übergib nur die Teile eines Exports.",
		"There are no lists (JSON files) in this archive, so nothing says what should be in it. If the export has several parts, give all of them together.":                                                                                                                                                         "In diesem Archiv sind keine Listen (JSON-Dateien), also sagt nichts, was darin sein müsste. Wenn der Export mehrere Teile hat, übergib alle zusammen.",
		"This is not a folder layout of Instagram's that is known here. Nothing is guessed about it. Do not delete the account because of this archive.":                                                                                                                                                             "Das ist kein Aufbau der Ordner, der von Instagram bekannt ist. Es wird nichts darüber vermutet. Lösche das Konto nicht wegen dieses Archivs.",
		"This mixture of layout (%s) and format (%s) was never seen in an export of Instagram's. Nothing is guessed about it. Request a new export, in JSON.":                                                                                                                                                        "Diese Mischung aus Aufbau (%s) und Format (%s) ist von keinem Export von Instagram bekannt. Es wird nichts darüber vermutet. Fordere einen neuen Export in JSON an.",
		"The list that says whose export this is is missing. A part is missing, or the request left out personal information. Give all parts together, or request everything (\"All available information\").":                                                                                                       "Die Liste, die sagt, wessen Export das ist, fehlt. Ein Teil fehlt, oder die persönlichen Angaben wurden nicht angefordert. Übergib alle Teile zusammen, oder fordere alles an („Alle verfügbaren Informationen“).",
		"The archive names different accounts: %s. These files do not belong together, or a file was renamed.":                                                                                                                                                                                                       "Das Archiv nennt verschiedene Konten: %s. Diese Dateien gehören nicht zusammen, oder eine Datei wurde umbenannt.",
		"Nothing in the archive or in its file name says with certainty whose account it is. Keep the name that Instagram gave to the zip (instagram-NAME-DATE-….zip) and try again.":                                                                                                                                "Nichts im Archiv oder in seinem Dateinamen sagt mit Sicherheit, wessen Konto es ist. Behalte den Namen, den Instagram der Zip-Datei gegeben hat (instagram-NAME-DATUM-….zip), und versuche es noch einmal.",
		"The name of the zip says that this is the export of %q, but the account's data in it do not contain that name. Check whose export this is.":                                                                                                                                                                 "Nach dem Namen der Zip-Datei ist das der Export von %q, aber die Angaben zum Konto darin enthalten diesen Namen nicht. Prüfe, wessen Export das ist.",
		"The account's data are in a language whose word for \"username\" is not known here. The name %q from the file name appears among them.":                                                                                                                                                                     "Die Angaben zum Konto sind in einer Sprache, deren Wort für „Benutzername“ hier nicht bekannt ist. Der Name %q aus dem Dateinamen kommt darin vor.",
		" The account exists since %s.": " Das Konto gibt es seit %s.",
		"The archive says that it was requested for the dates from %s to %s only, no more than a year.%s What is older is not in it. Request the export again for \"All time\", unless you have the rest already.":                     "Das Archiv sagt, dass es nur für die Zeit vom %s bis zum %s angefordert wurde, höchstens ein Jahr.%s Was älter ist, ist nicht darin. Fordere den Export noch einmal für den „gesamten Zeitraum“ an, außer du hast den Rest schon.",
		"The archive says that it was requested for the dates from %s to %s only.%s What is older or newer is not in it. Request the export again for \"All time\", unless you have the rest already.":                                 "Das Archiv sagt, dass es nur für die Zeit vom %s bis zum %s angefordert wurde.%s Was älter oder neuer ist, ist nicht darin. Fordere den Export noch einmal für den „gesamten Zeitraum“ an, außer du hast den Rest schon.",
		"Everything in the archive was posted between %s and %s, no more than a year.%s Instagram's form offers \"last year\" as the range. Did you choose \"All time\"? If your profile shows older posts, request the export again.": "Alles im Archiv wurde zwischen dem %s und dem %s veröffentlicht, höchstens ein Jahr.%s Das Formular von Instagram bietet als Zeitraum auch das letzte Jahr an. Hast du den „gesamten Zeitraum“ gewählt? Wenn dein Profil ältere Beiträge zeigt, fordere den Export noch einmal an.",
		"The file name says that the export was made on %s, its pages say %s. Make sure that all files belong to one export and none was renamed.":                                                                                     "Nach dem Dateinamen wurde der Export am %s gemacht, nach seinen Seiten am %s. Achte darauf, dass alle Dateien zu einem Export gehören und keine umbenannt wurde.",
		"In this kind of export the pictures of one post are listed one by one, so %d posts is a guess. Compare the pictures with your profile: are all of them there?":                                                                "In dieser Art von Export sind die Bilder eines Beitrags einzeln aufgeführt, die Zahl der Beiträge (%d) ist also geschätzt. Vergleiche die Bilder mit deinem Profil: Sind alle da?",
		"The pictures may be of reduced quality: %s. Only you know what you chose. If it was not \"High\", request the export again.":                                                                                                  "Die Bilder sind vielleicht von verminderter Qualität: %s. Nur du weißt, was du gewählt hast. Wenn es nicht „Hoch“ war, fordere den Export noch einmal an.",
		"an earlier request of yours asked for %s quality": "bei einer früheren Anforderung war die Qualität: %s",
		"low":    "niedrig",
		"medium": "mittel",
		"the largest of its %d pictures is %d pixels long":                                                       "das größte seiner %d Bilder ist %d Pixel lang",
		"An earlier request of yours did not ask for all dates. This one may have; the archive does not say so.": "Eine frühere Anforderung von dir galt nicht dem gesamten Zeitraum. Diese vielleicht doch; das Archiv sagt es nicht.",

		// Why a file is not whole.
		"like others before it":                       "wie andere vor ihr",
		"it is empty but has a checksum":              "sie ist leer, hat aber eine Prüfsumme",
		"the list is empty":                           "die Liste ist leer",
		"it is too large to be decoded here":          "es ist zu groß, um hier dekodiert zu werden",
		"it is of a sort that cannot be decoded here": "es ist von einer Sorte, die hier nicht dekodiert werden kann",
		"it is cut off":                               "es ist abgeschnitten",
		"it unpacks to more bytes than the zip says":  "sie ergibt entpackt mehr Bytes, als die Zip-Datei sagt",
		"its checksum (CRC-32) is wrong":              "ihre Prüfsumme (CRC-32) ist falsch",
		"there are packed bytes after its end":        "hinter ihrem Ende stehen gepackte Bytes",
		"the page ends before its end tag":            "die Seite hört vor ihrem Ende auf",

		// What is found out about a mail.
		"It bears Instagram's name, comes from elsewhere, and wants you to follow a link for your data. Do not open its links.":                                                     "Sie trägt den Namen von Instagram, kommt von anderswo und will, dass du für deine Daten einem Link folgst. Öffne ihre Links nicht.",
		"Instagram sent it, and it holds a link to an archive, but its words do not speak of an export. Somebody else may have written the link. Look in Accounts Center yourself.": "Instagram hat sie geschickt, und sie enthält einen Link zu einem Archiv, aber ihre Worte sprechen nicht von einem Export. Vielleicht hat jemand anderes den Link geschrieben. Sieh selbst in der Kontenübersicht nach.",
		"Instagram sent it, and it links to the export page, but it is not understood whether an export is ready. Look in Accounts Center yourself.":                                "Instagram hat sie geschickt, und sie verweist auf die Exportseite, aber es ist nicht zu verstehen, ob ein Export bereit ist. Sieh selbst in der Kontenübersicht nach.",
		"It links to the export page, but does not speak of an export.":                                                                                                             "Sie verweist auf die Exportseite, spricht aber nicht von einem Export.",
		"Instagram sent it, and it may say that an export is ready, but none of its links leads to a page that is known for it. Look in Accounts Center yourself.":                  "Instagram hat sie geschickt, und vielleicht sagt sie, dass ein Export bereit ist, aber keiner ihrer Links führt zu einer Seite, die dafür bekannt ist. Sieh selbst in der Kontenübersicht nach.",
		"Nothing in it is like the export mail.":                                                                                                                  "Nichts in ihr gleicht der Exportmail.",
		"It holds more than an export mail ever did; not all of it was looked at.":                                                                                "Sie enthält mehr, als je in einer Exportmail war; nicht alles wurde angesehen.",
		"The words of a link show another host than the one it leads to.":                                                                                         "Die Worte eines Links zeigen einen anderen Server als den, zu dem er führt.",
		"Its subject is that of another kind of mail, and yet it speaks of a finished export.":                                                                    "Ihr Betreff ist der einer anderen Art von Mail, und doch spricht sie von einem fertigen Export.",
		"Its subject is that of the export mail with more around it, as somebody else's words in a mail of Instagram's may be. Look in Accounts Center yourself.": "Ihr Betreff ist der der Exportmail mit mehr darum herum, wie es bei fremden Worten in einer Mail von Instagram sein kann. Sieh selbst in der Kontenübersicht nach.",
		"It says that the export is ready, but none of its links leads to a page that is known for it. Look in Accounts Center yourself.":                         "Sie sagt, dass der Export bereit ist, aber keiner ihrer Links führt zu einer Seite, die dafür bekannt ist. Sieh selbst in der Kontenübersicht nach.",
		"Sender, words and links agree.": "Absender, Worte und Links passen zusammen.",
		"Sender and links are right; the language is not known. It may also be the mail which says that the export has been requested.":                                   "Absender und Links stimmen; die Sprache ist nicht bekannt. Es kann auch die Mail sein, die sagt, dass der Export angefordert wurde.",
		"Sender and links are right; the words are not known.":                                                                                                            "Absender und Links stimmen; die Worte sind nicht bekannt.",
		"It speaks like the export mail, but it is not proven that Instagram sent it. If you asked for an export, look for it in Accounts Center, not through this mail.": "Sie klingt wie die Exportmail, aber es ist nicht bewiesen, dass Instagram sie geschickt hat. Wenn du einen Export angefordert hast, suche ihn in der Kontenübersicht, nicht über diese Mail.",
		"It is made like an export mail, and it is not proven that Instagram sent it. Do not open its links.":                                                             "Sie ist gemacht wie eine Exportmail, und es ist nicht bewiesen, dass Instagram sie geschickt hat. Öffne ihre Links nicht.",
		"It links to the export page, but does not say that an export is ready.":                                                                                          "Sie verweist auf die Exportseite, sagt aber nicht, dass ein Export bereit ist.",
		"Subject and text are known from export mails (%s).":                                                                                                              "Betreff und Text sind von Exportmails bekannt (%s).",
		"The subject is known from export mails (%s).":                                                                                                                    "Der Betreff ist von Exportmails bekannt (%s).",
		"A sentence of the text is known from export mails (%s).":                                                                                                         "Ein Satz des Textes ist von Exportmails bekannt (%s).",
		"It has links of a known form on listed hosts: %s.":                                                                                                               "Sie hat Links einer bekannten Form auf zugelassenen Servern: %s.",
		"A link has the form of one to an export, but leads where it must not be used.":                                                                                   "Ein Link hat die Form eines Links zu einem Export, führt aber an einen Ort, an dem er nicht benutzt werden darf.",
		"Parts of the mail cannot be decoded; it was read as far as possible.":                                                                                            "Teile der Mail lassen sich nicht dekodieren; sie wurde so weit wie möglich gelesen.",
		"The mail gives no time that is understood; four days are usual, until %s.":                                                                                       "Die Mail nennt keine Frist, die zu verstehen ist; üblich sind vier Tage, bis %s.",
		"The mail gives %s to download, until %s.":                                                                                                                        "Frist zum Herunterladen nach der Mail: %s, bis %s.",
		"The header cannot be relied on: %s.":                                                                                                                             "Auf den Kopf der Mail ist kein Verlass (technische Angabe: %s).",
		"It cannot be told who wrote the mail: %s.":                                                                                                                       "Es lässt sich nicht sagen, wer die Mail geschrieben hat (technische Angabe: %s).",
		"The mail comes from an address at %q, which is not one that Instagram's export mail comes from.":                                                                 "Die Mail kommt von einer Adresse bei %q; von dort kommt keine Exportmail von Instagram.",
		"The From address is at %s.":                                                                                                                                      "Die Absenderadresse ist bei %s.",
		"The mail has %d %s fields instead of one.":                                                                                                                       "Die Mail hat %d Felder %s statt eines einzigen.",
		"The mail is too large for its signatures to be checked; export mails are small.":                                                                                 "Die Mail ist zu groß, als dass ihre Signaturen geprüft werden könnten; Exportmails sind klein.",
		"The field Authentication-Results cannot be relied on: %s.":                                                                                                       "Auf das Feld Authentication-Results ist kein Verlass (technische Angabe: %s).",
		"The first field Authentication-Results is not that of %s.":                                                                                                       "Das erste Feld Authentication-Results ist nicht das von %s.",
		"The field Authentication-Results of %s stands where the sender could have put it.":                                                                               "Das Feld Authentication-Results von %s steht dort, wo der Absender es hingesetzt haben könnte.",
		"The field Authentication-Results stands below a server other than %s.":                                                                                           "Das Feld Authentication-Results steht unter einem anderen Server als %s.",
		"%s does not say that %s is authentic: %s.":                                                                                                                       "%s sagt nicht, dass %s echt ist (technische Angabe: %s).",
		"%s says that the mail passed DMARC as %s.":                                                                                                                       "%s sagt, dass die Mail als %s die Prüfung DMARC bestanden hat.",
		"A DKIM signature is larger than any real one.":                                                                                                                   "Eine DKIM-Signatur ist größer als jede echte.",
		"The DKIM signatures cannot be read.":                                                                                                                             "Die DKIM-Signaturen lassen sich nicht lesen.",
		"The mail has no DKIM signature.":                                                                                                                                 "Die Mail hat keine DKIM-Signatur.",
		"The mail is signed, but not by %s.":                                                                                                                              "Die Mail ist signiert, aber nicht von %s.",
		"The DKIM signature of %s was valid when the mail came; it ran out on %s.":                                                                                        "Die DKIM-Signatur von %s war gültig, als die Mail kam; abgelaufen ist sie am %s.",
		"The DKIM signature of %s is valid.":                                                                                                                              "Die DKIM-Signatur von %s ist gültig.",
		"The key of the DKIM signature could not be looked up for now.":                                                                                                   "Der Schlüssel der DKIM-Signatur ließ sich vorerst nicht nachschlagen.",
		"The signature ran out on %s, before the mail came.":                                                                                                              "Die Signatur ist am %s abgelaufen, bevor die Mail kam.",
		"The DKIM signature of %s is not valid: %s.":                                                                                                                      "Die DKIM-Signatur von %s ist nicht gültig: %s.",
		"The signature speaks for a subdomain of %s.":                                                                                                                     "Die Signatur spricht für eine Unterdomain von %s.",
		"The signature does not cover the field %s.":                                                                                                                      "Die Signatur umfasst das Feld %s nicht.",
		"the text was changed on its way":                                                                                                                                 "der Text wurde unterwegs verändert",
		"the header was changed on its way, or the key is another":                                                                                                        "der Kopf wurde unterwegs verändert, oder der Schlüssel ist ein anderer",
		"it covers only a part of the text (l=)":                                                                                                                          "sie umfasst nur einen Teil des Textes (l=)",
		"it uses a weak algorithm":                                                                                                                                        "sie verwendet ein schwaches Verfahren",
		"its key is shorter than 1024 bits":                                                                                                                               "ihr Schlüssel ist kürzer als 1024 Bit",
		"its key was revoked":                                                                                                                                             "ihr Schlüssel wurde widerrufen",
		"its key is only for tests (t=y)":                                                                                                                                 "ihr Schlüssel ist nur für Tests (t=y)",
		"there are several keys of its name":                                                                                                                              "es gibt mehrere Schlüssel ihres Namens",
		"there is no such key":                                                                                                                                            "diesen Schlüssel gibt es nicht",
		"its key is malformed":                                                                                                                                            "ihr Schlüssel ist missgebildet",
		"it claims to be younger than the mail":                                                                                                                           "sie behauptet, jünger als die Mail zu sein",
		"it is malformed":                                                                                                                                                 "sie ist missgebildet",

		// The news.
		"Detail: %s":                 "Technische Angabe: %s",
		"What to do:":                "Was zu tun ist:",
		"What to do: %s":             "Was zu tun ist: %s",
		"You need to do nothing: %s": "Du musst nichts tun: %s",
		"You need to do nothing.":    "Du musst nichts tun.",
		"You need to do nothing yet. How far it is:  igwatchd status": "Du musst noch nichts tun. Den Stand zeigt:  igwatchd status",
		"Why:":                      "Warum:",
		"What is wrong:":            "Was nicht stimmt:",
		"What only you can answer:": "Was nur du beantworten kannst:",
		"The archive lies in %s":    "Das Archiv liegt in %s",
		"The download is open until %s (%s left).":                        "Heruntergeladen werden kann bis %s (noch %s).",
		"Open the page below and log in.":                                 "Öffne die Seite unten und melde dich an.",
		"Press Download for every file it offers.":                        "Drücke bei jeder Datei, die sie anbietet, auf „Herunterladen“.",
		"Give the files to igwatchd:  igwatchd import FILE…":              "Gib die Dateien an igwatchd:  igwatchd import DATEI…",
		"Save the files to %s. igwatchd takes them from there by itself.": "Speichere die Dateien in %s. Von dort holt igwatchd sie selbst.",

		"igwatchd cannot reach you in one of the ways you chose: %s":                                                   "igwatchd erreicht dich auf einem der Wege nicht, die du gewählt hast: %s",
		"What is told there waits, and you get it in the other ways meanwhile, as this here.":                          "Was dort zu melden ist, wartet; auf den anderen Wegen bekommst du es inzwischen, wie dies hier.",
		"What to do: look at the lines below [notify] in igwatchd's configuration, and at the service that they name.": "Was zu tun ist: Sieh dir die Zeilen unter [notify] in den Einstellungen von igwatchd an, und den Dienst, den sie nennen.",

		"igwatchd: Instagram writes about deleting or deactivating an account: %s": "igwatchd: Instagram schreibt über das Löschen oder Deaktivieren eines Kontos: %s",
		"A genuine mail of Instagram's came on %s. Its subject: %s":                "Eine echte Mail von Instagram kam am %s. Ihr Betreff: %s",

		"Until you say what it is about, igwatchd does not use your log-in at Instagram: that could call a deletion off.": "Bis du sagst, worum es geht, benutzt igwatchd deine Anmeldung bei Instagram nicht: Das könnte eine Löschung abbrechen.",

		"What to do: if you asked for the deletion, say so; igwatchd counts the days and watches the copies:  igwatchd deleted %s\nIf the account stays:  igwatchd deleted --cancelled %s\nIf you did not ask for anything, somebody else may have: open Instagram by hand, not by a link of the mail, and change the password.": "Was zu tun ist: Wenn du die Löschung beantragt hast, sag es; igwatchd zählt die Tage und wacht über die Kopien:  igwatchd deleted %s\nWenn das Konto bleibt:  igwatchd deleted --cancelled %s\nWenn du nichts beantragt hast, war es vielleicht jemand anderes: Öffne Instagram von Hand, nicht über einen Link der Mail, und ändere das Passwort.",

		"igwatchd: Instagram writes that %s will be deleted": "igwatchd: Instagram schreibt, dass %s gelöscht wird",

		"igwatchd takes it that the deletion is under way since then. Instagram keeps the account until about %s; logging in before that calls the deletion off, so igwatchd does not use your log-in. It reads every copy of the archive again on the days %s, and tells you how they are.": "igwatchd nimmt an, dass die Löschung seitdem läuft. Instagram behält das Konto bis etwa %s; wer sich vorher anmeldet, hebt die Löschung auf, darum benutzt igwatchd deine Anmeldung nicht. Es liest jede Kopie des Archivs an den Tagen %s noch einmal und sagt dir, wie es um sie steht.",

		"What to do: if you asked for it, nothing. If you asked on another day:  igwatchd deleted --on YYYY-MM-DD %s\nIf the account stays:  igwatchd deleted --cancelled %s\nIf you did not ask for anything, somebody else may have: log in at Instagram by hand, not by a link of the mail, which keeps the account; then change the password.": "Was zu tun ist: Wenn du sie beantragt hast, nichts. Wenn das an einem anderen Tag war:  igwatchd deleted --on JJJJ-MM-TT %s\nWenn das Konto bleibt:  igwatchd deleted --cancelled %s\nWenn du nichts beantragt hast, war es vielleicht jemand anderes: Melde dich von Hand bei Instagram an, nicht über einen Link der Mail, dann bleibt das Konto; ändere danach das Passwort.",

		"igwatchd drill: this is how you would be told of %s": "igwatchd-Übung: So würdest du von %s erfahren",

		"This was only a drill. A made-up export has gone the whole way, from your inbox to this message. Nothing was asked of Instagram, and it says nothing about whether your own archive is complete.": "Das war nur eine Übung. Ein erfundener Export ist den ganzen Weg gegangen, von deinem Posteingang bis zu dieser Nachricht. Instagram wurde nichts gefragt, und über dein eigenes Archiv sagt sie nichts aus.",

		"You need to do nothing. What matters is that this reached you: if it did not come to your telephone or wherever you expected it, look at [notify] in the configuration.": "Du musst nichts tun. Wichtig ist, dass dies bei dir ankam: Kam es nicht auf dein Telefon oder wo du es erwartet hast, dann sieh in der Konfiguration unter [notify] nach.",

		"igwatchd: this is a test": "igwatchd: Das ist ein Test",

		"This is how igwatchd will tell you that the archive of your account is complete, or what is missing. You need to do nothing.": "So wird igwatchd dir sagen, dass das Archiv deines Kontos vollständig ist oder was fehlt. Du musst nichts tun.",

		"igwatchd: Instagram says that the export of %s is ready":                                             "igwatchd: Instagram meldet, dass der Export von %s bereit ist",
		"The mail is genuine. igwatchd now tries to get the archive. The download is open until %s.":          "Die Mail ist echt. igwatchd versucht jetzt, das Archiv zu holen. Heruntergeladen werden kann es bis %s.",
		"You need to do nothing yet: igwatchd tells you when the archive is here, or what it needs from you.": "Du musst noch nichts tun: igwatchd meldet sich, wenn das Archiv hier ist oder wenn es etwas von dir braucht.",

		"igwatchd: please download the export of %s":                                   "igwatchd: Bitte lade den Export von %s herunter",
		"The archive is ready, but Instagram gives it to you alone, after you log in.": "Das Archiv ist bereit, aber Instagram gibt es nur dir selbst, nachdem du dich angemeldet hast.",

		"igwatchd: the address you gave for %s leads to no archive":                        "igwatchd: Die Adresse, die du für %s angegeben hast, führt zu keinem Archiv",
		"Such an address works for a few minutes only, so it may just have come too late.": "Solche Adressen gelten nur ein paar Minuten; vielleicht kam sie nur zu spät.",

		"What to do: open the page below, press Download once more, and give igwatchd the new address:  igwatchd fetch -\nOr download the file yourself:  igwatchd import FILE…": "Was zu tun ist: Öffne die Seite unten, drücke noch einmal auf „Herunterladen“ und gib igwatchd die neue Adresse:  igwatchd fetch -\nOder lade die Datei selbst herunter:  igwatchd import DATEI…",

		"igwatchd: the export of %s is stuck": "igwatchd: Der Export von %s kommt nicht voran",

		"It does not go on at the moment. Nothing that was received is lost, and igwatchd tries again by itself.": "Im Augenblick geht es nicht weiter. Nichts, was angekommen ist, ist verloren, und igwatchd versucht es von selbst wieder.",

		"igwatchd: %s can be deleted: the archive is complete and stored": "igwatchd: %s kann gelöscht werden: Das Archiv ist vollständig und gespeichert",
		"igwatchd: do not delete %s yet: a copy is still to be written":   "igwatchd: Lösche %s noch nicht: Eine Kopie fehlt noch",
		"igwatchd: do not delete %s: a stored copy is damaged":            "igwatchd: Lösche %s nicht: Eine gespeicherte Kopie ist beschädigt",
		"igwatchd: do not delete %s: its archive is not complete":         "igwatchd: Lösche %s nicht: Das Archiv ist nicht vollständig",
		"What to do, if you want to delete the account: Accounts Center > Personal details > Account ownership and control > Deactivation or deletion, or the address below. Instagram keeps it for 30 days more; logging in within them cancels the deletion. When you have asked for it, tell igwatchd, which then watches over the copies:  igwatchd deleted %s": "Was zu tun ist, wenn du das Konto löschen willst: Kontenübersicht > Personenbezogene Angaben > Kontoinhaberschaft und -einstellungen > Deaktivierung oder Löschung, oder die Adresse unten. Instagram behält es noch 30 Tage; wer sich in dieser Zeit anmeldet, bricht die Löschung ab. Wenn du sie beantragt hast, sag es igwatchd, das dann über die Kopien wacht:  igwatchd deleted %s",

		"What to do: answer with:  igwatchd confirm %s": "Was zu tun ist: Antworte mit:  igwatchd confirm %s",
		"What to do: if a disk is missing, connect it. igwatchd goes on trying and tells you when every copy is there. Nothing has to be downloaded again.":                         "Was zu tun ist: Wenn ein Datenträger fehlt, schließe ihn an. igwatchd versucht es weiter und meldet sich, wenn jede Kopie da ist. Es muss nichts noch einmal heruntergeladen werden.",
		"What to do: let igwatchd read the copies again and mend what it can:  igwatchd verify %s":                                                                                  "Was zu tun ist: Lass igwatchd die Kopien noch einmal lesen und reparieren, was es kann:  igwatchd verify %s",
		"What to do: keep the account, and do what is said beside each point above. A new export can be requested on the page below: All time, High quality, JSON, every category.": "Was zu tun ist: Behalte das Konto, und tu, was oben bei jedem Punkt steht. Ein neuer Export lässt sich auf der Seite unten anfordern: gesamter Zeitraum, hohe Qualität, JSON, alle Kategorien.",

		"igwatchd: a mail with Instagram's signature is not understood":                                                                                             "igwatchd: Eine Mail mit der Signatur von Instagram lässt sich nicht einordnen",
		"igwatchd: a mail only pretends to be Instagram's export mail":                                                                                              "igwatchd: Eine Mail gibt nur vor, die Exportmail von Instagram zu sein",
		"It came to the inbox of %s. It may be about your export, but not everything in it fits. igwatchd has opened none of its links, and you should not either.": "Sie kam in das Postfach von %s. Vielleicht geht es um deinen Export, aber nicht alles in ihr passt zusammen. igwatchd hat keinen ihrer Links geöffnet, und du solltest es auch nicht tun.",
		"It came to the inbox of %s. igwatchd has opened none of its links, and you should not either.":                                                             "Sie kam in das Postfach von %s. igwatchd hat keinen ihrer Links geöffnet, und du solltest es auch nicht tun.",
		"What to do: leave the mail alone. If you asked for an export, open Instagram by hand (do not use a link from the mail) and look at the page below. A file that you download there can be given to igwatchd:  igwatchd import FILE": "Was zu tun ist: Lass die Mail liegen. Wenn du einen Export angefordert hast, öffne Instagram von Hand (nimm keinen Link aus der Mail) und sieh dir die Seite unten an. Eine Datei, die du dort herunterlädst, kannst du igwatchd geben:  igwatchd import DATEI",

		"igwatchd: a mail that may be Instagram's cannot be checked":                                                    "igwatchd: Eine Mail, die von Instagram sein kann, lässt sich nicht prüfen",
		"So far it could not be found out whether Instagram sent it. igwatchd keeps trying.":                            "Bisher ließ sich nicht herausfinden, ob Instagram sie geschickt hat. igwatchd versucht es weiter.",
		"What to do: if you asked for an export, do not wait. Open the page below by hand and see whether it is ready.": "Was zu tun ist: Wenn du einen Export angefordert hast, warte nicht. Öffne die Seite unten von Hand und sieh nach, ob er bereit ist.",

		"igwatchd: a mail in %s cannot be read": "igwatchd: Eine Mail in %s lässt sich nicht lesen",

		"In the folder %s there is a mail that the mail server does not give to igwatchd (message number %s). It is most likely something else.": "Im Ordner %s liegt eine Mail, die der Mailserver nicht an igwatchd herausgibt (Nachricht Nummer %s). Höchstwahrscheinlich ist es etwas anderes.",
		"What to do: if you wait for Instagram's mail, look into the mailbox yourself.":                                                          "Was zu tun ist: Wenn du auf die Mail von Instagram wartest, sieh selbst in das Postfach.",

		"igwatchd: %s left to download the export of %s":                         "igwatchd: noch %s, um den Export von %s herunterzuladen",
		"The archive is not safely here yet: %s. The download is open until %s.": "Das Archiv ist noch nicht sicher hier: %s. Heruntergeladen werden kann es bis %s.",

		"What to do: open the page below, log in, and press Download for every file it offers. Then give the files to igwatchd:  igwatchd import FILE…": "Was zu tun ist: Öffne die Seite unten, melde dich an und drücke bei jeder Datei, die sie anbietet, auf „Herunterladen“. Gib die Dateien dann an igwatchd:  igwatchd import DATEI…",

		"the mail has come; the archive will be fetched": "die Mail ist gekommen, das Archiv wird geholt",
		"the archive is being downloaded":                "das Archiv wird heruntergeladen",
		"waiting for you":                                "jetzt bist du an der Reihe",
		"the archive is being checked":                   "das Archiv wird geprüft",
		"the archive is being stored and read back":      "das Archiv wird gespeichert und zurückgelesen",
		"done":   "fertig",
		"failed": "gescheitert",

		"igwatchd: do not delete %s: the download has closed":                                               "igwatchd: Lösche %s nicht: Die Zeit zum Herunterladen ist vorbei",
		"The four days are over, and the archive was not received. Nothing is lost at Instagram.":           "Die vier Tage sind vorbei, und das Archiv ist nicht angekommen. Bei Instagram ist nichts verloren.",
		"What to do: ask for a new export on the page below: All time, High quality, JSON, every category.": "Was zu tun ist: Fordere auf der Seite unten einen neuen Export an: gesamter Zeitraum, hohe Qualität, JSON, alle Kategorien.",

		"igwatchd cannot go on: its journal cannot be written":                                     "igwatchd kann nicht weiterarbeiten: Sein Journal lässt sich nicht schreiben",
		"Until that is mended, no mail is taken and no archive is fetched. igwatchd keeps trying.": "Bis das behoben ist, wird keine Mail angenommen und kein Archiv geholt. igwatchd versucht es weiter.",
		"What to do: look at the folder %s. Most often the disk is full: make room on it.":         "Was zu tun ist: Sieh dir den Ordner %s an. Meist ist der Datenträger voll: Schaffe Platz darauf.",

		"igwatchd: no mail from Instagram yet about the export of %s":                                                                    "igwatchd: Noch keine Mail von Instagram zum Export von %s",
		"You asked for the export on %s. Usually the mail comes within two days. igwatchd goes on watching %s.":                          "Du hast den Export am %s angefordert. Gewöhnlich kommt die Mail innerhalb von zwei Tagen. igwatchd beobachtet weiter %s.",
		"Open the page below and log in. If it says that the export is ready, press Download there; the mail is not needed.":             "Öffne die Seite unten und melde dich an. Wenn dort steht, dass der Export bereit ist, drücke dort auf „Herunterladen“; die Mail braucht es dann nicht.",
		"If it says \"in progress\", wait: large accounts can take longer.":                                                              "Wenn dort steht, dass er in Arbeit ist, warte: Bei großen Konten kann es länger dauern.",
		"If it shows no request, ask again: All time, High quality, JSON, every category, and this mail address. Then:  igwatchd expect": "Wenn dort keine Anforderung steht, fordere ihn noch einmal an: gesamter Zeitraum, hohe Qualität, JSON, alle Kategorien und diese Mailadresse. Dann:  igwatchd expect",
		"Look whether Instagram knows another mail address of yours.":                                                                    "Sieh nach, ob Instagram eine andere Mailadresse von dir kennt.",

		"igwatchd: still watching for %s": "igwatchd: hält weiter Ausschau für %s",

		"This comes once a week as long as something is open, so that you know that igwatchd is there.": "Diese Nachricht kommt einmal in der Woche, solange etwas offen ist, damit du weißt, dass igwatchd da ist.",
		"No mail about the export that you asked for on %s has come yet.":                               "Zu dem Export, den du am %s angefordert hast, ist noch keine Mail gekommen.",
		"The export of %s: %s.": "Der Export vom %s: %s.",
		"What to do: look at the page below. If it shows no request of yours, ask Instagram again.": "Was zu tun ist: Sieh dir die Seite unten an. Wenn dort keine Anforderung von dir steht, fordere den Export noch einmal an.",

		"igwatchd: no contact with the inbox %s":                                                              "igwatchd: keine Verbindung zum Postfach %s",
		"igwatchd: no contact with a folder of the inbox %s":                                                  "igwatchd: keine Verbindung zu einem Ordner des Postfachs %s",
		"Since %s igwatchd cannot see whether Instagram's mail has come. It keeps trying.":                    "Seit %s kann igwatchd nicht sehen, ob die Mail von Instagram gekommen ist. Es versucht es weiter.",
		"Since %s igwatchd cannot see whether Instagram's mail has come into the folder %s. It keeps trying.": "Seit %s kann igwatchd nicht sehen, ob die Mail von Instagram in den Ordner %s gekommen ist. Es versucht es weiter.",
		"If an export is under way, look into the mailbox yourself until igwatchd says that it is back.":      "Wenn ein Export unterwegs ist, sieh selbst in das Postfach, bis igwatchd sagt, dass es wieder da ist.",
		"You need to do nothing else: such an outage mostly ends by itself.":                                  "Du musst sonst nichts tun: Solche Störungen enden meist von selbst.",
		"igwatchd: the inbox %s is back":                                                                      "igwatchd: Das Postfach %s ist wieder da",
		"igwatchd has read everything that came meanwhile.":                                                   "igwatchd hat alles gelesen, was inzwischen gekommen ist.",

		"archive":            "dem Archivordner",
		"the archive folder": "dem Archivordner",
		"%s, in %s: %s":      "%s, in %s: %s",
		"igwatchd: a stored copy of %s is not as it was":                                       "igwatchd: Eine gespeicherte Kopie von %s ist nicht mehr, wie sie war",
		"The copy in %s was read again, and these files are not what was written:":             "Die Kopie in %s wurde noch einmal gelesen, und diese Dateien sind nicht, was geschrieben wurde:",
		"No other copy could mend it. The disk may be failing: take what is important off it.": "Mit keiner anderen Kopie ließ sie sich reparieren. Vielleicht geht der Datenträger kaputt: Bring in Sicherheit, was darauf wichtig ist.",

		"What to do: do not delete the account. If its deletion is under way, log in at Instagram: that calls it off. Then ask for the export again, and let igwatchd store it on another disk.": "Was zu tun ist: Lösche das Konto nicht. Wenn die Löschung schon läuft, melde dich bei Instagram an: Das bricht sie ab. Fordere dann den Export noch einmal an, und lass igwatchd ihn auf einem anderen Datenträger speichern.",
		"igwatchd: a stored copy of %s was damaged, and is whole again":                                                  "igwatchd: Eine gespeicherte Kopie von %s war beschädigt und ist wieder in Ordnung",
		"The copy in %s was read again, and these files were not what had been written:":                                 "Die Kopie in %s wurde noch einmal gelesen, und diese Dateien waren nicht, was geschrieben worden war:",
		"They were written anew from the copy in %s, and read back: every byte is right again.":                          "Sie wurden aus der Kopie in %s neu geschrieben und zurückgelesen: Jedes Byte stimmt wieder.",
		"You need to do nothing today. But the disk or the server may be failing: if this comes again, use another one.": "Du musst heute nichts tun. Aber vielleicht geht der Datenträger oder der Server kaputt: Wenn das wieder kommt, nimm einen anderen.",

		"missing": "fehlt",
		"changed": "verändert",
		"igwatchd: a copy of %s is still to be written": "igwatchd: Eine Kopie von %s fehlt noch",

		"The copy in %s could not be written yet. igwatchd keeps trying. Until that copy is there, the account must not be deleted.": "Die Kopie in %s konnte noch nicht geschrieben werden. igwatchd versucht es weiter. Bis diese Kopie da ist, darf das Konto nicht gelöscht werden.",

		"igwatchd: a copy of %s should be read again": "igwatchd: Eine Kopie von %s sollte wieder gelesen werden",

		"Disks forget silently, so every copy is read again from time to time. The copy in %s was read last on %s. Now it is out of reach.": "Datenträger verlieren manchmal unbemerkt Daten, darum wird jede Kopie von Zeit zu Zeit wieder gelesen. Die Kopie in %s wurde zuletzt am %s gelesen. Jetzt ist sie nicht zu erreichen.",
		"What to do: see to it that igwatchd can reach it again. It does the rest by itself.":                                               "Was zu tun ist: Sorge dafür, dass igwatchd sie wieder erreicht. Den Rest macht es selbst.",
		"igwatchd: no recovery files for %s": "igwatchd: Keine Wiederherstellungsdateien für %s",

		"The archive is stored and proven. Only the recovery files that recovery_percent asks for could not be made.": "Das Archiv ist gespeichert und geprüft. Nur die Wiederherstellungsdateien, die recovery_percent verlangt, konnten nicht gemacht werden.",

		"igwatchd: the export of %s was not downloaded: the deletion of the account is under way":                                                                                                                                             "igwatchd: Der Export von %s wurde nicht heruntergeladen: Die Löschung des Kontos läuft",
		"You told igwatchd that the deletion of this account was asked for. From then on it does not use your log-in: that could call the deletion off.":                                                                                      "Du hast igwatchd gesagt, dass die Löschung dieses Kontos beantragt ist. Von da an benutzt es deine Anmeldung nicht: Das könnte die Löschung abbrechen.",
		"You need to do nothing if you have the archive already. If you still want this export, log in at Instagram (this calls the deletion off), download the files on the page below, and tell igwatchd:  igwatchd deleted --cancelled %s": "Du musst nichts tun, wenn du das Archiv schon hast. Wenn du diesen Export noch willst, melde dich bei Instagram an (das bricht die Löschung ab), lade die Dateien auf der Seite unten herunter und sag igwatchd:  igwatchd deleted --cancelled %s",
		"igwatchd: Instagram wants you, for the export of %s":                                                                                                        "igwatchd: Instagram braucht dich für den Export von %s",
		"igwatchd could not use its browser to get the files from Instagram's download page.":                                                                        "igwatchd konnte die Dateien nicht mit seinem Browser von der Downloadseite von Instagram holen.",
		"So that igwatchd can do it the next time: %s":                                                                                                               "Damit igwatchd es beim nächsten Mal kann: %s",
		"igwatchd opened Instagram's download page with your log-in and could not go on: %s.":                                                                        "igwatchd hat die Downloadseite von Instagram mit deiner Anmeldung geöffnet und kam nicht weiter: %s.",
		"What the page looked like is kept on igwatchd's own page:  igwatchd open %s":                                                                                "Wie die Seite aussah, zeigt die eigene Seite von igwatchd:  igwatchd open %s",
		"What to do, at this computer:  igwatchd login\nAnswer what Instagram asks, and close the window: igwatchd goes on by itself. Or, on any computer or phone:": "Was zu tun ist, an diesem Rechner:  igwatchd login\nBeantworte, was Instagram fragt, und schließe das Fenster: igwatchd macht von selbst weiter. Oder an irgendeinem Rechner oder Telefon:",
		"You need to do nothing at the moment: igwatchd tries again by itself. If you do not want to wait:":                                                          "Du musst im Augenblick nichts tun: igwatchd versucht es von selbst wieder. Wenn du nicht warten willst:",
		"Instagram asks to log in: igwatchd's session has ended":                                                                                                     "Instagram verlangt eine Anmeldung: Die Sitzung von igwatchd ist zu Ende",
		"Instagram asks for the password again":                                                                                                                      "Instagram fragt noch einmal nach dem Passwort",
		"Instagram asks for a login code":                                                                                                                            "Instagram fragt nach einem Anmeldecode",
		"Instagram wants to check that it is you":                                                                                                                    "Instagram will prüfen, ob du es bist",
		"Instagram wants you to agree to something first":                                                                                                            "Instagram will zuerst deine Zustimmung zu etwas",
		"the page shows no available downloads":                                                                                                                      "die Seite zeigt keine Downloads",
		"the export is still being prepared":                                                                                                                         "der Export wird noch vorbereitet",
		"the download has expired on Instagram's page":                                                                                                               "der Download ist auf der Seite von Instagram abgelaufen",
		"the page shows the downloads of another account":                                                                                                            "die Seite zeigt die Downloads eines anderen Kontos",
		"Instagram's server reports a fault of its own":                                                                                                              "der Server von Instagram meldet einen eigenen Fehler",
		"Instagram's page was not reached":                                                                                                                           "die Seite von Instagram wurde nicht erreicht",
		"the server could not prove that it is Instagram":                                                                                                            "der Server konnte nicht beweisen, dass er Instagram ist",
		"the page led away from Instagram":                                                                                                                           "die Seite hat von Instagram weggeführt",
		"the page offers several exports, and it is not clear which one the mail announced":                                                                          "die Seite bietet mehrere Exporte an, und es ist nicht klar, welchen die Mail angekündigt hat",
		"igwatchd does not know the page it was shown":                                                                                                               "igwatchd kennt die Seite nicht, die ihm gezeigt wurde",
		"the deletion of the account was asked for, and using your log-in at Instagram now could call it off":                                                        "die Löschung des Kontos ist beantragt, und deine Anmeldung bei Instagram jetzt zu benutzen könnte sie abbrechen",
		"try Chromium by hand as the user that igwatchd runs as":                                                                                                     "Versuche Chromium von Hand als der Benutzer, unter dem igwatchd läuft",
		"close that Chromium; igwatchd tries again by itself":                                                                                                        "Schließe dieses Chromium; igwatchd versucht es von selbst wieder",

		"igwatchd: the deletion of %s is under way": "igwatchd: Die Löschung von %s läuft",
		"Instagram keeps the account until about %s. Logging in before then calls the deletion off: in a browser, in the app, or through another program.":                                      "Instagram behält das Konto etwa bis %s. Wer sich vorher anmeldet, bricht die Löschung ab: im Browser, in der App oder durch ein anderes Programm.",
		"igwatchd reads every copy of the archive again on the days %s, and tells you how they are. If one is found damaged, you can still call the deletion off and ask for the export again.": "igwatchd liest jede Kopie des Archivs an den Tagen %s noch einmal und meldet, wie es um sie steht. Wenn eine beschädigt ist, kannst du die Löschung noch abbrechen und den Export noch einmal anfordern.",
		"You need to do nothing. If you want the deletion to go on, do not log in.":                                                                                                             "Du musst nichts tun. Wenn die Löschung weiterlaufen soll, melde dich nicht an.",
		"How your copies are:":                                                                           "So steht es um deine Kopien:",
		"igwatchd: day %d of %d until %s is deleted":                                                     "igwatchd: Tag %d von %d, bis %s gelöscht ist",
		"igwatchd: day %d of %d until %s is deleted: look at your copies":                                "igwatchd: Tag %d von %d, bis %s gelöscht ist: Sieh nach deinen Kopien",
		"Every copy is whole. Logging in until %s calls the deletion off.":                               "Jede Kopie ist unversehrt. Wer sich bis %s anmeldet, bricht die Löschung ab.",
		"You need to do nothing. If you want the deletion to go on, do not log in, not even in the app.": "Du musst nichts tun. Wenn die Löschung weiterlaufen soll, melde dich nicht an, auch nicht in der App.",
		"Not every copy was found whole. Logging in until %s calls the deletion off.":                    "Nicht jede Kopie ist unversehrt. Wer sich bis %s anmeldet, bricht die Löschung ab.",
		"What to do: look at your copies now, while you can still keep the account:  igwatchd verify":    "Was zu tun ist: Sieh jetzt nach deinen Kopien, solange du das Konto noch behalten kannst:  igwatchd verify",
		"igwatchd: the thirty days of %s are over":                                                       "igwatchd: Die dreißig Tage von %s sind vorbei",
		"Instagram deletes the account now, if nobody has logged in meanwhile. What is stored here:":     "Instagram löscht das Konto jetzt, wenn sich inzwischen niemand angemeldet hat. Hier ist gespeichert:",
		"You need to do nothing. igwatchd goes on reading every copy once a month.":                      "Du musst nichts tun. igwatchd liest jede Kopie weiter einmal im Monat.",
		"What to do: look at your copies:  igwatchd verify":                                              "Was zu tun ist: Sieh nach deinen Kopien:  igwatchd verify",
		"No archive of this account is stored here.":                                                     "Kein Archiv dieses Kontos.",
		"whole; every byte was read on %s":                                                               "unversehrt; jedes Byte wurde gelesen am %s",
		"not written yet":                                                                                "noch nicht geschrieben",
		"DAMAGED":                                                                                        "BESCHÄDIGT",
		"read last on %s; it could not be read again since":                                              "zuletzt gelesen am %s; seither ließ sie sich nicht wieder lesen",

		// What helps against a fault, and what stands in its way. These sentences have no arguments.
		"log in at Instagram and press Download":                                                                                  "Melde dich bei Instagram an und drücke auf „Herunterladen“",
		"the download closed before the archive was received":                                                                     "die Zeit zum Herunterladen war vorbei, bevor das Archiv angekommen ist",
		"open the download page in a browser, log in, and press Download":                                                         "Öffne die Downloadseite in einem Browser, melde dich an und drücke auf „Herunterladen“",
		"open the download page in a browser, log in, and press Download again":                                                   "Öffne die Downloadseite in einem Browser, melde dich an und drücke noch einmal auf „Herunterladen“",
		"open Instagram by hand and download the archive there":                                                                   "Öffne Instagram von Hand und lade das Archiv dort herunter",
		"igwatchd goes on by itself where it was":                                                                                 "igwatchd macht von selbst dort weiter, wo es war",
		"igwatchd tries again by itself":                                                                                          "igwatchd versucht es von selbst wieder",
		"make room on that disk; igwatchd goes on by itself where it was":                                                         "Schaffe Platz auf diesem Datenträger; igwatchd macht dann von selbst dort weiter, wo es war",
		"make room on it; igwatchd goes on by itself":                                                                             "Schaffe Platz darauf; igwatchd macht dann von selbst weiter",
		"the disk is full: make room on it; igwatchd goes on by itself":                                                           "Der Datenträger ist voll: Schaffe Platz darauf; igwatchd macht dann von selbst weiter",
		"igwatchd's user may not write there: check owner and permissions of the folder, and ReadWritePaths= of the service unit": "Der Benutzer, unter dem igwatchd läuft, darf dort nicht schreiben: Prüfe Besitzer und Rechte des Ordners und ReadWritePaths= in der Unit des Dienstes",
		"check that this machine can reach a name server":                                                                         "Prüfe, ob dieser Rechner einen Nameserver erreicht",
		"install it: apt install par2":                                                                                            "Installiere es:  apt install par2",
		"igwatchd's user must be able to read that file":                                                                          "Der Benutzer, unter dem igwatchd läuft, muss diese Datei lesen können",
		"put the key alone into it":                                                                                               "Schreibe nur den Schlüssel hinein",
		"the server does not know these keys: put the right ones into access_key_file and secret_key_file":                        "Der Server kennt diese Schlüssel nicht: Schreibe die richtigen in access_key_file und secret_key_file",
		"this computer's clock is wrong: see it with timedatectl, and switch time synchronisation on":                             "Die Uhr dieses Rechners geht falsch: Sieh sie dir mit timedatectl an und schalte die Zeitsynchronisation ein",
		"the storage is full or its quota used up: make room or get more; igwatchd goes on by itself":                             "Der Speicher ist voll oder das Kontingent aufgebraucht: Schaffe Platz oder besorge mehr; igwatchd macht dann von selbst weiter",
		"the bucket is in another region: use the address that your provider gives for it":                                        "Der Bucket liegt in einer anderen Region: Nimm die Adresse, die dein Anbieter für ihn nennt",
		"the object was moved to an archive class and cannot be read back: choose a class that can":                               "Das Objekt wurde in eine Archivklasse verschoben und lässt sich nicht zurücklesen: Wähle eine Klasse, bei der das geht",
		"the keys are known but may not do this: allow listing, reading, writing and deleting below this prefix":                  "Die Schlüssel sind bekannt, dürfen das aber nicht: Erlaube Auflisten, Lesen, Schreiben und Löschen unter diesem Präfix",
		"the server's certificate is not trusted: a server of your own needs ca_file":                                             "Dem Zertifikat des Servers wird nicht vertraut: Ein eigener Server braucht ca_file",
		"set account.inbox.host and port":                                                                                         "Setze account.inbox.host und port",
		"set account.inbox.password_file":                                                                                         "Setze account.inbox.password_file",
		"set account.inbox.security to tls or starttls":                                                                           "Setze account.inbox.security auf tls oder starttls",
		"set host in [account.inbox]; the mail provider's help pages call it \"IMAP server\"":                                     "Setze host in [account.inbox]; die Hilfeseiten des Mailanbieters nennen ihn „IMAP-Server“",
		"port 993 with security = \"tls\" may work instead":                                                                       "Vielleicht geht es stattdessen mit Port 993 und security = \"tls\"",
		"try account.inbox.security = \"tls\"; if it is, this server wants account.inbox.oauth2 instead of a password":            "Versuche account.inbox.security = \"tls\"; wenn es schon so ist, will dieser Server account.inbox.oauth2 statt eines Passworts",
		"check account.inbox.host; or use a password: password_file instead of oauth2":                                            "Prüfe account.inbox.host; oder nimm ein Passwort: password_file statt oauth2",
		"check the password and account.inbox.user; many providers (Gmail, iCloud, Yahoo, Fastmail) want an app password here, made in their security settings, and not the usual one": "Prüfe das Passwort und account.inbox.user; viele Anbieter (Gmail, iCloud, Yahoo, Fastmail) wollen hier ein App-Passwort, das man in ihren Sicherheitseinstellungen macht, und nicht das übliche",
		"check that account.inbox.user is the mailbox of the person who signed in; then sign in again: igwatchd setup --oauth2":                                                        "Prüfe, ob account.inbox.user das Postfach der Person ist, die sich angemeldet hat; dann melde dich noch einmal an:  igwatchd setup --oauth2",
		"check account.inbox.host for a typing error; without a network this can be a passing thing":                                                                                   "Prüfe account.inbox.host auf einen Tippfehler; ohne Netz kann das auch vorübergehend sein",
		"is the network up? otherwise check account.inbox.host":                                                                                                                        "Sieh nach, ob das Netz da ist; sonst prüfe account.inbox.host",
		"if the server is your own, set account.inbox.ca_file to its authority's certificate; otherwise somebody may be in between":                                                    "Wenn es dein eigener Server ist, setze account.inbox.ca_file auf das Zertifikat seiner Zertifizierungsstelle; sonst sitzt vielleicht jemand dazwischen",
		"set account.inbox.host to a name in the certificate; ca_file does not mend this":                                                                                              "Setze account.inbox.host auf einen Namen im Zertifikat; ca_file hilft hier nicht",
		"check this machine's clock; if that is right, the server's owner must renew it (a private authority goes into account.inbox.ca_file)":                                         "Prüfe die Uhr dieses Rechners; wenn sie stimmt, muss der Betreiber des Servers es erneuern (eine eigene Zertifizierungsstelle gehört in account.inbox.ca_file)",
		"port 993 goes with security = \"tls\", port 143 with \"starttls\"":                                                                                                            "Port 993 gehört zu security = \"tls\", Port 143 zu \"starttls\"",
		"check account.inbox.host and port; a server that restarts looks the same for a moment":                                                                                        "Prüfe account.inbox.host und port; ein Server, der neu startet, sieht einen Augenblick lang genauso aus",
		"check client_id, client_secret_file and scopes of account.inbox.oauth2 against what the provider shows for your client; its secret may have run out":                          "Vergleiche client_id, client_secret_file und scopes von account.inbox.oauth2 mit dem, was der Anbieter für deinen Client zeigt; vielleicht ist sein Geheimnis abgelaufen",
		"the provider's address leads elsewhere; set account.inbox.oauth2.token_url to the endpoint itself":                                                                            "Die Adresse des Anbieters führt woandershin; setze account.inbox.oauth2.token_url auf den Endpunkt selbst",
		"the user that igwatchd runs as must be able to write to that folder":                                                                                                          "Der Benutzer, unter dem igwatchd läuft, muss in diesen Ordner schreiben können",
		"the user that igwatchd runs as must be able to read it":                                                                                                                       "Der Benutzer, unter dem igwatchd läuft, muss es lesen können",
	},
}
