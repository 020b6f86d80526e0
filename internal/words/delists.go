package words

// germanLists is what the inspection says about lists that are odd, empty or not there.
var germanLists = map[string]string{
	"There is no list of posts in this archive, and no note that there are none. If your profile shows any, either posts were not requested, or a part is missing: give all parts together, or request everything (\"All available information\"). Is it right that your profile shows no posts?": "In diesem Archiv ist keine Liste der Beiträge und kein Vermerk, dass es keine gibt. Wenn dein Profil welche zeigt, wurden Beiträge nicht angefordert, oder ein Teil fehlt: Übergib alle Teile zusammen, oder fordere alles an („Alle verfügbaren Informationen“). Stimmt es, dass dein Profil keine Beiträge zeigt?",
	"This list is in the archive, and nothing is in it. Instagram leaves out a list of which there is nothing, so something may have gone wrong. All lists together name %s, %s and %s. Is it right that your profile shows no more than that?":                                                   "Diese Liste ist im Archiv, aber es steht nichts darin. Wovon es nichts gibt, davon liefert Instagram keine Liste; vielleicht ist also etwas schiefgegangen. Alle Listen zusammen nennen %s, %s und %s. Stimmt es, dass dein Profil nicht mehr zeigt?",
	"This list cannot be read to its end (%s). It is none of the lists of your posts, stories, reels or messages. The zip stores it like that. Can you do without it?":                                                                                                                            "Diese Liste lässt sich nicht bis zum Ende lesen (technische Angabe: %s). Sie ist keine der Listen deiner Beiträge, Storys, Reels oder Nachrichten. So steht sie in der Zip-Datei. Kannst du auf sie verzichten?",
	"These are not in this archive: %s. If the account has any, they were probably not requested, and will be gone with it. Has it none, or can you do without them?":                                                                                                                             "Das ist nicht in diesem Archiv: %s. Wenn das Konto etwas davon hat, wurde es wahrscheinlich nicht angefordert und ist mit dem Konto verloren. Hat es nichts davon, oder kannst du darauf verzichten?",
	"direct messages":         "Direktnachrichten",
	"your followers":          "deine Follower",
	"the accounts you follow": "die Konten, denen du folgst",
	"your likes":              "deine Likes",
	"your comments":           "deine Kommentare",
	"your saved posts":        "deine gespeicherten Beiträge",
}
