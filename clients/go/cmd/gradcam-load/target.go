package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam"
)

const mostInFlight = 64

// server is the server under load: clients of a connection each, and photos, which calls take in turn.
type server struct {
	clients []*gradcam.Client
	photos  []gradcam.Photo
	ask     func(ctx context.Context, client *gradcam.Client, photo gradcam.Photo) error
	streams []*stream
}

// open reads the photos, connects, and waits until the server is ready. Nothing is tried again: each refusal is to be seen.
func open(ctx context.Context, s settings) (*server, error) {
	target := &server{}
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
			_, err := client.Classify(ctx, photo)
			return err
		}
	case "explain":
		target.ask = func(ctx context.Context, client *gradcam.Client, photo gradcam.Photo) error {
			_, err := client.Explain(ctx, photo, gradcam.NoOverlay())
			return err
		}
	}
	ready, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	for i := 0; i < s.Connections; i++ {
		client, err := gradcam.Dial(ctx, s.Address, gradcam.WithRetry(gradcam.NoRetry))
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
		if s.Rate > 0 || inFlight > mostInFlight {
			inFlight = mostInFlight
		}
		for _, client := range target.clients {
			target.streams = append(target.streams, newStream(client, inFlight))
		}
	}
	return target, nil
}

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

	// order lets one photo at a time be sent, so that its place in the stream is known.
	order sync.Mutex

	mutex   sync.Mutex
	sent    int
	waiting map[int]chan error
	fault   error
}

func newStream(client *gradcam.Client, inFlight int) *stream {
	ctx, cancel := context.WithCancel(context.Background())
	s := &stream{photos: make(chan gradcam.Photo), ended: make(chan struct{}), stop: cancel, waiting: map[int]chan error{}}
	go func() {
		defer close(s.ended)
		err := client.ExplainChannel(ctx, s.photos, s.answered, gradcam.InFlight(inFlight))
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
		return gradcam.AsError(ctx.Err(), "ExplainStream")
	case <-s.ended:
		return s.failure()
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
		err = gradcam.AsError(ctx.Err(), "ExplainStream")
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
	<-s.ended
	s.stop()
}
