package gradcam

import (
	pb "github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam/v1"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// MapMethod is a way to make a map, by its name in the API (ExplanationMethod). Methods that take parameters have their defaults; MethodWith
// sets them.
type MapMethod string

// The methods. Those from Saliency on, but for GuidedGradCAM, explain the pixels themselves, and have no layer.
const (
	GradCAM               MapMethod = "grad_cam"
	GradCAMPlusPlus       MapMethod = "grad_cam_plus_plus"
	XGradCAM              MapMethod = "xgrad_cam"
	LayerCAM              MapMethod = "layer_cam"
	HiResCAM              MapMethod = "hires_cam"
	ElementWiseGradCAM    MapMethod = "element_wise_grad_cam"
	EigenCAM              MapMethod = "eigen_cam"
	EigenGradCAM          MapMethod = "eigen_grad_cam"
	CAM                   MapMethod = "cam"
	ScoreCAM              MapMethod = "score_cam"
	AblationCAM           MapMethod = "ablation_cam"
	Saliency              MapMethod = "saliency"
	GuidedBackpropagation MapMethod = "guided_backpropagation"
	Deconvolution         MapMethod = "deconvolution"
	GuidedGradCAM         MapMethod = "guided_grad_cam"
	IntegratedGradients   MapMethod = "integrated_gradients"
	SmoothGrad            MapMethod = "smooth_grad"
	Occlusion             MapMethod = "occlusion"
)

const methodOneof = "method"

func (m MapMethod) message() (*pb.ExplanationMethod, error) {
	method := (&pb.ExplanationMethod{}).ProtoReflect()
	field := method.Descriptor().Oneofs().ByName(methodOneof).Fields().ByName(protoreflect.Name(m))
	if field == nil {
		return nil, wrong("there is no method %q", string(m))
	}
	method.Set(field, method.NewField(field))
	return method.Interface().(*pb.ExplanationMethod), nil
}

func methodOf(method *pb.ExplanationMethod) MapMethod {
	message := method.ProtoReflect()
	field := message.WhichOneof(message.Descriptor().Oneofs().ByName(methodOneof))
	if field == nil {
		return ""
	}
	return MapMethod(field.Name())
}

// What of a class, a word or an answer is explained.
const (
	Logit          = pb.ScoreKind_SCORE_KIND_LOGIT
	Probability    = pb.ScoreKind_SCORE_KIND_PROBABILITY
	LogProbability = pb.ScoreKind_SCORE_KIND_LOG_PROBABILITY
	Counterfactual = pb.ScoreKind_SCORE_KIND_COUNTERFACTUAL
)

// The grid of a map's numbers: the layer's own, the network's input in pixels, or the photo in pixels.
const (
	GridNative = pb.MapGrid_MAP_GRID_NATIVE
	GridInput  = pb.MapGrid_MAP_GRID_INPUT
	GridImage  = pb.MapGrid_MAP_GRID_IMAGE
)

// A map's numbers: after the ReLU, before it, or 0 to 1 for drawing.
const (
	Rectified = pb.MapValues_MAP_VALUES_RECTIFIED
	Signed    = pb.MapValues_MAP_VALUES_SIGNED
	Scaled    = pb.MapValues_MAP_VALUES_SCALED
)

// What is made of the maps of several layers: nothing, their mean, or their maximum.
const (
	FuseNone    = pb.LayerFusion_LAYER_FUSION_NONE
	FuseMean    = pb.LayerFusion_LAYER_FUSION_MEAN
	FuseMaximum = pb.LayerFusion_LAYER_FUSION_MAXIMUM
)
