package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"
)

// sendCertificate hands the server's key over, on one line each.
func sendCertificate(w io.Writer, c tls.Certificate) error {
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n%s\n", base64.StdEncoding.EncodeToString(c.Certificate[0]), base64.StdEncoding.EncodeToString(key))
	return err
}

// serveMany is a mail server of few words: enough for a watcher, for thousands of them.
func serveMany(context.Context) error {
	in := bufio.NewReader(os.Stdin)
	cert, err := readCertificate(in)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	var a attempts
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			a.note()
			mu.Lock()
			open[c] = true
			mu.Unlock()
			go func() {
				talk(tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}}))
				mu.Lock()
				delete(open, c)
				mu.Unlock()
				c.Close()
			}()
		}
	}()
	for {
		line, err := in.ReadString('\n')
		switch {
		case err != nil:
			return nil
		case line == "restart\n":
			a.began.Store(nowMillis())
			mu.Lock()
			for c := range open {
				c.Close()
			}
			mu.Unlock()
		case line == "report\n":
			a.report()
			fmt.Println(".")
		}
	}
}

func readCertificate(in *bufio.Reader) (cert tls.Certificate, err error) {
	for i := range 2 {
		line, err := in.ReadString('\n')
		if err != nil {
			return cert, err
		}
		raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(line))
		if err != nil {
			return cert, err
		}
		if i == 0 {
			cert.Certificate = [][]byte{raw}
		} else if cert.PrivateKey, err = x509.ParsePKCS8PrivateKey(raw); err != nil {
			return cert, err
		}
	}
	return cert, nil
}

const caps = "CAPABILITY IMAP4rev1 IDLE UNSELECT SPECIAL-USE LIST-EXTENDED AUTH=PLAIN SASL-IR"

func talk(c net.Conn) {
	defer c.Close()
	r := bufio.NewReaderSize(c, 1024)
	say := func(format string, args ...any) { fmt.Fprintf(c, format+"\r\n", args...) }
	say("* OK [%s] bench", caps)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		tag, rest, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		word, _, _ := strings.Cut(strings.ToUpper(rest), " ")
		switch word {
		case "CAPABILITY":
			say("* %s", caps)
		case "LIST":
			say(`* LIST () "/" INBOX`)
			say(`* LIST (\Junk) "/" Junk`)
		case "EXAMINE", "SELECT":
			say("* 0 EXISTS")
			say("* OK [UIDVALIDITY 1] .")
			say("* OK [UIDNEXT 1] .")
		case "STATUS":
			say(`* STATUS Junk (UIDNEXT 1 UIDVALIDITY 1)`)
		case "UID":
			if strings.Contains(strings.ToUpper(rest), "SEARCH") {
				say("* SEARCH")
			}
		case "IDLE":
			say("+ idling")
			if _, err := r.ReadString('\n'); err != nil {
				return
			}
		}
		say("%s OK done", tag)
	}
}

func nowMillis() int64 { return time.Now().UnixMilli() }
