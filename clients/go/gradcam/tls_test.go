package gradcam_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam"
	"github.com/gradcamgrpc/gradcamgrpc/clients/go/internal/testserver"
)

// authority signs certificates for a test.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "authority"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der := must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key))
	return authority{must[*x509.Certificate](t)(x509.ParseCertificate(der)), key}
}

// issue signs a certificate for this machine.
func (a authority) issue(t *testing.T, use x509.ExtKeyUsage, notAfter time.Time) tls.Certificate {
	t.Helper()
	key := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "one"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: notAfter, ExtKeyUsage: []x509.ExtKeyUsage{use}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der := must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (a authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

func writePEM(t *testing.T, path, kind string, der []byte) string {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDial_MutualTLS_KnownClientsAreServedAndOthersAreNot(t *testing.T) {
	folder, day := t.TempDir(), time.Now().Add(time.Hour)
	servers, clients := newAuthority(t), newAuthority(t)
	certificate := servers.issue(t, x509.ExtKeyUsageServerAuth, day)
	key := must[[]byte](t)(x509.MarshalPKCS8PrivateKey(certificate.PrivateKey))
	server := must[*testserver.Server](t)(testserver.Start(
		"--tls-certificate", writePEM(t, filepath.Join(folder, "tls.crt"), "CERTIFICATE", certificate.Certificate[0]),
		"--tls-key", writePEM(t, filepath.Join(folder, "tls.key"), "PRIVATE KEY", key),
		"--client-ca", writePEM(t, filepath.Join(folder, "ca.crt"), "CERTIFICATE", clients.certificate.Raw)))
	t.Cleanup(server.Stop)
	ask := func(roots *x509.CertPool, mine ...tls.Certificate) error {
		config := &tls.Config{RootCAs: roots, Certificates: mine, MinVersion: tls.VersionTLS12}
		client := must[*gradcam.Client](t)(gradcam.Dial(context.Background(), server.Address, gradcam.WithTLS(config), gradcam.WithRetry(gradcam.NoRetry)))
		defer client.Close()
		_, err := client.Models(within(t, patience))
		return err
	}

	if err := ask(servers.pool(), clients.issue(t, x509.ExtKeyUsageClientAuth, day)); err != nil {
		t.Errorf("a client that is known: %v", err)
	}
	for what, err := range map[string]error{
		"no certificate":      ask(servers.pool()),
		"another authority":   ask(servers.pool(), servers.issue(t, x509.ExtKeyUsageClientAuth, day)),
		"expired":             ask(servers.pool(), clients.issue(t, x509.ExtKeyUsageClientAuth, time.Now().Add(-time.Minute))),
		"a server's":          ask(servers.pool(), clients.issue(t, x509.ExtKeyUsageServerAuth, day)),
		"a server's stranger": ask(clients.pool(), clients.issue(t, x509.ExtKeyUsageClientAuth, day)),
	} {
		if !errors.Is(err, gradcam.ErrUnavailable) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
