package gradcam_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam"
	"github.com/gradcamgrpc/gradcamgrpc/clients/go/internal/testserver"
)

// cable lies between a client and the real server, and can be cut.
type cable struct {
	listener net.Listener

	mutex   sync.Mutex
	isCut   bool
	pieces  []net.Conn
	plugged int
}

func newCable(t *testing.T) *cable {
	t.Helper()
	address, err := testserver.Address()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{listener: listener}
	t.Cleanup(func() {
		listener.Close()
		c.cut(true)
	})
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", address)
			if err != nil || !c.plug(near, far) {
				near.Close()
				continue
			}
			go func() { _, _ = io.Copy(far, near) }()
			go func() { _, _ = io.Copy(near, far) }()
		}
	}()
	return c
}

func (c *cable) plug(ends ...net.Conn) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.isCut {
		return false
	}
	c.pieces = append(c.pieces, ends...)
	c.plugged++
	return true
}

// connections are how many there have been.
func (c *cable) connections() int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.plugged
}

// cut ends all connections, and lets new ones through or not.
func (c *cable) cut(forGood bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.isCut = forGood
	for _, piece := range c.pieces {
		piece.Close()
	}
	c.pieces = nil
}

func (c *cable) dial(t *testing.T, policy gradcam.RetryPolicy) *gradcam.Client {
	t.Helper()
	client, err := gradcam.Dial(context.Background(), c.listener.Addr().String(), gradcam.WithRetry(policy))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func TestExplainMany_CableIsCutOnTheWay_EachPhotoIsAnsweredOnce(t *testing.T) {
	between := newCable(t)
	client := between.dial(t, gradcam.RetryPolicy{Attempts: 8, Initial: 20 * time.Millisecond, Most: 500 * time.Millisecond})
	ctx := within(t, patience)
	var photos []gradcam.Photo
	for i := 0; i < 30; i++ {
		photos = append(photos, gradcam.File([]string{cat, astronaut}[i%2]))
	}
	alone := []*gradcam.Explanation{
		must[*gradcam.Explanation](t)(client.Explain(ctx, photos[0], gradcam.NoOverlay())),
		must[*gradcam.Explanation](t)(client.Explain(ctx, photos[1], gradcam.NoOverlay())),
	}
	times := map[int]int{}

	err := client.ExplainMany(ctx, photos, func(result gradcam.Result) error {
		if result.Err != nil {
			t.Errorf("photo %d: %v", result.Index, result.Err)
			return nil
		}
		times[result.Index]++
		assertClose(t, result.Explanation.Maps[0].Values, doubles(alone[result.Index%2].Maps[0].Values), 1e-4)
		if len(times) == 8 || len(times) == 16 {
			between.cut(false)
		}
		return nil
	}, gradcam.InFlight(6))

	if err != nil || len(times) != len(photos) || between.connections() < 3 {
		t.Errorf("%v: %d photos over %d connections", err, len(times), between.connections())
	}
	for index, count := range times {
		if count != 1 {
			t.Errorf("photo %d was answered %d times", index, count)
		}
	}
}

func TestExplainMany_CableStaysCut_NamesWhatIsMissing(t *testing.T) {
	between := newCable(t)
	client := between.dial(t, gradcam.RetryPolicy{Attempts: 2, Initial: 10 * time.Millisecond, Most: 10 * time.Millisecond})
	photos := make([]gradcam.Photo, 20)
	for i := range photos {
		photos[i] = gradcam.File(cat)
	}
	arrived := map[int]bool{}

	err := client.ExplainMany(within(t, patience), photos, func(result gradcam.Result) error {
		if result.Err == nil {
			if arrived[result.Index] = true; len(arrived) == 5 {
				between.cut(true)
			}
		}
		return nil
	}, gradcam.InFlight(4))

	var incomplete *gradcam.IncompleteError
	if !errors.As(err, &incomplete) || !errors.Is(err, gradcam.ErrUnavailable) {
		t.Fatalf("%v", err)
	}
	if incomplete.Arrived != len(arrived) || incomplete.Expected != 20 || len(incomplete.Missing) != 20-len(arrived) {
		t.Errorf("%v; %d arrived", err, len(arrived))
	}
	for _, index := range incomplete.Missing {
		if arrived[index] {
			t.Errorf("photo %d arrived, and is named as missing", index)
		}
	}
}
