// Package origin is an nginx to download from.
package origin

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

// Start serves DIR/www over TLS 1.3 with a certificate of a test authority, whose
// root is in caFile.
func Start(dir string) (caFile, address string, stop func(), err error) {
	ca, err := testworld.NewCA()
	if err != nil {
		return "", "", nil, err
	}
	issued, err := ca.Issue("localhost", "127.0.0.1")
	if err != nil {
		return "", "", nil, err
	}
	key, err := x509.MarshalPKCS8PrivateKey(issued.PrivateKey)
	if err != nil {
		return "", "", nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", nil, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	conf := "daemon off; pid " + dir + "/pid; error_log stderr warn; worker_processes 1; events {}\nhttp { log_format sent '$body_bytes_sent'; access_log " + dir + "/sent sent; sendfile on; types { application/zip zip; }\n" +
		"client_body_temp_path " + dir + "/t1; proxy_temp_path " + dir + "/t2; fastcgi_temp_path " + dir + "/t3; uwsgi_temp_path " + dir + "/t4; scgi_temp_path " + dir + "/t5;\n" +
		"server { listen 127.0.0.1:" + strconv.Itoa(port) + " ssl; ssl_protocols TLSv1.3; ssl_certificate " + dir + "/cert.pem; ssl_certificate_key " + dir + "/key.pem; root " + dir + "/www; } }\n"
	caFile = filepath.Join(dir, "ca.pem")
	for path, body := range map[string][]byte{
		dir + "/cert.pem":   pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: issued.Certificate[0]}),
		dir + "/key.pem":    pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
		dir + "/nginx.conf": []byte(conf), caFile: ca.PEM(),
	} {
		if err := os.WriteFile(path, body, 0o600); err != nil {
			return "", "", nil, err
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", "", nil, err
	}
	cmd := exec.Command("nginx", "-c", dir+"/nginx.conf", "-p", dir, "-g", "user root;")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return "", "", nil, err
	}
	stop = func() { _ = cmd.Process.Signal(syscall.SIGTERM); _ = cmd.Wait() }
	address = "127.0.0.1:" + strconv.Itoa(port)
	for range 100 {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return caFile, address, stop, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	return "", "", nil, errors.New("nginx does not listen")
}
