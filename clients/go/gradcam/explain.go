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
	err = c.retry.do(ctx, func() error {
		var err error
		answer, err = c.classification().Classify(ctx, &pb.ClassifyRequest{Model: asked.model, Image: img, TopK: asked.topK})
		return c.fault(err, callClassify)
	})
	if err != nil {
		return nil, err
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
	var explanation *Explanation
	err = c.events(ctx, callExplain, func(ctx context.Context) (func() (func() error, error), error) {
		explanation = nil
		stream, err := c.classification().Explain(ctx, message)
		return func() (func() error, error) {
			part, err := stream.Recv()
			return func() error { return add(&explanation, part, asked.overlay != nil, callExplain) }, err
		}, err
	}, func() (int, int, []int) {
		if explanation == nil {
			return 0, -1, nil
		}
		return len(explanation.Maps), explanation.expected, missing(len(asked.targets), explanation.Maps)
	})
	return explanation, err
}

// prepare checks the client, the options and the photo of a call.
func (c *Client) prepare(photo Photo, asked *request) (*pb.Image, error) {
	if err := c.open(); err != nil {
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
	}
}

// add takes a part of an answer. Events that this client does not know are left aside.
func add(explanation **Explanation, part *pb.ClassificationServiceExplainResponse, hasOverlay bool, call string) error {
	switch event := part.GetEvent().(type) {
	case *pb.ClassificationServiceExplainResponse_Prediction:
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
		if m.Target < targets {
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

// events reads a stream of one photo's events to its end. Until the first event came, the call may be tried again.
func (c *Client) events(
	ctx context.Context, call string, open func(context.Context) (func() (func() error, error), error),
	progress func() (arrived, expected int, missing []int),
) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var cut error
	err := c.retry.do(ctx, func() error {
		receive, err := open(ctx)
		if err != nil {
			return c.fault(err, call)
		}
		for begun := false; ; begun = true {
			take, err := receive()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil && !begun {
				return c.fault(err, call)
			}
			if err != nil {
				cut = c.fault(err, call)
				return nil
			}
			if cut = take(); cut != nil {
				return nil
			}
		}
	})
	if err != nil {
		return err
	}
	arrived, expected, places := progress()
	if cut == nil && arrived == expected {
		return nil
	}
	if cut == nil {
		cut = broken(call, "the server ended the answer before it was whole")
	}
	var fault *Error
	if !errors.As(cut, &fault) {
		return cut
	}
	return &IncompleteError{Err: fault, Of: "maps", Arrived: arrived, Expected: expected, Missing: places}
}
