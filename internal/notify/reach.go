package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os/exec"

	"github.com/nicholas-fedor/shoutrrr"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// Reach tells whether something could be sent to a web address now: it connects, with TLS if the
// address says so, and asks for nothing. what names the setting.
func Reach(ctx context.Context, what, address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return fault.Configuration(fmt.Errorf("%s: the address is not valid", what), "look at "+what)
	}
	ctx, cancel := context.WithTimeout(ctx, webTimeout)
	defer cancel()
	port, dial := u.Port(), (&net.Dialer{}).DialContext
	if u.Scheme == "https" {
		dial = (&tls.Dialer{Config: &tls.Config{MinVersion: tls.VersionTLS12}}).DialContext
	}
	if port == "" {
		port = map[string]string{"https": "443"}[u.Scheme]
	}
	if port == "" {
		port = "80"
	}
	conn, err := dial(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return fault.Temporary(fmt.Errorf("%s: reach %s: %w", what, u.Host, err), "look whether the receiver named by "+what+" is running")
	}
	conn.Close()
	return nil
}

// Runnable tells whether the program of a Command channel is there and may be run.
func Runnable(argv []string) error {
	if _, err := exec.LookPath(argv[0]); err != nil {
		return fault.Configuration(fmt.Errorf("notify command: %w", err), "name a program that igwatchd's user may run, with its whole path")
	}
	return nil
}

// Understood tells whether the address of a push service is one that can be sent to. The service itself is
// not asked: that would send something.
func Understood(index int, address string) (name string, err error) {
	name = Push(index, address).Name()
	if _, err := shoutrrr.CreateSender(address); err != nil { // its text holds the address, and so the token
		return name, fault.Configuration(errors.New("push service "+name+": the address is not understood"), "look at notify.urls")
	}
	return name, nil
}
