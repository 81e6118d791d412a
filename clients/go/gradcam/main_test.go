package gradcam_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam"
)

const (
	cat       = "../../../tests/photos/chelsea.png"
	astronaut = "../../../tests/photos/astronaut.png"
	program   = "../../../src/GradCamGrpc.Cli/bin/Release/net10.0/gradcam.dll"

	tigerCat, egyptianCat = 282, 285
)

// server is the real server, with the embedded model; it starts with the first test that needs it.
var server struct {
	once    sync.Once
	process *exec.Cmd
	address string
	err     error
}

func TestMain(m *testing.M) {
	status := m.Run()
	if server.process != nil {
		_ = server.process.Process.Signal(syscall.SIGTERM)
		_ = server.process.Wait()
	}
	os.Exit(status)
}

func startServer() {
	if _, err := os.Stat(program); err != nil {
		server.err = fmt.Errorf("the server is not built (dotnet build src/GradCamGrpc.Cli -c Release): %w", err)
		return
	}
	process := exec.Command("dotnet", program, "serve", "--listen", "127.0.0.1:0", "--metrics", "off")
	process.Stderr = os.Stderr
	output, err := process.StdoutPipe()
	if err == nil {
		err = process.Start()
	}
	if err != nil {
		server.err = err
		return
	}
	server.process = process
	welcome := regexp.MustCompile(`serves on (127\.0\.0\.1:\d+)`)
	found := make(chan string, 1)
	go func() {
		defer close(found)
		for lines := bufio.NewScanner(output); lines.Scan(); {
			if match := welcome.FindStringSubmatch(lines.Text()); match != nil {
				found <- match[1]
			}
		}
	}()
	address, ok := <-found
	if !ok {
		server.err = errors.New("the server ended before it served")
		return
	}
	server.address = address
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client, err := gradcam.Dial(ctx, address)
	if err == nil {
		defer client.Close()
		err = client.WaitReady(ctx)
	}
	server.err = err
}

// serverAddress is where the real server listens.
func serverAddress() (string, error) {
	server.once.Do(startServer)
	return server.address, server.err
}

// connect makes a client of the real server.
func connect(t *testing.T, options ...gradcam.DialOption) *gradcam.Client {
	t.Helper()
	address, err := serverAddress()
	if err != nil {
		t.Fatal(err)
	}
	client, err := gradcam.Dial(context.Background(), address, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// within is a context that ends long before the test run does.
func within(t *testing.T, limit time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	return ctx
}

func must[T any](t *testing.T) func(value T, err error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}
