package gradcam

import (
	"context"
	"errors"
	"math/rand"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
)

// RetryPolicy says how often and when a call is tried again. Calls about photos change nothing on the server, so asking again is safe, also
// where a part of the answer had come. Three ends are worth it: UNAVAILABLE, where the server cannot be reached, starts or drains;
// CANCELLED, where the context was not, as proxies say it where a server dies in the middle of an answer; and RESOURCE_EXHAUSTED with the
// server's hint when there will be room. (Without a hint the message is too large, and will be.) The pause is the server's hint, or else
// grows from Initial to Most by doubling; either is made longer or shorter by chance, so that clients do not come back all at once, but
// never shorter than the hint. A call that would have to wait beyond its context's deadline ends at once.
//
// A field that is 0 is as in DefaultRetry.
type RetryPolicy struct {
	// Attempts are how often a call is made at most, the first one included; 1 for no retry.
	Attempts int
	// Initial is the first pause where the server gives no hint.
	Initial time.Duration
	// Most is the longest pause where the server gives no hint.
	Most time.Duration
}

// DefaultRetry is the policy of clients that set none.
var DefaultRetry = RetryPolicy{Attempts: 5, Initial: 100 * time.Millisecond, Most: 5 * time.Second}

// NoRetry makes each call once.
var NoRetry = RetryPolicy{Attempts: 1}

type retrier struct {
	policy RetryPolicy
	// random draws from [0, 1).
	random func() float64
	sleep  func(context.Context, time.Duration) error
}

func newRetrier(policy RetryPolicy) retrier {
	if policy.Attempts == 0 {
		policy.Attempts = DefaultRetry.Attempts
	}
	if policy.Initial == 0 {
		policy.Initial = DefaultRetry.Initial
	}
	if policy.Most == 0 {
		policy.Most = DefaultRetry.Most
	}
	var gate sync.Mutex
	source := rand.New(rand.NewSource(time.Now().UnixNano()))
	return retrier{
		policy: policy,
		random: func() float64 {
			gate.Lock()
			defer gate.Unlock()
			return source.Float64()
		},
		sleep: sleep,
	}
}

// do makes a call until it succeeds, or another attempt is of no use.
func (r retrier) do(ctx context.Context, call func() error) error {
	for attempt := 1; ; attempt++ {
		err := call()
		if err == nil || !r.pause(ctx, err, attempt) {
			return err
		}
	}
}

// pause waits before another attempt, and tells whether there is to be one.
func (r retrier) pause(ctx context.Context, err error, attempt int) bool {
	if attempt >= r.policy.Attempts || !worthRetry(err) || ctx.Err() != nil {
		return false
	}
	delay := r.delay(err, attempt)
	if deadline, bounded := ctx.Deadline(); bounded && time.Until(deadline) <= delay {
		return false
	}
	return r.sleep(ctx, delay) == nil
}

// delay is the hint and up to a quarter more, or half to all of what the doubling gives.
func (r retrier) delay(err error, attempt int) time.Duration {
	var fault *Error
	if errors.As(err, &fault) && fault.RetryAfter > 0 {
		return fault.RetryAfter + time.Duration(r.random()*float64(fault.RetryAfter)/4)
	}
	full := r.policy.Initial
	for i := 1; i < attempt && full < r.policy.Most; i++ {
		full *= 2
	}
	full = min(full, r.policy.Most)
	return full/2 + time.Duration(r.random()*float64(full)/2)
}

func worthRetry(err error) bool {
	var fault *Error
	if !errors.As(err, &fault) {
		return false
	}
	return fault.Code == codes.Unavailable || fault.Is(ErrBusy) || (fault.Code == codes.Canceled && fault.cause != ErrClosed)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
