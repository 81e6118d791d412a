package gradcam

import (
	"context"

	pb "github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam/v1"
	"google.golang.org/protobuf/proto"
)

const (
	callCompareClasses = "ComparisonService.CompareClasses"
	callCompareModels  = "ComparisonService.CompareModels"
	callPerturb        = "ComparisonService.Perturb"
)

// RankedClass is a class, and its place among all of the model's: 1 for the most probable one.
type RankedClass struct {
	ClassScore
	Rank int
}

// ClassComparison is what the network found, next to what it should have found.
type ClassComparison struct {
	Prediction
	// Correct tells whether the most probable class is the true one.
	Correct bool
	// TrueClass is the true one.
	TrueClass RankedClass
	// PredictedMap is why the most probable class.
	PredictedMap *Map
	// TrueMap is why the true class, and ContrastMap why the most probable one rather than that; nil where the prediction is right.
	TrueMap, ContrastMap *Map
	// RankCorrelation is Spearman's, of the two maps, -1 to 1; nil where the prediction is right, or where it is undefined.
	RankCorrelation *float64
}

// ModelChoice is a model, and the layer to explain it at: its own default where there is none.
type ModelChoice struct{ Model, Layer string }

// ComparedModel is what one of several models says.
type ComparedModel struct {
	Prediction
	// ExplainedClass is the class that is explained, and Map why.
	ExplainedClass RankedClass
	Map            *Map
	// Evidence is what speaks for the map, and against it.
	Evidence *MapEvidence
	// RankCorrelation is that of this map and the first model's, -1 to 1, over what both networks see; nil where it is undefined.
	RankCorrelation *float64
}

// PhotoExplanation is what a network says of a photo, and why a class.
type PhotoExplanation struct {
	Prediction
	ExplainedClass RankedClass
	Map            *Map
}

// Perturbation is what a network says of a photo, and of the photo changed by so little that nobody sees it.
type Perturbation struct {
	// Before is of the photo; After of the changed photo, and in its pixels.
	Before, After *PhotoExplanation
	// ChangedPhoto is a PNG file of what the network saw.
	ChangedPhoto []byte
	// LargestChange is how far the colour that moved farthest did, as a share of its range.
	LargestChange float64
	// ClassLost tells whether the class was the most probable one before, and is not after.
	ClassLost bool
	// RankCorrelation is Spearman's, of the two maps, -1 to 1; nil where it is undefined.
	RankCorrelation *float64
	// Message is the server's own: it tells how the photo was changed.
	Message *pb.PerturbResponse
}

// attack is how a photo is changed.
type attack struct {
	several bool
	pgd     pb.Pgd
}

// AttackOption is how a photo is changed.
type AttackOption func(*attack)

func (o AttackOption) applyPerturb(r *request) { o(&r.attack) }

// Epsilon is how far a colour moves at most, as a share of its range, 0 to 1; 2/255 unless set.
func Epsilon(share float64) AttackOption {
	return func(a *attack) { a.pgd.Epsilon = &share }
}

// Steps changes the photo in several steps, 1 to 100, by projected gradient descent; in one, by the fast gradient sign method, where neither
// Steps nor StepSize nor RandomStart is given.
func Steps(count int) AttackOption {
	return func(a *attack) { a.several, a.pgd.StepCount = true, proto.Int32(narrow(count)) }
}

// StepSize is how far a colour moves in a step, as a share of its range; a quarter of Epsilon unless set.
func StepSize(share float64) AttackOption {
	return func(a *attack) { a.several, a.pgd.StepSize = true, &share }
}

// RandomStart starts at a random place, no farther than Epsilon from the photo; the same seed gives the same.
func RandomStart(seed uint64) AttackOption {
	return func(a *attack) { a.several, a.pgd.RandomStart = true, &pb.RandomStart{Seed: seed} }
}

// CompareClasses tells why the network failed: maps of the class it found, of the true one (Label or Class), and of the one rather than the
// other, from one pass. There is one method and one layer.
func (c *Client) CompareClasses(ctx context.Context, photo Photo, trueClass ClassTargetOption, options ...CompareClassesOption) (*ClassComparison, error) {
	asked := c.comparison()
	trueClass(asked)
	for _, option := range options {
		option.applyCompareClasses(asked)
	}
	one, err := asked.one()
	if err != nil {
		return nil, err
	}
	img, err := c.prepare(photo, asked)
	if err != nil {
		return nil, err
	}
	message := &pb.CompareClassesRequest{
		Model: asked.model, Image: img, TrueClass: one.class, Layer: one.layer, Method: one.method, Outputs: asked.outputs(),
	}
	var answer *pb.CompareClassesResponse
	err = c.Call(asked.outgoing(ctx), callCompareClasses, func(ctx context.Context) error {
		var err error
		answer, err = pb.NewComparisonServiceClient(c.conn).CompareClasses(ctx, message)
		return err
	})
	if err != nil {
		return nil, err
	}
	found := &ClassComparison{
		Prediction: prediction(answer.GetPrediction()), Correct: answer.GetCorrect(), TrueClass: ranked(answer.GetTrueClass()),
		RankCorrelation: answer.RankCorrelation,
	}
	if found.PredictedMap, err = newMap(answer.GetPredictedMap(), asked.overlay != nil, callCompareClasses); err != nil {
		return nil, err
	}
	for _, other := range []struct {
		from *pb.SaliencyMap
		to   **Map
	}{{answer.GetTrueMap(), &found.TrueMap}, {answer.GetContrastMap(), &found.ContrastMap}} {
		if other.from != nil {
			if *other.to, err = newMap(other.from, asked.overlay != nil, callCompareClasses); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// CompareModels tells which of 2 to 8 models can be trusted: each one's map of the same class, and what speaks for it and against it. The
// others are compared with the first; the class is its most probable one, unless one is named by Label or Class. There is one method, and
// layers are those of the choices.
func (c *Client) CompareModels(ctx context.Context, photo Photo, models []ModelChoice, options ...CompareModelsOption) ([]*ComparedModel, error) {
	asked := c.comparison()
	asked.model = ""
	for _, option := range options {
		option.applyCompareModels(asked)
	}
	one, err := asked.one()
	if err != nil {
		return nil, err
	}
	if asked.model != "" || one.layer != "" {
		return nil, wrong("models and their layers are those of the choices, not of the options Model and Layer")
	}
	img, err := c.prepare(photo, asked)
	if err != nil {
		return nil, err
	}
	message := &pb.CompareModelsRequest{
		Image: img, ExplainedClass: one.class, Method: one.method, Outputs: asked.outputs(), Boxes: asked.boxes,
	}
	for _, choice := range models {
		message.Models = append(message.Models, &pb.ModelChoice{Model: choice.Model, Layer: choice.Layer})
	}
	var answer *pb.CompareModelsResponse
	err = c.Call(asked.outgoing(ctx), callCompareModels, func(ctx context.Context) error {
		var err error
		answer, err = pb.NewComparisonServiceClient(c.conn).CompareModels(ctx, message)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(answer.GetModels()) != len(models) {
		return nil, broken(callCompareModels, "the server compared %d of %d models", len(answer.GetModels()), len(models))
	}
	var found []*ComparedModel
	for _, each := range answer.GetModels() {
		compared := &ComparedModel{
			Prediction: prediction(each.GetPrediction()), ExplainedClass: ranked(each.GetExplainedClass()), RankCorrelation: each.RankCorrelation,
		}
		if compared.Map, err = newMap(each.GetMap(), asked.overlay != nil, callCompareModels); err != nil {
			return nil, err
		}
		if compared.Evidence, err = mapEvidence(each.GetEvidence(), callCompareModels); err != nil {
			return nil, err
		}
		found = append(found, compared)
	}
	return found, nil
}

// Perturb changes a photo by so little that nobody sees it, so that a class is lost, and explains the class before and after: the most
// probable one, unless one is named by Label or Class. There is one method and one layer.
func (c *Client) Perturb(ctx context.Context, photo Photo, options ...PerturbOption) (*Perturbation, error) {
	asked := c.comparison()
	for _, option := range options {
		option.applyPerturb(asked)
	}
	one, err := asked.one()
	if err != nil {
		return nil, err
	}
	img, err := c.prepare(photo, asked)
	if err != nil {
		return nil, err
	}
	message := &pb.PerturbRequest{
		Model: asked.model, Image: img, AttackedClass: one.class, Layer: one.layer, Method: one.method, Outputs: asked.outputs(),
		Attack: &pb.PerturbRequest_Fgsm{Fgsm: &pb.Fgsm{Epsilon: asked.attack.pgd.Epsilon}},
	}
	if asked.attack.several {
		message.Attack = &pb.PerturbRequest_Pgd{Pgd: &asked.attack.pgd}
	}
	var answer *pb.PerturbResponse
	err = c.Call(asked.outgoing(ctx), callPerturb, func(ctx context.Context) error {
		var err error
		answer, err = pb.NewComparisonServiceClient(c.conn).Perturb(ctx, message)
		return err
	})
	if err != nil {
		return nil, err
	}
	found := &Perturbation{
		ChangedPhoto: answer.GetChangedPhoto().GetData(), LargestChange: answer.GetLargestChange(), ClassLost: answer.GetClassLost(),
		RankCorrelation: answer.RankCorrelation, Message: answer,
	}
	for _, of := range []struct {
		from *pb.PhotoExplanation
		to   **PhotoExplanation
	}{{answer.GetBefore(), &found.Before}, {answer.GetAfter(), &found.After}} {
		explained, err := newMap(of.from.GetMap(), asked.overlay != nil, callPerturb)
		if err != nil {
			return nil, err
		}
		*of.to = &PhotoExplanation{
			Prediction: prediction(of.from.GetPrediction()), ExplainedClass: ranked(of.from.GetExplainedClass()), Map: explained,
		}
	}
	return found, nil
}

// comparison is a request whose maps are drawn.
func (c *Client) comparison() *request {
	asked := c.request()
	asked.overlay = &pb.OverlayOutput{}
	return asked
}

// single is what there is one of, at most, in comparisons.
type single struct {
	class  *pb.ClassReference
	layer  string
	method *pb.ExplanationMethod
}

func (r *request) one() (single, error) {
	var found single
	var err error
	if found.layer, err = r.oneLayer(); err != nil {
		return found, err
	}
	if len(r.methods) > 1 || r.fusion != pb.LayerFusion_LAYER_FUSION_UNSPECIFIED {
		return found, wrong("there is one method here, and nothing to fuse")
	}
	if len(r.methods) == 1 {
		found.method = r.methods[0]
	}
	if len(r.targets) > 1 {
		return found, wrong("there is one class here, not %d", len(r.targets))
	}
	if len(r.targets) == 1 {
		target := r.targets[0]
		switch named := target.GetTarget().(type) {
		case *pb.ClassTarget_Label:
			found.class = &pb.ClassReference{Reference: &pb.ClassReference_Label{Label: named.Label}}
		case *pb.ClassTarget_ClassIndex:
			found.class = &pb.ClassReference{Reference: &pb.ClassReference_ClassIndex{ClassIndex: named.ClassIndex}}
		}
		if found.class == nil || target.ScoreKind != pb.ScoreKind_SCORE_KIND_UNSPECIFIED || target.Contrast != nil {
			return found, wrong("a class is named here by Label or Class alone: its logit is explained")
		}
	}
	return found, nil
}

func ranked(class *pb.RankedClass) RankedClass {
	score := class.GetScore()
	return RankedClass{
		ClassScore{Index: int(score.GetClassIndex()), Label: score.GetLabel(), Probability: score.GetProbability(), Logit: score.GetLogit()},
		int(class.GetRank()),
	}
}
