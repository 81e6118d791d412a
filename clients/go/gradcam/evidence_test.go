package gradcam_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam"
	pb "github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam/v1"
	"github.com/gradcamgrpc/gradcamgrpc/clients/go/internal/testserver"
	"google.golang.org/protobuf/proto"
)

var box = gradcam.Rectangle{X: 100, Y: 20, Width: 250, Height: 260}

func TestEvaluate_Curves_BeginAndEndWithThePhoto(t *testing.T) {
	client := connect(t)
	steps := &pb.EvaluateRequest{
		Curves:    &pb.CurveOptions{StepCount: proto.Int32(4)},
		Occlusion: &pb.Occlusion{PatchSize: proto.Int32(56), Stride: proto.Int32(56)},
	}

	found := must[*gradcam.Evaluation](t)(client.Evaluate(within(t, patience), gradcam.File(cat), gradcam.Label("tiger cat"), gradcam.Class(egyptianCat),
		gradcam.Method(gradcam.GradCAM, gradcam.LayerCAM), gradcam.Boxes(box), gradcam.Baselines(), gradcam.EvaluateWith(steps), gradcam.TopK(1000)))

	probability := map[int]float64{}
	for _, class := range found.Classes {
		probability[class.Index] = class.Probability
	}
	if len(found.Maps) != 8 {
		t.Fatalf("%d maps were judged", len(found.Maps))
	}
	for i, judged := range found.Maps {
		target := i / 4
		whole := probability[[]int{tigerCat, egyptianCat}[target]]
		if judged.Target != target || judged.Subject != []string{"tiger cat", "Egyptian cat"}[target] ||
			judged.Method != []gradcam.MapMethod{gradcam.GradCAM, gradcam.LayerCAM, "", ""}[i%4] ||
			judged.Baseline != []pb.Baseline{0, 0, pb.Baseline_BASELINE_RANDOM, pb.Baseline_BASELINE_CENTRED_BLOB}[i%4] {
			t.Errorf("map %d is of %d, %q by %q, %v", i, judged.Target, judged.Subject, judged.Method, judged.Baseline)
		}
		if math.Abs(judged.Deletion.Scores[0]-whole) > 1e-4 || math.Abs(judged.Insertion.Scores[4]-whole) > 1e-4 {
			t.Errorf("map %d: the curves have %v and %v, not %g", i, judged.Deletion.Scores, judged.Insertion.Scores, whole)
		}
		for _, curve := range []*gradcam.ScoreCurve{judged.Deletion, judged.Insertion} {
			area := 0.0
			for j := 1; j < len(curve.Scores); j++ {
				area += (curve.Shares[j] - curve.Shares[j-1]) * (curve.Scores[j] + curve.Scores[j-1]) / 2
			}
			if len(curve.Scores) != 5 || math.Abs(curve.Area-area) > 1e-6 || curve.Explained {
				t.Errorf("map %d: a curve of %d points has %g, not %g", i, len(curve.Scores), curve.Area, area)
			}
		}
		if judged.Pointing == nil || judged.EnergyInside == nil || judged.OcclusionCorrelation == nil || judged.Sensitivity != nil {
			t.Errorf("map %d: %v", i, judged.Message)
		}
	}
}

func TestEvaluate_MeasuresChosen_AreThoseAlone(t *testing.T) {
	settings := &pb.EvaluateRequest{Sensitivity: &pb.SensitivityOptions{SampleCount: proto.Int32(1)}}

	found := must[*gradcam.Evaluation](t)(connect(t).Evaluate(within(t, patience), gradcam.File(cat), gradcam.Measures(gradcam.Sensitivity),
		gradcam.EvaluateWith(settings), gradcam.Seed(3)))

	judged := found.Maps[0]
	if len(found.Maps) != 1 || judged.Sensitivity == nil || *judged.Sensitivity <= 0 || judged.Insertion != nil || judged.OcclusionCorrelation != nil {
		t.Errorf("%v", judged.Message)
	}
}

func TestEvaluate_BoxIsOutside_NamesIt(t *testing.T) {
	_, err := connect(t).Evaluate(within(t, patience), gradcam.File(cat), gradcam.Boxes(gradcam.Rectangle{X: 900, Y: 900, Width: 5, Height: 5}))

	var fault *gradcam.Error
	if !errors.As(err, &fault) || len(fault.Violations) != 1 || fault.Violations[0].Field != "boxes[0]" {
		t.Error(err)
	}
}

func TestCheckSanity_Checkpoints_GoToTheLastModule(t *testing.T) {
	client, ctx := connect(t), within(t, patience)

	found := must[*gradcam.SanityCheck](t)(client.CheckSanity(ctx, gradcam.File(cat), gradcam.Label("tiger cat"), gradcam.Checkpoints(2),
		gradcam.Method(gradcam.GradCAM, gradcam.Saliency), gradcam.Seed(1)))

	why := must[*gradcam.Explanation](t)(client.Explain(ctx, gradcam.File(cat), gradcam.Label("tiger cat"), gradcam.NoOverlay()))
	if found.Subject != "tiger cat" || math.Abs(found.Score-why.Maps[0].Score) > 1e-4 || found.Layer != "bn2" || len(found.Checkpoints) != 2 {
		t.Fatalf("%+v", found)
	}
	for _, checkpoint := range found.Checkpoints {
		if found.Modules[checkpoint.GetRandomizedModuleCount()-1] != checkpoint.GetModule() || len(checkpoint.GetSimilarities()) != 2 {
			t.Errorf("%v", checkpoint)
		}
	}
	if last := found.Checkpoints[1].GetRandomizedModuleCount(); int(last) != len(found.Modules) {
		t.Errorf("%d of %d modules are random in the end", last, len(found.Modules))
	}
}

func TestCompareClasses_Contrast_IsTheDifferenceOfTheTwo(t *testing.T) {
	client, ctx := connect(t), within(t, patience)

	found := must[*gradcam.ClassComparison](t)(client.CompareClasses(ctx, gradcam.File(cat), gradcam.Label("Egyptian cat"), gradcam.Values(gradcam.Signed)))
	right := must[*gradcam.ClassComparison](t)(client.CompareClasses(ctx, gradcam.File(cat), gradcam.Class(tigerCat), gradcam.NoOverlay()))

	if found.Correct || found.TrueClass.Rank != 2 || found.TrueClass.Index != egyptianCat || found.RankCorrelation == nil {
		t.Errorf("%+v", found)
	}
	want := make([]float64, len(found.ContrastMap.Values))
	for i := range want {
		want[i] = float64(found.PredictedMap.Values[i]) - float64(found.TrueMap.Values[i])
	}
	assertClose(t, found.ContrastMap.Values, want, 1e-3)
	if difference := found.PredictedMap.Score - found.TrueMap.Score; math.Abs(found.ContrastMap.Score-difference) > 1e-4 {
		t.Errorf("the contrast is %g, not %g", found.ContrastMap.Score, difference)
	}
	if !right.Correct || right.TrueMap != nil || right.ContrastMap != nil || right.RankCorrelation != nil || right.TrueClass.Rank != 1 {
		t.Errorf("%+v", right)
	}
}

// twoModels runs a server with the embedded model, and with one that sees whole photos and knows no goldfish.
func twoModels(t *testing.T) *gradcam.Client {
	t.Helper()
	here := must[string](t)(filepath.EvalSymlinks(must[string](t)(os.Getwd()))) // Debian's way has a link to it.
	embedded := filepath.Join(here, "../../../models/embedded")
	folder := t.TempDir()
	for _, name := range []string{"embedded", "whole"} {
		if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
		for _, file := range must[[]os.DirEntry](t)(os.ReadDir(embedded)) {
			if err := os.Symlink(filepath.Join(embedded, file.Name()), filepath.Join(folder, name, file.Name())); err != nil {
				t.Fatal(err)
			}
		}
	}
	var manifest map[string]interface{}
	if err := json.Unmarshal(must[[]byte](t)(os.ReadFile(filepath.Join(embedded, "model.json"))), &manifest); err != nil {
		t.Fatal(err)
	}
	manifest["name"], manifest["tasks"] = "whole", []string{"classification"}
	manifest["preprocessing"] = manifest["captioning"].(map[string]interface{})["preprocessing"]
	delete(manifest, "captioning")
	delete(manifest, "answering")
	labels := strings.Split(string(must[[]byte](t)(os.ReadFile(filepath.Join(embedded, "labels.txt")))), "\n")
	labels[1] = "something"
	for name, content := range map[string][]byte{
		"model.json": must[[]byte](t)(json.Marshal(manifest)), "labels.txt": []byte(strings.Join(labels, "\n")),
	} {
		path := filepath.Join(folder, "whole", name)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	server := must[*testserver.Server](t)(testserver.Start("--models", folder))
	t.Cleanup(server.Stop)
	client := must[*gradcam.Client](t)(gradcam.Dial(within(t, patience), server.Address))
	t.Cleanup(func() { client.Close() })
	if err := client.WaitReady(within(t, patience)); err != nil {
		t.Fatal(err)
	}
	return client
}

func TestCompareModelsAndPerturb_TwoModels_EachSaysWhatItSaysAlone(t *testing.T) {
	client, ctx := twoModels(t), within(t, patience)
	choices := []gradcam.ModelChoice{{Model: "embedded", Layer: "blocks.4.2"}, {Model: "whole"}}

	found := must[[]*gradcam.ComparedModel](t)(client.CompareModels(ctx, gradcam.File(cat), choices, gradcam.Label("Egyptian cat"), gradcam.Boxes(box)))
	_, unknown := client.CompareModels(ctx, gradcam.File(cat), choices, gradcam.Label("goldfish"))

	for i, compared := range found {
		layer := []string{"blocks.4.2", "bn2"}[i]
		alone := must[*gradcam.Explanation](t)(client.Explain(ctx, gradcam.File(cat), gradcam.Label("Egyptian cat"), gradcam.Model(choices[i].Model),
			gradcam.Layer(layer), gradcam.NoOverlay()))
		assertClose(t, compared.Map.Values, doubles(alone.Maps[0].Values), 1e-4)
		if compared.Model != choices[i].Model || compared.ExplainedClass.Index != egyptianCat || compared.Map.Layers[0] != layer ||
			compared.Evidence.Pointing == nil || compared.RankCorrelation == nil {
			t.Errorf("model %d: %+v", i, compared)
		}
	}
	if !errors.Is(unknown, gradcam.ErrNotFound) || !strings.Contains(unknown.Error(), "models[1].model") {
		t.Error(unknown)
	}

	const epsilon = 4.0 / 255
	for _, several := range []bool{false, true} {
		options := []gradcam.PerturbOption{gradcam.Epsilon(epsilon), gradcam.Model("whole")} // It sees a photo of 224 x 224 as it is.
		if several {
			options = append(options, gradcam.Steps(2), gradcam.RandomStart(5))
		}
		changed := must[*gradcam.Perturbation](t)(client.Perturb(ctx, gradcam.File(cat), options...))
		again := must[*gradcam.Prediction](t)(client.Classify(ctx, gradcam.Encoded(changed.ChangedPhoto), gradcam.Model("whole")))
		if !changed.ClassLost || changed.LargestChange <= 0 || changed.LargestChange > epsilon || changed.Before.ExplainedClass.Rank != 1 ||
			changed.After.ExplainedClass.Rank < 2 || again.Classes[0].Index != changed.After.Classes[0].Index ||
			math.Abs(again.Classes[0].Logit-changed.After.Classes[0].Logit) > 1e-3 || (changed.Message.GetPgd() != nil) != several {
			t.Errorf("several steps %v: %+v", several, changed)
		}
		if picture := must[image.Image](t)(png.Decode(bytes.NewReader(changed.ChangedPhoto))); picture.Bounds().Dx() != 224 {
			t.Errorf("the changed photo is %v", picture.Bounds())
		}
	}
}

func TestComparisons_ArgumentsAreWrong_AreInvalid(t *testing.T) {
	client, ctx, photo := connect(t), within(t, patience), gradcam.File(cat)
	one := gradcam.Label("tabby")
	for name, call := range map[string]func() error{
		"two methods": func() error {
			_, err := client.CompareClasses(ctx, photo, one, gradcam.Method(gradcam.GradCAM, gradcam.LayerCAM))
			return err
		},
		"two layers":  func() error { _, err := client.Perturb(ctx, photo, gradcam.Layer("bn2", "blocks.4.2")); return err },
		"two classes": func() error { _, err := client.Perturb(ctx, photo, one, one); return err },
		"a sum": func() error {
			_, err := client.CompareClasses(ctx, photo, gradcam.Sum([]gradcam.Term{{Index: 1}}))
			return err
		},
		"fused":          func() error { _, err := client.Perturb(ctx, photo, gradcam.Fuse(gradcam.FuseMean)); return err },
		"a layer of all": func() error { _, err := client.CompareModels(ctx, photo, nil, gradcam.Layer("bn2")); return err },
		"two to check":   func() error { _, err := client.CheckSanity(ctx, photo, one, one); return err },
		"no tasks":       func() error { _, err := client.ExplainTasks(ctx, photo, nil); return err },
		"a task twice": func() error {
			_, err := client.ExplainTasks(ctx, photo, []gradcam.Task{gradcam.TaskCaption(), gradcam.TaskCaption()})
			return err
		},
		"a task's model": func() error {
			_, err := client.ExplainTasks(ctx, photo, []gradcam.Task{gradcam.TaskClasses(gradcam.Model("embedded"))})
			return err
		},
		"no task":                      func() error { _, err := client.ExplainTasks(ctx, photo, []gradcam.Task{{}}); return err },
		"more than a message can have": func() error { _, err := client.Classify(ctx, photo, gradcam.TopK(math.MaxInt32+6)); return err },
	} {
		if err := call(); !errors.Is(err, gradcam.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestExplainAnswers_Each_IsThatOfItsQuestionAlone(t *testing.T) {
	client, ctx := connect(t), within(t, patience)
	questions := []gradcam.Question{
		{Text: "what animal is it"}, {Text: "what color is it", Targets: []gradcam.QuestionTarget{gradcam.Answer("white"), gradcam.Best(2)}},
	}

	found := must[[]*gradcam.AnswerExplanation](t)(client.ExplainAnswers(
		ctx, gradcam.File(cat), questions, gradcam.WithAttention(), gradcam.LeaveWordsOut(), gradcam.NoOverlay()))

	alone := []*gradcam.AnswerExplanation{
		must[*gradcam.AnswerExplanation](t)(client.ExplainAnswer(ctx, gradcam.File(cat), questions[0].Text, gradcam.WithAttention(), gradcam.LeaveWordsOut(),
			gradcam.NoOverlay())),
		must[*gradcam.AnswerExplanation](t)(client.ExplainAnswer(ctx, gradcam.File(cat), questions[1].Text, gradcam.Answer("white"), gradcam.Best(2),
			gradcam.WithAttention(), gradcam.LeaveWordsOut(), gradcam.NoOverlay())),
	}
	if len(found) != len(alone) {
		t.Fatalf("%d questions are explained", len(found))
	}
	for i := range alone {
		assertSameAnswers(t, found[i], alone[i])
	}
	_, err := client.ExplainAnswers(ctx, gradcam.File(cat), []gradcam.Question{{Text: "what is it"}, {}})
	if !errors.Is(err, gradcam.ErrInvalid) || !strings.Contains(err.Error(), "questions[1].text") {
		t.Error(err)
	}
}

func assertSameAnswers(t *testing.T, found, want *gradcam.AnswerExplanation) {
	t.Helper()
	if found.Answers.Answers[0].Text != want.Answers.Answers[0].Text || len(found.Maps) != len(want.Maps) ||
		len(found.LeftOut) != len(want.LeftOut) || len(found.Attention) != len(want.Attention) {
		t.Fatalf("%+v is not %+v", found, want)
	}
	for i, m := range found.Maps {
		if m.Subject != want.Maps[i].Subject || m.Target != want.Maps[i].Target || m.WithoutWord != want.Maps[i].WithoutWord {
			t.Errorf("map %d is of %q without %q", i, m.Subject, m.WithoutWord)
		}
		assertClose(t, m.Values, doubles(want.Maps[i].Values), 1e-4)
	}
}

func TestExplainTasks_Each_IsThatOfItsOwnCall(t *testing.T) {
	client, ctx, photo := connect(t), within(t, patience), gradcam.File(cat)
	questions := []gradcam.Question{{Text: "what animal is it"}, {Text: "what color is it"}}

	found := must[*gradcam.TaskExplanations](t)(client.ExplainTasks(ctx, photo, []gradcam.Task{
		gradcam.TaskAnswers(questions, gradcam.NoOverlay()), gradcam.TaskClasses(gradcam.Label("tiger cat"), gradcam.Class(egyptianCat)),
		gradcam.TaskCaption(gradcam.Text("a cat"), gradcam.Word(1)),
	}))
	some := must[*gradcam.TaskExplanations](t)(client.ExplainTasks(ctx, photo, []gradcam.Task{
		gradcam.TaskClasses(), gradcam.TaskAnswers(questions[:1]),
	}, gradcam.ShareView(), gradcam.Priority(gradcam.Low)))

	classes := must[*gradcam.Explanation](t)(client.Explain(ctx, photo, gradcam.Label("tiger cat"), gradcam.Class(egyptianCat)))
	caption := must[*gradcam.CaptionExplanation](t)(client.ExplainCaption(ctx, photo, gradcam.Text("a cat"), gradcam.Word(1)))
	answers := must[[]*gradcam.AnswerExplanation](t)(client.ExplainAnswers(ctx, photo, questions, gradcam.NoOverlay()))
	for i, m := range classes.Maps {
		assertClose(t, found.Classes.Maps[i].Values, doubles(m.Values), 1e-3)
	}
	assertClose(t, found.Caption.Maps[0].Values, doubles(caption.Maps[0].Values), 1e-3)
	for i, want := range answers {
		assertSameAnswers(t, found.Answers[i], want)
	}
	if _, err := found.Caption.Maps[0].Overlay(); err != nil || found.Caption.Captions.Captions[0].Text != "a cat" {
		t.Errorf("%v, %+v", err, found.Caption.Captions)
	}
	// The view of the head is the whole photo.
	if some.Caption != nil || len(some.Answers) != 1 || some.Classes.Crop != (gradcam.Rectangle{Width: 451, Height: 300}) {
		t.Errorf("%+v", some)
	}
}
