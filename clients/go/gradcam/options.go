package gradcam

import (
	"context"
	"math"

	pb "github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam/v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
)

// What each call takes. An option that a call does not know does not compile.
type (
	// ClassifyOption is an option of Classify.
	ClassifyOption interface{ applyClassify(*request) }
	// ExplainOption is an option of Explain.
	ExplainOption interface{ applyExplain(*request) }
	// ManyOption is an option of ExplainMany and ExplainChannel.
	ManyOption interface{ applyMany(*request) }
	// CaptionOption is an option of Caption.
	CaptionOption interface{ applyCaption(*request) }
	// ExplainCaptionOption is an option of ExplainCaption.
	ExplainCaptionOption interface{ applyExplainCaption(*request) }
	// AskOption is an option of Ask and AskAll.
	AskOption interface{ applyAsk(*request) }
	// ExplainAnswerOption is an option of ExplainAnswer.
	ExplainAnswerOption interface{ applyExplainAnswer(*request) }
	// ExplainAnswersOption is an option of ExplainAnswers.
	ExplainAnswersOption interface{ applyExplainAnswers(*request) }
	// VideoOption is an option of Video.
	VideoOption interface{ applyVideo(*request) }
	// TasksOption is an option of ExplainTasks.
	TasksOption interface{ applyTasks(*request) }
	// EvaluateOption is an option of Evaluate.
	EvaluateOption interface{ applyEvaluate(*request) }
	// SanityOption is an option of CheckSanity.
	SanityOption interface{ applySanity(*request) }
	// CompareClassesOption is an option of CompareClasses.
	CompareClassesOption interface{ applyCompareClasses(*request) }
	// CompareModelsOption is an option of CompareModels.
	CompareModelsOption interface{ applyCompareModels(*request) }
	// PerturbOption is an option of Perturb.
	PerturbOption interface{ applyPerturb(*request) }
)

// request is what the options of a call say.
type request struct {
	model    string
	decoding pb.ImageDecoding
	topK     *int32

	targets        []*pb.ClassTarget
	captionTargets []*pb.CaptionTarget
	answerTargets  []*pb.AnswerTarget
	questions      []*pb.VqaQuestion

	methods []*pb.ExplanationMethod
	layers  []string
	fusion  pb.LayerFusion
	raw     pb.RawMapOutput
	overlay *pb.OverlayOutput
	more    []*pb.MapOutput

	labelImages []*pb.LabelImageOutput

	caption   *pb.CaptionDecoding
	text      *string
	attention bool
	leaveOut  bool

	inFlight int
	inOrder  bool

	video *pb.VideoSettings

	boxes     []*pb.PixelRectangle
	evidence  pb.EvaluateRequest
	sanity    pb.CheckSanityRequest
	attack    attack
	shareView bool

	priority string

	err error
}

func (c *Client) request() *request { return &request{model: c.model, video: &pb.VideoSettings{}} }

// outgoing is a context with what the options send as metadata.
func (r *request) outgoing(ctx context.Context) context.Context {
	if r.priority == "" {
		return ctx
	}
	sent, _ := metadata.FromOutgoingContext(ctx)
	sent = sent.Copy()
	sent.Set("x-priority", r.priority)
	return metadata.NewOutgoingContext(ctx, sent)
}

func (r *request) outputs() []*pb.MapOutput {
	outputs := []*pb.MapOutput{{Form: &pb.MapOutput_Raw{Raw: &pb.RawMapOutput{Grid: r.raw.Grid, Values: r.raw.Values}}}}
	if r.overlay != nil {
		outputs = append(outputs, &pb.MapOutput{Form: &pb.MapOutput_Overlay{Overlay: r.overlay}})
	}
	return append(outputs, r.more...)
}

func (r *request) decode() *pb.CaptionDecoding {
	if r.caption == nil {
		r.caption = &pb.CaptionDecoding{}
	}
	return r.caption
}

// CallOption is an option of every call.
type CallOption func(*request)

func (o CallOption) applyClassify(r *request)       { o(r) }
func (o CallOption) applyExplain(r *request)        { o(r) }
func (o CallOption) applyMany(r *request)           { o(r) }
func (o CallOption) applyCaption(r *request)        { o(r) }
func (o CallOption) applyExplainCaption(r *request) { o(r) }
func (o CallOption) applyAsk(r *request)            { o(r) }
func (o CallOption) applyExplainAnswer(r *request)  { o(r) }
func (o CallOption) applyVideo(r *request)          { o(r) }
func (o CallOption) applyExplainAnswers(r *request) { o(r) }
func (o CallOption) applyTasks(r *request)          { o(r) }
func (o CallOption) applyEvaluate(r *request)       { o(r) }
func (o CallOption) applySanity(r *request)         { o(r) }
func (o CallOption) applyCompareClasses(r *request) { o(r) }
func (o CallOption) applyCompareModels(r *request)  { o(r) }
func (o CallOption) applyPerturb(r *request)        { o(r) }

// Model names the model; the client's own (WithModel) unless named.
func Model(name string) CallOption { return func(r *request) { r.model = name } }

// Fast reads large photos at a smaller size: faster, and scores differ a little.
func Fast() CallOption {
	return func(r *request) { r.decoding = pb.ImageDecoding_IMAGE_DECODING_FAST }
}

// Urgency is how urgent a call is. Of calls that wait for a model, each level gets four times as many places as the one below it.
type Urgency string

// The levels of urgency.
const (
	// Low is for work that nobody sits and waits for.
	Low Urgency = "low"
	// Normal is that of calls that say nothing.
	Normal Urgency = "normal"
	// High comes first.
	High Urgency = "high"
)

// Priority says how urgent a call is; of a stream, that of all its photos or frames. It is the metadata x-priority.
func Priority(urgency Urgency) CallOption { return func(r *request) { r.priority = string(urgency) } }

// ListOption is how many of the best a prediction lists.
type ListOption func(*request)

func (o ListOption) applyClassify(r *request)       { o(r) }
func (o ListOption) applyExplain(r *request)        { o(r) }
func (o ListOption) applyMany(r *request)           { o(r) }
func (o ListOption) applyAsk(r *request)            { o(r) }
func (o ListOption) applyExplainAnswer(r *request)  { o(r) }
func (o ListOption) applyVideo(r *request)          { o(r) }
func (o ListOption) applyExplainAnswers(r *request) { o(r) }
func (o ListOption) applyEvaluate(r *request)       { o(r) }
func (o ListOption) applySanity(r *request)         { o(r) }

// TopK lists the k most probable classes or answers; 5 unless set. What is explained is another matter: see Best.
func TopK(k int) ListOption {
	return func(r *request) {
		count := narrow(k)
		r.topK = &count
	}
}

// MapOption is how maps are fused and returned.
type MapOption func(*request)

func (o MapOption) applyExplain(r *request)        { o(r) }
func (o MapOption) applyMany(r *request)           { o(r) }
func (o MapOption) applyExplainCaption(r *request) { o(r) }
func (o MapOption) applyExplainAnswer(r *request)  { o(r) }
func (o MapOption) applyVideo(r *request)          { o(r) }
func (o MapOption) applyExplainAnswers(r *request) { o(r) }
func (o MapOption) applyCompareClasses(r *request) { o(r) }
func (o MapOption) applyCompareModels(r *request)  { o(r) }
func (o MapOption) applyPerturb(r *request)        { o(r) }

// MadeOption is how maps are made: by which methods, at which layers.
type MadeOption func(*request)

func (o MadeOption) applyExplain(r *request)        { o(r) }
func (o MadeOption) applyMany(r *request)           { o(r) }
func (o MadeOption) applyExplainCaption(r *request) { o(r) }
func (o MadeOption) applyExplainAnswer(r *request)  { o(r) }
func (o MadeOption) applyVideo(r *request)          { o(r) }
func (o MadeOption) applyExplainAnswers(r *request) { o(r) }
func (o MadeOption) applyEvaluate(r *request)       { o(r) }
func (o MadeOption) applySanity(r *request)         { o(r) }
func (o MadeOption) applyCompareClasses(r *request) { o(r) }
func (o MadeOption) applyCompareModels(r *request)  { o(r) }
func (o MadeOption) applyPerturb(r *request)        { o(r) }

// Method adds methods; Grad-CAM unless one is named.
func Method(methods ...MapMethod) MadeOption {
	return func(r *request) {
		for _, method := range methods {
			message, err := method.message()
			if err != nil {
				r.err = err
				return
			}
			r.methods = append(r.methods, message)
		}
	}
}

// MethodWith adds a method with parameters or smoothing of its own.
func MethodWith(method *pb.ExplanationMethod) MadeOption {
	return func(r *request) { r.methods = append(r.methods, method) }
}

// Layer adds layers to explain at; the model's default unless one is named. Words and answers have layers of their own (those of the
// model's captioning and answering heads), all of them unless some are named.
func Layer(names ...string) MadeOption {
	return func(r *request) { r.layers = append(r.layers, names...) }
}

// Fuse makes the maps of several layers into one, with values from 0 to 1: FuseMean, which those of words and answers are unless set,
// FuseMaximum, or FuseNone: a map of each layer, as those of classes are unless set.
func Fuse(fusion pb.LayerFusion) MapOption { return func(r *request) { r.fusion = fusion } }

// Grid is the grid of a map's numbers; GridNative unless set.
func Grid(grid pb.MapGrid) MapOption { return func(r *request) { r.raw.Grid = grid } }

// Values are which numbers a map has; Rectified unless set.
func Values(values pb.MapValues) MapOption { return func(r *request) { r.raw.Values = values } }

// DrawOverlay sets how the map is drawn over the photo. ExplainMany and Video draw nothing unless it is given, and the other calls draw in
// turbo, half opaque, as PNG.
func DrawOverlay(style *pb.OverlayOutput) MapOption {
	return func(r *request) {
		if style == nil {
			style = &pb.OverlayOutput{}
		}
		r.overlay = style
	}
}

// NoOverlay leaves the map's picture out: the numbers alone come faster.
func NoOverlay() MapOption { return func(r *request) { r.overlay = nil } }

// Output asks for one form more of each map, such as boxes: it is in Map.Outputs.
func Output(output *pb.MapOutput) MapOption {
	return func(r *request) { r.more = append(r.more, output) }
}

// LabelImageOption is a picture of several maps.
type LabelImageOption func(*request)

func (o LabelImageOption) applyExplain(r *request) { o(r) }
func (o LabelImageOption) applyMany(r *request)    { o(r) }

// LabelImages asks for pictures of which target is the strongest where: Explanation.LabelImages.
func LabelImages(outputs ...*pb.LabelImageOutput) LabelImageOption {
	return func(r *request) { r.labelImages = append(r.labelImages, outputs...) }
}

// TargetOption changes what of a class, a word or an answer is explained.
type TargetOption func(*target)

type target struct {
	kind          pb.ScoreKind
	contrast      string
	contrastClass *int32
}

func targetOf(options []TargetOption) target {
	var t target
	for _, option := range options {
		option(&t)
	}
	return t
}

// Of is the score: Logit, Probability, LogProbability or Counterfactual. Unless set, a class's is its logit, and a word's or an answer's
// its log-probability.
func Of(kind pb.ScoreKind) TargetOption { return func(t *target) { t.kind = kind } }

// RatherThan is the label, word or answer that the target is contrasted with: why this one rather than that?
func RatherThan(other string) TargetOption { return func(t *target) { t.contrast = other } }

// RatherThanClass is the class that a class is contrasted with.
func RatherThanClass(index int) TargetOption {
	return func(t *target) {
		class := narrow(index)
		t.contrastClass = &class
	}
}

// ClassTargetOption is a class to explain.
type ClassTargetOption func(*request)

func (o ClassTargetOption) applyExplain(r *request)       { o(r) }
func (o ClassTargetOption) applyMany(r *request)          { o(r) }
func (o ClassTargetOption) applyVideo(r *request)         { o(r) }
func (o ClassTargetOption) applyEvaluate(r *request)      { o(r) }
func (o ClassTargetOption) applySanity(r *request)        { o(r) }
func (o ClassTargetOption) applyCompareModels(r *request) { o(r) }
func (o ClassTargetOption) applyPerturb(r *request)       { o(r) }

func classTarget(t *pb.ClassTarget, options []TargetOption) ClassTargetOption {
	chosen := targetOf(options)
	t.ScoreKind = chosen.kind
	switch {
	case chosen.contrastClass != nil:
		t.Contrast = &pb.ClassReference{Reference: &pb.ClassReference_ClassIndex{ClassIndex: *chosen.contrastClass}}
	case chosen.contrast != "":
		t.Contrast = &pb.ClassReference{Reference: &pb.ClassReference_Label{Label: chosen.contrast}}
	}
	return func(r *request) { r.targets = append(r.targets, t) }
}

// Label explains the class with a label: the whole label, or as much of its start as is unique.
func Label(name string, options ...TargetOption) ClassTargetOption {
	return classTarget(&pb.ClassTarget{Target: &pb.ClassTarget_Label{Label: name}}, options)
}

// Class explains the class with an index.
func Class(index int, options ...TargetOption) ClassTargetOption {
	return classTarget(&pb.ClassTarget{Target: &pb.ClassTarget_ClassIndex{ClassIndex: narrow(index)}}, options)
}

// Term is a class and its weight in a sum: of the Index, where there is no Label.
type Term struct {
	Label  string
	Index  int
	Weight float64
}

// Sum explains a weighted sum of classes as one score: all cats, or cats less dogs.
func Sum(terms []Term, options ...TargetOption) ClassTargetOption {
	sum := &pb.WeightedClasses{}
	for _, term := range terms {
		class := &pb.ClassReference{Reference: &pb.ClassReference_ClassIndex{ClassIndex: narrow(term.Index)}}
		if term.Label != "" {
			class.Reference = &pb.ClassReference_Label{Label: term.Label}
		}
		sum.Terms = append(sum.Terms, &pb.WeightedClass{ClassReference: class, Weight: term.Weight})
	}
	return classTarget(&pb.ClassTarget{Target: &pb.ClassTarget_WeightedClasses{WeightedClasses: sum}}, options)
}

// BestOption is the best of the classes or answers to explain.
type BestOption struct {
	count   int32
	options []TargetOption
}

// Best explains the k most probable classes or answers, a map each.
func Best(k int, options ...TargetOption) BestOption { return BestOption{narrow(k), options} }

func (o BestOption) applyExplain(r *request) {
	classTarget(&pb.ClassTarget{Target: &pb.ClassTarget_TopK{TopK: o.count}}, o.options)(r)
}
func (o BestOption) applyMany(r *request)     { o.applyExplain(r) }
func (o BestOption) applyVideo(r *request)    { o.applyExplain(r) }
func (o BestOption) applyEvaluate(r *request) { o.applyExplain(r) }
func (o BestOption) applyExplainAnswer(r *request) {
	r.answerTargets = append(r.answerTargets, o.questionTarget())
}
func (o BestOption) questionTarget() *pb.AnswerTarget {
	return answerTarget(&pb.AnswerTarget{Target: &pb.AnswerTarget_TopK{TopK: o.count}}, o.options).questionTarget()
}

// DecodingOption is how a caption is found.
type DecodingOption func(*request)

func (o DecodingOption) applyCaption(r *request)        { o(r) }
func (o DecodingOption) applyExplainCaption(r *request) { o(r) }

// Beams searches with so many beams, and returns as many captions; 3 unless set.
func Beams(count int) DecodingOption {
	return func(r *request) {
		beams := narrow(count)
		r.decode().Choice = &pb.CaptionDecoding_BeamSearch{BeamSearch: &pb.BeamSearch{BeamCount: &beams}}
	}
}

// Sample draws one caption; the same seed draws the same.
func Sample(seed uint64) DecodingOption {
	return func(r *request) {
		r.decode().Choice = &pb.CaptionDecoding_NucleusSampling{NucleusSampling: &pb.NucleusSampling{Seed: seed}}
	}
}

// DecodeWith is for all else that decoding can, such as top_p and a length penalty. Options behind it change what it says.
func DecodeWith(decoding *pb.CaptionDecoding) DecodingOption {
	return func(r *request) { r.caption = proto.Clone(decoding).(*pb.CaptionDecoding) }
}

// Prefix is what the caption begins with.
func Prefix(words string) DecodingOption { return func(r *request) { r.decode().Prefix = words } }

// Ban leaves words out.
func Ban(words ...string) DecodingOption {
	return func(r *request) { r.decode().BannedWords = append(r.decode().BannedWords, words...) }
}

// Length is the fewest and the most words of a caption.
func Length(fewest, most int) DecodingOption {
	return func(r *request) {
		least, last := narrow(fewest), narrow(most)
		r.decode().MinWords, r.decode().MaxWords = &least, &last
	}
}

// CaptionTargetOption is what of a caption is explained.
type CaptionTargetOption func(*request)

func (o CaptionTargetOption) applyExplainCaption(r *request) { o(r) }

func captionTarget(t *pb.CaptionTarget, options []TargetOption) CaptionTargetOption {
	chosen := targetOf(options)
	t.ScoreKind, t.Contrast = chosen.kind, chosen.contrast
	return func(r *request) { r.captionTargets = append(r.captionTargets, t) }
}

// Text is a caption of your own, to be explained instead of the one that is found.
func Text(caption string) CaptionTargetOption { return func(r *request) { r.text = &caption } }

// Word explains the caption's word at a position, from 0.
func Word(position int, options ...TargetOption) CaptionTargetOption {
	return captionTarget(&pb.CaptionTarget{Target: &pb.CaptionTarget_WordPosition{WordPosition: narrow(position)}}, options)
}

// Words explains neighbouring words together.
func Words(first, count int, options ...TargetOption) CaptionTargetOption {
	span := &pb.WordSpan{FirstPosition: narrow(first), WordCount: narrow(count)}
	return captionTarget(&pb.CaptionTarget{Target: &pb.CaptionTarget_Span{Span: span}}, options)
}

// WholeCaption explains all words and the end together.
func WholeCaption(options ...TargetOption) CaptionTargetOption {
	return captionTarget(&pb.CaptionTarget{Target: &pb.CaptionTarget_WholeCaption{WholeCaption: &pb.WholeCaption{}}}, options)
}

// InsteadOf explains a word that the caption does not say at a position: why not this one?
func InsteadOf(position int, word string, options ...TargetOption) CaptionTargetOption {
	alternative := &pb.AlternativeWord{Position: narrow(position), Word: word}
	return captionTarget(&pb.CaptionTarget{Target: &pb.CaptionTarget_AlternativeWord{AlternativeWord: alternative}}, options)
}

// AnswerTargetOption is what of an answer is explained: an option of ExplainAnswer, or a target of a Question.
type AnswerTargetOption struct{ target *pb.AnswerTarget }

func (o AnswerTargetOption) applyExplainAnswer(r *request) {
	r.answerTargets = append(r.answerTargets, o.target)
}
func (o AnswerTargetOption) questionTarget() *pb.AnswerTarget { return o.target }

func answerTarget(t *pb.AnswerTarget, options []TargetOption) AnswerTargetOption {
	chosen := targetOf(options)
	t.ScoreKind, t.Contrast = chosen.kind, chosen.contrast
	return AnswerTargetOption{t}
}

// Answer explains an answer, likely or not.
func Answer(text string, options ...TargetOption) AnswerTargetOption {
	return answerTarget(&pb.AnswerTarget{Target: &pb.AnswerTarget_Answer{Answer: text}}, options)
}

// QuestionOption is what else is told of questions.
type QuestionOption func(*request)

func (o QuestionOption) applyExplainAnswer(r *request)  { o(r) }
func (o QuestionOption) applyExplainAnswers(r *request) { o(r) }

// LeaveWordsOut tells what becomes of the answer without each word of the question, with a map of each.
func LeaveWordsOut() QuestionOption { return func(r *request) { r.leaveOut = true } }

// AttentionOption asks for weights of attention.
type AttentionOption func(*request)

func (o AttentionOption) applyExplainCaption(r *request) { o(r) }
func (o AttentionOption) applyExplainAnswer(r *request)  { o(r) }
func (o AttentionOption) applyExplainAnswers(r *request) { o(r) }

// WithAttention adds where the head looked. That is no map of a gradient: it does not say what spoke for a word or an answer.
func WithAttention() AttentionOption { return func(r *request) { r.attention = true } }

// StreamOption is how a stream of photos is answered.
type StreamOption func(*request)

func (o StreamOption) applyMany(r *request) { o(r) }

// InFlight is how many photos are read, sent and not yet handed to the callback, 1 to 64; 16 unless set.
func InFlight(photos int) StreamOption { return func(r *request) { r.inFlight = photos } }

// InOrder hands results over in the order of the photos; one that takes long holds up those behind it.
func InOrder() StreamOption { return func(r *request) { r.inOrder = true } }

// narrow is the nearest number that a message can have: the server says what is wrong with it.
func narrow(number int) int32 {
	switch {
	case number > math.MaxInt32:
		return math.MaxInt32
	case number < math.MinInt32:
		return math.MinInt32
	}
	return int32(number)
}
