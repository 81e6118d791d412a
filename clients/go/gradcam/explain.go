package gradcam

import (
	"context"
	"errors"
	"io"

	pb "github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam/v1"
)

const (
	callClassify = "ClassificationService.Classify"
	callExplain  = "ClassificationService.Explain"

	ofMaps = "maps"
)

// Prediction is what is on a photo.
type Prediction struct {
	// Model and ModelVersion name the model.
	Model, ModelVersion string
	// Classes are the most probable ones, the most probable first.
	Classes []ClassScore
	// Crop is the part of the photo that the network saw.
	Crop Rectangle
	// Width and Height are the photo's, in pixels.
	Width, Height int
	// Timings are how long the stages took.
	Timings *pb.RequestTimings
}

// ClassScore is a class and how much speaks for it.
type ClassScore struct {
	// Index is the class's place among the model's labels.
	Index int
	// Label is the class's label.
	Label string
	// Probability is the softmax over all classes, 0 to 1, of the Logit.
	Probability, Logit float64
}

// Explanation is a prediction, and maps of why.
type Explanation struct {
	Prediction
	// Maps are in the order in which they came: of one layer and method, in the order of the targets.
	Maps []*Map
	// LabelImages are the pictures that LabelImages asked for, in their order.
	LabelImages []*pb.LabelImage

	expected int
}

func prediction(p *pb.ClassificationPrediction) Prediction {
	found := Prediction{
		Model: p.GetModel(), ModelVersion: p.GetModelVersion(), Crop: rectangle(p.GetCrop()),
		Width: int(p.GetImageSize().GetWidth()), Height: int(p.GetImageSize().GetHeight()), Timings: p.GetTimings(),
	}
	for _, class := range p.GetClasses() {
		found.Classes = append(found.Classes, ClassScore{
			Index: int(class.GetClassIndex()), Label: class.GetLabel(), Probability: class.GetProbability(), Logit: class.GetLogit(),
		})
	}
	return found
}

// Classify tells the most probable classes of a photo.
func (c *Client) Classify(ctx context.Context, photo Photo, options ...ClassifyOption) (*Prediction, error) {
	asked := c.request()
	for _, option := range options {
		option.applyClassify(asked)
	}
	img, err := c.prepare(photo, asked)
	if err != nil {
		return nil, err
	}
	var answer *pb.ClassifyResponse
	err = c.Call(asked.outgoing(ctx), callClassify, func(ctx context.Context) error {
		var err error
		answer, err = c.classification().Classify(ctx, &pb.ClassifyRequest{Model: asked.model, Image: img, TopK: asked.topK})
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(answer.GetPrediction().GetClasses()) == 0 {
		return nil, broken(callClassify, "the server found no class")
	}
	found := prediction(answer.GetPrediction())
	return &found, nil
}

// Explain classifies a photo, and tells for each class that is asked for where the network saw it; for the most probable one, where none is.
// Where the answer is cut on the way, what had arrived is returned with an *IncompleteError.
func (c *Client) Explain(ctx context.Context, photo Photo, options ...ExplainOption) (*Explanation, error) {
	asked := c.request()
	asked.overlay = &pb.OverlayOutput{}
	for _, option := range options {
		option.applyExplain(asked)
	}
	img, err := c.prepare(photo, asked)
	if err != nil {
		return nil, err
	}
	message := asked.explain()
	message.Image = img
	read, err := events[*pb.ClassificationServiceExplainResponse](asked.outgoing(ctx), c, callExplain, ofMaps,
		func(ctx context.Context) (receiver[*pb.ClassificationServiceExplainResponse], error) {
			return c.classification().Explain(ctx, message)
		},
		func() *explanationReader { return &explanationReader{asked: asked, call: callExplain} })
	return read.explanation, err
}

// explanationReader reads the parts of an explanation.
type explanationReader struct {
	asked       *request
	call        string
	explanation *Explanation
}

func (r *explanationReader) add(part *pb.ClassificationServiceExplainResponse) error {
	return add(&r.explanation, part, r.asked.overlay != nil, r.call)
}

func (r *explanationReader) progress() (begun bool, arrived, expected int, places []int) {
	if r.explanation == nil {
		return false, 0, -1, nil
	}
	return true, len(r.explanation.Maps), r.explanation.expected, missing(len(r.asked.targets), r.explanation.Maps)
}

// prepare checks the client, the options and the photo of a call.
func (c *Client) prepare(photo Photo, asked *request) (*pb.Image, error) {
	if err := c.checkOpen(); err != nil {
		return nil, err
	}
	if asked.err != nil {
		return nil, asked.err
	}
	return photo.image(asked.decoding)
}

func (r *request) explain() *pb.ClassificationServiceExplainRequest {
	return &pb.ClassificationServiceExplainRequest{
		Model: r.model, PredictionTopK: r.topK, Targets: r.targets, Layers: r.layers, LayerFusion: r.fusion, Methods: r.methods, Outputs: r.outputs(),
		LabelImages: r.labelImages,
	}
}

// add takes a part of an answer. Events that this client does not know are left aside.
func add(explanation **Explanation, part *pb.ClassificationServiceExplainResponse, hasOverlay bool, call string) error {
	switch event := part.GetEvent().(type) {
	case *pb.ClassificationServiceExplainResponse_Prediction:
		if *explanation != nil {
			return broken(call, "the prediction came twice")
		}
		if len(event.Prediction.GetClasses()) == 0 {
			return broken(call, "the server found no class")
		}
		*explanation = &Explanation{Prediction: prediction(event.Prediction), expected: int(part.GetMapCount())}
	case *pb.ClassificationServiceExplainResponse_Map:
		if *explanation == nil {
			return broken(call, "a map came before the prediction")
		}
		m, err := newMap(event.Map, hasOverlay, call)
		if err != nil {
			return err
		}
		(*explanation).Maps = append((*explanation).Maps, m)
	case *pb.ClassificationServiceExplainResponse_LabelImage:
		if *explanation == nil {
			return broken(call, "a label image came before the prediction")
		}
		(*explanation).LabelImages = append((*explanation).LabelImages, event.LabelImage)
	}
	return nil
}

// missing are the targets of which no map came; the one of a request that names none is 0.
func missing(targets int, maps []*Map) []int {
	if targets == 0 {
		targets = 1
	}
	arrived := make([]bool, targets)
	for _, m := range maps {
		if m.Target >= 0 && m.Target < targets {
			arrived[m.Target] = true
		}
	}
	var places []int
	for place, has := range arrived {
		if !has {
			places = append(places, place)
		}
	}
	return places
}

// receiver is a stream of a server's messages.
type receiver[E any] interface{ Recv() (E, error) }

// reader makes an answer of a stream's messages.
type reader[E any] interface {
	add(E) error
	// progress is whether the answer has begun, how many of its maps have come and should, and which targets have none. Where nobody knows
	// how many should come (-1), the answer is whole when no target has none.
	progress() (begun bool, arrived, expected int, missing []int)
}

// events reads a stream of one photo's events, of maps or checkpoints, to its end, and asks for all of them anew where it is cut and that may
// help. It returns what has read most.
func events[E any, R reader[E]](
	ctx context.Context, c *Client, call, of string, start func(context.Context) (receiver[E], error), fresh func() R,
) (R, error) {
	fullest := fresh()
	err := c.Call(ctx, call, func(ctx context.Context) error {
		read := fresh()
		err := readAll[E](ctx, call, start, read)
		if err == nil || reached(read.progress()) >= reached(fullest.progress()) {
			fullest = read
		}
		return err
	})
	begun, arrived, expected, places := fullest.progress()
	var fault *Error
	if begun && errors.As(err, &fault) {
		return fullest, &IncompleteError{Err: fault, Of: of, Arrived: arrived, Expected: expected, Missing: places}
	}
	return fullest, err
}

func readAll[E any](ctx context.Context, call string, start func(context.Context) (receiver[E], error), read reader[E]) error {
	stream, err := start(ctx)
	if err != nil {
		return err
	}
	for {
		event, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := read.add(event); err != nil {
			return err
		}
	}
	if begun, arrived, expected, missing := read.progress(); !begun || (expected >= 0 && arrived != expected) || (expected < 0 && len(missing) > 0) {
		return broken(call, "the server ended the answer before it was whole")
	}
	return nil
}

// reached is how far an answer has come, for comparison.
func reached(begun bool, arrived, _ int, _ []int) int {
	if begun {
		return 1 + arrived
	}
	return 0
}
