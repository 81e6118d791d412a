// Command gradcam-load sends a server calls at a rate (open loop) or from a number of callers (closed loop), and tells how long they took.
//
//	gradcam-load --address 127.0.0.1:50051 --photo cat.jpg --method explain --rps 100 --duration 30s
//	gradcam-load --address 127.0.0.1:50051 --photo cat.jpg --method stream --concurrency 64 --json
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam"
)

// settings are what the command line says.
type settings struct {
	Address          string        `json:"address"`
	Photos           []string      `json:"photos"`
	Method           string        `json:"method"`
	Rate             float64       `json:"rps,omitempty"`
	Concurrency      int           `json:"concurrency,omitempty"`
	Connections      int           `json:"connections"`
	Duration         time.Duration `json:"-"`
	Warmup           time.Duration `json:"-"`
	Timeout          time.Duration `json:"-"`
	ExpectedInterval time.Duration `json:"-"`
	MaxOutstanding   int           `json:"max_outstanding,omitempty"`
	Seed             int64         `json:"seed"`
	Model            string        `json:"model,omitempty"`
	Priority         string        `json:"priority,omitempty"`
	asJSON           bool

	// Secrets, and files of them, are told to the server alone.
	keys    []string
	headers [][2]string
	token   string
	ca      string
	cert    string
	key     string
}

// MarshalJSON has times in seconds.
func (s settings) MarshalJSON() ([]byte, error) {
	type plain settings
	return json.Marshal(struct {
		plain
		Duration         float64 `json:"duration_s"`
		Warmup           float64 `json:"warmup_s"`
		Timeout          float64 `json:"timeout_s"`
		ExpectedInterval float64 `json:"expected_interval_s,omitempty"`
	}{plain(s), s.Duration.Seconds(), s.Warmup.Seconds(), s.Timeout.Seconds(), s.ExpectedInterval.Seconds()})
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // Another signal ends the program at once.
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the command. It ends with 0 where a call succeeded, with 1 where none did, and with 2 where the command line is wrong.
func run(ctx context.Context, arguments []string, out, errs io.Writer) int {
	chosen, err := read(arguments, out)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(errs, err)
		return 2
	}
	target, err := connect(ctx, chosen)
	if err != nil {
		fmt.Fprintln(errs, err)
		return 1
	}
	defer target.close()
	measured := measure(ctx, chosen, target)
	if measured.latency.Count() == 0 {
		fmt.Fprintln(errs, "gradcam-load: no call succeeded:", measured.firstFault)
	}
	if chosen.asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(newReport(chosen, measured))
	} else {
		err = newReport(chosen, measured).print(out)
	}
	if err != nil {
		fmt.Fprintln(errs, err)
		return 1
	}
	if measured.latency.Count() == 0 {
		return 1
	}
	return 0
}

type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

func (l *list) Set(value string) error {
	*l = append(*l, value)
	return nil
}

const help = `gradcam-load sends a server calls at a rate (open loop) or from a number of callers (closed loop), and tells how long they took.

  gradcam-load --photo cat.jpg --method explain --rps 100 --duration 30s
  gradcam-load --photo cat.jpg --method stream --concurrency 64 --json

`

// read reads the command line, and finds every fault in it. Where it asks for help, that is written.
func read(arguments []string, out io.Writer) (settings, error) {
	var s settings
	var headers list
	flags := flag.NewFlagSet("gradcam-load", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	flags.StringVar(&s.Address, "address", "127.0.0.1:50051", "the server")
	flags.Var((*list)(&s.Photos), "photo", "a photo to send; given several times, they are sent in turn")
	flags.StringVar(&s.Method, "method", "explain", "classify, explain, or stream: explain over ExplainStream")
	flags.Float64Var(&s.Rate, "rps", 0, "open loop: calls a second, at random times (a Poisson process), whatever the server does")
	flags.IntVar(&s.Concurrency, "concurrency", 0, "closed loop: callers, each of which waits for its answer before it calls again; 16 without --rps")
	flags.IntVar(&s.Connections, "connections", 1,
		"connections, over which calls are spread; of the method stream also the streams. At least one for each --api-key")
	flags.DurationVar(&s.Duration, "duration", 10*time.Second, "how long calls are made, behind the warm-up")
	flags.DurationVar(&s.Warmup, "warmup", time.Second, "how long calls are made before that are not counted")
	flags.DurationVar(&s.Timeout, "timeout", 30*time.Second, "a call's deadline")
	flags.DurationVar(&s.ExpectedInterval, "expected-interval", 0,
		"closed loop: how often each caller would have called had it not been kept waiting; corrects for the calls it left out")
	flags.IntVar(&s.MaxOutstanding, "max-outstanding", 10_000, "open loop: calls under way at most; more wait, and their latency counts from when they were due")
	flags.Int64Var(&s.Seed, "seed", 1, "open loop: the same seed has the same times")
	flags.StringVar(&s.Model, "model", "", "the model; needed where the server has several")
	flags.StringVar(&s.Priority, "priority", "", "how urgent the calls are: low, normal or high")
	flags.Var((*list)(&s.keys), "api-key", "what is sent as x-api-key; given several times, connections have them in turn, as several clients")
	flags.Var(&headers, "header", "metadata of every call, as name=value; may be given several times")
	flags.StringVar(&s.token, "token", os.Getenv("GRADCAM_TOKEN"), "a bearer token, over TLS only; by default what the environment has as GRADCAM_TOKEN")
	flags.StringVar(&s.ca, "ca", "", "over TLS, with the authority of a PEM file; https://HOST:PORT as --address trusts the system's")
	flags.StringVar(&s.cert, "cert", "", "this client's own certificate, a PEM file")
	flags.StringVar(&s.key, "key", "", "the certificate's key, a PEM file")
	flags.BoolVar(&s.asJSON, "json", false, "write JSON instead of a table")
	if err := flags.Parse(arguments); errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(out, help)
		flags.SetOutput(out)
		flags.PrintDefaults()
		return s, err
	} else if err != nil {
		return s, fmt.Errorf("gradcam-load: %w; --help tells the options", err)
	}
	var faults []string
	fault := func(wrong bool, format string, details ...interface{}) {
		if wrong {
			faults = append(faults, "gradcam-load: "+fmt.Sprintf(format, details...))
		}
	}
	fault(flags.NArg() > 0, "there are words behind the options: %v", flags.Args())
	fault(len(s.Photos) == 0, "--photo is needed")
	fault(s.Method != "classify" && s.Method != "explain" && s.Method != "stream", "--method: %q is not classify, explain or stream", s.Method)
	fault(s.Rate < 0, "--rps: %g is negative", s.Rate)
	fault(s.Concurrency < 0, "--concurrency: %d is negative", s.Concurrency)
	fault(s.Rate > 0 && s.Concurrency > 0, "--rps is an open loop, and --concurrency a closed one: take one")
	fault(s.Connections < 1, "--connections: %d is less than 1", s.Connections)
	fault(s.Duration <= 0 || s.Warmup < 0 || s.Timeout <= 0, "--duration and --timeout are to be positive, and --warmup not negative")
	fault(s.ExpectedInterval < 0, "--expected-interval: %v is negative", s.ExpectedInterval)
	fault(s.ExpectedInterval > 0 && s.Rate > 0, "--expected-interval is for closed loops: an open one counts from when calls were due")
	fault(s.MaxOutstanding < 1, "--max-outstanding: %d is less than 1", s.MaxOutstanding)
	known := map[gradcam.Urgency]bool{"": true, gradcam.Low: true, gradcam.Normal: true, gradcam.High: true}
	fault(!known[gradcam.Urgency(s.Priority)], "--priority: %q is not low, normal or high", s.Priority)
	fault((s.cert == "") != (s.key == ""), "--cert and --key belong together")
	for _, header := range headers {
		name, value, found := strings.Cut(header, "=")
		fault(!found || name == "", "--header: %q is not name=value", header)
		s.headers = append(s.headers, [2]string{name, value})
	}
	if s.Connections > 0 && s.Connections < len(s.keys) {
		s.Connections = len(s.keys)
	}
	if s.Rate == 0 {
		s.MaxOutstanding = 0
		if s.Concurrency == 0 {
			s.Concurrency = 16
		}
		fault(s.Connections > s.Concurrency, "--connections: %d is more than the callers", s.Connections)
	}
	if len(faults) > 0 {
		return s, errors.New(strings.Join(faults, "\n"))
	}
	return s, nil
}
