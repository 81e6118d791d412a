package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam"
)

const callStream = "ClassificationService.ExplainStream"

// server is the server under load: clients of a connection each, and photos, which calls take in turn.
type server struct {
	clients []*gradcam.Client
	photos  []gradcam.Photo
	ask     func(ctx context.Context, client *gradcam.Client, photo gradcam.Photo) error
	streams []*stream
}

// connect reads the photos, connects, and waits until the server is ready. Nothing is tried again: each refusal is to be seen.
func connect(ctx context.Context, s settings) (*server, error) {
	target := &server{}
	secure, err := s.tls()
	if err != nil {
		return nil, fmt.Errorf("gradcam-load: %w", err)
	}
	for _, path := range s.Photos {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("gradcam-load: %w", err)
		}
		target.photos = append(target.photos, gradcam.Encoded(data))
	}
	switch s.Method {
	case "classify":
		target.ask = func(ctx context.Context, client *gradcam.Client, photo gradcam.Photo) error {
			_, err := client.Classify(ctx, photo, s.urgency())
			return err
		}
	case "explain":
		target.ask = func(ctx context.Context, client *gradcam.Client, photo gradcam.Photo) error {
			_, err := client.Explain(ctx, photo, gradcam.NoOverlay(), s.urgency())
			return err
		}
	}
	ready, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	for i := 0; i < s.Connections; i++ {
		options := append(s.dialOptions(i), secure...)
		client, err := gradcam.Dial(ctx, s.Address, options...)
		if err == nil {
			target.clients = append(target.clients, client)
			err = client.WaitReady(ready)
		}
		if err != nil {
			target.close()
			return nil, err
		}
	}
	if s.Method == "stream" {
		inFlight := (s.Concurrency + s.Connections - 1) / s.Connections
		if s.Rate > 0 || inFlight > gradcam.MostInFlight {
			inFlight = gradcam.MostInFlight
		}
		for _, client := range target.clients {
			target.streams = append(target.streams, newStream(ctx, client, s.Timeout, gradcam.InFlight(inFlight), s.urgency()))
		}
	}
	return target, nil
}

// dialOptions are those of a connection, but for TLS.
func (s settings) dialOptions(connection int) []gradcam.DialOption {
	options := []gradcam.DialOption{gradcam.WithRetry(gradcam.NoRetry), gradcam.WithModel(s.Model), gradcam.WithToken(s.token)}
	for _, header := range s.headers {
		options = append(options, gradcam.WithMetadata(header[0], header[1]))
	}
	if len(s.keys) > 0 {
		options = append(options, gradcam.WithAPIKey(s.keys[connection%len(s.keys)]))
	}
	return options
}

// tls is over which TLS connections are; nothing where the address alone says.
func (s settings) tls() ([]gradcam.DialOption, error) {
	if s.ca == "" && s.cert == "" {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.ca != "" {
		authority, err := os.ReadFile(s.ca)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(authority) {
			return nil, fmt.Errorf("--ca: there is no certificate in %s", s.ca)
		}
	}
	if s.cert != "" {
		certificate, err := tls.LoadX509KeyPair(s.cert, s.key)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{certificate}
	}
	return []gradcam.DialOption{gradcam.WithTLS(config)}, nil
}

func (s settings) urgency() gradcam.CallOption { return gradcam.Priority(gradcam.Urgency(s.Priority)) }

func (t *server) call(ctx context.Context, n int) error {
	photo := t.photos[n%len(t.photos)]
	if t.streams != nil {
		return t.streams[n%len(t.streams)].call(ctx, photo)
	}
	return t.ask(ctx, t.clients[n%len(t.clients)], photo)
}

func (t *server) close() {
	for _, s := range t.streams {
		s.close()
	}
	for _, client := range t.clients {
		client.Close()
	}
}

// stream makes calls of the photos of an ExplainStream. Once it has ended, calls fail with what ended it.
type stream struct {
	photos chan gradcam.Photo
	ended  chan struct{}
	stop   context.CancelFunc
	// patience is how long close waits for what the server still owes.
	patience time.Duration

	// order lets one photo at a time be sent, so that its place in the stream is known.
	order sync.Mutex

	mutex   sync.Mutex
	sent    int
	waiting map[int]chan error
	fault   error
}

func newStream(ctx context.Context, client *gradcam.Client, patience time.Duration, options ...gradcam.ManyOption) *stream {
	ctx, cancel := context.WithCancel(ctx)
	s := &stream{
		photos: make(chan gradcam.Photo), ended: make(chan struct{}), stop: cancel, patience: patience, waiting: map[int]chan error{},
	}
	go func() {
		defer close(s.ended)
		err := client.ExplainChannel(ctx, s.photos, s.answered, options...)
		s.mutex.Lock()
		defer s.mutex.Unlock()
		if s.fault = err; err == nil {
			s.fault = errors.New("gradcam-load: the stream has ended")
		}
	}()
	return s
}

func (s *stream) call(ctx context.Context, photo gradcam.Photo) error {
	answer, err := s.send(ctx, photo)
	if err != nil {
		return err
	}
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return gradcam.AsError(ctx.Err(), callStream)
	case <-s.ended:
		select {
		case err := <-answer: // It came before the end.
			return err
		default:
			return s.failure()
		}
	}
}

func (s *stream) send(ctx context.Context, photo gradcam.Photo) (chan error, error) {
	s.order.Lock()
	defer s.order.Unlock()
	answer := make(chan error, 1)
	s.mutex.Lock()
	place := s.sent
	s.waiting[place] = answer
	s.mutex.Unlock()
	var err error
	select {
	case s.photos <- photo:
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.sent++
		return answer, nil
	case <-ctx.Done():
		err = gradcam.AsError(ctx.Err(), callStream)
	case <-s.ended:
		err = s.failure()
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.waiting, place)
	return nil, err
}

func (s *stream) answered(result gradcam.Result) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.waiting[result.Index] <- result.Err
	delete(s.waiting, result.Index)
	return nil
}

func (s *stream) failure() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.fault
}

func (s *stream) close() {
	close(s.photos)
	select {
	case <-s.ended:
	case <-time.After(s.patience):
	}
	s.stop()
	<-s.ended
}
