// Package testworld is a small real world on this machine: a mail server, a DNS server with DKIM
// keys, a stand-in of Instagram's download site, a generator of export archives and one of export
// mails. Tests, "igwatchd demo" and "igwatchd drill" run against it over TLS, with real sockets.
//
// What of it is known from real exports and mails, and what is guessed, is listed in
// docs/testworld.md. Nothing here is meant for the outside: every server listens on the loopback
// interface only, and everything that was started is ended by its Close.
package testworld
