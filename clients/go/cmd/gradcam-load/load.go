package main

import (
	"context"
	"math/rand"
	"sync"
	"time"

	"github.com/gradcamgrpc/gradcamgrpc/clients/go/internal/histogram"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// callee answers the calls of a measurement.
type callee interface {
	// call makes the n-th call and waits for its end.
	call(ctx context.Context, n int) error
	close()
}

// measurement is what was seen, the warm-up left out. Calls count that were made, or due, behind it.
type measurement struct {
	mutex sync.Mutex
	// latency is of calls that succeeded: in an open loop from when they were due, in a closed one from when they were made, corrected
	// where that is asked for.
	latency histogram.Histogram
	// service is of the same calls from when they were made.
	service histogram.Histogram
	// all is the latency of all calls, until they succeeded or failed: where the slowest fail, what is left is not slow.
	all histogram.Histogram
	// lateness is how much later than due calls were made.
	lateness   histogram.Histogram
	statuses   map[codes.Code]int64
	firstFault error
	// cut are calls that failed because the measurement was: they count nowhere else.
	cut int64
	// window is the time behind the warm-up, and throughput the calls that succeeded in it, whenever they were made: those that end later do
	// not lower it.
	window     time.Duration
	throughput int64
}

// times are the due times of an open loop: a Poisson process, whose gaps are exponentially distributed.
type times struct {
	random *rand.Rand
	rate   float64
	last   time.Duration
}

func newTimes(rate float64, seed int64) *times {
	return &times{random: rand.New(rand.NewSource(seed)), rate: rate}
}

// next is the next due time, from the start.
func (t *times) next() time.Duration {
	t.last += time.Duration(t.random.ExpFloat64() / t.rate * float64(time.Second))
	return t.last
}

// measure makes calls until the time is over or the context ends, and waits for those under way.
func measure(ctx context.Context, s settings, target callee) *measurement {
	m := &measurement{statuses: map[codes.Code]int64{}}
	start := time.Now()
	if s.Rate > 0 {
		m.openLoop(ctx, s, target, start)
	} else {
		m.closedLoop(ctx, s, target, start)
	}
	m.window = s.Duration
	// Nothing being due any more, an open loop may be over before its time, which counts whole all the same.
	if cut := time.Since(start) - s.Warmup; ctx.Err() != nil && cut < m.window {
		m.window = cut
	}
	if m.window < 0 {
		m.window = 0 // Ended in the warm-up.
	}
	return m
}

func (m *measurement) openLoop(ctx context.Context, s settings, target callee, start time.Time) {
	var calls sync.WaitGroup
	defer calls.Wait()
	due := newTimes(s.Rate, s.Seed)
	places := make(chan struct{}, s.MaxOutstanding)
	for n := 0; ; n++ {
		at := due.next()
		if at >= s.Warmup+s.Duration || !until(ctx, start.Add(at)) {
			return
		}
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			return
		}
		calls.Add(1)
		go func(n int) {
			defer calls.Done()
			made := time.Now()
			err := callOnce(ctx, s, target, n)
			ended := time.Now()
			<-places
			if m.isCut(ctx, err) {
				return
			}
			m.tally(err, ended.Sub(start)-s.Warmup, s.Duration)
			if at >= s.Warmup {
				m.take(err, ended.Sub(start.Add(at)), ended.Sub(made), made.Sub(start.Add(at)), 0)
			}
		}(n)
	}
}

func (m *measurement) closedLoop(ctx context.Context, s settings, target callee, start time.Time) {
	var callers sync.WaitGroup
	defer callers.Wait()
	for caller := 0; caller < s.Concurrency; caller++ {
		callers.Add(1)
		go func(caller int) {
			defer callers.Done()
			for n := caller; ctx.Err() == nil; n += s.Concurrency {
				made := time.Now()
				if made.Sub(start) >= s.Warmup+s.Duration {
					return
				}
				err := callOnce(ctx, s, target, n)
				took := time.Since(made)
				if m.isCut(ctx, err) {
					return
				}
				m.tally(err, made.Add(took).Sub(start)-s.Warmup, s.Duration)
				if made.Sub(start) >= s.Warmup {
					m.take(err, took, took, 0, s.ExpectedInterval)
				}
			}
		}(caller)
	}
}

func callOnce(ctx context.Context, s settings, target callee, n int) error {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	return target.call(ctx, n)
}

// isCut tells, and counts, whether a call failed because the measurement was ended.
func (m *measurement) isCut(ctx context.Context, err error) bool {
	if err == nil || ctx.Err() == nil {
		return false
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.cut++
	return true
}

// tally counts a call that succeeded so long behind the warm-up.
func (m *measurement) tally(err error, after, duration time.Duration) {
	if err == nil && after >= 0 && after < duration {
		m.mutex.Lock()
		defer m.mutex.Unlock()
		m.throughput++
	}
}

func (m *measurement) take(err error, latency, service, lateness, interval time.Duration) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.statuses[status.Code(err)]++
	m.lateness.Record(lateness)
	m.all.RecordCorrected(latency, interval)
	if err != nil {
		if m.firstFault == nil {
			m.firstFault = err
		}
		return
	}
	m.latency.RecordCorrected(latency, interval)
	m.service.Record(service)
}

// until waits for a time; false where the context ends before.
func until(ctx context.Context, at time.Time) bool {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
