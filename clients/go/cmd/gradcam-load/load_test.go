package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	cryptorand "crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"math"
	"math/big"
	"net"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam"
	"github.com/gradcamgrpc/gradcamgrpc/clients/go/internal/testserver"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const cat = "../../../../tests/photos/chelsea.png"

func TestMain(m *testing.M) {
	result := m.Run()
	testserver.Stop()
	os.Exit(result)
}

// stalling is a server that answers nothing for a while, once.
type stalling struct {
	start    time.Time
	from, to time.Duration
}

func (s *stalling) call(context.Context, int) error {
	if now := time.Since(s.start); now >= s.from && now < s.to {
		time.Sleep(s.to - now)
	}
	return nil
}

func (s *stalling) close() {}

func TestTimes_SameSeed_IsThePoissonProcess(t *testing.T) {
	one, same, other := newTimes(200, 3), newTimes(200, 3), newTimes(200, 4)
	const count = 20_000
	last, sum, squares, differs := time.Duration(0), 0.0, 0.0, false
	for i := 0; i < count; i++ {
		at := one.next()
		if at != same.next() {
			t.Fatal("the same seed has other times")
		}
		differs = differs || at != other.next()
		gap := (at - last).Seconds()
		sum += gap
		squares += gap * gap
		last = at
	}
	// Exponential gaps: the mean is 1/rate, and so is the standard deviation. Of 20,000 gaps the mean's own is 0.7 %.
	mean := sum / count
	deviation := math.Sqrt(squares/count - mean*mean)
	if math.Abs(mean*200-1) > 0.03 || math.Abs(deviation*200-1) > 0.05 || !differs {
		t.Errorf("gaps have the mean %g and the deviation %g, and should have %g", mean, deviation, 1.0/200)
	}
}

// Calls that were due while the server stalled waited for its end, whoever made them: their number is known from the seed. A closed loop
// of one caller sees but one of them, unless it is corrected.
func TestMeasure_ServerStalls_OpenLoopCountsEveryCallThatWasDue(t *testing.T) {
	s := settings{Rate: 400, Seed: 9, Duration: 700 * time.Millisecond, Timeout: time.Minute, MaxOutstanding: 1000}
	from, to := 200*time.Millisecond, 500*time.Millisecond
	const long = 50 * time.Millisecond
	due, all := 0, 0
	for at := newTimes(s.Rate, s.Seed); ; all++ {
		next := at.next()
		if next >= s.Duration {
			break
		}
		if next >= from && next < to-long {
			due++
		}
	}

	m := measure(context.Background(), s, &stalling{time.Now(), from, to})

	if m.statuses[codes.OK] != int64(all) || m.latency.Count() != int64(all) {
		t.Errorf("%d calls were made, and %d were due", m.statuses[codes.OK], all)
	}
	share := 100 * float64(all-due) / float64(all)
	if above := m.latency.Percentile(share + 1); due < 60 || above < long*9/10 {
		t.Errorf("of %d calls %d were due in the stall, but p%.1f is %v", all, due, share+1, above)
	}
}

func TestMeasure_ServerStalls_ClosedLoopHidesItUnlessCorrected(t *testing.T) {
	s := settings{Concurrency: 1, Duration: 400 * time.Millisecond, Timeout: time.Minute}
	target := func() callee {
		return &paced{stalling: stalling{time.Now(), 100 * time.Millisecond, 300 * time.Millisecond}}
	}

	bare := measure(context.Background(), s, target())
	s.ExpectedInterval = 2 * time.Millisecond
	corrected := measure(context.Background(), s, target())

	// 200 of 400 ms are the stall: with the missed calls at 2 ms, about a third and more of all; without them, one call.
	if missed := corrected.latency.Count() - corrected.service.Count(); missed < 90 {
		t.Errorf("%d calls were added", missed)
	}
	if p := corrected.latency.Percentile(90); p < 40*time.Millisecond {
		t.Errorf("corrected, p90 is %v", p)
	}
	if bare.latency.Count() != bare.service.Count() || bare.latency.Max() < 150*time.Millisecond {
		t.Errorf("not corrected, %d of %d calls, up to %v", bare.latency.Count(), bare.service.Count(), bare.latency.Max())
	}
}

// paced answers after 2 ms, so that a closed loop does not fill the histogram.
type paced struct{ stalling }

func (p *paced) call(ctx context.Context, n int) error {
	time.Sleep(2 * time.Millisecond)
	return p.stalling.call(ctx, n)
}

// counting notes the most calls that are under way at a time, and fails every third.
type counting struct {
	mutex          sync.Mutex
	under, most, n int
}

func (c *counting) call(_ context.Context, n int) error {
	c.mutex.Lock()
	c.under++
	c.n++
	if c.under > c.most {
		c.most = c.under
	}
	c.mutex.Unlock()
	time.Sleep(3 * time.Millisecond)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.under--
	if n%3 == 0 {
		return status.Error(codes.ResourceExhausted, "full")
	}
	return nil
}

func (c *counting) close() {}

func TestMeasure_SomeCallsFail_AreCountedByStatusAndTimedWithAllCalls(t *testing.T) {
	target := &counting{}

	m := measure(context.Background(), settings{Concurrency: 6, Duration: 150 * time.Millisecond, Timeout: time.Minute}, target)

	if target.most > 6 || target.most < 2 {
		t.Errorf("%d calls were under way", target.most)
	}
	failed, well := m.statuses[codes.ResourceExhausted], m.statuses[codes.OK]
	if failed+well != int64(target.n) || m.latency.Count() != well || m.all.Count() != failed+well || m.firstFault == nil || failed == 0 {
		t.Errorf("%d failed and %d did not of %d", failed, well, target.n)
	}
}

// timing answers every other call at once, and the others never.
type timing struct{}

func (timing) call(ctx context.Context, n int) error {
	if n%2 == 0 {
		return nil
	}
	<-ctx.Done()
	return gradcam.AsError(ctx.Err(), "call")
}

func (timing) close() {}

// Half of all calls take until their deadline: whoever looks at successes alone sees nothing of it.
func TestMeasure_SlowCallsFail_AreSlowAmongAllCalls(t *testing.T) {
	s := settings{Rate: 300, Seed: 1, Duration: 300 * time.Millisecond, Timeout: 40 * time.Millisecond, MaxOutstanding: 1000}

	r := newReport(s, measure(context.Background(), s, timing{}))

	if r.Latency["p90"] > 20 || r.All["p75"] < 40 || r.Failed == 0 || r.Statuses["DeadlineExceeded"] != r.Failed || r.Failed+r.Succeeded != r.Calls {
		t.Errorf("%+v", r)
	}
	var table bytes.Buffer
	if err := r.print(&table); err != nil || !strings.Contains(table.String(), "latency of successes") || !strings.Contains(table.String(), "of all calls") {
		t.Errorf("%v:\n%s", err, table.String())
	}
}

func TestMeasure_ContextEnds_CallsThatItCutCountNowhere(t *testing.T) {
	for _, s := range []settings{
		{Concurrency: 4, Duration: time.Minute, Timeout: time.Minute}, {Rate: 200, Duration: time.Minute, Timeout: time.Minute, MaxOutstanding: 100},
	} {
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		defer cancel()

		r := newReport(s, measure(ctx, s, timing{}))

		if r.Failed != 0 || len(r.Statuses) != 1 || r.Cut < 2 || r.Succeeded == 0 || r.All["p50"] != r.Latency["p50"] {
			t.Errorf("%+v", r)
		}
	}
}

func TestReport_NothingSucceeded_HasNoFigures(t *testing.T) {
	m := &measurement{statuses: map[codes.Code]int64{}, window: time.Second}
	m.take(status.Error(codes.Unavailable, "away"), time.Millisecond, time.Millisecond, 0, 0)

	written, err := json.Marshal(newReport(settings{Concurrency: 1}, m))

	if err != nil || !strings.Contains(string(written), `"success_latency_ms":null`) || !strings.Contains(string(written), `"all_latency_ms":{`) {
		t.Errorf("%v: %s", err, written)
	}
}

// The server takes the connection, and then says nothing any more.
func TestStream_ServerHangs_EndsAllTheSame(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	client, err := gradcam.Dial(context.Background(), listener.Addr().String(), gradcam.WithRetry(gradcam.NoRetry))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	const patience = 50 * time.Millisecond
	s := newStream(context.Background(), client, patience)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()

	err = s.call(ctx, gradcam.Encoded([]byte("a photo")))
	began := time.Now()
	s.close()

	if took := time.Since(began); status.Code(err) != codes.DeadlineExceeded || took > 2*time.Second {
		t.Errorf("%v; closing took %v", err, took)
	}
}

// TestStream_EndsWithItsLastAnswer_TheAnswerCounts: both are there when the caller looks.
func TestStream_EndsWithItsLastAnswer_TheAnswerCounts(t *testing.T) {
	for i := 0; i < 200; i++ {
		s := &stream{
			photos: make(chan gradcam.Photo), ended: make(chan struct{}), waiting: map[int]chan error{}, fault: errors.New("the stream has ended"),
		}
		go func() {
			<-s.photos
			_ = s.answered(gradcam.Result{})
			close(s.ended)
		}()

		if err := s.call(context.Background(), gradcam.Encoded(nil)); err != nil {
			t.Fatalf("call %d: %v", i, err)
		}
	}
}

func TestMeasure_EndsInTheWarmUp_TakesNoTime(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()

	m := measure(ctx, settings{Concurrency: 1, Warmup: time.Hour, Duration: time.Hour}, nil)

	if r := newReport(settings{}, m); r.DurationSeconds != 0 || r.SucceededPerSecond != 0 {
		t.Errorf("%g s, %g a second", r.DurationSeconds, r.SucceededPerSecond)
	}
}

func TestMeasure_OpenLoopIsFull_LatencyCountsFromWhenCallsWereDue(t *testing.T) {
	target := &counting{}

	m := measure(context.Background(), settings{Rate: 2000, Seed: 2, Duration: 200 * time.Millisecond, Timeout: time.Minute, MaxOutstanding: 2}, target)

	// Two places of 3 ms let through 667 calls a second at most: of 2,000 due in a second, the last ones wait for about 2/3 of the whole.
	if target.most > 2 || m.service.Percentile(50) > m.latency.Percentile(50) || m.latency.Max() < 200*time.Millisecond {
		t.Errorf("%d under way; %v from the call and %v from when it was due", target.most, m.service.Percentile(50), m.latency.Max())
	}
}

func TestMeasure_WarmUp_IsNotCounted(t *testing.T) {
	target := &counting{}

	s := settings{Rate: 300, Seed: 1, Warmup: 200 * time.Millisecond, Duration: 200 * time.Millisecond, Timeout: time.Minute, MaxOutstanding: 100}
	m := measure(context.Background(), s, target)

	counted := m.statuses[codes.OK] + m.statuses[codes.ResourceExhausted]
	if counted >= int64(target.n) || counted < 30 {
		t.Errorf("%d of %d calls are counted", counted, target.n)
	}
}

// Calls under way at either end of the window neither add to the throughput nor lower it: those that end in it count.
func TestTally_CallsEndAroundTheWindow_ThoseInItCount(t *testing.T) {
	m := &measurement{window: 400 * time.Millisecond}
	for _, after := range []time.Duration{-time.Millisecond, 0, 100 * time.Millisecond, 399 * time.Millisecond, 400 * time.Millisecond} {
		m.tally(nil, after, m.window)
	}
	m.tally(status.Error(codes.Internal, "broken"), 100*time.Millisecond, m.window)

	r := newReport(settings{Concurrency: 4}, m)

	if math.Abs(r.SucceededPerSecond-3/0.4) > 1e-9 || r.DurationSeconds != 0.4 {
		t.Errorf("%g a second in %g s", r.SucceededPerSecond, r.DurationSeconds)
	}
}

func TestRun_RealServer_EveryMethodAndLoopAnswers(t *testing.T) {
	address, err := testserver.Address()
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{"classify", "explain", "stream"} {
		for _, loop := range [][]string{{"--rps", "30", "--seed", "4"}, {"--concurrency", "6"}} {
			var out, errs bytes.Buffer
			arguments := append([]string{
				"--address", address, "--photo", cat, "--method", method, "--connections", "2", "--duration", "500ms", "--warmup", "100ms", "--json",
			}, loop...)

			if code := run(context.Background(), arguments, &out, &errs); code != 0 {
				t.Fatalf("%s %v ends with %d: %s", method, loop, code, errs.String())
			}

			var written struct {
				Settings  struct{ Method string }
				Calls     int64
				Succeeded int64
				Statuses  map[string]int64
				Latency   map[string]float64 `json:"success_latency_ms"`
				All       map[string]float64 `json:"all_latency_ms"`
				PerSecond float64            `json:"succeeded_per_s"`
				Seconds   float64            `json:"duration_s"`
			}
			if err := json.Unmarshal(out.Bytes(), &written); err != nil {
				t.Fatal(err)
			}
			if written.Settings.Method != method || written.Succeeded == 0 || written.Statuses["OK"] != written.Calls || written.Calls != written.Succeeded {
				t.Errorf("%s %v: %s", method, loop, out.String())
			}
			l := written.Latency
			if !(0 < l["min"] && l["min"] <= l["p50"] && l["p50"] <= l["p99"] && l["p99"] <= l["max"]) {
				t.Errorf("%s %v: %v", method, loop, l)
			}
			if !reflect.DeepEqual(written.All, l) {
				t.Errorf("%s %v: %v, and of all calls %v", method, loop, l, written.All)
			}
			if written.PerSecond > float64(written.Calls+6)/0.5 || written.Seconds != 0.5 {
				t.Errorf("%g a second in %g s", written.PerSecond, written.Seconds)
			}
		}
	}
}

func TestRun_Table_NamesTheLoopAndTheStatuses(t *testing.T) {
	address, err := testserver.Address()
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer

	code := run(context.Background(), []string{"--address", address, "--photo", cat, "--rps", "20", "--duration", "400ms", "--warmup", "0s"}, &out, &errs)

	for _, want := range []string{
		"explain at " + address, "20 calls a second, seed 1", "statuses: OK ", "from when each call was due", "p99.9", "latency of successes",
		"of all calls", "made late by", "; 0 failed",
	} {
		if code != 0 || !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in the table (%d):\n%s%s", want, code, out.String(), errs.String())
		}
	}
}

func TestRun_OptionsAreWrong_EachIsNamed(t *testing.T) {
	var out, errs bytes.Buffer

	code := run(context.Background(), []string{
		"--method", "guess", "--rps", "5", "--concurrency", "3", "--connections", "0", "--duration", "-1s", "--expected-interval", "1s",
		"--priority", "urgent", "--header", "x-tenant", "--cert", "cert.pem", "more",
	}, &out, &errs)

	for _, want := range []string{
		"--photo", "--method", "--rps", "--connections", "--duration", "--expected-interval", "--priority", "--header", "--key", "more",
	} {
		if code != 2 || !strings.Contains(errs.String(), want) {
			t.Errorf("%s is not named (%d):\n%s", want, code, errs.String())
		}
	}
}

func TestRun_HelpAndUnknownOptions_SayWhatIsWantedAndNoMore(t *testing.T) {
	var out, errs bytes.Buffer

	code := run(context.Background(), []string{"--help"}, &out, &errs)

	for _, want := range []string{"tells how long they took", "gradcam-load --photo cat.jpg", "-api-key", "-priority", "-ca"} {
		if code != 0 || !strings.Contains(out.String(), want) || errs.Len() > 0 {
			t.Errorf("%q is not in the help (%d):\n%s%s", want, code, out.String(), errs.String())
		}
	}
	out.Reset()
	if code := run(context.Background(), []string{"--guess"}, &out, &errs); code != 2 || strings.Count(errs.String(), "\n") != 1 || out.Len() > 0 {
		t.Errorf("an unknown option ends with %d: %s", code, errs.String())
	}
}

// asking is a server that notes who calls.
type asking struct {
	mutex sync.Mutex
	calls map[string]int
}

func (a *asking) intercept(ctx context.Context, request interface{}, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (interface{}, error) {
	header, _ := metadata.FromIncomingContext(ctx)
	a.mutex.Lock()
	defer a.mutex.Unlock()
	said := []string{info.FullMethod}
	for _, name := range []string{"authorization", "x-api-key", "x-tenant", "x-priority"} {
		said = append(said, strings.Join(header.Get(name), ","))
	}
	a.calls[strings.Join(said, " ")]++
	return nil, status.Error(codes.Unimplemented, "it only listens")
}

func TestConnect_KeysHeadersPriorityAndTLS_ReachTheServer(t *testing.T) {
	folder := t.TempDir()
	certificate := selfSigned(t, folder)
	listens := &asking{calls: map[string]int{}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	authority := x509.NewCertPool()
	leaf, err := x509.ParseCertificate(certificate.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	authority.AddCert(leaf)
	server := grpc.NewServer(grpc.UnaryInterceptor(listens.intercept), grpc.Creds(credentials.NewTLS(&tls.Config{
		Certificates: []tls.Certificate{certificate}, ClientCAs: authority, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS12,
	})))
	healthpb.RegisterHealthServer(server, health.NewServer())
	go func() { _ = server.Serve(listener) }()
	defer server.Stop()
	s, err := read([]string{
		"--photo", cat, "--address", listener.Addr().String(), "--method", "classify", "--concurrency", "2", "--api-key", "one", "--api-key", "two",
		"--header", "x-tenant=a=b", "--priority", "low", "--token", "secret", "--model", "cats",
		"--ca", folder + "/cert.pem", "--cert", folder + "/cert.pem", "--key", folder + "/key.pem",
	}, io.Discard)
	if err != nil || s.Connections != 2 {
		t.Fatal(err, s.Connections)
	}
	secure, err := s.tls()
	if err != nil {
		t.Fatal(err)
	}
	for connection := 0; connection < 4; connection++ {
		client, err := gradcam.Dial(context.Background(), s.Address, append(s.dialOptions(connection), secure...)...)
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := client.WaitReady(ctx); !errors.Is(err, gradcam.ErrUnimplemented) {
			t.Errorf("%v", err)
		}
	}

	want := map[string]int{"/grpc.health.v1.Health/Check Bearer secret one a=b ": 2, "/grpc.health.v1.Health/Check Bearer secret two a=b ": 2}
	if !reflect.DeepEqual(listens.calls, want) {
		t.Errorf("%v", listens.calls)
	}
	if written, err := json.Marshal(s); err != nil || strings.Contains(string(written), "secret") || strings.Contains(string(written), "one") {
		t.Errorf("secrets are told: %s", written)
	}
}

// The real server knows what priorities and models there are.
func TestRun_PriorityAndModel_GoWithCalls(t *testing.T) {
	address, err := testserver.Address()
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{"classify", "explain", "stream"} {
		for _, wrong := range []string{"no-such-model", "embedded"} {
			var out, errs bytes.Buffer
			arguments := []string{"--address", address, "--photo", cat, "--method", method, "--concurrency", "2", "--duration", "300ms", "--warmup", "0s"}

			code := run(context.Background(), append(arguments, "--model", wrong, "--priority", "high", "--api-key", "me"), &out, &errs)

			if (code == 0) != (wrong == "embedded") || (code != 0) != strings.Contains(errs.String(), "no-such-model") {
				t.Errorf("%s of %s ends with %d: %s%s", method, wrong, code, out.String(), errs.String())
			}
		}
	}
}

// selfSigned writes a certificate for 127.0.0.1 and its key into a folder.
func selfSigned(t *testing.T, folder string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), cryptorand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(cryptorand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "EC PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(folder+"/"+name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestRun_NothingCanBeMeasured_SaysWhy(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	for _, arguments := range [][]string{
		{"--photo", "no/such/photo.jpg"},
		{"--photo", cat, "--address", "nowhere"},
		{"--photo", cat, "--address", address, "--timeout", "200ms"},
	} {
		var out, errs bytes.Buffer
		code := run(context.Background(), arguments, &out, &errs)
		if want := arguments[len(arguments)-1]; code != 1 || (want != "200ms" && !strings.Contains(errs.String(), want)) || errs.Len() == 0 {
			t.Errorf("%v ends with %d: %s", arguments, code, errs.String())
		}
	}
}
