package gradcam

import (
	"context"

	pb "github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam/v1"
	"google.golang.org/protobuf/proto"
)

const (
	callEvaluate    = "EvidenceService.Evaluate"
	callCheckSanity = "EvidenceService.CheckSanity"
)

// What Measures measures of a map. Pointing and EnergyInside need Boxes.
const (
	Insertion            = pb.Measure_MEASURE_INSERTION
	Deletion             = pb.Measure_MEASURE_DELETION
	OcclusionCorrelation = pb.Measure_MEASURE_OCCLUSION_CORRELATION
	Pointing             = pb.Measure_MEASURE_POINTING
	EnergyInside         = pb.Measure_MEASURE_ENERGY_INSIDE
	Sensitivity          = pb.Measure_MEASURE_SENSITIVITY
)

// EvidenceOption is what is measured of maps, and how.
type EvidenceOption func(*request)

func (o EvidenceOption) applyEvaluate(r *request) { o(r) }

// Measures are what is measured: insertion, deletion and occlusion correlation unless set, and with Boxes pointing and energy.
func Measures(measures ...pb.Measure) EvidenceOption {
	return func(r *request) { r.evidence.Measures = append(r.evidence.Measures, measures...) }
}

// Baselines judges two maps that know nothing of the network beside those of each class.
func Baselines() EvidenceOption { return func(r *request) { r.evidence.IncludeBaselines = true } }

// EvaluateWith is for all else that EvaluateRequest knows: curves, occlusion and sensitivity. Of the other fields it sets nothing.
func EvaluateWith(settings *pb.EvaluateRequest) EvidenceOption {
	return func(r *request) {
		r.evidence.Curves, r.evidence.Occlusion, r.evidence.Sensitivity = settings.GetCurves(), settings.GetOcclusion(), settings.GetSensitivity()
	}
}

// SeedOption is where what is random begins.
type SeedOption uint64

func (o SeedOption) applyEvaluate(r *request) { r.evidence.Seed = uint64(o) }
func (o SeedOption) applySanity(r *request)   { r.sanity.Seed = uint64(o) }

// Seed gives the same noise for the same number.
func Seed(seed uint64) SeedOption { return SeedOption(seed) }

// BoxesOption is where the thing is.
type BoxesOption []Rectangle

func (o BoxesOption) applyEvaluate(r *request) {
	for _, box := range o {
		r.boxes = append(r.boxes, &pb.PixelRectangle{X: box.X, Y: box.Y, Width: box.Width, Height: box.Height})
	}
}
func (o BoxesOption) applyCompareModels(r *request) { o.applyEvaluate(r) }

// Boxes say where the thing is that is explained, in pixels of the photo: maps are judged by it, too.
func Boxes(boxes ...Rectangle) BoxesOption { return boxes }

// SanityCheckOption is how often maps are compared.
type SanityCheckOption func(*request)

func (o SanityCheckOption) applySanity(r *request) { o(r) }

// Checkpoints are how often maps are compared, 1 to 100; 10 unless set.
func Checkpoints(count int) SanityCheckOption {
	return func(r *request) { r.sanity.CheckpointCount = proto.Int32(narrow(count)) }
}

// Evaluation is a prediction, and what speaks for each map of it.
type Evaluation struct {
	Prediction
	// Maps are in the order of the targets; of each by the methods and layers, baselines last.
	Maps []*MapEvidence
}

// MapEvidence is what speaks for a map, and against it. What was not asked for, or is undefined, is nil.
type MapEvidence struct {
	// Subject is what was explained: a label; of a sum, its terms.
	Subject string
	// Method is how the map was made; empty for a baseline.
	Method MapMethod
	// Layers are where it was made; none for a method on pixels, or a baseline.
	Layers []string
	// Baseline is which of the maps it is that know nothing of the network; BASELINE_UNSPECIFIED where it is none of them.
	Baseline pb.Baseline
	// Target is the target that asked for the map: its place among them, from 0.
	Target int
	// AllZero tells that nothing speaks for the score.
	AllZero bool
	// Insertion is the score while the hottest pixels come first: a large area is good.
	Insertion *ScoreCurve
	// Deletion is the score while the hottest pixels go first: a small area is good.
	Deletion *ScoreCurve
	// OcclusionCorrelation is the rank correlation with how much of the score is lost where a patch covers the photo, -1 to 1.
	OcclusionCorrelation *float64
	// Pointing tells whether the peak lies in a box.
	Pointing *pb.Pointing
	// EnergyInside is how much of the map lies in the boxes, 0 to 1.
	EnergyInside *float64
	// Sensitivity is how much the map changes where the photo hardly does: small is good.
	Sensitivity *float64
	// Message is the server's own, with all else.
	Message *pb.MapEvidence
}

// ScoreCurve is a score while more and more pixels are changed.
type ScoreCurve struct {
	// Shares are the shares of the pixels that were changed, 0 to 1, and Scores the scores then.
	Shares, Scores []float64
	// Area is the area under the curve, which is the mean score.
	Area float64
	// Explained tells that the explained score itself is followed, as for a contrast, and not the class's probability.
	Explained bool
}

// SanityCheck is how far maps change while a copy of the model is destroyed.
type SanityCheck struct {
	// Prediction is that of the model that is served.
	Prediction
	// Subject is what was explained, and Score the score's value before anything was random.
	Subject string
	Score   float64
	// Layer is where maps are made; methods on pixels do without.
	Layer string
	// Modules are in the order in which they become random: from the outputs down.
	Modules []string
	// Checkpoints are the comparisons: each has a similarity for each method, in the call's order. Near 1 is bad.
	Checkpoints []*pb.SanityCheckpoint

	expected int
}

// Evaluate makes the maps of a photo that Explain would make, 16 at most, and judges each: is it true to the network, does it lie on the
// thing, does it hold still. It takes dozens of passes a map. Where the answer is cut on the way, what had arrived is returned with an
// *IncompleteError.
func (c *Client) Evaluate(ctx context.Context, photo Photo, options ...EvaluateOption) (*Evaluation, error) {
	asked := c.request()
	for _, option := range options {
		option.applyEvaluate(asked)
	}
	img, err := c.prepare(photo, asked)
	if err != nil {
		return nil, err
	}
	message := proto.Clone(&asked.evidence).(*pb.EvaluateRequest)
	message.Model, message.Image, message.PredictionTopK, message.Targets = asked.model, img, asked.topK, asked.targets
	message.Layers, message.Methods, message.Boxes = asked.layers, asked.methods, asked.boxes
	read, err := events[*pb.EvaluateResponse](asked.outgoing(ctx), c, callEvaluate, ofMaps,
		func(ctx context.Context) (receiver[*pb.EvaluateResponse], error) {
			return pb.NewEvidenceServiceClient(c.conn).Evaluate(ctx, message)
		},
		func() *evaluationReader { return &evaluationReader{asked: asked} })
	return read.evaluation, err
}

// CheckSanity destroys a copy of the model module by module, and tells how far the maps of a class of a photo change: a method whose maps stay
// as they were has failed. The class is the most probable one, unless one is named. A server runs one check at a time, and a second one waits
// its turn as RetryPolicy says. Where the answer is cut on the way, what had arrived is returned with an *IncompleteError, whose Missing are
// checkpoints.
func (c *Client) CheckSanity(ctx context.Context, photo Photo, options ...SanityOption) (*SanityCheck, error) {
	asked := c.request()
	for _, option := range options {
		option.applySanity(asked)
	}
	img, err := c.prepare(photo, asked)
	if err != nil {
		return nil, err
	}
	message := proto.Clone(&asked.sanity).(*pb.CheckSanityRequest)
	message.Model, message.Image, message.PredictionTopK, message.Methods = asked.model, img, asked.topK, asked.methods
	if len(asked.targets) > 1 {
		return nil, wrong("one class is checked, not %d", len(asked.targets))
	}
	if len(asked.targets) == 1 {
		message.Target = asked.targets[0]
	}
	if message.Layer, err = asked.oneLayer(); err != nil {
		return nil, err
	}
	read, err := events[*pb.CheckSanityResponse](asked.outgoing(ctx), c, callCheckSanity, "checkpoints",
		func(ctx context.Context) (receiver[*pb.CheckSanityResponse], error) {
			return pb.NewEvidenceServiceClient(c.conn).CheckSanity(ctx, message)
		},
		func() *sanityReader { return &sanityReader{} })
	return read.check, err
}

func (r *request) oneLayer() (string, error) {
	switch len(r.layers) {
	case 0:
		return "", nil
	case 1:
		return r.layers[0], nil
	}
	return "", wrong("there is one layer here, not %d", len(r.layers))
}

type evaluationReader struct {
	asked      *request
	evaluation *Evaluation
}

func (r *evaluationReader) progress() (begun bool, arrived, expected int, places []int) {
	if r.evaluation == nil {
		return false, 0, -1, nil
	}
	came := make([]*Map, len(r.evaluation.Maps))
	for i, judged := range r.evaluation.Maps {
		came[i] = &Map{Target: judged.Target}
	}
	return true, len(came), -1, missing(len(r.asked.targets), came)
}

func (r *evaluationReader) add(part *pb.EvaluateResponse) error {
	switch event := part.GetEvent().(type) {
	case *pb.EvaluateResponse_Prediction:
		if r.evaluation != nil {
			return broken(callEvaluate, "the prediction came twice")
		}
		r.evaluation = &Evaluation{Prediction: prediction(event.Prediction)}
	case *pb.EvaluateResponse_Evidence:
		if r.evaluation == nil {
			return broken(callEvaluate, "evidence came before the prediction")
		}
		judged, err := mapEvidence(event.Evidence, callEvaluate)
		if err != nil {
			return err
		}
		r.evaluation.Maps = append(r.evaluation.Maps, judged)
	}
	return nil
}

func mapEvidence(m *pb.MapEvidence, call string) (*MapEvidence, error) {
	judged := &MapEvidence{
		Target: int(m.GetTargetIndex()), AllZero: m.GetAllZero(), Insertion: curve(m.GetInsertion()), Deletion: curve(m.GetDeletion()),
		Message: m,
	}
	if m != nil {
		judged.OcclusionCorrelation, judged.EnergyInside, judged.Sensitivity = m.OcclusionCorrelation, m.EnergyInside, m.Sensitivity
		judged.Pointing = m.Pointing
	}
	switch {
	case m.GetMap() != nil:
		judged.Subject, judged.Method, judged.Layers = subject(m.GetMap().GetScore()), methodOf(m.GetMap().GetMethod()), m.GetMap().GetLayers()
	case m.GetBaseline() != nil:
		judged.Subject, judged.Baseline = subject(m.GetBaseline().GetScore()), m.GetBaseline().GetBaseline()
	default:
		return nil, broken(call, "evidence came without the map that it is of")
	}
	return judged, nil
}

func curve(c *pb.ScoreCurve) *ScoreCurve {
	if c == nil {
		return nil
	}
	drawn := &ScoreCurve{Area: c.GetArea(), Explained: c.GetScore() == pb.CurveScore_CURVE_SCORE_EXPLAINED}
	for _, point := range c.GetPoints() {
		drawn.Shares, drawn.Scores = append(drawn.Shares, point.GetShare()), append(drawn.Scores, point.GetScore())
	}
	return drawn
}

type sanityReader struct{ check *SanityCheck }

func (r *sanityReader) progress() (begun bool, arrived, expected int, missing []int) {
	if r.check == nil {
		return false, 0, -1, nil
	}
	for place := len(r.check.Checkpoints); place < r.check.expected; place++ {
		missing = append(missing, place)
	}
	return true, len(r.check.Checkpoints), r.check.expected, missing
}

func (r *sanityReader) add(part *pb.CheckSanityResponse) error {
	switch event := part.GetEvent().(type) {
	case *pb.CheckSanityResponse_Subject:
		if r.check != nil {
			return broken(callCheckSanity, "what is checked came twice")
		}
		of := event.Subject
		r.check = &SanityCheck{
			Prediction: prediction(of.GetPrediction()), Subject: subject(of.GetScore()), Score: of.GetScore().GetValue(), Layer: of.GetLayer(),
			Modules: of.GetModules(), expected: int(of.GetCheckpointCount()),
		}
	case *pb.CheckSanityResponse_Checkpoint:
		if r.check == nil {
			return broken(callCheckSanity, "a checkpoint came before what is checked")
		}
		r.check.Checkpoints = append(r.check.Checkpoints, event.Checkpoint)
	}
	return nil
}
