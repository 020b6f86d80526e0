package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

var candidateLine = regexp.MustCompile(`(?i)instagram`)

// fill writes messages into a maildir directly, for the owner of the one that is there.
func fill(maildir, like string, messages int) error {
	info, err := os.Stat(like)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fmt.Errorf("whose is %s?", like)
	}
	now := time.Now()
	for n := range messages {
		from := "somebody@example.org"
		if n%5000 == 17 {
			from = "Instagram <no-reply@mail.instagram.com>"
		}
		body := fmt.Sprintf("From: %s\r\nTo: jane@example.org\r\nSubject: message %d\r\nMessage-ID: <%d@bench>\r\nDate: %s\r\n\r\n%s\r\n",
			from, n, n, now.Format(time.RFC1123Z), strings.Repeat("text ", 160))
		path := filepath.Join(maildir, "cur", fmt.Sprintf("%d.M%dP1.bench:2,S", now.Unix(), n))
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			return err
		}
		if os.Getuid() == 0 {
			if err := os.Chown(path, int(owner.Uid), int(owner.Gid)); err != nil {
				return err
			}
		}
	}
	return nil
}
