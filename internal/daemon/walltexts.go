package daemon

import (
	"fmt"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/fetch/browser"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/notify"
)

// walled says what stopped igwatchd's browser, and the one thing that helps.
func walled(e journal.Export, w Wall, mark string, drops []string) notify.Event {
	n := event("waiting-for-you", e, "wall", w.Kind, mark)
	n.Title = "igwatchd: Instagram wants you, for the export of " + e.Account
	if w.Kind == wallDeleting {
		n.Title = "igwatchd: the export of " + e.Account + " was not downloaded: its deletion is under way"
		n.Text = "You told igwatchd that the deletion of this account was asked for. From then on it does not use your log-in: that could call the deletion off.\n\n" +
			"If you have the archive already, you need to do nothing.\n" +
			"If you still want this export: log in at Instagram (this calls the deletion off), tell igwatchd so:  igwatchd deleted --cancelled " + e.Account + "\n" +
			"and download the files on the page below.\n"
		n.URL = exportPage
		return n
	}
	var b strings.Builder
	fmt.Fprintf(&b, "igwatchd opened Instagram's download page with your log-in and could not go on: %s.\n\nWhat to do:\n", w.Text)
	n.URL = exportPage
	switch w.Kind {
	case browser.WallLogin, browser.WallTwoFactor, browser.WallCheckpoint, browser.WallConsent, browser.WallAccount:
		b.WriteString("  At this computer:  igwatchd login\n  Answer what Instagram asks, close the window, and igwatchd goes on by itself.\n")
		b.WriteString("\nOr, on any computer or phone:\n")
		byHand(&b, drops)
	case browser.WallExpired:
		b.WriteString("  Ask for a new export on the page below: All time, High quality, JSON, every category.\n")
	case browser.WallPreparing, browser.WallServer, browser.WallOffline, browser.WallCertificate:
		b.WriteString("  Nothing at the moment: igwatchd tries again by itself. If you do not want to wait:\n")
		byHand(&b, drops)
	default:
		byHand(&b, drops)
		if w.Hint != "" && w.Kind == wallBrowser {
			fmt.Fprintf(&b, "\nSo that igwatchd can do it the next time: %s.\n", strings.TrimSuffix(w.Hint, "."))
		}
	}
	if w.Picture {
		b.WriteString("\nWhat the page looked like is kept on igwatchd's own page:  igwatchd open " + e.ID + "\n")
	}
	if !e.Deadline.IsZero() {
		fmt.Fprintf(&b, "\nThe download is open until %s (%s left).\n", moment(e.Deadline), left(time.Until(e.Deadline)))
	}
	n.Text = b.String()
	return n
}

// byHand lists the way without igwatchd's browser.
func byHand(b *strings.Builder, drops []string) {
	b.WriteString("  1. Open the page below and log in.\n  2. Press Download for every file it offers.\n")
	if len(drops) > 0 {
		fmt.Fprintf(b, "  3. Save the files to %s. igwatchd takes them from there by itself.\n", strings.Join(drops, " or "))
		return
	}
	b.WriteString("  3. Give the files to igwatchd:  igwatchd import FILE…\n")
}
