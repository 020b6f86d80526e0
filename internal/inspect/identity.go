package inspect

import (
	"regexp"
	"slices"
	"strings"
)

// Names that Instagram gives to the zips and to the folder in them. Usernames have no hyphen.
var (
	namedV3 = regexp.MustCompile(`^instagram-([A-Za-z0-9._]+)-(\d{4}-\d\d-\d\d)-[A-Za-z0-9]{6,10}(?: ?\(\d+\))?(?:\.zip)?$`)
	namedV1 = regexp.MustCompile(`^([A-Za-z0-9._]+)_(\d{4})(\d\d)(\d\d)(?:_part_\d+)?(?: ?\(\d+\))?(?:\.zip)?$`)
	user    = regexp.MustCompile(`^[a-z0-9._]{1,30}$`)
)

// named reads the username and the date (RFC 3339) from the name of a zip or folder.
func named(name string) (username, date string) {
	if m := namedV3.FindStringSubmatch(name); m != nil {
		return strings.ToLower(m[1]), m[2]
	}
	if m := namedV1.FindStringSubmatch(name); m != nil {
		return strings.ToLower(m[1]), m[2] + "-" + m[3] + "-" + m[4]
	}
	return "", ""
}

// usernameLabels are how Instagram's languages call the username, in lower case and with
// straight apostrophes. File names stay English in every export, labels do not.
var usernameLabels = map[string]bool{
	"username": true, "user name": true, "benutzername": true, "gebruikersnaam": true, "nome utente": true,
	"nombre de usuario": true, "nom d'utilisateur": true, "nom d'usuari": true, "nome de usuário": true,
	"nome de utilizador": true, "användarnamn": true, "brugernavn": true, "brukernavn": true,
	"käyttäjänimi": true, "nazwa użytkownika": true, "uživatelské jméno": true, "používateľské meno": true,
	"felhasználónév": true, "nume de utilizator": true, "kullanıcı adı": true, "имя пользователя": true,
	"ім'я користувача": true, "потребителско име": true, "korisničko ime": true, "όνομα χρήστη": true,
	"ユーザーネーム": true, "사용자 이름": true, "用户名": true, "用戶名稱": true, "使用者名稱": true, "帐号": true, "帳號": true,
	"nama pengguna": true, "tên người dùng": true, "ชื่อผู้ใช้": true, "اسم المستخدم": true, "שם משתמש": true,
	"यूज़रनेम": true, "उपयोगकर्ता नाम": true, "प्रयोगकर्ता नाम": true, "वापरकर्ता नाव": true, "نام کاربری": true, "صارف نام": true,
	"корисничко име": true, "ব্যবহারকারীর নাম": true, "ইউজারনেম": true, "பயனர் பெயர்": true, "பயனர்பெயர்": true, "వినియోగదారు పేరు": true,
	"ಬಳಕೆದಾರ ಹೆಸರು": true, "ಬಳಕೆದಾರಹೆಸರು": true, "ഉപയോക്തൃനാമം": true, "વપરાશકર્તાનામ": true, "ਵਰਤੋਂਕਾਰ ਨਾਮ": true, "පරිශීලක නාමය": true,
	"uporabniško ime": true, "naudotojo vardas": true, "vartotojo vardas": true, "kasutajanimi": true, "lietotājvārds": true, "notandanafn": true,
}

func isUsernameLabel(s string) bool {
	s = strings.ToLower(strings.TrimSpace(strings.ReplaceAll(s, "’", "'")))
	return usernameLabels[s]
}

// identity gathers all places that say whose archive it is and on which day it was made.
type identity struct {
	sources    []UsernameSource
	dates      []string // from the names of parts and folders
	candidates []labelled
	renamed    []guess // names of the old form, which many other files have too
}

// guess is what a name like "holidays_20260901.zip" would say, if it is one of Instagram's.
type guess struct{ username, date, where string }

func (id *identity) fromName(name, where string) {
	username, date := named(name)
	switch {
	case username == "":
	case namedV3.MatchString(name):
		id.sources = append(id.sources, UsernameSource{username, where})
		id.dates = append(id.dates, date)
	default:
		id.renamed = append(id.renamed, guess{username, date, where})
	}
}

// weigh takes the names of the old form for what they say, if the export has the layout of that time, or if
// nothing in it says otherwise. A new export in a file that somebody calls "holidays_20260901.zip" is nobody else's.
func (id *identity) weigh(old bool) {
	for _, g := range id.renamed {
		if old || !slices.ContainsFunc(id.sources, func(s UsernameSource) bool { return s.Username != g.username }) {
			id.sources = append(id.sources, UsernameSource{g.username, g.where})
			id.dates = append(id.dates, g.date)
		}
	}
	id.renamed = nil
}

// fromLabels takes the username from the account's own data. If no label is known, in a
// language that is not in the table, the values that could be a username stay candidates.
func (id *identity) fromLabels(lines []labelled) {
	known := false
	for _, l := range lines {
		value := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(l.value), "@"))
		if isUsernameLabel(l.label) && user.MatchString(value) {
			id.sources = append(id.sources, UsernameSource{value, l.from})
			known = true
		}
	}
	if known {
		return
	}
	for _, l := range lines {
		if v := strings.ToLower(strings.TrimSpace(l.value)); user.MatchString(v) {
			id.candidates = append(id.candidates, labelled{l.label, v, l.from})
		}
	}
}

// judge returns the username that all places agree on, or "". hasData says whether the list
// with the account's own data is there, needData whether it has to be.
func (id *identity) judge(hasData, needData bool, p *problems) string {
	if needData && !hasData {
		p.add(Error, "personal-information-missing", "",
			"The list that says whose export this is is missing. A part is missing, or the request left out personal information. "+
				"Give all parts together, or request everything (\"All available information\").")
	}
	var users []string
	for _, s := range id.sources {
		if !slices.Contains(users, s.Username) {
			users = append(users, s.Username)
		}
	}
	slices.Sort(users)
	fromData := slices.ContainsFunc(id.sources, func(s UsernameSource) bool { return isList(s.Where) })
	switch {
	case len(users) > 1:
		p.add(Error, "identity-disagrees", "", "The archive names different accounts: %s. These files do not belong together, or a file was renamed.", strings.Join(users, ", "))
		return ""
	case len(users) == 0:
		p.add(Error, "identity-unknown", "", "Nothing in the archive or in its file name says with certainty whose account it is. "+
			"Keep the name that Instagram gave to the zip (instagram-NAME-DATE-….zip) and try again.")
		return ""
	case hasData && !fromData:
		if !slices.ContainsFunc(id.candidates, func(l labelled) bool { return l.value == users[0] }) {
			p.add(Error, "identity-disagrees", id.sources[0].Where, "The name of the zip says that this is the export of %q, but the account's data in it do not contain that name. "+
				"Check whose export this is.", users[0])
			return ""
		}
		for _, l := range id.candidates {
			if l.value == users[0] {
				id.sources = append(id.sources, UsernameSource{l.value, l.from})
				p.add(Question, "identity-by-agreement", l.from, "The account's data are in a language whose word for \"username\" is not known here. "+
					"The name %q, which the file name tells, is among them. Open this list: does it stand there as the username?", users[0])
				break
			}
		}
	}
	return users[0]
}
