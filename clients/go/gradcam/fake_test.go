package gradcam

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"io/fs"
	"math"
	"math/big"
	"net"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang/protobuf/ptypes"
	pb "github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam/v1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"
)

// fake is a server that says what a test wants.
type fake struct {
	pb.UnimplementedClassificationServiceServer
	healthpb.UnimplementedHealthServer
	classify func(context.Context, *pb.ClassifyRequest) (*pb.ClassifyResponse, error)
	explain  func(*pb.ClassificationServiceExplainRequest, pb.ClassificationService_ExplainServer) error
	stream   func(pb.ClassificationService_ExplainStreamServer) error
	health   func() healthpb.HealthCheckResponse_ServingStatus
}

func (f *fake) Classify(ctx context.Context, request *pb.ClassifyRequest) (*pb.ClassifyResponse, error) {
	return f.classify(ctx, request)
}

func (f *fake) Explain(request *pb.ClassificationServiceExplainRequest, stream pb.ClassificationService_ExplainServer) error {
	return f.explain(request, stream)
}

func (f *fake) ExplainStream(stream pb.ClassificationService_ExplainStreamServer) error {
	return f.stream(stream)
}

func (f *fake) Check(context.Context, *healthpb.HealthCheckRequest) (*healthpb.HealthCheckResponse, error) {
	return &healthpb.HealthCheckResponse{Status: f.health()}, nil
}

// serverCodec is the client's codec, under the name that servers want one by.
type serverCodec struct{ codec }

func (serverCodec) String() string { return "proto" }

// serve runs a server on a free port; register says what it knows.
func serve(t *testing.T, register func(*grpc.Server), options ...grpc.ServerOption) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(append(options, grpc.CustomCodec(serverCodec{}))...)
	register(server)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return listener.Addr().String()
}

// pauses are what a client would have slept. Its chance is always the same: 0.5.
type pauses struct {
	mutex sync.Mutex
	taken []time.Duration
}

func (p *pauses) sleep(ctx context.Context, d time.Duration) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.taken = append(p.taken, d)
	return ctx.Err()
}

// dial makes a client of a fake server, which does not sleep.
func dial(t *testing.T, f *fake, options ...DialOption) (*Client, *pauses) {
	t.Helper()
	address := serve(t, func(server *grpc.Server) {
		pb.RegisterClassificationServiceServer(server, f)
		healthpb.RegisterHealthServer(server, f)
	})
	client, err := Dial(context.Background(), address, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	slept := &pauses{}
	client.retry.sleep, client.retry.random = slept.sleep, func() float64 { return 0.5 }
	return client, slept
}

func limited(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func statusWith(t *testing.T, code codes.Code, retryAfter time.Duration) error {
	t.Helper()
	said := status.New(code, "the queue is full")
	if retryAfter > 0 {
		detailed, err := said.WithDetails(
			&errdetails.ErrorInfo{Reason: "QUEUE_FULL", Domain: "gradcam"}, &errdetails.RetryInfo{RetryDelay: ptypes.DurationProto(retryAfter)})
		if err != nil {
			t.Fatal(err)
		}
		said = detailed
	}
	return said.Err()
}

// someClass is what fakes see on every photo.
var someClass = []*pb.ClassScore{{Label: "cat"}}

var photo = Encoded([]byte("a photo"))

// failing makes a fake whose Classify fails as often as there are errors, and then succeeds.
func failing(faults ...error) (*fake, *int) {
	calls := 0
	return &fake{classify: func(context.Context, *pb.ClassifyRequest) (*pb.ClassifyResponse, error) {
		calls++
		if calls <= len(faults) {
			return nil, faults[calls-1]
		}
		return &pb.ClassifyResponse{Prediction: &pb.ClassificationPrediction{Model: "late", Classes: someClass}}, nil
	}}, &calls
}

func TestRetry_Unavailable_TriesAgainAtDoublingPauses(t *testing.T) {
	away := status.Error(codes.Unavailable, "starting")
	server, calls := failing(away, away, away)
	client, slept := dial(t, server)

	found, err := client.Classify(limited(t), photo)

	// Half to all of 100, 200 and 400 ms; by a chance of 0.5, three quarters.
	want := []time.Duration{75 * time.Millisecond, 150 * time.Millisecond, 300 * time.Millisecond}
	if err != nil || found.Model != "late" || *calls != 4 || !reflect.DeepEqual(slept.taken, want) {
		t.Errorf("%v after %d calls and %v", err, *calls, slept.taken)
	}
}

func TestRetry_Unavailable_PausesAreBounded(t *testing.T) {
	r := newRetrier(RetryPolicy{Attempts: 100, Initial: 100 * time.Millisecond, Most: 2 * time.Second})
	for attempt := 1; attempt < 80; attempt++ {
		delay := r.delay(status.Error(codes.Unavailable, ""), attempt)
		full := 100 * time.Millisecond << uint(attempt-1)
		if attempt > 5 {
			full = 2 * time.Second
		}
		if delay < full/2 || delay > full {
			t.Errorf("attempt %d pauses for %v, and should for %v to %v", attempt, delay, full/2, full)
		}
	}
}

func TestRetry_ResourceExhausted_WaitsAsTheServerSays(t *testing.T) {
	server, calls := failing(statusWith(t, codes.ResourceExhausted, 80*time.Millisecond))
	client, slept := dial(t, server)

	_, err := client.Classify(limited(t), photo)

	// The hint and up to a quarter of it; by a chance of 0.5, an eighth.
	if err != nil || *calls != 2 || !reflect.DeepEqual(slept.taken, []time.Duration{90 * time.Millisecond}) {
		t.Errorf("%v after %d calls and %v", err, *calls, slept.taken)
	}
}

func TestRetry_OtherEnds_AreNotTriedAgain(t *testing.T) {
	for _, code := range []codes.Code{
		codes.ResourceExhausted, codes.InvalidArgument, codes.Internal, codes.NotFound, codes.Unknown, codes.Aborted, codes.DataLoss,
	} {
		server, calls := failing(statusWith(t, code, 0))
		client, slept := dial(t, server)

		_, err := client.Classify(limited(t), photo)

		var fault *Error
		if !errors.As(err, &fault) || fault.Code != code || *calls != 1 || len(slept.taken) != 0 {
			t.Errorf("%s: %v after %d calls", code, err, *calls)
		}
		if errors.Is(err, ErrTooLarge) != (code == codes.ResourceExhausted) || errors.Is(err, ErrBusy) {
			t.Errorf("%s is of the wrong kind", code)
		}
	}
}

func TestRetry_ServerStaysBusy_EndsAfterTheAttemptsWithTheHint(t *testing.T) {
	full := statusWith(t, codes.ResourceExhausted, time.Second)
	server, calls := failing(full, full, full, full)
	client, _ := dial(t, server, WithRetry(RetryPolicy{Attempts: 3, Initial: time.Second, Most: time.Second}))

	_, err := client.Classify(limited(t), photo)

	var fault *Error
	if !errors.As(err, &fault) || *calls != 3 || fault.RetryAfter != time.Second || fault.Reason != "QUEUE_FULL" || !errors.Is(err, ErrBusy) {
		t.Errorf("%v after %d calls", err, *calls)
	}
	if status.Code(err) != codes.ResourceExhausted || !strings.Contains(err.Error(), "the queue is full") {
		t.Errorf("%v has the status %v", err, status.Code(err))
	}
}

func TestRetry_PauseIsBeyondTheDeadline_EndsAtOnce(t *testing.T) {
	server, calls := failing(statusWith(t, codes.ResourceExhausted, 2*time.Hour))
	client, slept := dial(t, server)

	_, err := client.Classify(limited(t), photo)

	if !errors.Is(err, ErrBusy) || *calls != 1 || len(slept.taken) != 0 {
		t.Errorf("%v after %d calls", err, *calls)
	}
}

func TestRetry_NoRetry_CallsOnce(t *testing.T) {
	server, calls := failing(status.Error(codes.Unavailable, "starting"))
	client, _ := dial(t, server, WithRetry(NoRetry))

	if _, err := client.Classify(limited(t), photo); !errors.Is(err, ErrUnavailable) || *calls != 1 {
		t.Errorf("%v after %d calls", err, *calls)
	}
}

func TestError_BadRequest_HasEveryFieldAndReadsWell(t *testing.T) {
	said, err := status.New(codes.InvalidArgument, "2 fields are wrong").WithDetails(&errdetails.BadRequest{
		FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: "top_k", Description: "is 0"}, {Field: "model", Description: "is unknown"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	server, _ := failing(said.Err())
	client, _ := dial(t, server)

	_, err = client.Classify(limited(t), photo)

	var fault *Error
	if !errors.As(err, &fault) || !reflect.DeepEqual(fault.Violations, []Violation{{"top_k", "is 0"}, {"model", "is unknown"}}) {
		t.Fatalf("%v", err)
	}
	want := "gradcam: ClassificationService.Classify: InvalidArgument: 2 fields are wrong; top_k: is 0; model: is unknown"
	if err.Error() != want {
		t.Errorf("%q, and should be %q", err, want)
	}
}

func TestError_ContextEnds_IsTheContexts(t *testing.T) {
	server := &fake{classify: func(ctx context.Context, _ *pb.ClassifyRequest) (*pb.ClassifyResponse, error) {
		<-ctx.Done()
		return nil, status.FromContextError(ctx.Err()).Err()
	}}
	client, _ := dial(t, server)
	short, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := client.Classify(short, photo); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := client.Classify(ended, photo); !errors.Is(err, context.Canceled) || errors.Is(err, ErrClosed) {
		t.Errorf("%v", err)
	}
}

func TestClient_OfAnotherVersion_SaysSo(t *testing.T) {
	address := serve(t, func(*grpc.Server) {})
	client, err := Dial(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx := limited(t)

	_, classify := client.Classify(ctx, photo)
	_, explain := client.Explain(ctx, photo)
	_, ask := client.Ask(ctx, photo, "what is it")
	many := client.ExplainMany(ctx, []Photo{photo}, func(Result) error { return nil })

	for _, err := range []error{classify, explain, ask, many, client.WaitReady(ctx)} {
		if !errors.Is(err, ErrUnimplemented) || !strings.Contains(err.Error(), "another version of the API than gradcam.v1") {
			t.Errorf("%v", err)
		}
	}
}

func TestClient_IsClosed_SaysSo(t *testing.T) {
	entered := make(chan struct{})
	server := &fake{classify: func(ctx context.Context, _ *pb.ClassifyRequest) (*pb.ClassifyResponse, error) {
		close(entered)
		<-ctx.Done()
		return nil, status.FromContextError(ctx.Err()).Err()
	}}
	client, _ := dial(t, server)
	underWay := make(chan error)
	go func() {
		_, err := client.Classify(limited(t), photo)
		underWay <- err
	}()
	<-entered
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	ctx := limited(t)

	_, classify := client.Classify(ctx, photo)
	_, explain := client.Explain(ctx, photo)
	_, models := client.Models(ctx)
	many := client.ExplainMany(ctx, []Photo{photo}, nil)
	video := client.Video(ctx, nil, nil)

	for _, err := range []error{<-underWay, classify, explain, models, many, video, client.WaitReady(ctx)} {
		if !errors.Is(err, ErrClosed) || errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	}
	if err := client.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
}

func TestWaitReady_ServerStarts_WaitsForIt(t *testing.T) {
	asked := 0
	client, slept := dial(t, &fake{health: func() healthpb.HealthCheckResponse_ServingStatus {
		if asked++; asked < 4 {
			return healthpb.HealthCheckResponse_NOT_SERVING
		}
		return healthpb.HealthCheckResponse_SERVING
	}})

	if err := client.WaitReady(limited(t)); err != nil || asked != 4 || len(slept.taken) != 3 {
		t.Errorf("%v after %d questions", err, asked)
	}
}

func TestWaitReady_NeverReady_SaysWhatTheServerSaidLast(t *testing.T) {
	client, slept := dial(t, &fake{health: func() healthpb.HealthCheckResponse_ServingStatus { return healthpb.HealthCheckResponse_NOT_SERVING }})
	ctx, cancel := context.WithCancel(limited(t))
	client.retry.sleep = func(ctx context.Context, d time.Duration) error {
		if len(slept.taken) == 5 {
			cancel()
		}
		return slept.sleep(ctx, d)
	}

	err := client.WaitReady(ctx)

	// Pauses double, up to a second.
	want := []time.Duration{50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond, time.Second}
	if !reflect.DeepEqual(slept.taken, want) {
		t.Errorf("%v", slept.taken)
	}
	if !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "NOT_SERVING") {
		t.Errorf("%v", err)
	}
}

func TestDial_NobodyListens_IsUnavailable(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	client, err := Dial(context.Background(), "http://"+address, WithRetry(NoRetry))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()

	if _, err := client.Classify(limited(t), photo); !errors.Is(err, ErrUnavailable) {
		t.Errorf("%v", err)
	}
}

// Windows that gRPC chooses by itself, beginning without any in its settings, break answers off in its versions before 1.48.
func TestDial_FirstSettings_FixTheWindowOfAnAnswer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	client, err := Dial(limited(t), listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))

	// RFC 9113, 3.4: 24 bytes that begin the connection, then the client's settings. 4.1: the length (3 bytes), type, flags and stream of a frame.
	begin := make([]byte, 24+9)
	if _, err := io.ReadFull(conn, begin); err != nil {
		t.Fatal(err)
	}
	header := begin[24:]
	if kind := header[3]; kind != 4 {
		t.Fatalf("the first frame is of type %d, and should be settings", kind)
	}
	settings := make([]byte, int(header[0])<<16|int(binary.BigEndian.Uint16(header[1:])))
	if _, err := io.ReadFull(conn, settings); err != nil {
		t.Fatal(err)
	}
	const initialWindowSize = 4
	for ; len(settings) >= 6; settings = settings[6:] {
		if binary.BigEndian.Uint16(settings) == initialWindowSize {
			if size := binary.BigEndian.Uint32(settings[2:]); size != answerWindowBytes {
				t.Fatalf("the window is %d bytes, and should be %d", size, answerWindowBytes)
			}
			return
		}
	}
	t.Fatal("the settings leave the window to gRPC")
}

func TestDial_AddressIsNone_SaysWhatWouldBe(t *testing.T) {
	for _, address := range []string{"localhost", "", ":", "http://", "host:", ":50051"} {
		if _, err := Dial(context.Background(), address); err == nil || !strings.Contains(err.Error(), "localhost:50051") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestDial_TokenWithoutTLS_IsRefused(t *testing.T) {
	if _, err := Dial(context.Background(), "localhost:50051", WithToken("secret")); err == nil || !strings.Contains(err.Error(), "TLS") {
		t.Errorf("%v", err)
	}
}

func TestDial_TLSTokenKeyAndCompression_ReachTheServer(t *testing.T) {
	certificate, roots := selfSigned(t)
	var header metadata.MD
	packed := &compressions{}
	server := &fake{classify: func(ctx context.Context, request *pb.ClassifyRequest) (*pb.ClassifyResponse, error) {
		header, _ = metadata.FromIncomingContext(ctx)
		return &pb.ClassifyResponse{Prediction: &pb.ClassificationPrediction{Model: request.GetModel(), Classes: someClass}}, nil
	}}
	address := serve(t, func(s *grpc.Server) { pb.RegisterClassificationServiceServer(s, server) },
		grpc.Creds(credentials.NewServerTLSFromCert(&certificate)), grpc.StatsHandler(packed))
	client, err := Dial(context.Background(), address, WithTLS(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}),
		WithToken("secret"), WithAPIKey("mine"), WithMetadata("X-Trace", "7"), WithCompression(), WithModel("cats"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()

	found, err := client.Classify(limited(t), photo)

	if err != nil || found.Model != "cats" {
		t.Fatalf("%v", err)
	}
	for name, want := range map[string]string{"authorization": "Bearer secret", "x-api-key": "mine", "x-trace": "7"} {
		if got := header.Get(name); !reflect.DeepEqual(got, []string{want}) {
			t.Errorf("%s is %v", name, got)
		}
	}
	if agent := header.Get("user-agent"); len(agent) != 1 || !strings.HasPrefix(agent[0], "gradcam-go/"+Version+" ") {
		t.Errorf("the user agent is %v", agent)
	}
	if !reflect.DeepEqual(packed.seen, []string{"gzip"}) {
		t.Errorf("messages come as %v", packed.seen)
	}
	strange, err := Dial(context.Background(), "https://"+address, WithRetry(NoRetry))
	if err != nil {
		t.Fatal(err)
	}
	defer strange.Close()
	if _, err := strange.Classify(limited(t), photo); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate that nobody signed: %v", err)
	}
}

// compressions are those of calls' messages.
type compressions struct{ seen []string }

func (c *compressions) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

func (c *compressions) HandleRPC(_ context.Context, event stats.RPCStats) {
	if header, ok := event.(*stats.InHeader); ok {
		c.seen = append(c.seen, header.Compression)
	}
}

func (c *compressions) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

func (c *compressions) HandleConn(context.Context, stats.ConnStats) {}

func TestDial_ServerAsksForACertificate_IsShownTheClients(t *testing.T) {
	certificate, roots := selfSigned(t)
	server, _ := failing()
	address := serve(t, func(s *grpc.Server) { pb.RegisterClassificationServiceServer(s, server) }, grpc.Creds(credentials.NewTLS(&tls.Config{
		Certificates: []tls.Certificate{certificate}, ClientCAs: roots, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS12,
	})))
	for _, own := range [][]tls.Certificate{{certificate}, nil} {
		config := &tls.Config{RootCAs: roots, Certificates: own, MinVersion: tls.VersionTLS12}
		client, err := Dial(context.Background(), address, WithTLS(config), WithRetry(NoRetry))
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()

		if _, err := client.Classify(limited(t), photo); errors.Is(err, ErrUnavailable) != (own == nil) || (err == nil) == (own == nil) {
			t.Errorf("with %d certificates: %v", len(own), err)
		}
	}
}

func TestPriority_OfACall_GoesWithItAlone(t *testing.T) {
	var seen []metadata.MD
	note := func(ctx context.Context) {
		header, _ := metadata.FromIncomingContext(ctx)
		seen = append(seen, header)
	}
	client, _ := dial(t, &fake{
		classify: func(ctx context.Context, _ *pb.ClassifyRequest) (*pb.ClassifyResponse, error) {
			note(ctx)
			return &pb.ClassifyResponse{Prediction: &pb.ClassificationPrediction{Classes: someClass}}, nil
		},
		explain: func(_ *pb.ClassificationServiceExplainRequest, stream pb.ClassificationService_ExplainServer) error {
			note(stream.Context())
			for _, part := range explained(1, 1) {
				if err := stream.Send(part); err != nil {
					return err
				}
			}
			return nil
		},
		stream: func(stream pb.ClassificationService_ExplainStreamServer) error {
			note(stream.Context())
			return answerAll(stream)
		},
	}, WithMetadata("x-priority", "normal"), WithMetadata("x-tenant", "a"))
	ctx := metadata.AppendToOutgoingContext(limited(t), "x-tenant", "b")

	_, low := client.Classify(ctx, photo, Priority(Low))
	_, plain := client.Classify(limited(t), photo)
	_, high := client.Explain(ctx, photo, Priority(High))
	many := client.ExplainMany(ctx, photos(1), func(Result) error { return nil }, Priority(Low))

	if low != nil || plain != nil || high != nil || many != nil {
		t.Fatal(low, plain, high, many)
	}
	for i, want := range [][2]string{{"low", "b"}, {"normal", "a"}, {"high", "b"}, {"low", "b"}} {
		if got := [2][]string{seen[i].Get("x-priority"), seen[i].Get("x-tenant")}; !reflect.DeepEqual(got, [2][]string{{want[0]}, {want[1]}}) {
			t.Errorf("call %d has %v, and should have %v", i, got, want)
		}
	}
}

func TestArguments_AreWrong_AreInvalid(t *testing.T) {
	server, _ := failing()
	client, _ := dial(t, server)
	_, method := client.Explain(limited(t), photo, Method("guess"))
	_, none := client.Classify(limited(t), Photo{})
	_, address := Dial(context.Background(), "localhost")
	_, token := Dial(context.Background(), "localhost:1", WithToken("secret"))
	many := client.ExplainMany(limited(t), nil, nil, InFlight(MostInFlight+1))

	for _, err := range []error{method, none, address, token, many} {
		var fault *Error
		if !errors.Is(err, ErrInvalid) || !errors.As(err, &fault) {
			t.Errorf("%v", err)
		}
	}
}

func TestRetryPolicy_OnlyAttempts_HasTheDefaultPauses(t *testing.T) {
	away := status.Error(codes.Unavailable, "starting")
	server, calls := failing(away, away, away)
	client, slept := dial(t, server, WithRetry(RetryPolicy{Attempts: 3}))

	_, err := client.Classify(limited(t), photo)

	want := []time.Duration{75 * time.Millisecond, 150 * time.Millisecond}
	if !errors.Is(err, ErrUnavailable) || *calls != 3 || !reflect.DeepEqual(slept.taken, want) {
		t.Errorf("%v after %d calls and %v", err, *calls, slept.taken)
	}
	if r := newRetrier(RetryPolicy{}); r.policy != DefaultRetry {
		t.Errorf("no policy is %+v", r.policy)
	}
}

func TestCall_AnotherService_IsTriedAgainAndHasItsError(t *testing.T) {
	server, calls := failing(statusWith(t, codes.ResourceExhausted, 80*time.Millisecond), status.Error(codes.Internal, "broken"))
	client, slept := dial(t, server)
	stub := pb.NewClassificationServiceClient(client.Conn())

	err := client.Call(limited(t), "Some.Call", func(ctx context.Context) error {
		_, err := stub.Classify(ctx, &pb.ClassifyRequest{})
		return err
	})

	var fault *Error
	if !errors.As(err, &fault) || fault.Call != "Some.Call" || fault.Code != codes.Internal || *calls != 2 || len(slept.taken) != 1 {
		t.Errorf("%v after %d calls", err, *calls)
	}
}

func TestClient_AnswerIsTooLarge_SaysSo(t *testing.T) {
	server := &fake{classify: func(context.Context, *pb.ClassifyRequest) (*pb.ClassifyResponse, error) {
		return &pb.ClassifyResponse{Prediction: &pb.ClassificationPrediction{Model: strings.Repeat("m", 5000), Classes: someClass}}, nil
	}}
	client, _ := dial(t, server, WithMaxMessageBytes(4000))
	if _, err := client.Classify(limited(t), photo); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%v", err)
	}
	// More than the 4 MiB that gRPC takes by itself.
	server.classify = func(context.Context, *pb.ClassifyRequest) (*pb.ClassifyResponse, error) {
		return &pb.ClassifyResponse{Prediction: &pb.ClassificationPrediction{Model: strings.Repeat("m", 5<<20), Classes: someClass}}, nil
	}
	client, _ = dial(t, server)
	if found, err := client.Classify(limited(t), photo); err != nil || len(found.Model) != 5<<20 {
		t.Errorf("%v", err)
	}
}

func TestPixels_Transparency_IsLaidOverWhite(t *testing.T) {
	picture := image.NewNRGBA(image.Rect(5, 7, 8, 8))
	picture.SetNRGBA(5, 7, color.NRGBA{10, 20, 30, 255})
	picture.SetNRGBA(6, 7, color.NRGBA{0, 100, 200, 128})
	picture.SetNRGBA(7, 7, color.NRGBA{9, 9, 9, 0})

	img, err := Pixels(picture).image(pb.ImageDecoding_IMAGE_DECODING_UNSPECIFIED)

	// 255 * (1 - 128/255) + c * 128/255: 127, 177.2, 227.4.
	want := []byte{10, 20, 30, 127, 177, 227, 255, 255, 255}
	raw := img.GetRaw()
	if err != nil || raw.GetWidth() != 3 || raw.GetHeight() != 1 || len(raw.GetRgb()) != len(want) {
		t.Fatalf("%v, %v", raw, err)
	}
	for i, value := range raw.GetRgb() {
		if math.Abs(float64(value)-float64(want[i])) > 1 {
			t.Errorf("byte %d is %d, and should be %d", i, value, want[i])
		}
	}
}

func TestPixels_LargeImage_IsAFileWithoutLoss(t *testing.T) {
	picture := image.NewNRGBA(image.Rect(0, 0, 2100, 2100))
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	picture.SetNRGBA(17, 23, color.NRGBA{1, 2, 3, 255})

	img, err := Pixels(picture).image(pb.ImageDecoding_IMAGE_DECODING_UNSPECIFIED)
	if err != nil || img.GetRaw() != nil {
		t.Fatalf("%v; %d bytes of pixels", err, len(img.GetRaw().GetRgb()))
	}
	read, kind, err := image.Decode(bytes.NewReader(img.GetEncoded()))

	if err != nil || kind != "png" || read.Bounds() != picture.Bounds() {
		t.Fatalf("%v: %s of %v", err, kind, read.Bounds())
	}
	for _, at := range []image.Point{{17, 23}, {16, 23}, {2099, 2099}} {
		r, g, b, a := read.At(at.X, at.Y).RGBA()
		wr, wg, wb, wa := picture.At(at.X, at.Y).RGBA()
		if r != wr || g != wg || b != wb || a != wa {
			t.Errorf("%v is %v", at, read.At(at.X, at.Y))
		}
	}
}

// Values of a method on pixels have three planes, of which the largest magnitude counts, and lie on the photo as their crop does.
func TestMap_ThreeChannels_PeakAndPhotoAreOfAllOfThem(t *testing.T) {
	m := &Map{
		Values: make([]float32, 12), Width: 2, Height: 2, Channels: 3, Crop: Rectangle{X: 10, Y: 20, Width: 40, Height: 40}, grid: GridInput,
		Provenance: &pb.MapProvenance{ImageSize: &pb.PixelSize{Width: 60, Height: 70}},
	}
	m.Values[4+2], m.Values[0] = -5, 4

	if x, y := m.PeakCell(); x != 0 || y != 1 {
		t.Errorf("the peak is in column %d, row %d", x, y)
	}
	if x, y := m.Peak(); x != 20 || y != 50 {
		t.Errorf("the peak is at %g, %g", x, y)
	}
	on := m.OnPhoto()
	if on.Width != 60 || on.Height != 70 || len(on.Values) != 3*60*70 || on.Channels != 3 {
		t.Fatalf("%d x %d x %d, %d values", on.Channels, on.Height, on.Width, len(on.Values))
	}
	// The second plane's lower left cell, whose centre is (20, 50): there, beside the crop, and half-way to the next cell.
	plane := on.Values[60*70:]
	if a, b, c := plane[50*60+20], plane[50*60+9], plane[50*60+30]; a > -4.6 || b != 0 || c > -2.2 || c < -2.6 {
		t.Errorf("%g, %g, %g", a, b, c)
	}
	if x, y := on.PeakCell(); math.Abs(float64(x)+0.5-20) > 10 || math.Abs(float64(y)+0.5-50) > 10 || on.OnPhoto() != on {
		t.Errorf("on the photo, the peak is in column %d, row %d", x, y)
	}
}

// explained are the parts of an answer with maps of so many targets, each of one number: the target's place and a half.
func explained(maps, expected int) []*pb.ClassificationServiceExplainResponse {
	parts := []*pb.ClassificationServiceExplainResponse{{
		Event:    &pb.ClassificationServiceExplainResponse_Prediction{Prediction: &pb.ClassificationPrediction{Model: "fake", Classes: someClass}},
		MapCount: int32(expected),
	}}
	for i := 0; i < maps; i++ {
		data := make([]byte, 4)
		binary.LittleEndian.PutUint32(data, math.Float32bits(float32(i)+0.5))
		raw := &pb.RawMap{Size: &pb.PixelSize{Width: 1, Height: 1}, Data: data, ChannelCount: 1}
		picture := &pb.EncodedImage{Data: []byte("picture")}
		parts = append(parts, &pb.ClassificationServiceExplainResponse{Event: &pb.ClassificationServiceExplainResponse_Map{Map: &pb.SaliencyMap{
			TargetIndex: int32(i),
			Outputs:     []*pb.RenderedMap{{Form: &pb.RenderedMap_Raw{Raw: raw}}, {Form: &pb.RenderedMap_Image{Image: picture}}},
		}}})
	}
	return parts
}

func TestExplain_CutInTheMiddle_KeepsWhatCameAndNamesTheRest(t *testing.T) {
	for _, code := range []codes.Code{codes.Internal, codes.Unavailable, codes.OK} {
		calls := 0
		client, _ := dial(t, &fake{explain: func(_ *pb.ClassificationServiceExplainRequest, stream pb.ClassificationService_ExplainServer) error {
			calls++
			for _, part := range explained(2, 4) {
				if err := stream.Send(part); err != nil {
					return err
				}
			}
			return status.Error(code, "the cable was cut")
		}})

		why, err := client.Explain(limited(t), photo, Class(1), Class(2), Class(3), Class(4))

		var incomplete *IncompleteError
		wantCalls := map[codes.Code]int{codes.Unavailable: DefaultRetry.Attempts}[code]
		if wantCalls == 0 {
			wantCalls = 1
		}
		if !errors.As(err, &incomplete) || calls != wantCalls {
			t.Fatalf("%s: %v after %d calls", code, err, calls)
		}
		wantCode := code
		if code == codes.OK {
			wantCode = codes.DataLoss
		}
		if incomplete.Err.Code != wantCode || status.Code(err) != wantCode {
			t.Errorf("%s: %v has the status %s", code, err, status.Code(err))
		}
		if incomplete.Arrived != 2 || incomplete.Expected != 4 || !reflect.DeepEqual(incomplete.Missing, []int{2, 3}) {
			t.Errorf("%s: %+v", code, incomplete)
		}
		if !strings.Contains(err.Error(), "2 of 4 maps arrived; missing: 2, 3") {
			t.Errorf("%s: %v", code, err)
		}
		if len(why.Maps) != 2 || why.Maps[1].Values[0] != 1.5 || string(why.Maps[1].OverlayFile()) != "picture" {
			t.Errorf("%s: %+v", code, why)
		}
	}
}

// A proxy ends what it cannot go on with as CANCELLED.
func TestExplain_CutForAWhile_IsAskedAgainWhole(t *testing.T) {
	for _, code := range []codes.Code{codes.Unavailable, codes.Canceled} {
		calls := 0
		client, _ := dial(t, &fake{explain: func(_ *pb.ClassificationServiceExplainRequest, stream pb.ClassificationService_ExplainServer) error {
			calls++
			parts := explained(2, 2)
			if calls == 1 {
				parts = parts[:2]
			}
			for _, part := range parts {
				if err := stream.Send(part); err != nil {
					return err
				}
			}
			if calls == 1 {
				return status.Error(code, "draining")
			}
			return nil
		}})

		why, err := client.Explain(limited(t), photo, Class(1), Class(2))

		if err != nil || calls != 2 || len(why.Maps) != 2 || why.Maps[0].Target != 0 || why.Maps[1].Target != 1 {
			t.Errorf("%s: %v after %d calls", code, err, calls)
		}
	}
}

func TestExplain_CutForGood_KeepsTheAttemptThatBroughtMost(t *testing.T) {
	calls := 0
	client, _ := dial(t, &fake{explain: func(_ *pb.ClassificationServiceExplainRequest, stream pb.ClassificationService_ExplainServer) error {
		if calls++; calls == 1 {
			for _, part := range explained(1, 2) {
				if err := stream.Send(part); err != nil {
					return err
				}
			}
		}
		return status.Error(codes.Unavailable, "draining")
	}}, WithRetry(RetryPolicy{Attempts: 3}))

	why, err := client.Explain(limited(t), photo, Class(1), Class(2))

	var incomplete *IncompleteError
	if !errors.As(err, &incomplete) || calls != 3 || incomplete.Arrived != 1 || len(why.Maps) != 1 || !reflect.DeepEqual(incomplete.Missing, []int{1}) {
		t.Errorf("%v after %d calls", err, calls)
	}
}

// The server that answers in the end has a model with fewer maps than the one that was cut: what is whole counts.
func TestExplain_AnotherServerAnswersLess_IsItsAnswer(t *testing.T) {
	calls := 0
	client, _ := dial(t, &fake{explain: func(_ *pb.ClassificationServiceExplainRequest, stream pb.ClassificationService_ExplainServer) error {
		parts, end := explained(1, 1), error(nil)
		if calls++; calls == 1 {
			parts, end = explained(3, 4), status.Error(codes.Unavailable, "draining")
		}
		for _, part := range parts {
			if err := stream.Send(part); err != nil {
				return err
			}
		}
		return end
	}})

	if why, err := client.Explain(limited(t), photo); err != nil || calls != 2 || len(why.Maps) != 1 {
		t.Errorf("%v after %d calls: %d maps", err, calls, len(why.Maps))
	}
}

func TestExplain_DeadlinePassesBehindThePrediction_HasTheDeadlinesStatus(t *testing.T) {
	client, _ := dial(t, &fake{explain: func(_ *pb.ClassificationServiceExplainRequest, stream pb.ClassificationService_ExplainServer) error {
		if err := stream.Send(explained(0, 1)[0]); err != nil {
			return err
		}
		<-stream.Context().Done()
		return status.FromContextError(stream.Context().Err()).Err()
	}})
	short, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()

	why, err := client.Explain(short, photo)

	var incomplete *IncompleteError
	if !errors.As(err, &incomplete) || status.Code(err) != codes.DeadlineExceeded || !errors.Is(err, context.DeadlineExceeded) || why.Model != "fake" {
		t.Errorf("%v has the status %v", err, status.Code(err))
	}
}

func TestExplain_UnavailableBeforeAnythingCame_TriesAgain(t *testing.T) {
	calls := 0
	client, _ := dial(t, &fake{explain: func(_ *pb.ClassificationServiceExplainRequest, stream pb.ClassificationService_ExplainServer) error {
		if calls++; calls == 1 {
			return status.Error(codes.Unavailable, "starting")
		}
		for _, part := range append(explained(1, 1), &pb.ClassificationServiceExplainResponse{}) {
			if err := stream.Send(part); err != nil {
				return err
			}
		}
		return nil
	}})

	// The last event is one that this client does not know: it is left aside.
	if why, err := client.Explain(limited(t), photo); err != nil || calls != 2 || len(why.Maps) != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

func TestExplain_MapIsDamaged_IsDataLoss(t *testing.T) {
	client, _ := dial(t, &fake{explain: func(_ *pb.ClassificationServiceExplainRequest, stream pb.ClassificationService_ExplainServer) error {
		parts := explained(1, 1)
		parts[1].GetMap().Outputs[0].GetRaw().Size.Width = 2
		for _, part := range parts {
			if err := stream.Send(part); err != nil {
				return err
			}
		}
		return nil
	}})

	_, err := client.Explain(limited(t), photo)

	var fault *Error
	if !errors.As(err, &fault) || fault.Code != codes.DataLoss {
		t.Errorf("%v", err)
	}
}

// items reads the next items of a stream, behind the settings; fewer where the client sends no more.
func items(stream pb.ClassificationService_ExplainStreamServer, count int) []*pb.ExplainItem {
	var read []*pb.ExplainItem
	for len(read) < count {
		message, err := stream.Recv()
		if err != nil {
			return read
		}
		if item := message.GetItem(); item != nil {
			read = append(read, item)
		}
	}
	return read
}

func answer(stream pb.ClassificationService_ExplainStreamServer, id string, maps int, end *pb.ItemStatus) error {
	for _, part := range explained(maps, 1) {
		event := &pb.ClassificationServiceExplainStreamResponse_Part{Part: part}
		if err := stream.Send(&pb.ClassificationServiceExplainStreamResponse{Id: id, Event: event}); err != nil {
			return err
		}
	}
	if end == nil {
		return nil
	}
	event := &pb.ClassificationServiceExplainStreamResponse_End{End: end}
	return stream.Send(&pb.ClassificationServiceExplainStreamResponse{Id: id, Event: event})
}

var well = &pb.ItemStatus{}

func answerAll(stream pb.ClassificationService_ExplainStreamServer) error {
	for {
		next := items(stream, 1)
		if len(next) == 0 {
			return nil
		}
		if err := answer(stream, next[0].GetId(), 1, well); err != nil {
			return err
		}
	}
}

func photos(count int) []Photo {
	all := make([]Photo, count)
	for i := range all {
		all[i] = Encoded([]byte(fmt.Sprintf("photo %d", i)))
	}
	return all
}

func TestExplainMany_CutForGood_KeepsWhatCameAndNamesTheRest(t *testing.T) {
	client, _ := dial(t, &fake{stream: func(stream pb.ClassificationService_ExplainStreamServer) error {
		read := items(stream, 3)
		for _, item := range read[:2] {
			if err := answer(stream, item.GetId(), 1, well); err != nil {
				return err
			}
		}
		// The third is cut in the middle: its map came, and its end did not.
		if err := answer(stream, read[2].GetId(), 1, nil); err != nil {
			return err
		}
		return status.Error(codes.Internal, "the cable was cut")
	}})
	results := map[int]Result{}

	err := client.ExplainMany(limited(t), photos(6), func(result Result) error {
		results[result.Index] = result
		return nil
	}, InFlight(3))

	var incomplete *IncompleteError
	if !errors.As(err, &incomplete) || incomplete.Err.Code != codes.Internal || incomplete.Arrived != 2 || incomplete.Expected != 6 {
		t.Fatalf("%v", err)
	}
	if !reflect.DeepEqual(incomplete.Missing, []int{2, 3, 4, 5}) {
		t.Errorf("%v are missing", incomplete.Missing)
	}
	for i := 0; i < 2; i++ {
		if results[i].Err != nil || len(results[i].Explanation.Maps) != 1 {
			t.Errorf("photo %d: %+v", i, results[i])
		}
	}
	if cut := results[2]; status.Code(cut.Err) != codes.Internal || cut.Explanation == nil || len(cut.Explanation.Maps) != 1 {
		t.Errorf("the photo that was cut: %+v", cut)
	}
}

func TestExplainMany_ConnectionIsLost_SendsTheRestAgain(t *testing.T) {
	var mutex sync.Mutex
	streams := 0
	sent := map[string]int{}
	ends := []codes.Code{codes.Unavailable, codes.Canceled}
	client, _ := dial(t, &fake{stream: func(stream pb.ClassificationService_ExplainStreamServer) error {
		mutex.Lock()
		streams++
		count := streams
		mutex.Unlock()
		if count > 4 {
			return answerAll(stream)
		}
		read := items(stream, 3)
		mutex.Lock()
		for _, item := range read {
			sent[item.GetId()]++
		}
		mutex.Unlock()
		// One photo whole, and a part of the next.
		if err := answer(stream, read[0].GetId(), 1, well); err != nil {
			return err
		}
		if err := answer(stream, read[1].GetId(), 1, nil); err != nil {
			return err
		}
		return status.Error(ends[count%2], "draining")
	}}, WithRetry(RetryPolicy{Attempts: 2, Initial: time.Millisecond, Most: time.Millisecond}))
	seen := map[int]int{}

	err := client.ExplainMany(limited(t), photos(9), func(result Result) error {
		seen[result.Index]++
		if result.Err != nil || len(result.Explanation.Maps) != 1 {
			t.Errorf("photo %d: %v, %+v", result.Index, result.Err, result.Explanation)
		}
		return nil
	}, InFlight(3))

	// Two attempts are few, but each round brings an answer.
	if err != nil || len(seen) != 9 || streams < 5 || sent["1"] != 2 {
		t.Errorf("%v: %v over %d streams; sent: %v", err, seen, streams, sent)
	}
	for index, times := range seen {
		if times != 1 {
			t.Errorf("photo %d came %d times", index, times)
		}
	}
}

func TestExplainMany_NoAnswerEver_EndsAfterTheAttempts(t *testing.T) {
	streams := 0
	client, slept := dial(t, &fake{stream: func(pb.ClassificationService_ExplainStreamServer) error {
		streams++
		return status.Error(codes.Unavailable, "starting")
	}}, WithRetry(RetryPolicy{Attempts: 3, Initial: time.Millisecond, Most: time.Millisecond}))

	err := client.ExplainMany(limited(t), photos(2), func(result Result) error {
		if !errors.Is(result.Err, ErrUnavailable) {
			t.Errorf("%v", result.Err)
		}
		return nil
	})

	var incomplete *IncompleteError
	if !errors.As(err, &incomplete) || streams != 3 || len(slept.taken) != 2 || !reflect.DeepEqual(incomplete.Missing, []int{0, 1}) {
		t.Errorf("%v after %d streams", err, streams)
	}
}

func TestExplainMany_PhotoIsRefusedForWantOfRoom_IsSentAgain(t *testing.T) {
	hint, err := anyOf(&errdetails.RetryInfo{RetryDelay: ptypes.DurationProto(40 * time.Millisecond)})
	if err != nil {
		t.Fatal(err)
	}
	full := &pb.ItemStatus{Code: int32(codes.ResourceExhausted), Message: "no room", Details: []*anypb.Any{hint}}
	var mutex sync.Mutex
	refused := false
	client, slept := dial(t, &fake{stream: func(stream pb.ClassificationService_ExplainStreamServer) error {
		for {
			next := items(stream, 1)
			if len(next) == 0 {
				return nil
			}
			end, maps := well, 1
			mutex.Lock()
			if next[0].GetId() == "1" && !refused {
				refused, end, maps = true, full, 0
			}
			mutex.Unlock()
			if err := answer(stream, next[0].GetId(), maps, end); err != nil {
				return err
			}
		}
	}})
	var order []int

	err = client.ExplainMany(limited(t), photos(5), func(result Result) error {
		order = append(order, result.Index)
		return result.Err
	}, InOrder(), InFlight(2))

	if err != nil || !reflect.DeepEqual(order, []int{0, 1, 2, 3, 4}) || !reflect.DeepEqual(slept.taken, []time.Duration{45 * time.Millisecond}) {
		t.Errorf("%v: %v after %v", err, order, slept.taken)
	}
}

func TestExplainMany_PhotoStaysRefused_EndsWithItsError(t *testing.T) {
	detail, err := anyOf(&errdetails.RetryInfo{})
	if err != nil {
		t.Fatal(err)
	}
	client, _ := dial(t, &fake{stream: func(stream pb.ClassificationService_ExplainStreamServer) error {
		for {
			next := items(stream, 1)
			if len(next) == 0 {
				return nil
			}
			end, maps := well, 1
			if next[0].GetId() == "0" {
				end, maps = &pb.ItemStatus{Code: int32(codes.Unavailable), Message: "draining", Details: []*anypb.Any{detail}}, 0
			}
			if err := answer(stream, next[0].GetId(), maps, end); err != nil {
				return err
			}
		}
	}})
	results := map[int]error{}

	err = client.ExplainMany(limited(t), photos(4), func(result Result) error {
		results[result.Index] = result.Err
		return nil
	})

	if err != nil || len(results) != 4 || !errors.Is(results[0], ErrUnavailable) || results[1] != nil {
		t.Errorf("%v: %v", err, results)
	}
	if said := status.Convert(errors.Unwrap(results[0])); said.Code() != codes.Unavailable || len(said.Proto().GetDetails()) != 1 {
		t.Errorf("the photo's status is %v", said.Proto())
	}
}

func TestExplainMany_ServerEndsTooEarly_IsNoSuccess(t *testing.T) {
	client, _ := dial(t, &fake{stream: func(stream pb.ClassificationService_ExplainStreamServer) error {
		read := items(stream, 2)
		return answer(stream, read[0].GetId(), 1, well)
	}})

	err := client.ExplainMany(limited(t), photos(3), func(Result) error { return nil }, InFlight(2))

	var incomplete *IncompleteError
	if !errors.As(err, &incomplete) || incomplete.Err.Code != codes.DataLoss || !reflect.DeepEqual(incomplete.Missing, []int{1, 2}) {
		t.Errorf("%v", err)
	}
}

func TestExplainMany_PhotoEndsWithoutItsMap_IsNoSuccess(t *testing.T) {
	client, _ := dial(t, &fake{stream: func(stream pb.ClassificationService_ExplainStreamServer) error {
		for _, item := range items(stream, 2) {
			maps := 1
			if item.GetId() == "1" {
				maps = 0
			}
			if err := answer(stream, item.GetId(), maps, well); err != nil {
				return err
			}
		}
		return answerAll(stream)
	}})
	results := map[int]error{}

	err := client.ExplainMany(limited(t), photos(2), func(result Result) error {
		results[result.Index] = result.Err
		return nil
	})

	var fault *Error
	if err != nil || results[0] != nil || !errors.As(results[1], &fault) || fault.Code != codes.DataLoss {
		t.Errorf("%v: %v", err, results)
	}
}

// The server answers nothing until it has as many photos as may be in flight; were there more, they would come before any answer does.
func TestExplainMany_InFlight_BoundsWhatIsTaken(t *testing.T) {
	const bound, total = 4, 12
	source := make(chan Photo)
	var mutex sync.Mutex
	taken, answered, most := 0, 0, 0
	go func() {
		defer close(source)
		for _, next := range photos(total) {
			source <- next
			mutex.Lock()
			taken++
			if taken-answered > most {
				most = taken - answered
			}
			mutex.Unlock()
		}
	}()
	var settings *pb.ExplainStreamSettings
	client, _ := dial(t, &fake{stream: func(stream pb.ClassificationService_ExplainStreamServer) error {
		first, err := stream.Recv()
		if err != nil {
			return err
		}
		settings = first.GetSettings()
		for {
			read := items(stream, bound)
			for _, item := range read {
				if err := answer(stream, item.GetId(), 1, well); err != nil {
					return err
				}
			}
			if len(read) < bound {
				return nil
			}
		}
	}})

	err := client.ExplainChannel(limited(t), source, func(result Result) error {
		mutex.Lock()
		defer mutex.Unlock()
		answered++
		return result.Err
	}, InFlight(bound))

	// The source counts a photo once it is taken, and an answer before the place is free.
	if err != nil || answered != total || most > bound || settings.GetMaxInFlight() != bound {
		t.Errorf("%v: %d answered, %d in flight at most, %v", err, answered, most, settings)
	}
}

func TestExplainMany_AnswerToNobody_IsAnError(t *testing.T) {
	client, _ := dial(t, &fake{stream: func(stream pb.ClassificationService_ExplainStreamServer) error {
		items(stream, 1)
		return answer(stream, "strange", 1, well)
	}})

	err := client.ExplainMany(limited(t), photos(1), func(Result) error { return nil })

	var fault *Error
	if !errors.As(err, &fault) || fault.Code != codes.DataLoss || !strings.Contains(err.Error(), "strange") {
		t.Errorf("%v", err)
	}
}

// pagedModels lists models one a page.
type pagedModels struct {
	pb.UnimplementedModelServiceServer
}

func (pagedModels) ListModels(_ context.Context, request *pb.ListModelsRequest) (*pb.ListModelsResponse, error) {
	next := map[string]string{"": "second", "second": "third", "third": ""}[request.GetPageToken()]
	return &pb.ListModelsResponse{Models: []*pb.Model{{Name: "before " + next}}, NextPageToken: next}, nil
}

func TestModels_SeveralPages_AreReadToTheLast(t *testing.T) {
	client, err := Dial(context.Background(), serve(t, func(server *grpc.Server) { pb.RegisterModelServiceServer(server, pagedModels{}) }))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()

	models, err := client.Models(limited(t))

	if err != nil || len(models) != 3 || models[0].GetName() != "before second" || models[2].GetName() != "before " {
		t.Errorf("%v: %v", err, models)
	}
}

// cutVideo answers one of three frames, and is cut.
type cutVideo struct {
	pb.UnimplementedVideoServiceServer
}

func (cutVideo) Explain(stream pb.VideoService_ExplainServer) error {
	for read := 0; read < 4; read++ {
		if _, err := stream.Recv(); errors.Is(err, io.EOF) {
			break
		}
	}
	explainedFrame := &pb.ExplainedFrame{Prediction: &pb.ClassificationPrediction{Model: "fake", Classes: someClass}}
	frame := &pb.VideoFrameResult{FrameIndex: 1, Outcome: &pb.VideoFrameResult_Explained{Explained: explainedFrame}}
	if err := stream.Send(&pb.VideoServiceExplainResponse{Event: &pb.VideoServiceExplainResponse_Frame{Frame: frame}}); err != nil {
		return err
	}
	return status.Error(codes.Unavailable, "the cable was cut")
}

func TestVideo_CutInTheMiddle_KeepsWhatCameAndNamesTheRest(t *testing.T) {
	client, err := Dial(context.Background(), serve(t, func(server *grpc.Server) { pb.RegisterVideoServiceServer(server, cutVideo{}) }))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	frames := make(chan Frame, 3)
	for i := 0; i < 3; i++ {
		frames <- Frame{Photo: photo, Timestamp: time.Duration(i) * time.Second}
	}
	var came []int

	err = client.Video(limited(t), frames, func(result FrameResult) error {
		came = append(came, result.Index)
		return nil
	})

	var incomplete *IncompleteError
	if !errors.As(err, &incomplete) || !reflect.DeepEqual(incomplete.Missing, []int{0, 2}) || !reflect.DeepEqual(came, []int{1}) {
		t.Errorf("%v; %v came", err, came)
	}
	if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "1 frames arrived; missing: 0, 2") {
		t.Errorf("%v", err)
	}
}

// frames answers frames as a test says.
type frames struct {
	pb.UnimplementedVideoServiceServer
	explain func(pb.VideoService_ExplainServer) error
}

func (f frames) Explain(stream pb.VideoService_ExplainServer) error { return f.explain(stream) }

func dialVideo(t *testing.T, explain func(pb.VideoService_ExplainServer) error) *Client {
	t.Helper()
	client, err := Dial(context.Background(), serve(t, func(server *grpc.Server) {
		pb.RegisterVideoServiceServer(server, frames{explain: explain})
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func TestVideo_ServerEndsBetweenFrames_IsNoSuccess(t *testing.T) {
	client := dialVideo(t, func(stream pb.VideoService_ExplainServer) error {
		_, err := stream.Recv()
		return err
	})

	err := client.Video(limited(t), make(chan Frame), func(FrameResult) error { return nil })

	var incomplete *IncompleteError
	if !errors.As(err, &incomplete) || incomplete.Err.Code != codes.DataLoss {
		t.Errorf("%v", err)
	}
}

func TestVideo_FrameCannotBeRead_IsItsOwnErrorAndTheOthersGoOn(t *testing.T) {
	client := dialVideo(t, func(stream pb.VideoService_ExplainServer) error {
		for index := int64(-1); ; index++ {
			request, err := stream.Recv()
			if err != nil {
				return nil
			}
			if request.GetFrame() == nil {
				continue
			}
			result := &pb.VideoFrameResult{FrameIndex: index, Outcome: &pb.VideoFrameResult_Explained{Explained: &pb.ExplainedFrame{}}}
			if request.GetFrame().GetImage() == nil {
				result.Outcome = &pb.VideoFrameResult_Status{Status: &pb.ItemStatus{Code: int32(codes.InvalidArgument), Message: "no image"}}
			}
			if err := stream.Send(&pb.VideoServiceExplainResponse{Event: &pb.VideoServiceExplainResponse_Frame{Frame: result}}); err != nil {
				return err
			}
		}
	})
	source := make(chan Frame, 3)
	for i, each := range []Photo{photo, File("no/such/photo.jpg"), photo} {
		source <- Frame{Photo: each, Timestamp: time.Duration(i) * time.Second}
	}
	close(source)
	var faults []error

	err := client.Video(limited(t), source, func(result FrameResult) error {
		faults = append(faults, result.Err)
		return nil
	})

	if err != nil || len(faults) != 3 || faults[0] != nil || !errors.Is(faults[1], fs.ErrNotExist) || faults[2] != nil {
		t.Errorf("%v: %v", err, faults)
	}
}

func TestVideoWith_Settings_KeepWhatIsNotGivenBesideThem(t *testing.T) {
	var settings *pb.VideoSettings
	client := dialVideo(t, func(stream pb.VideoService_ExplainServer) error {
		first, err := stream.Recv()
		settings = first.GetSettings()
		_, _ = stream.Recv()
		return err
	})
	motion, smoothing, none := 0.5, 0.25, make(chan Frame)
	close(none)
	peak := &pb.MapOutput{Form: &pb.MapOutput_Peak{Peak: &pb.PeakOutput{}}}
	given := &pb.VideoSettings{
		Policy: pb.FramePolicy_FRAME_POLICY_LATEST_WINS, MotionThreshold: &motion, SmoothingFactor: &smoothing,
		Request: &pb.ClassificationServiceExplainRequest{Outputs: []*pb.MapOutput{peak}, Layers: []string{"bn2"}},
	}

	err := client.Video(limited(t), none, func(FrameResult) error { return nil }, VideoWith(given), NewMapWeight(1), Label("cat"), DrawOverlay(nil))

	if err != nil || settings.GetPolicy() != given.Policy || settings.GetMotionThreshold() != 0.5 || settings.GetSmoothingFactor() != 1 {
		t.Fatalf("%v: %v", err, settings)
	}
	asked := settings.GetRequest()
	outputs := asked.GetOutputs()
	if len(outputs) != 3 || outputs[0].GetRaw() == nil || outputs[1].GetOverlay() == nil || outputs[2].GetPeak() == nil {
		t.Errorf("the outputs are %v", outputs)
	}
	if asked.GetLayers()[0] != "bn2" || asked.GetTargets()[0].GetLabel() != "cat" || smoothing != 0.25 || len(given.Request.Outputs) != 1 {
		t.Errorf("%v of %v", asked, given)
	}
}

// captioner says a caption whose second target is not there, and is cut.
type captioner struct {
	pb.UnimplementedCaptioningServiceServer
}

func (captioner) Caption(context.Context, *pb.CaptionRequest) (*pb.CaptionResponse, error) {
	return &pb.CaptionResponse{}, nil
}

func (captioner) Explain(_ *pb.CaptioningServiceExplainRequest, stream pb.CaptioningService_ExplainServer) error {
	found := &pb.CaptionPrediction{Captions: []*pb.Caption{{Text: "a cat", Words: []*pb.CaptionWord{{Text: "a"}, {Text: "cat"}}}}}
	if err := stream.Send(&pb.CaptioningServiceExplainResponse{
		Event: &pb.CaptioningServiceExplainResponse_Prediction{Prediction: found}, MapCount: 2,
		SkippedTargets: []*pb.SkippedTarget{{TargetIndex: 1, Reason: "there is no such word"}},
	}); err != nil {
		return err
	}
	return status.Error(codes.Internal, "the cable was cut")
}

func TestExplainCaption_CutWithASkippedTarget_DoesNotMissIt(t *testing.T) {
	client, err := Dial(context.Background(), serve(t, func(server *grpc.Server) { pb.RegisterCaptioningServiceServer(server, captioner{}) }))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()

	why, err := client.ExplainCaption(limited(t), photo, Word(0), Word(9), Word(1))

	var incomplete *IncompleteError
	if !errors.As(err, &incomplete) || !reflect.DeepEqual(incomplete.Missing, []int{0, 2}) || why.Skipped[0].Target != 1 {
		t.Errorf("%v", err)
	}
	if _, err := client.Caption(limited(t), photo); status.Code(err) != codes.DataLoss {
		t.Errorf("an answer without a caption: %v", err)
	}
}

// anyOf packs a detail as a stream's item has it.
func anyOf(detail interface{}) (*anypb.Any, error) {
	data, err := codec{}.Marshal(detail)
	return &anypb.Any{TypeUrl: "type.googleapis.com/google.rpc.RetryInfo", Value: data}, err
}

func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}
