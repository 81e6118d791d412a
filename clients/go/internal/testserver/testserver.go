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

// Server is the real server in a process of its own.
type Server struct {
	// Address is where it listens.
	Address string
	process *exec.Cmd
}

var shared struct {
	once   sync.Once
	server *Server
	err    error
}

// Address is where the server of all tests listens. It starts with the first call, and is ready.
func Address() (string, error) {
	shared.once.Do(func() {
		if shared.server, shared.err = Start(); shared.err == nil {
			shared.err = shared.server.waitReady()
		}
	})
	if shared.err != nil {
		return "", shared.err
	}
	return shared.server.Address, nil
}

// Stop ends the server of all tests where it runs.
func Stop() {
	if shared.server != nil {
		shared.server.Stop()
	}
}

// Stop ends the server.
func (s *Server) Stop() {
	_ = s.process.Process.Signal(syscall.SIGTERM)
	_ = s.process.Wait()
}

func (s *Server) waitReady() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	client, err := gradcam.Dial(ctx, s.Address)
	if err != nil {
		return err
	}
	defer client.Close()
	return client.WaitReady(ctx)
}

// Start runs a server with options of its own. Its model is loaded when it returns.
func Start(options ...string) (*Server, error) {
	path := program
	for ; ; path = "../" + path {
		if _, err := os.Stat(strings.TrimSuffix(path, program) + "GradCamGrpc.sln"); err == nil {
			break
		}
		if len(path) > len(program)+30 {
			return nil, errors.New("this is no checkout of GradCamGrpc")
		}
	}
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("the server is not built (dotnet build src/GradCamGrpc.Cli -c Release): %w", err)
	}
	arguments := append([]string{path, "serve", "--listen", "127.0.0.1:0", "--http", "off", "--metrics", "off",
		// With one network and nothing to measure it starts sooner.
		"--instances", "1", "--max-batch", "4", "--max-delay", "0"}, options...)
	process := exec.Command("dotnet", arguments...)
	process.Stderr = os.Stderr
	// A test run that is cut off, by a panic or its time limit, takes the server with it.
	process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	output, err := process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := process.Start(); err != nil {
		return nil, err
	}
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
		return nil, errors.New("the server ended before it served")
	}
	return &Server{Address: address, process: process}, nil
}
