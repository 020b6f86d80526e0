package config

// rawConfig is the file as it is written. Its tags are the only list of keys.
type rawConfig struct {
	StateDir   string       `toml:"state_dir"`
	ArchiveDir string       `toml:"archive_dir"`
	Account    []rawAccount `toml:"account"`
	Mail       rawMail      `toml:"mail"`
	Fetch      rawFetch     `toml:"fetch"`
	Browser    rawBrowser   `toml:"browser"`
	Replica    []rawReplica `toml:"replica"`

	RecoveryPercent int `toml:"recovery_percent"`

	Notify rawNotify `toml:"notify"`
	Web    rawWeb    `toml:"web"`
}

type rawAccount struct {
	Username string   `toml:"username"`
	Posts    *int     `toml:"posts"`
	Inbox    rawInbox `toml:"inbox"`

	InstagramPasswordFile       string   `toml:"instagram_password_file"`
	InstagramPasswordCommand    []string `toml:"instagram_password_command"`
	InstagramPasswordCredential string   `toml:"instagram_password_credential"`
}

type rawInbox struct {
	Address            string     `toml:"address"`
	Host               string     `toml:"host"`
	Port               int        `toml:"port"`
	Security           string     `toml:"security"`
	User               string     `toml:"user"`
	PasswordFile       string     `toml:"password_file"`
	PasswordCommand    []string   `toml:"password_command"`
	PasswordCredential string     `toml:"password_credential"`
	OAuth2             *rawOAuth2 `toml:"oauth2"`
	Folders            []string   `toml:"folders"`
	CAFile             string     `toml:"ca_file"`
	AuthservID         string     `toml:"authserv_id"`
}

type rawOAuth2 struct {
	Provider         string   `toml:"provider"`
	ClientID         string   `toml:"client_id"`
	ClientSecretFile string   `toml:"client_secret_file"`
	TokenFile        string   `toml:"token_file"`
	AuthURL          string   `toml:"auth_url"`
	TokenURL         string   `toml:"token_url"`
	DeviceURL        string   `toml:"device_url"`
	Scopes           []string `toml:"scopes"`
	CAFile           string   `toml:"ca_file"`
}

type rawMail struct {
	FromDomains []string `toml:"from_domains"`
	Resolver    string   `toml:"resolver"`
}

type rawFetch struct {
	LinkHosts    []string `toml:"link_hosts"`
	ByteHosts    []string `toml:"byte_hosts"`
	CAFile       string   `toml:"ca_file"`
	AllowPrivate bool     `toml:"allow_private"`
	DropDirs     []string `toml:"drop_dirs"`
	CookiesFile  string   `toml:"cookies_file"`
}

type rawBrowser struct {
	Program    string `toml:"program"`
	ProfileDir string `toml:"profile_dir"`
}

type rawReplica struct {
	Dir           string   `toml:"dir"`
	S3            string   `toml:"s3"`
	Region        string   `toml:"region"`
	CAFile        string   `toml:"ca_file"`
	AccessKeyFile string   `toml:"access_key_file"`
	SecretKeyFile string   `toml:"secret_key_file"`
	AgeRecipients []string `toml:"age_recipients"`
}

type rawNotify struct {
	Inbox        bool     `toml:"inbox"`
	URLs         []string `toml:"urls"`
	Webhook      string   `toml:"webhook"`
	Command      []string `toml:"command"`
	HeartbeatURL string   `toml:"heartbeat_url"`
	Language     string   `toml:"language"`
}

type rawWeb struct {
	Listen string `toml:"listen"`
}

// defaults is what a key has when the file does not name it.
func defaults() rawConfig {
	return rawConfig{
		StateDir:   "/var/lib/igwatchd",
		ArchiveDir: "/var/lib/igwatchd/archive",
		Mail:       rawMail{FromDomains: []string{"mail.instagram.com"}},
		Fetch: rawFetch{
			LinkHosts: []string{
				"www.instagram.com", "instagram.com",
				"accountscenter.instagram.com", "accountscenter.facebook.com",
			},
			ByteHosts: []string{"bigzipfiles.instagram.com", "bigzipfiles.facebook.com"},
		},
		Notify: rawNotify{Inbox: true, Language: "en"},
		Web:    rawWeb{Listen: "127.0.0.1:8738"},
	}
}
