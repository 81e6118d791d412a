package gradcam

import (
	"context"
	"errors"
	"io"
	"sort"
	"sync"
	"time"

	pb "github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
)

const callVideo = "VideoService.Explain"

// Frame is a frame of a camera or a film.
type Frame struct {
	// Photo is the picture. All of a video are of the same kind and size.
	Photo Photo
	// Timestamp is when it was taken, from a start of your choice; later than that of the frame before.
	Timestamp time.Duration
}

// FrameResult is what became of a frame: it is explained, or it has an Err, or Unanswered tells why nobody looked at it.
type FrameResult struct {
	// Index is the frame's place, from 0.
	Index int
	// Timestamp is the frame's.
	Timestamp time.Duration
	// Explanation is its answer; nil where it has none.
	Explanation *Explanation
	// Frame is all else that the server tells of an explained frame.
	Frame *pb.ExplainedFrame
	// Unanswered is why a frame that nothing is wrong with has no answer.
	Unanswered pb.UnansweredReason
	// Err is what is wrong with the frame.
	Err error
}

// FrameOption is how the frames of a video are answered.
type FrameOption func(*request)

func (o FrameOption) applyVideo(r *request) { o(r) }

// EveryNth answers one of n frames.
func EveryNth(n int) FrameOption {
	return func(r *request) {
		step := narrow(n)
		r.video.Policy, r.video.FrameStep = pb.FramePolicy_FRAME_POLICY_EVERY_NTH, &step
	}
}

// LatestWins answers the latest frame whenever the one before is answered.
func LatestWins() FrameOption {
	return func(r *request) { r.video.Policy = pb.FramePolicy_FRAME_POLICY_LATEST_WINS }
}

// FrameDeadline is how long after its arrival a frame's answer is worth something.
func FrameDeadline(after time.Duration) FrameOption {
	return func(r *request) { r.video.FrameDeadline = durationpb.New(after) }
}

// NewMapWeight steadies maps over time: it is how much a new one weighs against those before it, at 30 frames a second; above 0, and up to
// 1, which steadies nothing, as unless set. 0.2 is calm.
func NewMapWeight(weight float64) FrameOption {
	return func(r *request) { r.video.SmoothingFactor = &weight }
}

// Keyframes asks the network only about frames that differ by more than a share, 0 to 1, from the last one it saw.
func Keyframes(threshold float64) FrameOption {
	return func(r *request) { r.video.KeyframeThreshold = &threshold }
}

// VideoWith is for all else that VideoSettings knows, such as class_hysteresis and motion_threshold. Options behind it change what it
// says, and options about targets and maps add to its request.
func VideoWith(settings *pb.VideoSettings) FrameOption {
	return func(r *request) {
		r.video = proto.Clone(settings).(*pb.VideoSettings)
		if r.video.Model != "" {
			r.model = r.video.Model
		}
	}
}

// Video explains the frames of a channel, and hands what becomes of each to a function, one after the other, until the channel is closed
// and every frame is answered. A frame that cannot be read is a FrameResult with an Err, and the others go on. While the function is busy,
// the server is slowed. When it returns an error, the stream ends, and that error is returned as it is. Nothing is tried again: who shows
// live pictures begins anew. A stream that is cut on the way is an *IncompleteError, which names the frames without an answer.
//
// Where it returns early, nobody reads the channel any more: whoever fills it selects on a context, too, and is told by that.
func (c *Client) Video(ctx context.Context, frames <-chan Frame, fn func(FrameResult) error, options ...VideoOption) error {
	asked := c.request()
	for _, option := range options {
		option.applyVideo(asked)
	}
	if err := c.checkOpen(); err != nil {
		return err
	}
	if asked.err != nil {
		return asked.err
	}
	ctx, cancel := context.WithCancel(asked.outgoing(ctx))
	var sender sync.WaitGroup
	defer sender.Wait()
	defer cancel()
	stream, err := pb.NewVideoServiceClient(c.conn).Explain(ctx)
	if err != nil {
		return c.fault(err, callVideo)
	}
	err = stream.Send(&pb.VideoServiceExplainRequest{Message: &pb.VideoServiceExplainRequest_Settings{Settings: asked.settings()}})
	if err != nil && !errors.Is(err, io.EOF) {
		return c.fault(err, callVideo)
	}
	run := &videoRun{open: map[int]error{}}
	sender.Add(1)
	go func() {
		defer sender.Done()
		run.send(ctx, stream, frames, asked)
	}()
	for {
		response, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			if run.isDone() {
				return nil
			}
			return run.cut(broken(callVideo, "the server ended the stream before every frame was answered"))
		}
		if err != nil {
			return run.cut(c.fault(err, callVideo))
		}
		if status := response.GetSettingsStatus(); status != nil {
			if err := fromItem(status, callVideo); err != nil {
				return err
			}
			continue
		}
		if response.GetFrame() == nil {
			continue
		}
		result, err := frameResult(response.GetFrame(), asked.overlay != nil)
		if err != nil {
			return run.cut(err)
		}
		unread, known := run.answered(result.Index)
		if !known {
			return run.cut(broken(callVideo, "an answer came to frame %d, which was not asked about", result.Index))
		}
		if unread != nil {
			result.Err = unread
		}
		if err := fn(result); err != nil {
			return err
		}
	}
}

// settings are those of the stream. Of the outputs, those that this client reads come first.
func (r *request) settings() *pb.VideoSettings {
	settings, own := proto.Clone(r.video).(*pb.VideoSettings), r.explain()
	others := settings.GetRequest().GetOutputs()
	settings.Model, own.Model = r.model, ""
	if settings.Request == nil {
		settings.Request = &pb.ClassificationServiceExplainRequest{}
	}
	settings.Request.Outputs = nil
	proto.Merge(settings.Request, own)
	settings.Request.Outputs = append(settings.Request.Outputs, others...)
	return settings
}

// videoRun is which frames were sent and have no answer yet.
type videoRun struct {
	mutex sync.Mutex
	// open has a frame's error where its photo cannot be read: it is sent without, and the answer tells when its turn is.
	open      map[int]error
	sent      int
	exhausted bool
}

func (r *videoRun) send(ctx context.Context, stream pb.VideoService_ExplainClient, frames <-chan Frame, asked *request) {
	defer stream.CloseSend()
	for {
		select {
		case <-ctx.Done():
			return
		case frame, ok := <-frames:
			if !ok {
				r.mutex.Lock()
				defer r.mutex.Unlock()
				r.exhausted = true
				return
			}
			img, err := frame.Photo.image(asked.decoding)
			r.mutex.Lock()
			r.open[r.sent] = err
			r.sent++
			r.mutex.Unlock()
			message := &pb.VideoFrame{Timestamp: durationpb.New(frame.Timestamp), Image: img}
			if stream.Send(&pb.VideoServiceExplainRequest{Message: &pb.VideoServiceExplainRequest_Frame{Frame: message}}) != nil {
				return
			}
		}
	}
}

func (r *videoRun) isDone() bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.exhausted && len(r.open) == 0
}

// answered takes a frame out that has its answer, with what was wrong with its photo here, and tells whether it was there.
func (r *videoRun) answered(index int) (unread error, known bool) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	unread, known = r.open[index]
	delete(r.open, index)
	return unread, known
}

func (r *videoRun) cut(err error) error {
	var fault *Error
	if !errors.As(err, &fault) {
		return err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var left []int
	for index := range r.open {
		left = append(left, index)
	}
	sort.Ints(left)
	return &IncompleteError{Err: fault, Of: "frames", Arrived: r.sent - len(left), Expected: -1, Missing: left}
}

func frameResult(answer *pb.VideoFrameResult, hasOverlay bool) (FrameResult, error) {
	result := FrameResult{Index: int(answer.GetFrameIndex()), Timestamp: answer.GetTimestamp().AsDuration()}
	switch outcome := answer.GetOutcome().(type) {
	case *pb.VideoFrameResult_Explained:
		result.Frame = outcome.Explained
		result.Explanation = &Explanation{Prediction: prediction(outcome.Explained.GetPrediction()), expected: len(outcome.Explained.GetMaps())}
		for _, answer := range outcome.Explained.GetMaps() {
			m, err := newMap(answer, hasOverlay, callVideo)
			if err != nil {
				return result, err
			}
			result.Explanation.Maps = append(result.Explanation.Maps, m)
		}
	case *pb.VideoFrameResult_UnansweredReason:
		result.Unanswered = outcome.UnansweredReason
	case *pb.VideoFrameResult_Status:
		result.Err = fromItem(outcome.Status, callVideo)
	}
	return result, nil
}
