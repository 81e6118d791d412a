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
	if err := whole(found, len(questions), callAnswer); err != nil {
		return nil, err
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

// whole tells whether each question has an answer.
func whole(found []*Answers, questions int, call string) error {
	if len(found) != questions {
		return broken(call, "the server answered %d of %d questions", len(found), questions)
	}
	for _, question := range found {
		if len(question.Answers) == 0 {
			return broken(call, "the server gave no answer to a question")
		}
	}
	return nil
}

// Question is a question about a photo, and which answers to it to explain.
type Question struct {
	// Text is the question.
	Text string
	// Targets are the answers: Answer, or Best; the likeliest one, where there are none.
	Targets []QuestionTarget
}

// QuestionTarget is an Answer, or Best.
type QuestionTarget interface{ questionTarget() *pb.AnswerTarget }

// ExplainAnswer answers a question about a photo, and tells where the network saw the likeliest answer, or those that are asked for. Where
// the answer is cut on the way, what had arrived is returned with an *IncompleteError.
func (c *Client) ExplainAnswer(ctx context.Context, photo Photo, question string, options ...ExplainAnswerOption) (*AnswerExplanation, error) {
	asked := c.request()
	asked.overlay = &pb.OverlayOutput{}
	for _, option := range options {
		option.applyExplainAnswer(asked)
	}
	asked.questions = []*pb.VqaQuestion{{Text: question, Targets: asked.answerTargets}}
	found, err := c.explainAnswers(ctx, photo, asked)
	if len(found) == 0 {
		return nil, err
	}
	return found[0], err
}

// ExplainAnswers is ExplainAnswer of up to 32 questions about a photo, which the network sees once: an explanation of each. Where the answer
// is cut on the way, what had arrived is returned with an *IncompleteError, whose Missing are the questions without all of their maps.
func (c *Client) ExplainAnswers(ctx context.Context, photo Photo, questions []Question, options ...ExplainAnswersOption) ([]*AnswerExplanation, error) {
	asked := c.request()
	asked.overlay = &pb.OverlayOutput{}
	for _, option := range options {
		option.applyExplainAnswers(asked)
	}
	asked.ask(questions)
	return c.explainAnswers(ctx, photo, asked)
}

// ask asks questions.
func (r *request) ask(questions []Question) {
	for _, question := range questions {
		message := &pb.VqaQuestion{Text: question.Text}
		for _, target := range question.Targets {
			message.Targets = append(message.Targets, target.questionTarget())
		}
		r.questions = append(r.questions, message)
	}
}

func (c *Client) explainAnswers(ctx context.Context, photo Photo, asked *request) ([]*AnswerExplanation, error) {
	img, err := c.prepare(photo, asked)
	if err != nil {
		return nil, err
	}
	message := asked.explainAnswers()
	message.Model, message.Image = asked.model, img
	read, err := events[*pb.VqaServiceExplainResponse](asked.outgoing(ctx), c, callExplainAnswer, ofMaps,
		func(ctx context.Context) (receiver[*pb.VqaServiceExplainResponse], error) {
			return c.vqa().Explain(ctx, message)
		},
		func() *answersReader { return &answersReader{asked: asked, call: callExplainAnswer} })
	return read.explanations, err
}

// explainAnswers is the request, but for its model and photo.
func (r *request) explainAnswers() *pb.VqaServiceExplainRequest {
	return &pb.VqaServiceExplainRequest{
		Questions: r.questions, PredictionTopK: r.topK, LeaveWordsOut: r.leaveOut, Layers: r.layers, LayerFusion: r.fusion, Methods: r.methods,
		Outputs: r.outputs(), IncludeAttention: r.attention,
	}
}

// answersReader reads the parts of explained answers.
type answersReader struct {
	asked        *request
	call         string
	explanations []*AnswerExplanation
	expected     int
}

func (r *answersReader) progress() (begun bool, arrived, expected int, places []int) {
	if r.explanations == nil {
		return false, 0, -1, nil
	}
	for place, explanation := range r.explanations {
		maps := make([]*Map, len(explanation.Maps))
		for i, m := range explanation.Maps {
			maps[i] = m.Map
		}
		arrived += len(maps)
		left := missing(len(r.asked.questions[place].Targets), maps)
		if len(r.explanations) == 1 {
			places = left
		} else if len(left) > 0 {
			places = append(places, place)
		}
	}
	return true, arrived, r.expected, places
}

func (r *answersReader) add(part *pb.VqaServiceExplainResponse) error {
	if part.GetEvent() == nil {
		return nil
	}
	if event, ok := part.GetEvent().(*pb.VqaServiceExplainResponse_Prediction); ok {
		found := answers(event.Prediction)
		if r.explanations != nil {
			return broken(r.call, "the answers came twice")
		}
		if err := whole(found, len(r.asked.questions), r.call); err != nil {
			return err
		}
		for _, answers := range found {
			r.explanations = append(r.explanations, &AnswerExplanation{Answers: *answers})
		}
		r.expected = int(part.GetMapCount())
		return nil
	}
	if r.explanations == nil {
		return broken(r.call, "a part of the answer came before the answers")
	}
	switch event := part.GetEvent().(type) {
	case *pb.VqaServiceExplainResponse_Attention:
		of, err := r.of(event.Attention.GetQuestionIndex())
		if err != nil {
			return err
		}
		of.Attention = append(of.Attention, event.Attention)
	case *pb.VqaServiceExplainResponse_LeftOutWords:
		of, err := r.of(event.LeftOutWords.GetQuestionIndex())
		if err != nil {
			return err
		}
		of.LeftOut = append(of.LeftOut, event.LeftOutWords)
	case *pb.VqaServiceExplainResponse_Map:
		of, err := r.of(event.Map.GetQuestionIndex())
		if err != nil {
			return err
		}
		m, err := newMap(event.Map.GetMap(), r.asked.overlay != nil, r.call)
		if err != nil {
			return err
		}
		without := m.Provenance.GetScore().GetAnswer().GetLeftOut().GetText()
		of.Maps = append(of.Maps, &AnswerMap{Map: m, WithoutWord: without})
	}
	return nil
}

func (r *answersReader) of(question int32) (*AnswerExplanation, error) {
	if question < 0 || int(question) >= len(r.explanations) {
		return nil, broken(r.call, "an answer came to question %d, which was not asked", question)
	}
	return r.explanations[question], nil
}
