// Package testserver runs the real server, with the embedded model, for tests.
package testserver

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam"
)

const (
	program  = "src/GradCamGrpc.Cli/bin/Release/net10.0/gradcam.dll"
	patience = time.Minute
)

var running struct {
	once    sync.Once
	process *exec.Cmd
	address string
	err     error
}

// Address is where the server listens. It starts with the first call, and is ready.
func Address() (string, error) {
	running.once.Do(func() { running.err = start() })
	return running.address, running.err
}

// Stop ends the server where it runs.
func Stop() {
	if running.process != nil {
		_ = running.process.Process.Signal(syscall.SIGTERM)
		_ = running.process.Wait()
	}
}

func start() error {
	path := program
	for ; ; path = "../" + path {
		if _, err := os.Stat(strings.TrimSuffix(path, program) + "GradCamGrpc.sln"); err == nil {
			break
		}
		if len(path) > len(program)+30 {
			return errors.New("this is no checkout of GradCamGrpc")
		}
	}
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("the server is not built (dotnet build src/GradCamGrpc.Cli -c Release): %w", err)
	}
	process := exec.Command("dotnet", path, "serve", "--listen", "127.0.0.1:0", "--http", "off", "--metrics", "off")
	process.Stderr = os.Stderr
	// A test run that is cut off, by a panic or its time limit, takes the server with it.
	process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	output, err := process.StdoutPipe()
	if err != nil {
		return err
	}
	if err := process.Start(); err != nil {
		return err
	}
	running.process = process
	found := make(chan string, 1)
	go func() {
		defer close(found)
		welcome := regexp.MustCompile(`serves on (127\.0\.0\.1:\d+)`)
		for lines := bufio.NewScanner(output); lines.Scan(); {
			if match := welcome.FindStringSubmatch(lines.Text()); match != nil {
				found <- match[1]
			}
		}
	}()
	address, ok := <-found
	if !ok {
		return errors.New("the server ended before it served")
	}
	running.address = address
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	client, err := gradcam.Dial(ctx, address)
	if err != nil {
		return err
	}
	defer client.Close()
	return client.WaitReady(ctx)
}
