package gradcam

import (
	"context"

	pb "github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam/v1"
)

const (
	callAnswer        = "VqaService.Answer"
	callExplainAnswer = "VqaService.Explain"
)

// Answers are the answers to a question about a photo.
type Answers struct {
	// Model and ModelVersion name the model.
	Model, ModelVersion string
	// Words are the question's words, as the head read them.
	Words []QuestionWord
	// Answers are the likeliest ones, the likeliest first.
	Answers []RankedAnswer
	// Crop is the part of the photo that the network saw.
	Crop Rectangle
	// Width and Height are the photo's, in pixels.
	Width, Height int
	// Timings are how long the stages before took.
	Timings *pb.RequestTimings
}

// QuestionWord is a word of a question, and whether the head does not know it.
type QuestionWord struct {
	Text    string
	Unknown bool
}

// RankedAnswer is an answer and how much speaks for it.
type RankedAnswer struct {
	// Index is the answer's place among those that the head knows.
	Index int
	// Text is the answer.
	Text string
	// Probability is the softmax over all answers, 0 to 1, of the Logit.
	Probability, Logit float64
}

// AnswerExplanation are the answers to a question, and maps of why.
type AnswerExplanation struct {
	Answers
	// Maps are in the order of the targets: the likeliest answer, unless others are asked for. With LeaveWordsOut, each is followed by those
	// without each word, whose WithoutWord tells which.
	Maps []*AnswerMap
	// LeftOut is what becomes of each answer without each word, where it was asked for.
	LeftOut []*pb.LeftOutWords
	// Attention is where the head looked, where it was asked for.
	Attention []*pb.QuestionAttention

	expected int
}

// AnswerMap is a map of an answer.
type AnswerMap struct {
	*Map
	// WithoutWord is the word that was left out of the question; empty where it was asked whole.
	WithoutWord string
}

// Ask answers a question about a photo.
func (c *Client) Ask(ctx context.Context, photo Photo, question string, options ...AskOption) (*Answers, error) {
	answers, err := c.AskAll(ctx, photo, []string{question}, options...)
	if err != nil {
		return nil, err
	}
	return answers[0], nil
}

// AskAll answers up to 32 questions about a photo, which the network sees once.
func (c *Client) AskAll(ctx context.Context, photo Photo, questions []string, options ...AskOption) ([]*Answers, error) {
	asked := c.request()
	for _, option := range options {
		option.applyAsk(asked)
	}
	img, err := c.prepare(photo, asked)
	if err != nil {
		return nil, err
	}
	message := &pb.AnswerRequest{Model: asked.model, Image: img, Questions: questions, PredictionTopK: asked.topK}
	var answer *pb.AnswerResponse
	err = c.Call(asked.outgoing(ctx), callAnswer, func(ctx context.Context) error {
		var err error
		answer, err = c.vqa().Answer(ctx, message)
		return err
	})
	if err != nil {
		return nil, err
	}
	found := answers(answer.GetPrediction())
	if len(found) != len(questions) {
		return nil, broken(callAnswer, "the server answered %d of %d questions", len(found), len(questions))
	}
	return found, nil
}

func answers(p *pb.VqaPrediction) []*Answers {
	var all []*Answers
	for _, question := range p.GetQuestions() {
		found := &Answers{
			Model: p.GetModel(), ModelVersion: p.GetModelVersion(), Crop: rectangle(p.GetCrop()),
			Width: int(p.GetImageSize().GetWidth()), Height: int(p.GetImageSize().GetHeight()), Timings: p.GetTimings(),
		}
		for _, word := range question.GetWords() {
			found.Words = append(found.Words, QuestionWord{word.GetText(), word.GetIsUnknown()})
		}
		for _, answer := range question.GetAnswers() {
			found.Answers = append(found.Answers, RankedAnswer{
				Index: int(answer.GetAnswerIndex()), Text: answer.GetText(), Probability: answer.GetProbability(), Logit: answer.GetLogit(),
			})
		}
		all = append(all, found)
	}
	return all
}

// ExplainAnswer answers a question about a photo, and tells where the network saw the likeliest answer, or those that are asked for. Where
// the answer is cut on the way, what had arrived is returned with an *IncompleteError.
func (c *Client) ExplainAnswer(ctx context.Context, photo Photo, question string, options ...ExplainAnswerOption) (*AnswerExplanation, error) {
	asked := c.request()
	asked.overlay = &pb.OverlayOutput{}
	for _, option := range options {
		option.applyExplainAnswer(asked)
	}
	img, err := c.prepare(photo, asked)
	if err != nil {
		return nil, err
	}
	message := &pb.VqaServiceExplainRequest{
		Model: asked.model, Image: img, Questions: []*pb.VqaQuestion{{Text: question, Targets: asked.answerTargets}}, PredictionTopK: asked.topK,
		LeaveWordsOut: asked.leaveOut, Layers: asked.layers, LayerFusion: asked.fusion, Methods: asked.methods, Outputs: asked.outputs(),
		IncludeAttention: asked.attention,
	}
	read, err := events[*pb.VqaServiceExplainResponse](asked.outgoing(ctx), c, callExplainAnswer,
		func(ctx context.Context) (receiver[*pb.VqaServiceExplainResponse], error) {
			return c.vqa().Explain(ctx, message)
		},
		func() *answerReader { return &answerReader{asked: asked} })
	return read.explanation, err
}

// answerReader reads the parts of an explained answer.
type answerReader struct {
	asked       *request
	explanation *AnswerExplanation
}

func (r *answerReader) progress() (begun bool, arrived, expected int, places []int) {
	if r.explanation == nil {
		return false, 0, -1, nil
	}
	maps := make([]*Map, len(r.explanation.Maps))
	for i, m := range r.explanation.Maps {
		maps[i] = m.Map
	}
	return true, len(maps), r.explanation.expected, missing(len(r.asked.answerTargets), maps)
}

func (r *answerReader) add(part *pb.VqaServiceExplainResponse) error {
	if part.GetEvent() == nil {
		return nil
	}
	if r.explanation == nil && part.GetPrediction() == nil {
		return broken(callExplainAnswer, "a part of the answer came before the answers")
	}
	switch event := part.GetEvent().(type) {
	case *pb.VqaServiceExplainResponse_Prediction:
		found := answers(event.Prediction)
		if len(found) != 1 {
			return broken(callExplainAnswer, "the server answered %d questions instead of one", len(found))
		}
		r.explanation = &AnswerExplanation{Answers: *found[0], expected: int(part.GetMapCount())}
	case *pb.VqaServiceExplainResponse_Attention:
		r.explanation.Attention = append(r.explanation.Attention, event.Attention)
	case *pb.VqaServiceExplainResponse_LeftOutWords:
		r.explanation.LeftOut = append(r.explanation.LeftOut, event.LeftOutWords)
	case *pb.VqaServiceExplainResponse_Map:
		m, err := newMap(event.Map.GetMap(), r.asked.overlay != nil, callExplainAnswer)
		if err != nil {
			return err
		}
		without := m.Provenance.GetScore().GetAnswer().GetLeftOut().GetText()
		r.explanation.Maps = append(r.explanation.Maps, &AnswerMap{Map: m, WithoutWord: without})
	}
	return nil
}
