package gradcam

import (
	"context"
	"errors"
	"io"
	"sort"
	"strconv"
	"sync"

	pb "github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam/v1"
)

const (
	callExplainStream = "ClassificationService.ExplainStream"
	defaultInFlight   = 16
)

// MostInFlight is the most photos of a stream that may be in flight.
const MostInFlight = 64

// Result is what became of a photo of a stream.
type Result struct {
	// Index is the photo's place, from 0.
	Index int
	// Photo is the photo.
	Photo Photo
	// Explanation is its answer: whole where Err is nil; else what had arrived, or nil.
	Explanation *Explanation
	// Err is what was wrong with this photo; the others are not touched by it.
	Err error
}

// ExplainMany explains photos over one stream, several at a time, and hands each result to a function, one after the other, as they are
// ready (see InOrder). A photo that fails, or cannot be read, is a Result with an Err, and the others go on. While the function is busy,
// the server is slowed. When it returns an error, the stream ends, and that error is returned as it is.
//
// Where the connection is lost or the server drains, photos that were not answered are sent again, as RetryPolicy says; each round of
// attempts begins anew when photos were answered. Where that is of no use, those in flight are Results with what had arrived and an Err,
// and an *IncompleteError names all that have no answer.
func (c *Client) ExplainMany(ctx context.Context, photos []Photo, fn func(Result) error, options ...ManyOption) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	source := make(chan Photo)
	go func() {
		defer close(source)
		for _, photo := range photos {
			select {
			case source <- photo:
			case <-ctx.Done():
				return
			}
		}
	}()
	return c.explainMany(ctx, source, len(photos), fn, options)
}

// ExplainChannel is ExplainMany of photos from a channel: it ends when the channel is closed and every photo is answered. It takes no more
// photos from the channel than it has in flight. Where it returns early, nobody reads the channel any more: whoever fills it
// selects on a context, too, and is told by that.
func (c *Client) ExplainChannel(ctx context.Context, photos <-chan Photo, fn func(Result) error, options ...ManyOption) error {
	return c.explainMany(ctx, photos, -1, fn, options)
}

func (c *Client) explainMany(ctx context.Context, source <-chan Photo, total int, fn func(Result) error, options []ManyOption) error {
	asked := c.request()
	asked.inFlight = defaultInFlight
	for _, option := range options {
		option.applyMany(asked)
	}
	if err := c.checkOpen(); err != nil {
		return err
	}
	if asked.err != nil {
		return asked.err
	}
	if asked.inFlight < 1 || asked.inFlight > MostInFlight {
		return wrong("InFlight is %d, and must be 1 to %d", asked.inFlight, MostInFlight)
	}
	run := &manyRun{
		client: c, asked: asked, source: source, total: total, fn: fn,
		window: make(chan struct{}, asked.inFlight), open: map[int]*item{}, unread: make(chan *item),
	}
	return run.toEnd(asked.outgoing(ctx))
}

// item is a photo that was taken from the source and not yet handed over.
type item struct {
	index int
	photo Photo
	// answer is what has arrived; where several streams were cut, of the one that brought most.
	answer *Explanation
	// current is what has arrived over this stream.
	current *Explanation
	// refusals are how often the server ended it for want of room, or of itself.
	refusals int
	done     bool
	err      error
}

// manyRun is a run of ExplainMany. The window has a place for each item that is open. In each round over one stream, a sender sends what is
// open and then what the source gives, a receiver reads events, and the caller's goroutine takes them and calls the function.
type manyRun struct {
	client *Client
	asked  *request
	source <-chan Photo
	total  int
	fn     func(Result) error
	window chan struct{}
	unread chan *item

	mutex     sync.Mutex
	open      map[int]*item
	taken     int
	exhausted bool

	handed   int
	fnFailed bool
}

type streamEvent struct {
	response *pb.ClassificationServiceExplainStreamResponse
	err      error
}

func (r *manyRun) toEnd(ctx context.Context) error {
	for attempt := 1; ; attempt++ {
		before := r.handed
		err := r.round(ctx)
		if r.fnFailed || err == nil {
			return err
		}
		if r.handed > before {
			attempt = 1
		}
		if !r.client.retry.pause(ctx, err, attempt) {
			return r.giveUp(err)
		}
	}
}

func (r *manyRun) isDone() bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.exhausted && len(r.open) == 0
}

// round uses one stream, to its end or its fault. Its error is nil, that of the function, or an *Error.
func (r *manyRun) round(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var workers sync.WaitGroup
	defer workers.Wait()
	defer cancel()

	stream, err := r.client.classification().ExplainStream(ctx)
	if err != nil {
		return r.client.fault(err, callExplainStream)
	}
	open := r.unanswered()
	again := make(chan struct{})
	events := make(chan streamEvent)
	workers.Add(2)
	go func() {
		defer workers.Done()
		r.send(ctx, stream, open, again)
	}()
	go func() {
		defer workers.Done()
		for {
			response, err := stream.Recv()
			select {
			case events <- streamEvent{response, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()

	var refused error
	for {
		select {
		case it := <-r.unread:
			if err := r.finish(it, it.err); err != nil {
				return err
			}
		case event := <-events:
			switch {
			case errors.Is(event.err, io.EOF):
				if refused == nil && !r.isDone() {
					return broken(callExplainStream, "the server ended the stream before every photo was answered")
				}
				return refused
			case event.err != nil:
				return r.client.fault(event.err, callExplainStream)
			}
			retry, err := r.take(event.response)
			if err != nil {
				return err
			}
			if retry != nil && refused == nil {
				close(again)
				refused = retry
			}
		case <-ctx.Done():
			return r.client.fault(ctx.Err(), callExplainStream)
		}
	}
}

// send sends the settings, what is open, and what the source gives, until the source ends or photos are to be sent again.
func (r *manyRun) send(ctx context.Context, stream pb.ClassificationService_ExplainStreamClient, open []*item, again <-chan struct{}) {
	defer stream.CloseSend()
	inFlight := int32(r.asked.inFlight)
	settings := &pb.ExplainStreamSettings{Order: pb.AnswerOrder_ANSWER_ORDER_AS_READY, MaxInFlight: &inFlight}
	if stream.Send(&pb.ClassificationServiceExplainStreamRequest{
		Message: &pb.ClassificationServiceExplainStreamRequest_Settings{Settings: settings},
	}) != nil {
		return
	}
	for _, it := range open {
		if !r.sendItem(ctx, stream, it) {
			return
		}
	}
	for {
		select {
		case r.window <- struct{}{}:
		case <-again:
			return
		case <-ctx.Done():
			return
		}
		it := r.next(ctx, again)
		if it == nil {
			<-r.window
			return
		}
		if !r.sendItem(ctx, stream, it) {
			return
		}
	}
}

// unanswered are the open items that have to be sent, in their order.
func (r *manyRun) unanswered() []*item {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var items []*item
	for _, it := range r.open {
		if !it.done {
			it.current = nil
			items = append(items, it)
		}
	}
	sort.Slice(items, func(i, j int) bool { return items[i].index < items[j].index })
	return items
}

// next takes a photo from the source; nil where there is none, or none is to be taken.
func (r *manyRun) next(ctx context.Context, again <-chan struct{}) *item {
	select {
	case <-again:
		return nil
	case <-ctx.Done():
		return nil
	case photo, ok := <-r.source:
		r.mutex.Lock()
		defer r.mutex.Unlock()
		if !ok {
			r.exhausted = ctx.Err() == nil
			return nil
		}
		it := &item{index: r.taken, photo: photo}
		r.taken++
		r.open[it.index] = it
		return it
	}
}

func (r *manyRun) sendItem(ctx context.Context, stream pb.ClassificationService_ExplainStreamClient, it *item) bool {
	message := r.asked.explain()
	img, err := it.photo.image(r.asked.decoding)
	if err != nil {
		it.err = err
		select {
		case r.unread <- it:
			return true
		case <-ctx.Done():
			return false
		}
	}
	message.Image = img
	return stream.Send(&pb.ClassificationServiceExplainStreamRequest{
		Message: &pb.ClassificationServiceExplainStreamRequest_Item{
			Item: &pb.ExplainItem{Id: strconv.Itoa(it.index), Request: message},
		},
	}) == nil
}

// take takes an event. Where the photo is to be sent again, the first result says why.
func (r *manyRun) take(response *pb.ClassificationServiceExplainStreamResponse) (retry, fault error) {
	index, err := strconv.Atoi(response.GetId())
	r.mutex.Lock()
	it := r.open[index]
	r.mutex.Unlock()
	if err != nil || it == nil || it.done {
		return nil, broken(callExplainStream, "an answer came to a photo that was not asked about (%q, message %d: %s)",
			response.GetId(), response.GetItemIndex(), response.GetEnd().GetMessage())
	}
	if part := response.GetPart(); part != nil {
		err := add(&it.current, part, r.asked.overlay != nil, callExplainStream)
		if it.current != nil && (it.answer == nil || len(it.current.Maps) >= len(it.answer.Maps)) {
			it.answer = it.current
		}
		return nil, err
	}
	if response.GetEnd() == nil {
		return nil, nil
	}
	ended := fromItem(response.GetEnd(), callExplainStream)
	if it.refusals++; worthRetry(ended) && it.refusals < r.client.retry.policy.Attempts {
		return ended, nil
	}
	if ended == nil {
		it.answer = it.current
	}
	if ended == nil && (it.answer == nil || len(it.answer.Maps) != it.answer.expected) {
		ended = broken(callExplainStream, "the server ended the photo's answer before it was whole")
	}
	return nil, r.finish(it, ended)
}

// finish hands a photo's result over, or keeps it until its turn. The error is the function's.
func (r *manyRun) finish(it *item, err error) error {
	r.mutex.Lock()
	it.done, it.err = true, err
	r.mutex.Unlock()
	if !r.asked.inOrder {
		return r.hand(it)
	}
	for {
		r.mutex.Lock()
		next := r.open[r.handed]
		r.mutex.Unlock()
		if next == nil || !next.done {
			return nil
		}
		if err := r.hand(next); err != nil {
			return err
		}
	}
}

func (r *manyRun) hand(it *item) error {
	r.mutex.Lock()
	delete(r.open, it.index)
	r.mutex.Unlock()
	r.handed++
	err := r.fn(Result{Index: it.index, Photo: it.photo, Explanation: it.answer, Err: it.err})
	<-r.window
	if err != nil {
		r.fnFailed = true
	}
	return err
}

// giveUp hands over what had arrived of the photos in flight, and names all that have no answer.
func (r *manyRun) giveUp(err error) error {
	var fault *Error
	if !errors.As(err, &fault) {
		return err
	}
	lost := r.unanswered()
	arrived := r.handed + len(r.open) - len(lost)
	incomplete := &IncompleteError{Err: fault, Of: "photos", Arrived: arrived, Expected: r.total}
	for _, it := range lost {
		incomplete.Missing = append(incomplete.Missing, it.index)
	}
	for index := r.taken; index < r.total; index++ {
		incomplete.Missing = append(incomplete.Missing, index)
	}
	for _, it := range lost {
		if err := r.finish(it, fault); err != nil {
			return err
		}
	}
	return incomplete
}
