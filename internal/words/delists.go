package words

// germanLists is what the inspection says about lists that are odd, empty or not there.
var germanLists = map[string]string{
	"This archive has no list of posts, and no note that there are none. If your profile shows posts, they were not requested or a part is missing: give all parts together, or request everything (\"All available information\"). Is it right that your profile shows no posts?": "In diesem Archiv gibt es keine Liste der Beiträge und keinen Vermerk, dass es keine gibt. Wenn dein Profil Beiträge zeigt, wurden sie nicht angefordert, oder ein Teil fehlt: Übergib alle Teile zusammen, oder fordere alles an („Alle verfügbaren Informationen“). Stimmt es, dass dein Profil keine Beiträge zeigt?",
	"This list is in the archive but has nothing in it. Instagram leaves out lists that would be empty, so something may have gone wrong. All lists together name %s, %s and %s. Is it right that your profile shows no more than that?":                                           "Diese Liste ist im Archiv, aber leer. Leere Listen liefert Instagram sonst nicht mit; vielleicht ist also etwas schiefgegangen. Alle Listen zusammen nennen %s, %s und %s. Stimmt es, dass dein Profil nicht mehr zeigt?",
	"This list cannot be read completely (%s), and Instagram delivered it like that. It is not one of those with your posts, stories, reels or messages. Can you do without it?":                                                                                                   "Diese Liste lässt sich nicht vollständig lesen (technische Angabe: %s), und Instagram hat sie so geliefert. Es ist keine von denen mit deinen Beiträgen, Storys, Reels oder Nachrichten. Kannst du auf sie verzichten?",
	"This archive does not include: %s. If your account has any, they were probably not requested, and will be lost with it. Does it have none, or can you do without them?":                                                                                                       "Nicht in diesem Archiv: %s. Wenn dein Konto etwas davon hat, wurde es wahrscheinlich nicht angefordert und geht mit dem Konto verloren. Hat es nichts davon, oder kannst du darauf verzichten?",
	"direct messages":         "Direktnachrichten",
	"your followers":          "deine Follower",
	"the accounts you follow": "die Konten, denen du folgst",
	"your likes":              "deine Likes",
	"your comments":           "deine Kommentare",
	"your saved posts":        "deine gespeicherten Beiträge",
}
