package gradcam_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam"
	"github.com/gradcamgrpc/gradcamgrpc/clients/go/internal/testserver"
)

const (
	cat       = "../../../tests/photos/chelsea.png"
	astronaut = "../../../tests/photos/astronaut.png"

	tigerCat, egyptianCat = 282, 285
)

func TestMain(m *testing.M) {
	status := m.Run()
	testserver.Stop()
	os.Exit(status)
}

// connect makes a client of the real server.
func connect(t *testing.T, options ...gradcam.DialOption) *gradcam.Client {
	t.Helper()
	address, err := testserver.Address()
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
