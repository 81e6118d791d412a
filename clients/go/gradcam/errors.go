package gradcam

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	pb "github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam/v1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// What errors.Is tells of the errors of this package.
var (
	// ErrClosed is a call on a client that was closed.
	ErrClosed = errors.New("gradcam: the client is closed")
	// ErrInvalid is a request with wrong fields (INVALID_ARGUMENT): Error.Violations names them.
	ErrInvalid = errors.New("gradcam: the request is wrong")
	// ErrNotFound is a model, layer, label, word or answer that does not exist (NOT_FOUND); near ones are named.
	ErrNotFound = errors.New("gradcam: there is no such thing")
	// ErrBusy is a server without room (RESOURCE_EXHAUSTED with a hint), still so after all attempts.
	ErrBusy = errors.New("gradcam: the server is busy")
	// ErrTooLarge is a message that is larger than one side accepts (RESOURCE_EXHAUSTED without a hint).
	ErrTooLarge = errors.New("gradcam: the message is too large")
	// ErrUnavailable is a server that cannot be reached, starts or drains (UNAVAILABLE), still so after all attempts.
	ErrUnavailable = errors.New("gradcam: the server is not available")
	// ErrUnauthenticated is a caller whom the server does not know (UNAUTHENTICATED): WithAPIKey and WithToken tell it.
	ErrUnauthenticated = errors.New("gradcam: the server does not know the caller")
	// ErrPermissionDenied is a caller whom the server knows and does not let (PERMISSION_DENIED).
	ErrPermissionDenied = errors.New("gradcam: the server does not let the caller")
	// ErrUnimplemented is a server that speaks another version of the API (UNIMPLEMENTED).
	ErrUnimplemented = errors.New("gradcam: the server speaks another version of the API")
	// ErrNoOverlay is a map that was asked for without its picture.
	ErrNoOverlay = errors.New("gradcam: the map has no overlay; ask for one with DrawOverlay")
)

// Error is how a call, or a photo of a stream, ended; also of one whose arguments are wrong, so that it was not made.
type Error struct {
	// Code is the status.
	Code codes.Code
	// Message is what went wrong, in the server's words.
	Message string
	// Reason is the server's word for programs, such as "QUEUE_FULL"; empty where it gave none.
	Reason string
	// Violations are the fields at fault.
	Violations []Violation
	// RetryAfter is the server's hint when to try again; 0 where it gave none.
	RetryAfter time.Duration
	// Call is what was called, such as "ClassificationService.Explain".
	Call string

	cause error
	// hinted is whether the server said when to try again, be it at once.
	hinted bool
}

// Violation is a field at fault.
type Violation struct {
	// Field is the field's path in the request, such as "targets[0].label".
	Field string
	// Description says what is wrong with it and what would be right.
	Description string
}

// Error says what went wrong, each field at fault included.
func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString("gradcam: ")
	if e.Call != "" {
		fmt.Fprintf(&text, "%s: ", e.Call)
	}
	fmt.Fprintf(&text, "%s: %s", e.Code, e.Message)
	for _, violation := range e.Violations {
		if !strings.Contains(e.Message, violation.Description) {
			fmt.Fprintf(&text, "; %s: %s", violation.Field, violation.Description)
		}
	}
	return text.String()
}

// Unwrap is what gRPC said.
func (e *Error) Unwrap() error { return e.cause }

// GRPCStatus lets status.Code and status.FromError know the error.
func (e *Error) GRPCStatus() *status.Status {
	if said, ok := e.cause.(interface{ GRPCStatus() *status.Status }); ok {
		return said.GRPCStatus()
	}
	return status.New(e.Code, e.Message)
}

// Is tells whether the error is of the sentinel's kind.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrInvalid:
		return e.Code == codes.InvalidArgument
	case ErrNotFound:
		return e.Code == codes.NotFound
	case ErrBusy:
		return e.Code == codes.ResourceExhausted && e.hinted
	case ErrTooLarge:
		return e.Code == codes.ResourceExhausted && !e.hinted
	case ErrUnavailable:
		return e.Code == codes.Unavailable
	case ErrUnauthenticated:
		return e.Code == codes.Unauthenticated
	case ErrPermissionDenied:
		return e.Code == codes.PermissionDenied
	case ErrUnimplemented:
		return e.Code == codes.Unimplemented
	case context.Canceled:
		return e.Code == codes.Canceled && e.cause != ErrClosed
	case context.DeadlineExceeded:
		return e.Code == codes.DeadlineExceeded
	}
	return false
}

// IncompleteError is an answer that was cut on the way. What had arrived is returned beside it, or was handed to the callback.
type IncompleteError struct {
	// Err is what cut it.
	Err *Error
	// Of says what is missing: "maps", "photos", "frames" or "checkpoints".
	Of string
	// Arrived are how many came whole.
	Arrived int
	// Expected are how many should have come; -1 where nobody knows.
	Expected int
	// Missing are the places in the request of what did not arrive whole, from 0: targets, questions, tasks, photos, frames or checkpoints.
	Missing []int
}

// Error says how much arrived, what did not, and why.
func (e *IncompleteError) Error() string {
	expected := ""
	if e.Expected >= 0 {
		expected = fmt.Sprintf(" of %d", e.Expected)
	}
	missing := ""
	if len(e.Missing) > 0 {
		const most = 8
		named := make([]string, 0, most+1)
		for i, place := range e.Missing {
			if i == most {
				named = append(named, fmt.Sprintf("and %d more", len(e.Missing)-most))
				break
			}
			named = append(named, fmt.Sprint(place))
		}
		missing = fmt.Sprintf("; missing: %s", strings.Join(named, ", "))
	}
	return fmt.Sprintf("%v (%d%s %s arrived%s)", e.Err, e.Arrived, expected, e.Of, missing)
}

// Unwrap is what cut the answer.
func (e *IncompleteError) Unwrap() error { return e.Err }

// GRPCStatus lets status.Code and status.FromError know what cut the answer.
func (e *IncompleteError) GRPCStatus() *status.Status { return e.Err.GRPCStatus() }

// AsError makes an *Error of an error of a call through Client.Conn; nil of nil.
func AsError(err error, call string) error {
	if err == nil {
		return nil
	}
	var known *Error
	if errors.As(err, &known) {
		return err
	}
	return fromStatus(err, call)
}

func fromStatus(err error, call string) *Error {
	said, ok := status.FromError(err)
	if !ok {
		said = status.FromContextError(err)
	}
	fault := &Error{Code: said.Code(), Message: said.Message(), Call: call, cause: err}
	for _, detail := range said.Proto().GetDetails() {
		fault.take(detail)
	}
	switch {
	case fault.Code == codes.Unimplemented:
		fault.Message = fmt.Sprintf(
			"the server does not know this call, so it speaks another version of the API than gradcam.v1 as this client has it (%s)", said.Message())
	case fault.Is(ErrTooLarge):
		fault.Message = fmt.Sprintf(
			"the message is larger than one side accepts: a photo may have 16 MiB, or what the server's --max-image-bytes says (%s)", said.Message())
	}
	return fault
}

// fromItem makes an error of the status that a message of a stream ended with; nil where all was well.
func fromItem(item *pb.ItemStatus, call string) error {
	if item.GetCode() == int32(codes.OK) {
		return nil
	}
	// An ItemStatus is a google.rpc.Status, field for field.
	var said rpcstatus.Status
	data, err := proto.Marshal(item)
	if err == nil {
		err = (codec{}).Unmarshal(data, &said)
	}
	if err != nil {
		return broken(call, "the status of a photo cannot be read: %v", err)
	}
	return fromStatus(status.ErrorProto(&said), call)
}

// take reads a detail of a rich status. One that cannot be read, or is of another kind, says nothing.
func (e *Error) take(detail interface {
	GetTypeUrl() string
	GetValue() []byte
}) {
	url, data := detail.GetTypeUrl(), detail.GetValue()
	switch url[strings.LastIndexByte(url, '/')+1:] {
	case "google.rpc.BadRequest":
		var request errdetails.BadRequest
		if (codec{}).Unmarshal(data, &request) == nil {
			for _, violation := range request.GetFieldViolations() {
				e.Violations = append(e.Violations, Violation{violation.GetField(), violation.GetDescription()})
			}
		}
	case "google.rpc.ErrorInfo":
		var info errdetails.ErrorInfo
		if (codec{}).Unmarshal(data, &info) == nil {
			e.Reason = info.GetReason()
		}
	case "google.rpc.RetryInfo":
		var info errdetails.RetryInfo
		if (codec{}).Unmarshal(data, &info) == nil {
			e.RetryAfter, e.hinted = pauseOf(info.GetRetryDelay().GetSeconds(), info.GetRetryDelay().GetNanos()), true
		}
	}
}

// pauseOf is a duration of 0 or more, and no more than there is.
func pauseOf(seconds int64, nanos int32) time.Duration {
	const most = math.MaxInt64 / int64(time.Second) / 2
	switch {
	case seconds > most:
		seconds = most
	case seconds < 0 || nanos < 0:
		return 0
	}
	return time.Duration(seconds)*time.Second + time.Duration(nanos)
}

// fault makes an error of the client's own calls.
func (c *Client) fault(err error, call string) error {
	if err == nil {
		return nil
	}
	if c.closed.Load() {
		return closed(call)
	}
	return AsError(err, call)
}

func closed(call string) *Error {
	return &Error{Code: codes.Canceled, Message: "the client is closed", Call: call, cause: ErrClosed}
}

// wrong is an error of arguments that no server has to see.
func wrong(format string, arguments ...interface{}) *Error {
	return &Error{Code: codes.InvalidArgument, Message: fmt.Sprintf(format, arguments...)}
}

func broken(call, format string, arguments ...interface{}) *Error {
	return &Error{Code: codes.DataLoss, Call: call, Message: fmt.Sprintf(format, arguments...)}
}
