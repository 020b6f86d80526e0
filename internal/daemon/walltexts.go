package daemon

import (
	"github.com/igwatchd/igwatchd/internal/fetch/browser"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/notify"
	"github.com/igwatchd/igwatchd/internal/words"
)

// walled says what stopped igwatchd's browser, and the one thing that helps.
func (n news) walled(e journal.Export, w Wall, mark string, drops []string) notify.Event {
	x := event("waiting-for-you", e, "wall", w.Kind, mark)
	x.URL = exportPage
	l := n.letter()
	if w.Kind == wallDeleting {
		x.Title = n.Say("igwatchd: the export of %s was not downloaded: the deletion of the account is under way", e.Account)
		l.say("You told igwatchd that the deletion of this account was asked for. From then on it does not use your log-in: that could call the deletion off.")
		l.say("You need to do nothing if you have the archive already. If you still want this export, log in at Instagram (this calls the deletion off), "+
			"download the files on the page below, and tell igwatchd:  igwatchd deleted --cancelled %s", e.Account)
		x.Text = l.String()
		return x
	}
	x.Title = n.Say("igwatchd: Instagram wants you, for the export of %s", e.Account)
	if w.Kind == wallBrowser {
		l.say("igwatchd could not use its browser to get the files from Instagram's download page.")
		l.cause(w.Text)
		if w.Hint != "" {
			l.say("So that igwatchd can do it the next time: %s", words.Text(w.Hint))
		}
	} else {
		l.say("igwatchd opened Instagram's download page with your log-in and could not go on: %s.", words.Text(w.Text))
	}
	if w.Picture {
		l.say("What the page looked like is kept on igwatchd's own page:  igwatchd open %s", e.ID)
	}
	l.open(e)
	switch w.Kind {
	case browser.WallLogin, browser.WallTwoFactor, browser.WallCheckpoint, browser.WallConsent, browser.WallAccount:
		l.say("What to do, at this computer:  igwatchd login\nAnswer what Instagram asks, and close the window: igwatchd goes on by itself. Or, on any computer or phone:")
	case browser.WallExpired:
		l.say("What to do: ask for a new export on the page below: All time, High quality, JSON, every category.")
		x.Text = l.String()
		return x
	case browser.WallPreparing, browser.WallServer, browser.WallOffline, browser.WallCertificate:
		l.say("You need to do nothing at the moment: igwatchd tries again by itself. If you do not want to wait:")
	default:
		l.say("What to do:")
	}
	l.byHand(drops)
	x.Text = l.String()
	return x
}
