package gradcam

import (
	"context"

	pb "github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam/v1"
)

const (
	callCaption        = "CaptioningService.Caption"
	callExplainCaption = "CaptioningService.Explain"
)

// Captions are sentences about a photo.
type Captions struct {
	// Model and ModelVersion name the model.
	Model, ModelVersion string
	// Captions are the sentences, the best first.
	Captions []Caption
	// Crop is the part of the photo that the network saw.
	Crop Rectangle
	// Width and Height are the photo's, in pixels.
	Width, Height int
	// Timings are how long the stages before took.
	Timings *pb.RequestTimings
}

// Caption is a sentence about a photo.
type Caption struct {
	// Text is the sentence, without a full stop.
	Text string
	// Words are its words.
	Words []CaptionWord
	// EndLogProbability is the natural logarithm of the probability that the sentence ends there.
	EndLogProbability float64
	// LogProbability is the whole sentence's: the sum of its words' and its end's.
	LogProbability float64
}

// CaptionWord is a word, and the natural logarithm of its probability behind the words before it.
type CaptionWord struct {
	Text           string
	LogProbability float64
}

// CaptionExplanation is a caption, the best one or your own, and maps of why.
type CaptionExplanation struct {
	Captions
	// Maps are in the order of the targets: the caption's words, unless others are asked for.
	Maps []*Map
	// Skipped are the targets that the caption turned out not to have.
	Skipped []SkippedTarget
	// Attention is where the head looked for each word, where it was asked for.
	Attention []*pb.WordAttention

	expected int
}

// SkippedTarget is a target without a map, and why.
type SkippedTarget struct {
	Target int
	Reason string
}

func captions(p *pb.CaptionPrediction) Captions {
	found := Captions{
		Model: p.GetModel(), ModelVersion: p.GetModelVersion(), Crop: rectangle(p.GetCrop()),
		Width: int(p.GetImageSize().GetWidth()), Height: int(p.GetImageSize().GetHeight()), Timings: p.GetTimings(),
	}
	for _, caption := range p.GetCaptions() {
		sentence := Caption{
			Text: caption.GetText(), EndLogProbability: caption.GetEndLogProbability(), LogProbability: caption.GetLogProbability(),
		}
		for _, word := range caption.GetWords() {
			sentence.Words = append(sentence.Words, CaptionWord{word.GetText(), word.GetLogProbability()})
		}
		found.Captions = append(found.Captions, sentence)
	}
	return found
}

// Caption says sentences about a photo.
func (c *Client) Caption(ctx context.Context, photo Photo, options ...CaptionOption) (*Captions, error) {
	asked := c.request()
	for _, option := range options {
		option.applyCaption(asked)
	}
	img, err := c.prepare(photo, asked)
	if err != nil {
		return nil, err
	}
	var answer *pb.CaptionResponse
	err = c.Call(asked.outgoing(ctx), callCaption, func(ctx context.Context) error {
		var err error
		answer, err = c.captioning().Caption(ctx, &pb.CaptionRequest{Model: asked.model, Image: img, Decoding: asked.caption})
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(answer.GetPrediction().GetCaptions()) == 0 {
		return nil, broken(callCaption, "the server found no caption")
	}
	found := captions(answer.GetPrediction())
	return &found, nil
}

// ExplainCaption captions a photo, or takes your own caption (Text), and tells where the network saw each word, or what is asked for. Where
// the answer is cut on the way, what had arrived is returned with an *IncompleteError.
func (c *Client) ExplainCaption(ctx context.Context, photo Photo, options ...ExplainCaptionOption) (*CaptionExplanation, error) {
	asked := c.request()
	asked.overlay = &pb.OverlayOutput{}
	for _, option := range options {
		option.applyExplainCaption(asked)
	}
	img, err := c.prepare(photo, asked)
	if err != nil {
		return nil, err
	}
	message := asked.explainCaption()
	message.Model, message.Image = asked.model, img
	read, err := events[*pb.CaptioningServiceExplainResponse](asked.outgoing(ctx), c, callExplainCaption, ofMaps,
		func(ctx context.Context) (receiver[*pb.CaptioningServiceExplainResponse], error) {
			return c.captioning().Explain(ctx, message)
		},
		func() *captionReader { return &captionReader{asked: asked, call: callExplainCaption} })
	return read.explanation, err
}

// explainCaption is the request, but for its model and photo.
func (r *request) explainCaption() *pb.CaptioningServiceExplainRequest {
	message := &pb.CaptioningServiceExplainRequest{
		Targets: r.captionTargets, Layers: r.layers, LayerFusion: r.fusion, Methods: r.methods, Outputs: r.outputs(), IncludeAttention: r.attention,
	}
	switch {
	case r.text != nil:
		message.Caption = &pb.CaptioningServiceExplainRequest_Text{Text: *r.text}
	case r.caption != nil:
		message.Caption = &pb.CaptioningServiceExplainRequest_Decoding{Decoding: r.caption}
	}
	return message
}

// captionReader reads the parts of an explained caption.
type captionReader struct {
	asked       *request
	call        string
	explanation *CaptionExplanation
}

func (r *captionReader) progress() (begun bool, arrived, expected int, places []int) {
	if r.explanation == nil {
		return false, 0, -1, nil
	}
	targets := len(r.asked.captionTargets)
	if targets == 0 {
		targets = len(r.explanation.Captions.Captions[0].Words)
	}
	skipped := map[int]bool{}
	for _, target := range r.explanation.Skipped {
		skipped[target.Target] = true
	}
	for _, place := range missing(targets, r.explanation.Maps) {
		if !skipped[place] {
			places = append(places, place)
		}
	}
	return true, len(r.explanation.Maps), r.explanation.expected, places
}

func (r *captionReader) add(part *pb.CaptioningServiceExplainResponse) error {
	if part.GetEvent() == nil {
		return nil
	}
	if r.explanation == nil && part.GetPrediction() == nil {
		return broken(r.call, "a part of the answer came before the caption")
	}
	switch event := part.GetEvent().(type) {
	case *pb.CaptioningServiceExplainResponse_Prediction:
		if r.explanation != nil {
			return broken(r.call, "the caption came twice")
		}
		if len(event.Prediction.GetCaptions()) == 0 {
			return broken(r.call, "the server found no caption")
		}
		r.explanation = &CaptionExplanation{Captions: captions(event.Prediction), expected: int(part.GetMapCount())}
		for _, skipped := range part.GetSkippedTargets() {
			r.explanation.Skipped = append(r.explanation.Skipped, SkippedTarget{int(skipped.GetTargetIndex()), skipped.GetReason()})
		}
	case *pb.CaptioningServiceExplainResponse_Attention:
		r.explanation.Attention = append(r.explanation.Attention, event.Attention)
	case *pb.CaptioningServiceExplainResponse_Map:
		m, err := newMap(event.Map, r.asked.overlay != nil, r.call)
		if err != nil {
			return err
		}
		r.explanation.Maps = append(r.explanation.Maps, m)
	}
	return nil
}
