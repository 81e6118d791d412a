package gradcam

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"

	pb "github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/encoding/gzip"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
)

const (
	defaultMaxMessageBytes = 256 << 20

	// How much of an answer, and of all answers of a connection, may be on the way unread. They are fixed, since gRPC before 1.48 can take a
	// server's data for too much while it finds out by itself how large they should be (grpc-go issue 5358): an answer then ends within a
	// message. A frame of video that nobody has read yet waits in the window of its answer, which is therefore no larger.
	answerWindowBytes     = 1 << 20
	connectionWindowBytes = 16 << 20
)

// Version is this client's; its user agent is gradcam-go/VERSION.
const Version = "0.1.0"

// Client calls one server.
type Client struct {
	address string
	model   string
	retry   retrier
	conn    *grpc.ClientConn
	closed  atomic.Bool
}

// DialOption changes how a Client calls.
type DialOption func(*dialSettings)

type dialSettings struct {
	tls        *tls.Config
	token      string
	header     map[string]string
	retry      RetryPolicy
	compress   bool
	model      string
	maxMessage int
	more       []grpc.DialOption
}

// WithTLS encrypts the connection; with nil the system's root certificates are trusted. The configuration's Certificates are the client's own,
// for servers that ask for one.
func WithTLS(config *tls.Config) DialOption {
	return func(s *dialSettings) {
		if config == nil {
			config = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		s.tls = config
	}
}

// WithToken sends "authorization: Bearer TOKEN" with every call. It needs TLS: without it, everybody on the way could read the token.
func WithToken(token string) DialOption {
	return func(s *dialSettings) { s.token = token }
}

// WithAPIKey sends the metadata "x-api-key", by which the server tells clients apart that wait.
func WithAPIKey(key string) DialOption { return WithMetadata("x-api-key", key) }

// WithMetadata sends a metadata entry with every call, unless the call's context has one of that name (metadata.AppendToOutgoingContext).
func WithMetadata(key, value string) DialOption {
	return func(s *dialSettings) { s.header[strings.ToLower(key)] = value }
}

// WithRetry sets how calls are tried again; NoRetry for not at all.
func WithRetry(policy RetryPolicy) DialOption {
	return func(s *dialSettings) { s.retry = policy }
}

// WithCompression sends messages compressed by gzip. Photos hardly become smaller: it pays for raw pixels.
func WithCompression() DialOption {
	return func(s *dialSettings) { s.compress = true }
}

// WithModel names the model of calls that name none. A server with one model needs no name.
func WithModel(name string) DialOption {
	return func(s *dialSettings) { s.model = name }
}

// WithMaxMessageBytes sets how large an answer may be; 256 MiB unless set.
func WithMaxMessageBytes(bytes int) DialOption {
	return func(s *dialSettings) { s.maxMessage = bytes }
}

// WithDialOptions hands options to gRPC, such as interceptors for tracing.
func WithDialOptions(options ...grpc.DialOption) DialOption {
	return func(s *dialSettings) { s.more = append(s.more, options...) }
}

// Dial makes a client of the server at an address: "host:50051", "http://host:50051", "https://host:50051" (as WithTLS(nil)), or one of
// gRPC's names, such as "dns:///host:50051". It does not wait for the server: calls do, and Client.WaitReady.
func Dial(ctx context.Context, address string, options ...DialOption) (*Client, error) {
	settings := dialSettings{header: map[string]string{}, retry: DefaultRetry, maxMessage: defaultMaxMessageBytes}
	target := address
	if rest := strings.TrimPrefix(target, "https://"); rest != target {
		target = rest
		WithTLS(nil)(&settings)
	}
	target = strings.TrimPrefix(target, "http://")
	if !strings.Contains(target, ":///") && !strings.HasPrefix(target, "unix:") {
		if host, port, err := net.SplitHostPort(target); err != nil || host == "" || port == "" {
			return nil, wrong("%q is not an address and a port, such as localhost:50051", address)
		}
	}
	for _, option := range options {
		option(&settings)
	}
	if settings.token != "" && settings.tls == nil {
		return nil, wrong("a token needs TLS (WithTLS): without it, everybody on the way could read the token")
	}
	conn, err := grpc.DialContext(ctx, target, settings.dialOptions()...)
	if err != nil {
		return nil, fmt.Errorf("gradcam: %s: %w", address, err)
	}
	return &Client{address: address, model: settings.model, retry: newRetrier(settings.retry), conn: conn}, nil
}

func (s *dialSettings) dialOptions() []grpc.DialOption {
	calls := []grpc.CallOption{grpc.ForceCodec(codec{}), grpc.MaxCallRecvMsgSize(s.maxMessage)}
	if s.compress {
		calls = append(calls, grpc.UseCompressor(gzip.Name))
	}
	reconnect := backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 3 * time.Second}
	options := []grpc.DialOption{
		grpc.WithDefaultCallOptions(calls...),
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: reconnect, MinConnectTimeout: 5 * time.Second}),
		// While calls run, so that a connection whose other end is gone without a word is noticed.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 30 * time.Second, Timeout: 20 * time.Second}),
		grpc.WithUserAgent("gradcam-go/" + Version),
		grpc.WithInitialWindowSize(answerWindowBytes),
		grpc.WithInitialConnWindowSize(connectionWindowBytes),
	}
	if s.tls != nil {
		options = append(options, grpc.WithTransportCredentials(credentials.NewTLS(s.tls)))
	} else {
		options = append(options, grpc.WithInsecure())
	}
	if s.token != "" {
		s.header["authorization"] = "Bearer " + s.token
	}
	if len(s.header) > 0 {
		options = append(options, grpc.WithPerRPCCredentials(header{s.header, s.token != ""}))
	}
	return append(options, s.more...)
}

// header is what goes with every call.
type header struct {
	entries map[string]string
	secret  bool
}

func (h header) GetRequestMetadata(ctx context.Context, _ ...string) (map[string]string, error) {
	own, _ := metadata.FromOutgoingContext(ctx)
	entries := map[string]string{}
	for name, value := range h.entries {
		if len(own.Get(name)) == 0 {
			entries[name] = value
		}
	}
	return entries, nil
}

func (h header) RequireTransportSecurity() bool { return h.secret }

// Close ends the connection. Calls under way end with ErrClosed, and so do later ones.
func (c *Client) Close() error {
	if c.closed.Swap(true) {
		return nil
	}
	return c.conn.Close()
}

// Conn is the connection, for the calls that have no method here: pb.NewModelServiceClient(client.Conn()). Their errors are gRPC's;
// AsError makes an *Error of one, and Call retries besides.
func (c *Client) Conn() grpc.ClientConnInterface { return c.conn }

// WaitReady waits until the server says that it serves, or until the context ends: then the error tells what the server said last.
func (c *Client) WaitReady(ctx context.Context) error {
	const most = time.Second
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, most) {
		if err := c.checkOpen(); err != nil {
			return err
		}
		answer, err := healthpb.NewHealthClient(c.conn).Check(ctx, &healthpb.HealthCheckRequest{})
		if err == nil && answer.GetStatus() == healthpb.HealthCheckResponse_SERVING {
			return nil
		}
		said := fmt.Errorf("the server says %s", answer.GetStatus())
		if err != nil {
			said = c.fault(err, "Health.Check")
			var fault *Error
			if errors.As(said, &fault) && fault.Code != codes.Unavailable && ctx.Err() == nil {
				return said
			}
		}
		if c.retry.sleep(ctx, pause) != nil {
			return &Error{
				Code: codes.Unavailable, Call: "WaitReady", Message: fmt.Sprintf("%s is not ready: %v", c.address, said), cause: ctx.Err(),
			}
		}
	}
}

// Call makes a call through Conn as this client makes its own: it is tried again as RetryPolicy says, and its error is an *Error. The
// function makes the call once, with a context of its own, and reads the answer to its end; name is the call's name in errors. What is not to
// be made twice takes Conn alone.
//
//	models := pb.NewModelServiceClient(client.Conn())
//	err := client.Call(ctx, "ModelService.LoadModel", func(ctx context.Context) error {
//		_, err := models.LoadModel(ctx, request)
//		return err
//	})
func (c *Client) Call(ctx context.Context, name string, once func(context.Context) error) error {
	if err := c.checkOpen(); err != nil {
		return err
	}
	return c.retry.do(ctx, func() error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		return c.fault(once(ctx), name)
	})
}

func (c *Client) checkOpen() error {
	if c.closed.Load() {
		return closed("")
	}
	return nil
}

func (c *Client) classification() pb.ClassificationServiceClient {
	return pb.NewClassificationServiceClient(c.conn)
}

func (c *Client) captioning() pb.CaptioningServiceClient {
	return pb.NewCaptioningServiceClient(c.conn)
}

func (c *Client) vqa() pb.VqaServiceClient { return pb.NewVqaServiceClient(c.conn) }

func min(a, b time.Duration) time.Duration {
	if a < b {
		return a
	}
	return b
}
