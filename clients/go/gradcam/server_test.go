package gradcam_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"io/fs"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam"
	pb "github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/reflect/protoreflect"
)

const patience = time.Minute

// goldenCase is a raw map before its ReLU, as pytorch-grad-cam and timm compute it.
type goldenCase struct {
	Name   string    `json:"name"`
	Layer  string    `json:"layer"`
	Method string    `json:"method"`
	Kind   string    `json:"kind"`
	Class  int       `json:"cls"`
	Other  *int      `json:"other"`
	Size   [2]int    `json:"size"`
	Values []float64 `json:"values"`
}

func TestExplain_GoldenCases_AreTheReferences(t *testing.T) {
	client := connect(t)
	var cases []goldenCase
	if err := json.Unmarshal(must[[]byte](t)(os.ReadFile("testdata/chelsea.cams.json")), &cases); err != nil {
		t.Fatal(err)
	}
	methods := map[string]gradcam.MapMethod{
		"GradCAM": gradcam.GradCAM, "GradCAMPlusPlus": gradcam.GradCAMPlusPlus, "LayerCAM": gradcam.LayerCAM,
		"GradCAMElementWise": gradcam.ElementWiseGradCAM,
	}
	for _, golden := range cases {
		t.Run(golden.Name, func(t *testing.T) {
			var options []gradcam.TargetOption
			switch golden.Kind {
			case "contrast":
				options = append(options, gradcam.RatherThanClass(*golden.Other))
			case "log_probability":
				options = append(options, gradcam.Of(gradcam.LogProbability))
			}

			why := must[*gradcam.Explanation](t)(client.Explain(within(t, patience), gradcam.File(cat),
				gradcam.Class(golden.Class, options...), gradcam.Layer(golden.Layer), gradcam.Method(methods[golden.Method]),
				gradcam.Values(gradcam.Signed), gradcam.NoOverlay()))

			m := why.Maps[0]
			if m.Height != golden.Size[0] || m.Width != golden.Size[1] || m.Method != methods[golden.Method] || m.Layers[0] != golden.Layer {
				t.Fatalf("the map is %d x %d of %s at %v", m.Height, m.Width, m.Method, m.Layers)
			}
			// Networks of more than 40 layers: 5e-4 of the largest magnitude.
			assertClose(t, m.Values, golden.Values, 5e-4)
		})
	}
}

func TestClassify_EveryClass_ProbabilitiesAreTheSoftmax(t *testing.T) {
	client := connect(t, gradcam.WithCompression())

	found := must[*gradcam.Prediction](t)(client.Classify(within(t, patience), gradcam.File(cat), gradcam.TopK(1000)))

	if len(found.Classes) != 1000 || found.Width != 451 || found.Height != 300 || found.Model != "embedded" {
		t.Fatalf("%d classes, %d x %d, %s", len(found.Classes), found.Width, found.Height, found.Model)
	}
	if found.Classes[0].Index != tigerCat || found.Classes[0].Label != "tiger cat" {
		t.Errorf("the cat is %+v", found.Classes[0])
	}
	sum := 0.0
	for _, class := range found.Classes {
		sum += math.Exp(class.Logit)
	}
	for i, class := range found.Classes {
		if math.Abs(class.Probability-math.Exp(class.Logit)/sum) > 1e-6 {
			t.Errorf("%s has the probability %g, and should have %g", class.Label, class.Probability, math.Exp(class.Logit)/sum)
		}
		if i > 0 && class.Probability > found.Classes[i-1].Probability {
			t.Errorf("%s comes behind a less probable class", class.Label)
		}
	}
	// The largest square in the middle, but for what resizing to 256 and cropping 224 leaves out: 300 * 224 / 256.
	side := 300.0 * 224 / 256
	want := gradcam.Rectangle{X: (451 - side) / 2, Y: (300 - side) / 2, Width: side, Height: side}
	if math.Abs(found.Crop.X-want.X) > 1 || math.Abs(found.Crop.Y-want.Y) > 1 || math.Abs(found.Crop.Width-want.Width) > 1 {
		t.Errorf("the crop is %+v, and should be %+v", found.Crop, want)
	}
}

func TestExplain_PathBytesAndPixels_AreTheSamePhoto(t *testing.T) {
	client := connect(t)
	file := must[[]byte](t)(os.ReadFile(cat))
	picture := must[image.Image](t)(png.Decode(bytes.NewReader(file)))

	var maps []*gradcam.Map
	for _, photo := range []gradcam.Photo{gradcam.File(cat), gradcam.Encoded(file), gradcam.Pixels(picture)} {
		why := must[*gradcam.Explanation](t)(client.Explain(within(t, patience), photo, gradcam.Label("tiger cat")))
		maps = append(maps, why.Maps[0])
	}

	for _, m := range maps[1:] {
		assertClose(t, m.Values, doubles(maps[0].Values), 1e-5)
	}
}

// The overlay in grey at full opacity is the map itself: scaled to 0..1 over what it covers, bilinear on the photo's grid.
func TestExplain_Overlay_IsTheMapOverThePhoto(t *testing.T) {
	client := connect(t)
	opaque := 1.0
	style := &pb.OverlayOutput{ColorMap: pb.ColorMap_COLOR_MAP_GREY, Opacity: &opaque}

	why := must[*gradcam.Explanation](t)(client.Explain(within(t, patience), gradcam.File(cat), gradcam.Label("tiger cat"), gradcam.DrawOverlay(style)))

	m := why.Maps[0]
	overlay := must[image.Image](t)(m.Overlay())
	photo := must[image.Image](t)(png.Decode(bytes.NewReader(must[[]byte](t)(os.ReadFile(cat)))))
	if overlay.Bounds() != photo.Bounds() {
		t.Fatalf("the overlay is %v, and the photo %v", overlay.Bounds(), photo.Bounds())
	}
	least, most := math.Inf(1), math.Inf(-1)
	inside := map[image.Point]float64{}
	for y := 0; y < why.Height; y++ {
		for x := 0; x < why.Width; x++ {
			px, py := float64(x)+0.5-m.Crop.X, float64(y)+0.5-m.Crop.Y
			if px < 0 || py < 0 || px > m.Crop.Width || py > m.Crop.Height {
				continue
			}
			value := bilinear(m, px/m.Crop.Width*float64(m.Width)-0.5, py/m.Crop.Height*float64(m.Height)-0.5)
			inside[image.Pt(x, y)] = value
			least, most = math.Min(least, value), math.Max(most, value)
		}
	}
	for y := 0; y < why.Height; y++ {
		for x := 0; x < why.Width; x++ {
			red, green, blue, _ := overlay.At(x, y).RGBA()
			value, covered := inside[image.Pt(x, y)]
			if !covered {
				if wantRed, wantGreen, wantBlue, _ := photo.At(x, y).RGBA(); red != wantRed || green != wantGreen || blue != wantBlue {
					t.Fatalf("outside of what the network saw, at %d,%d, the photo is changed", x, y)
				}
				continue
			}
			want := 255 * (value - least) / (most - least)
			if math.Abs(float64(red>>8)-want) > 2 || red != green || green != blue {
				t.Fatalf("at %d,%d the overlay is %d,%d,%d, and should be %.1f", x, y, red>>8, green>>8, blue>>8, want)
			}
		}
	}
	path := t.TempDir() + "/overlay.png"
	if err := m.SaveOverlay(path); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(must[[]byte](t)(os.ReadFile(path)), m.OverlayFile()) {
		t.Error("the file is not the overlay")
	}
}

// A class's heat is on it: the tiger cat's peak is on the cat's head, and Peak says the same as the server's own.
func TestMap_Peak_IsTheServers(t *testing.T) {
	client := connect(t)
	peak := &pb.MapOutput{Form: &pb.MapOutput_Peak{Peak: &pb.PeakOutput{}}}
	for _, grid := range []pb.MapGrid{gradcam.GridNative, gradcam.GridInput, gradcam.GridImage} {
		why := must[*gradcam.Explanation](t)(client.Explain(within(t, patience), gradcam.File(cat), gradcam.Grid(grid), gradcam.Output(peak), gradcam.NoOverlay()))

		m := why.Maps[0]
		x, y := m.Peak()
		want := m.Outputs[0].GetPeak()
		// On finer grids the largest value lies within half a position of the native grid's.
		half := m.Crop.Width / float64(m.Provenance.GetNativeSize().GetWidth()) / 2
		if grid == gradcam.GridNative {
			half = 1e-6
		}
		if math.Abs(x-want.GetPoint().GetX()) > half+1 || math.Abs(y-want.GetPoint().GetY()) > half+1 {
			t.Errorf("%v: the peak is at %.1f,%.1f, and the server's at %v", grid, x, y, want.GetPoint())
		}
		if value := float64(m.At(m.PeakCell())); math.Abs(value-want.GetValue()) > 0.02*want.GetValue() {
			t.Errorf("%v: the peak's value is %g, and the server's %g", grid, value, want.GetValue())
		}
	}
	why := must[*gradcam.Explanation](t)(client.Explain(within(t, patience), gradcam.File(cat)))
	if _, err := why.Maps[0].Overlay(); err != nil {
		t.Error(err)
	}
	bare := must[*gradcam.Explanation](t)(client.Explain(within(t, patience), gradcam.File(cat), gradcam.NoOverlay()))
	if _, err := bare.Maps[0].Overlay(); !errors.Is(err, gradcam.ErrNoOverlay) {
		t.Errorf("a map without an overlay says %v", err)
	}
}

func TestMap_OnPhoto_IsWhatTheServerInterpolates(t *testing.T) {
	client := connect(t)
	ours := must[*gradcam.Explanation](t)(client.Explain(within(t, patience), gradcam.File(cat), gradcam.Label("tiger cat"), gradcam.NoOverlay()))
	theirs := must[*gradcam.Explanation](t)(client.Explain(within(t, patience), gradcam.File(cat), gradcam.Label("tiger cat"), gradcam.NoOverlay(),
		gradcam.Grid(gradcam.GridImage)))

	on := ours.Maps[0].OnPhoto()

	if on.Width != 451 || on.Height != 300 || theirs.Maps[0].Width != 451 {
		t.Fatalf("%d x %d", on.Width, on.Height)
	}
	assertClose(t, on.Values, doubles(theirs.Maps[0].Values), 1e-4)
}

// Of two classes, each pixel has the label of the one whose map is larger there.
func TestExplain_LabelImages_Come(t *testing.T) {
	client := connect(t)

	why := must[*gradcam.Explanation](t)(client.Explain(within(t, patience), gradcam.File(cat), gradcam.Label("tiger cat"), gradcam.Label("Egyptian cat"),
		gradcam.LabelImages(&pb.LabelImageOutput{}), gradcam.Priority(gradcam.Low)))

	if len(why.Maps) != 2 || len(why.LabelImages) != 1 || len(why.LabelImages[0].GetLabels()) != 2 {
		t.Fatalf("%d maps, %d pictures", len(why.Maps), len(why.LabelImages))
	}
	picture := must[image.Image](t)(png.Decode(bytes.NewReader(why.LabelImages[0].GetImage().GetData())))
	if picture.Bounds() != image.Rect(0, 0, 451, 300) {
		t.Errorf("the picture is %v", picture.Bounds())
	}
}

func TestCaption_DecodeWith_OptionsBehindItChangeIt(t *testing.T) {
	client := connect(t)
	beams := int32(2)
	decoding := &pb.CaptionDecoding{Choice: &pb.CaptionDecoding_BeamSearch{BeamSearch: &pb.BeamSearch{BeamCount: &beams}}}

	found := must[*gradcam.Captions](t)(client.Caption(within(t, patience), gradcam.File(cat), gradcam.DecodeWith(decoding), gradcam.Prefix("a cat")))

	if len(found.Captions) != 2 || !strings.HasPrefix(found.Captions[0].Text, "a cat") || decoding.Prefix != "" {
		t.Errorf("%+v of %v", found.Captions, decoding)
	}
}

// By linearity: a sum's map is the sum of its classes' maps, and the counterfactual's the negated one.
func TestExplain_TargetsOfEveryKind_AreLinear(t *testing.T) {
	client := connect(t)

	why := must[*gradcam.Explanation](t)(client.Explain(within(t, patience), gradcam.File(cat), gradcam.Values(gradcam.Signed), gradcam.NoOverlay(),
		gradcam.Class(tigerCat), gradcam.Label("Egyptian cat"), gradcam.Label("tiger cat", gradcam.Of(gradcam.Counterfactual)),
		gradcam.Class(tigerCat, gradcam.RatherThan("Egyptian cat")),
		gradcam.Sum([]gradcam.Term{{Label: "tiger cat", Weight: 2}, {Index: egyptianCat, Weight: -0.5}}), gradcam.Best(2)))

	if len(why.Maps) != 7 {
		t.Fatalf("%d maps came", len(why.Maps))
	}
	tiger, egyptian := doubles(why.Maps[0].Values), doubles(why.Maps[1].Values)
	combine := func(a, b float64) []float64 {
		values := make([]float64, len(tiger))
		for i := range values {
			values[i] = a*tiger[i] + b*egyptian[i]
		}
		return values
	}
	assertClose(t, why.Maps[2].Values, combine(-1, 0), 1e-4)
	assertClose(t, why.Maps[3].Values, combine(1, -1), 1e-3)
	assertClose(t, why.Maps[4].Values, combine(2, -0.5), 1e-4)
	assertClose(t, why.Maps[5].Values, tiger, 1e-4)
	if score := why.Maps[0].Score - why.Maps[1].Score; math.Abs(why.Maps[3].Score-score) > 1e-4 {
		t.Errorf("the contrast's score is %g, and should be %g", why.Maps[3].Score, score)
	}
	subjects := []string{}
	places := []int{}
	for _, m := range why.Maps {
		subjects = append(subjects, m.Subject)
		places = append(places, m.Target)
	}
	want := []string{"tiger cat", "Egyptian cat", "tiger cat", "tiger cat", "2 * tiger cat + -0.5 * Egyptian cat", "tiger cat", "Egyptian cat"}
	if !reflect.DeepEqual(subjects, want) || !reflect.DeepEqual(places, []int{0, 1, 2, 3, 4, 5, 5}) {
		t.Errorf("%q %v", subjects, places)
	}
}

func TestExplain_EveryMethod_IsKnownToBothSides(t *testing.T) {
	client := connect(t)
	all := []gradcam.MapMethod{
		gradcam.GradCAM, gradcam.GradCAMPlusPlus, gradcam.XGradCAM, gradcam.LayerCAM, gradcam.HiResCAM, gradcam.ElementWiseGradCAM,
		gradcam.EigenCAM, gradcam.EigenGradCAM, gradcam.CAM, gradcam.ScoreCAM, gradcam.AblationCAM, gradcam.Saliency,
		gradcam.GuidedBackpropagation, gradcam.Deconvolution, gradcam.GuidedGradCAM, gradcam.IntegratedGradients, gradcam.SmoothGrad,
		gradcam.Occlusion,
	}
	fields := (&pb.ExplanationMethod{}).ProtoReflect().Descriptor().Oneofs().ByName("method").Fields()
	if fields.Len() != len(all) {
		t.Errorf("the API has %d methods, and this client %d", fields.Len(), len(all))
	}
	quick := all[:9]

	why := must[*gradcam.Explanation](t)(client.Explain(within(t, patience), gradcam.File(cat), gradcam.Method(quick...), gradcam.NoOverlay()))

	came := map[gradcam.MapMethod]bool{}
	for _, m := range why.Maps {
		came[m.Method] = true
	}
	for _, method := range quick {
		if !came[method] {
			t.Errorf("%s has no map", method)
		}
	}
	for _, method := range all {
		if fields.ByName(protoreflect.Name(method)) == nil {
			t.Errorf("the API has no %s", method)
		}
	}
	if _, err := client.Explain(within(t, patience), gradcam.File(cat), gradcam.Method("grad-cam")); err == nil || !strings.Contains(err.Error(), `"grad-cam"`) {
		t.Errorf("an unknown method says %v", err)
	}
}

func TestExplain_SeveralFieldsAreWrong_EachIsNamed(t *testing.T) {
	client := connect(t)

	_, err := client.Explain(within(t, patience), gradcam.File(cat), gradcam.Class(5000), gradcam.Layer("no.such.layer"), gradcam.TopK(0))

	var fault *gradcam.Error
	if !errors.As(err, &fault) {
		t.Fatalf("the error is %v", err)
	}
	if fault.Code != codes.InvalidArgument || !errors.Is(err, gradcam.ErrInvalid) || fault.Reason != "INVALID_REQUEST" {
		t.Errorf("%s, %s", fault.Code, fault.Reason)
	}
	fields := map[string]string{}
	for _, violation := range fault.Violations {
		fields[violation.Field] = violation.Description
	}
	for _, field := range []string{"targets[0].class_index", "layers[0]", "prediction_top_k"} {
		if fields[field] == "" {
			t.Errorf("%s is not among the fields at fault, %v", field, fields)
		} else if !strings.Contains(err.Error(), fields[field]) {
			t.Errorf("%q does not say %q", err, fields[field])
		}
	}
}

func TestExplain_LabelIsUnknown_IsNotFoundAndSaysWhere(t *testing.T) {
	client := connect(t)

	_, err := client.Explain(within(t, patience), gradcam.File(cat), gradcam.Label("no such animal"))

	var fault *gradcam.Error
	if !errors.Is(err, gradcam.ErrNotFound) || !errors.As(err, &fault) || len(fault.Violations) != 1 || fault.Violations[0].Field != "targets[0].label" {
		t.Errorf("%v", err)
	}
	if errors.Is(err, gradcam.ErrInvalid) || errors.Is(err, gradcam.ErrBusy) {
		t.Error("an error is of two kinds")
	}
}

func TestPhoto_PathDoesNotExist_IsTheFilesError(t *testing.T) {
	client := connect(t)
	photo := gradcam.File("no/such/photo.jpg")
	ctx := within(t, patience)

	_, classify := client.Classify(ctx, photo)
	_, explain := client.Explain(ctx, photo)
	_, caption := client.Caption(ctx, photo)
	_, ask := client.Ask(ctx, photo, "what is it")

	for _, err := range []error{classify, explain, caption, ask} {
		if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "no/such/photo.jpg") {
			t.Errorf("the error is %v", err)
		}
	}
	if _, err := client.Classify(ctx, gradcam.Photo{}); err == nil {
		t.Error("a photo of nothing is no error")
	}
}

func TestPhoto_IsDamaged_IsInvalid(t *testing.T) {
	client := connect(t)

	_, err := client.Classify(within(t, patience), gradcam.Encoded([]byte("this is no photo")))

	var fault *gradcam.Error
	if !errors.As(err, &fault) || !errors.Is(err, gradcam.ErrInvalid) || len(fault.Violations) != 1 || fault.Violations[0].Field != "image.encoded" {
		t.Errorf("%v", err)
	}
}

// Two photos in turn, with one that is not there and one that is damaged among them: each is what it is alone.
func TestExplainMany_SomePhotosAreBad_EachHasItsOwnAnswer(t *testing.T) {
	client := connect(t)
	ctx := within(t, patience)
	var photos []gradcam.Photo
	for i := 0; i < 40; i++ {
		photos = append(photos, gradcam.File([]string{cat, astronaut}[i%2]))
	}
	photos[7] = gradcam.File("no/such/photo.jpg")
	photos[20] = gradcam.Encoded([]byte("this is no photo"))
	method, signed := gradcam.Method(gradcam.GradCAM), gradcam.Values(gradcam.Signed)
	var alone [2]*gradcam.Explanation
	for i := range alone {
		alone[i] = must[*gradcam.Explanation](t)(client.Explain(ctx, photos[i], method, signed, gradcam.NoOverlay(), gradcam.Best(2)))
	}

	seen := map[int]bool{}
	err := client.ExplainMany(ctx, photos, func(result gradcam.Result) error {
		if seen[result.Index] {
			t.Errorf("photo %d came twice", result.Index)
		}
		seen[result.Index] = true
		switch result.Index {
		case 7:
			if !errors.Is(result.Err, fs.ErrNotExist) {
				t.Errorf("photo 7: %v", result.Err)
			}
		case 20:
			if !errors.Is(result.Err, gradcam.ErrInvalid) {
				t.Errorf("photo 20: %v", result.Err)
			}
		default:
			if result.Err != nil || len(result.Explanation.Maps) != 2 {
				t.Fatalf("photo %d: %v", result.Index, result.Err)
			}
			for i, m := range result.Explanation.Maps {
				assertClose(t, m.Values, doubles(alone[result.Index%2].Maps[i].Values), 1e-4)
			}
		}
		return nil
	}, gradcam.InFlight(9), gradcam.Best(2), method, signed)

	if err != nil || len(seen) != len(photos) {
		t.Errorf("%d results came; %v", len(seen), err)
	}
}

func TestExplainMany_InOrder_ComesInOrder(t *testing.T) {
	client := connect(t)
	photos := make([]gradcam.Photo, 12)
	for i := range photos {
		photos[i] = gradcam.File(cat)
	}
	photos[3] = gradcam.File("no/such/photo.jpg")
	var order []int

	err := client.ExplainMany(within(t, patience), photos, func(result gradcam.Result) error {
		order = append(order, result.Index)
		return nil
	}, gradcam.InOrder(), gradcam.InFlight(5))

	if err != nil || !reflect.DeepEqual(order, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}) {
		t.Errorf("%v; %v", order, err)
	}
}

func TestExplainMany_FunctionFails_EndsWithItsError(t *testing.T) {
	client := connect(t)
	enough := errors.New("enough")
	calls := 0

	err := client.ExplainMany(within(t, patience), []gradcam.Photo{gradcam.File(cat), gradcam.File(cat), gradcam.File(cat)}, func(gradcam.Result) error {
		calls++
		return enough
	})

	if err != enough || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

func TestExplainChannel_ContextEnds_SaysSoAndNamesWhatIsMissing(t *testing.T) {
	client := connect(t)
	ctx, cancel := context.WithCancel(within(t, patience))
	photos := make(chan gradcam.Photo, 1)
	photos <- gradcam.File(cat)

	// The channel stays open: there is no end but the context's.
	err := client.ExplainChannel(ctx, photos, func(result gradcam.Result) error {
		cancel()
		return result.Err
	})

	var incomplete *gradcam.IncompleteError
	if !errors.Is(err, context.Canceled) || !errors.As(err, &incomplete) || incomplete.Arrived != 1 || len(incomplete.Missing) != 0 {
		t.Errorf("%v", err)
	}
}

func TestExplainChannel_NoPhotos_IsDone(t *testing.T) {
	client := connect(t)
	photos := make(chan gradcam.Photo)
	close(photos)

	if err := client.ExplainChannel(within(t, patience), photos, func(gradcam.Result) error { return errors.New("a result of nothing") }); err != nil {
		t.Error(err)
	}
	if err := client.ExplainMany(within(t, patience), nil, nil, gradcam.InFlight(65)); err == nil || !strings.Contains(err.Error(), "1 to 64") {
		t.Errorf("65 in flight: %v", err)
	}
}

func TestCaption_Beams_AreSumsOfTheirWords(t *testing.T) {
	client := connect(t)

	found := must[*gradcam.Captions](t)(client.Caption(within(t, patience), gradcam.File(cat), gradcam.Beams(4), gradcam.Prefix("a black"), gradcam.Ban("dog")))

	if len(found.Captions) != 4 {
		t.Fatalf("%d captions came", len(found.Captions))
	}
	for _, caption := range found.Captions {
		sum := caption.EndLogProbability
		words := []string{}
		for _, word := range caption.Words {
			sum += word.LogProbability
			words = append(words, word.Text)
		}
		if caption.Text != strings.Join(words, " ") || math.Abs(sum-caption.LogProbability) > 1e-4 {
			t.Errorf("%q sums to %g, and says %g", caption.Text, sum, caption.LogProbability)
		}
		if !strings.HasPrefix(caption.Text, "a black ") || strings.Contains(caption.Text, "dog") {
			t.Errorf("%q", caption.Text)
		}
	}
	drawn := must[*gradcam.Captions](t)(client.Caption(within(t, patience), gradcam.File(cat), gradcam.Sample(7), gradcam.Length(3, 4)))
	if words := len(drawn.Captions[0].Words); len(drawn.Captions) != 1 || words < 3 || words > 4 {
		t.Errorf("%+v", drawn.Captions)
	}
}

// The map of neighbouring words is the sum of theirs, before the ReLU and at each layer by itself.
func TestExplainCaption_Words_AreTheSumOfTheirMaps(t *testing.T) {
	client := connect(t)

	why := must[*gradcam.CaptionExplanation](t)(client.ExplainCaption(within(t, patience), gradcam.File(cat), gradcam.Text("a brown dog runs"),
		gradcam.Word(1), gradcam.Word(2), gradcam.Words(1, 2), gradcam.InsteadOf(2, "cat"), gradcam.Word(2, gradcam.RatherThan("cat")),
		gradcam.Fuse(gradcam.FuseNone), gradcam.Values(gradcam.Signed), gradcam.NoOverlay(), gradcam.WithAttention()))

	layers := len(why.Maps) / 5
	if layers < 1 || len(why.Maps) != 5*layers || why.Captions.Captions[0].Text != "a brown dog runs" || len(why.Attention) != 4 {
		t.Fatalf("%d maps and %d grids of attention of %q", len(why.Maps), len(why.Attention), why.Captions.Captions[0].Text)
	}
	for layer := 0; layer < layers; layer++ {
		first, second, both := why.Maps[layer], why.Maps[layers+layer], why.Maps[2*layers+layer]
		alternative, contrast := why.Maps[3*layers+layer], why.Maps[4*layers+layer]
		if first.Subject != "brown" || second.Subject != "dog" || both.Subject != "brown dog" || alternative.Subject != "cat" {
			t.Errorf("%q %q %q %q", first.Subject, second.Subject, both.Subject, alternative.Subject)
		}
		sum, difference := doubles(first.Values), doubles(second.Values)
		for i := range sum {
			sum[i] += float64(second.Values[i])
			difference[i] -= float64(alternative.Values[i])
		}
		assertClose(t, both.Values, sum, 1e-3)
		assertClose(t, contrast.Values, difference, 1e-3)
	}
}

func TestExplainCaption_NothingChosen_HasAMapAndAPictureOfEachWord(t *testing.T) {
	client := connect(t)

	why := must[*gradcam.CaptionExplanation](t)(client.ExplainCaption(within(t, patience), gradcam.File(cat), gradcam.Beams(2)))

	words := why.Captions.Captions[0].Words
	if len(why.Maps) != len(words) {
		t.Fatalf("%d maps of %d words", len(why.Maps), len(words))
	}
	for i, m := range why.Maps {
		if m.Subject != words[i].Text || m.Target != i || math.Abs(m.Score-words[i].LogProbability) > 1e-3 {
			t.Errorf("map %d is of %q with the score %g, and word %+v", i, m.Subject, m.Score, words[i])
		}
		if overlay := must[image.Image](t)(m.Overlay()); overlay.Bounds() != image.Rect(0, 0, 451, 300) {
			t.Errorf("the overlay is %v", overlay.Bounds())
		}
	}
}

func TestAsk_EveryAnswer_ProbabilitiesAreTheSoftmax(t *testing.T) {
	client := connect(t)
	ctx := within(t, patience)
	model := must[*pb.Model](t)(client.Model(ctx, ""))
	all := len(model.GetAnswering().GetAnswers())

	questions := must[[]*gradcam.Answers](t)(client.AskAll(ctx, gradcam.File(cat),
		[]string{"what animal is it", "what color is the zyzzyva"}, gradcam.TopK(all)))

	for _, found := range questions {
		sum := 0.0
		for _, answer := range found.Answers {
			sum += math.Exp(answer.Logit)
		}
		if len(found.Answers) != all || all < 10 {
			t.Fatalf("%d of %d answers", len(found.Answers), all)
		}
		for _, answer := range found.Answers {
			if math.Abs(answer.Probability-math.Exp(answer.Logit)/sum) > 1e-5 || model.GetAnswering().GetAnswers()[answer.Index] != answer.Text {
				t.Errorf("%+v should have %g", answer, math.Exp(answer.Logit)/sum)
			}
		}
	}
	if word := questions[1].Words[4]; word.Text != "zyzzyva" || !word.Unknown || questions[1].Words[0].Unknown {
		t.Errorf("%+v", questions[1].Words)
	}
	one := must[*gradcam.Answers](t)(client.Ask(ctx, gradcam.File(cat), "what animal is it"))
	if len(one.Answers) != 5 || one.Answers[0].Text != questions[0].Answers[0].Text {
		t.Errorf("%+v", one.Answers)
	}
}

// By linearity: rather than another answer, the map is the difference of the two logits' maps.
func TestExplainAnswer_Contrast_IsTheDifference(t *testing.T) {
	client := connect(t)

	why := must[*gradcam.AnswerExplanation](t)(client.ExplainAnswer(within(t, patience), gradcam.File(cat), "what color is the cat",
		gradcam.Answer("brown", gradcam.Of(gradcam.Logit)), gradcam.Answer("black", gradcam.Of(gradcam.Logit)),
		gradcam.Answer("brown", gradcam.RatherThan("black")), gradcam.Fuse(gradcam.FuseNone), gradcam.Values(gradcam.Signed), gradcam.NoOverlay()))

	layers := len(why.Maps) / 3
	if layers < 1 || len(why.Maps) != 3*layers {
		t.Fatalf("%d maps", len(why.Maps))
	}
	for layer := 0; layer < layers; layer++ {
		want := doubles(why.Maps[layer].Values)
		for i := range want {
			want[i] -= float64(why.Maps[layers+layer].Values[i])
		}
		contrast := why.Maps[2*layers+layer]
		assertClose(t, contrast.Values, want, 1e-3)
		if score := why.Maps[layer].Score - why.Maps[layers+layer].Score; math.Abs(contrast.Score-score) > 1e-3 || contrast.Subject != "brown" {
			t.Errorf("the contrast's score is %g, and should be %g", contrast.Score, score)
		}
	}
}

func TestExplainAnswer_WordsLeftOut_SayWhatTheShorterQuestionSays(t *testing.T) {
	client := connect(t)
	ctx := within(t, patience)

	why := must[*gradcam.AnswerExplanation](t)(client.ExplainAnswer(ctx, gradcam.File(cat), "what color is the cat",
		gradcam.Answer("brown"), gradcam.LeaveWordsOut(), gradcam.WithAttention()))
	shorter := must[*gradcam.AnswerExplanation](t)(client.ExplainAnswer(ctx, gradcam.File(cat), "what is the cat", gradcam.Answer("brown")))

	if len(why.Maps) != 6 || len(why.LeftOut) != 1 || len(why.Attention) != 1 {
		t.Fatalf("%d maps, %d answers without words", len(why.Maps), len(why.LeftOut))
	}
	without := why.Maps[2]
	if why.Maps[0].WithoutWord != "" || without.WithoutWord != "color" {
		t.Errorf("%q, %q", why.Maps[0].WithoutWord, without.WithoutWord)
	}
	assertClose(t, without.Values, doubles(shorter.Maps[0].Values), 1e-3)
	if said := why.LeftOut[0].GetWords()[1].GetLogProbability(); math.Abs(said-shorter.Maps[0].Score) > 1e-3 {
		t.Errorf("without \"color\" it is %g, and the shorter question's is %g", said, shorter.Maps[0].Score)
	}
}

// Without smoothing, a frame's maps are the photo's.
func TestVideo_Frames_AreExplainedAsPhotosAre(t *testing.T) {
	client := connect(t)
	ctx := within(t, patience)
	alone := must[*gradcam.Explanation](t)(client.Explain(ctx, gradcam.File(cat), gradcam.Class(tigerCat)))
	frames := make(chan gradcam.Frame)
	go func() {
		defer close(frames)
		for i := 0; i < 4; i++ {
			frames <- gradcam.Frame{Photo: gradcam.File(cat), Timestamp: time.Duration(i) * 40 * time.Millisecond}
		}
	}()
	var results []gradcam.FrameResult

	err := client.Video(ctx, frames, func(result gradcam.FrameResult) error {
		results = append(results, result)
		return result.Err
	}, gradcam.Class(tigerCat), gradcam.EveryNth(2), gradcam.Model("embedded"))

	if err != nil || len(results) != 4 {
		t.Fatalf("%d results; %v", len(results), err)
	}
	explained := 0
	for _, result := range results {
		if result.Timestamp != time.Duration(result.Index)*40*time.Millisecond {
			t.Errorf("frame %d has the timestamp %v", result.Index, result.Timestamp)
		}
		if result.Index%2 == 1 {
			if result.Unanswered != pb.UnansweredReason_UNANSWERED_REASON_SKIPPED {
				t.Errorf("frame %d: %v", result.Index, result.Unanswered)
			}
			continue
		}
		explained++
		assertClose(t, result.Explanation.Maps[0].Values, doubles(alone.Maps[0].Values), 1e-4)
	}
	if explained != 2 {
		t.Errorf("%d frames are explained", explained)
	}
}

func TestVideo_SettingsAreWrong_NamesTheField(t *testing.T) {
	client := connect(t)
	frames := make(chan gradcam.Frame)

	err := client.Video(within(t, patience), frames, func(gradcam.FrameResult) error { return nil }, gradcam.NewMapWeight(2))

	var fault *gradcam.Error
	if !errors.As(err, &fault) || len(fault.Violations) != 1 || fault.Violations[0].Field != "settings.smoothing_factor" {
		t.Errorf("%v", err)
	}
}

func TestModels_Embedded_HasItsLayersAndLabels(t *testing.T) {
	client := connect(t)
	ctx := within(t, patience)

	models := must[[]*pb.Model](t)(client.Models(ctx))
	model := must[*pb.Model](t)(client.Model(ctx, "embedded"))

	if len(models) != 1 || models[0].GetName() != "embedded" || len(model.GetLabels()) != 1000 || model.GetLabels()[tigerCat] != "tiger cat" {
		t.Errorf("%v", models)
	}
	why := must[*gradcam.Explanation](t)(client.Explain(ctx, gradcam.File(cat), gradcam.Model("embedded"), gradcam.NoOverlay()))
	for _, layer := range model.GetLayers() {
		if layer.GetName() == model.GetDefaultLayer() && (int(layer.GetSize().GetWidth()) != why.Maps[0].Width || why.Maps[0].Layers[0] != layer.GetName()) {
			t.Errorf("the default layer is %v, and the map %d wide", layer, why.Maps[0].Width)
		}
	}
	if _, err := client.Model(ctx, "no_such_model"); !errors.Is(err, gradcam.ErrNotFound) {
		t.Errorf("%v", err)
	}
	if _, err := connect(t, gradcam.WithModel("no_such_model")).Classify(ctx, gradcam.File(cat)); !errors.Is(err, gradcam.ErrNotFound) {
		t.Errorf("%v", err)
	}
}

func TestConn_AnotherService_IsCalledByItsStub(t *testing.T) {
	client := connect(t)
	stub := pb.NewComparisonServiceClient(client.Conn())

	_, err := stub.CompareClasses(within(t, patience), &pb.CompareClassesRequest{})

	var fault *gradcam.Error
	if !errors.As(gradcam.AsError(err, "CompareClasses"), &fault) || fault.Code != codes.InvalidArgument || len(fault.Violations) == 0 {
		t.Errorf("%v", err)
	}
}

// bilinear is the map's value between positions; beyond the outermost ones theirs holds.
func bilinear(m *gradcam.Map, x, y float64) float64 {
	clamp := func(v float64, size int) (int, int, float64) {
		v = math.Max(0, math.Min(v, float64(size-1)))
		low := int(v)
		high := low + 1
		if high == size {
			high = low
		}
		return low, high, v - float64(low)
	}
	left, right, fx := clamp(x, m.Width)
	top, bottom, fy := clamp(y, m.Height)
	row := func(y int) float64 { return float64(m.At(left, y))*(1-fx) + float64(m.At(right, y))*fx }
	return row(top)*(1-fy) + row(bottom)*fy
}

// assertClose compares two maps; the tolerance is a share of the largest magnitude.
func assertClose(t *testing.T, values []float32, want []float64, tolerance float64) {
	t.Helper()
	if len(values) != len(want) {
		t.Fatalf("%d values, and %d are wanted", len(values), len(want))
	}
	largest, worst := 0.0, 0.0
	for i := range want {
		largest = math.Max(largest, math.Abs(want[i]))
		worst = math.Max(worst, math.Abs(float64(values[i])-want[i]))
	}
	if largest == 0 || worst > tolerance*largest {
		t.Errorf("the map differs by %g; its largest magnitude is %g", worst, largest)
	}
}

func doubles(values []float32) []float64 {
	wide := make([]float64, len(values))
	for i, value := range values {
		wide[i] = float64(value)
	}
	return wide
}
