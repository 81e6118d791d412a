package gradcam

import (
	"context"
	"errors"
	"math"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang/protobuf/ptypes/duration"
	pb "github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam/v1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func raw(width, height, channels int32, values ...float32) *pb.RawMap {
	data := make([]byte, 0, 4*len(values))
	for _, value := range values {
		bits := math.Float32bits(value)
		data = append(data, byte(bits), byte(bits>>8), byte(bits>>16), byte(bits>>24))
	}
	return &pb.RawMap{Size: &pb.PixelSize{Width: width, Height: height}, ChannelCount: channels, Data: data}
}

func TestExplain_MapIsNonsense_IsDataLoss(t *testing.T) {
	nan, infinity := float32(math.NaN()), float32(math.Inf(1))
	for name, numbers := range map[string]*pb.RawMap{
		"NaN": raw(2, 1, 1, 1, nan), "infinity": raw(1, 1, 1, infinity), "negative": raw(-1, -1, 1, 1), "no column": raw(0, 1, 1),
		"2^64 bytes, of which none came": raw(1<<30, 1<<30, 4), "nothing": nil,
	} {
		client, _ := dial(t, &fake{explain: func(_ *pb.ClassificationServiceExplainRequest, stream pb.ClassificationService_ExplainServer) error {
			_ = stream.Send(&pb.ClassificationServiceExplainResponse{
				Event: &pb.ClassificationServiceExplainResponse_Prediction{Prediction: &pb.ClassificationPrediction{Classes: someClass}}, MapCount: 1,
			})
			outputs := []*pb.RenderedMap{{Form: &pb.RenderedMap_Raw{Raw: numbers}}}
			return stream.Send(&pb.ClassificationServiceExplainResponse{
				Event: &pb.ClassificationServiceExplainResponse_Map{Map: &pb.SaliencyMap{Outputs: outputs}},
			})
		}})

		found, err := client.Explain(limited(t), photo, NoOverlay())

		var cut *IncompleteError
		if status.Code(err) != codes.DataLoss || !errors.As(err, &cut) || found == nil || len(found.Maps) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestExplain_TargetIsNegative_IsMissedAndNoPanic(t *testing.T) {
	client, _ := dial(t, &fake{explain: func(_ *pb.ClassificationServiceExplainRequest, stream pb.ClassificationService_ExplainServer) error {
		_ = stream.Send(&pb.ClassificationServiceExplainResponse{
			Event: &pb.ClassificationServiceExplainResponse_Prediction{Prediction: &pb.ClassificationPrediction{Classes: someClass}}, MapCount: 2,
		})
		outputs := []*pb.RenderedMap{{Form: &pb.RenderedMap_Raw{Raw: raw(1, 1, 1, 1)}}}
		return stream.Send(&pb.ClassificationServiceExplainResponse{
			Event: &pb.ClassificationServiceExplainResponse_Map{Map: &pb.SaliencyMap{Outputs: outputs, TargetIndex: -1}},
		})
	}})

	_, err := client.Explain(limited(t), photo, NoOverlay())

	var cut *IncompleteError
	if !errors.As(err, &cut) || len(cut.Missing) != 1 || cut.Arrived != 1 {
		t.Error(err)
	}
}

func TestExplain_PredictionIsNoneOrComesTwice_IsDataLoss(t *testing.T) {
	for _, classes := range [][]*pb.ClassScore{nil, someClass} {
		client, _ := dial(t, &fake{explain: func(_ *pb.ClassificationServiceExplainRequest, stream pb.ClassificationService_ExplainServer) error {
			for i := 0; i < 2; i++ {
				_ = stream.Send(&pb.ClassificationServiceExplainResponse{
					Event: &pb.ClassificationServiceExplainResponse_Prediction{Prediction: &pb.ClassificationPrediction{Classes: classes}},
				})
			}
			return nil
		}})

		if _, err := client.Explain(limited(t), photo); status.Code(err) != codes.DataLoss {
			t.Errorf("%v: %v", classes, err)
		}
	}
}

func TestMap_CropIsNothing_CoversNothing(t *testing.T) {
	m := &Map{
		Values: []float32{1, 1, 1, 1}, Width: 2, Height: 2, Channels: 1, Crop: Rectangle{X: 0.5, Y: 0.5},
		Provenance: &pb.MapProvenance{ImageSize: &pb.PixelSize{Width: 3, Height: 2}},
	}

	for i, value := range m.OnPhoto().Values {
		if value != 0 {
			t.Errorf("pixel %d has %g", i, value)
		}
	}
}

// empty answers everything with nothing; its list of models leads in a circle.
type empty struct {
	pb.UnimplementedVqaServiceServer
	pb.UnimplementedModelServiceServer
}

func (empty) Answer(_ context.Context, request *pb.AnswerRequest) (*pb.AnswerResponse, error) {
	return &pb.AnswerResponse{Prediction: &pb.VqaPrediction{Questions: make([]*pb.QuestionAnswers, len(request.GetQuestions()))}}, nil
}

func (empty) Explain(request *pb.VqaServiceExplainRequest, stream pb.VqaService_ExplainServer) error {
	answered := &pb.QuestionAnswers{Answers: []*pb.RankedAnswer{{Text: "cat"}}}
	for _, event := range []*pb.VqaServiceExplainResponse{
		{Event: &pb.VqaServiceExplainResponse_Prediction{Prediction: &pb.VqaPrediction{Questions: []*pb.QuestionAnswers{answered, answered}}}, MapCount: 2},
		{Event: &pb.VqaServiceExplainResponse_Map{Map: &pb.AnswerMap{
			QuestionIndex: 1, Map: &pb.SaliencyMap{Outputs: []*pb.RenderedMap{{Form: &pb.RenderedMap_Raw{Raw: raw(1, 1, 1, 1)}}}},
		}}},
		{Event: &pb.VqaServiceExplainResponse_Map{Map: &pb.AnswerMap{QuestionIndex: 2}}},
	} {
		if err := stream.Send(event); err != nil {
			return err
		}
	}
	return nil
}

func (empty) GetModel(context.Context, *pb.GetModelRequest) (*pb.GetModelResponse, error) {
	return &pb.GetModelResponse{}, nil
}

func (empty) ListModels(_ context.Context, request *pb.ListModelsRequest) (*pb.ListModelsResponse, error) {
	following := "a"
	if request.GetPageToken() == "a" {
		following = "b"
	}
	return &pb.ListModelsResponse{NextPageToken: following}, nil
}

func TestAnswers_SayNothing_AreDataLoss(t *testing.T) {
	address := serve(t, func(server *grpc.Server) {
		pb.RegisterVqaServiceServer(server, empty{})
		pb.RegisterModelServiceServer(server, empty{})
		pb.RegisterClassificationServiceServer(server, &fake{classify: func(context.Context, *pb.ClassifyRequest) (*pb.ClassifyResponse, error) {
			return &pb.ClassifyResponse{}, nil
		}})
	})
	client, err := Dial(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx := limited(t)
	for name, call := range map[string]func() error{
		"classify": func() error { _, err := client.Classify(ctx, photo); return err },
		"ask":      func() error { _, err := client.Ask(ctx, photo, "what"); return err },
		"model":    func() error { _, err := client.Model(ctx, ""); return err },
		"models":   func() error { _, err := client.Models(ctx); return err },
	} {
		if err := call(); status.Code(err) != codes.DataLoss {
			t.Errorf("%s: %v", name, err)
		}
	}

	found, err := client.ExplainAnswers(ctx, photo, []Question{{Text: "what"}, {Text: "where"}}, NoOverlay())

	var cut *IncompleteError
	if !errors.As(err, &cut) || cut.Arrived != 1 || len(cut.Missing) != 1 || cut.Missing[0] != 0 || !strings.Contains(err.Error(), "question 2") {
		t.Error(err)
	}
	if len(found) != 2 || len(found[0].Maps) != 0 || len(found[1].Maps) != 1 {
		t.Errorf("%v", found)
	}
}

// hinting is an error with a hint.
func hinting(t *testing.T, seconds int64) error {
	t.Helper()
	said, err := status.New(codes.ResourceExhausted, "full").WithDetails(&errdetails.RetryInfo{RetryDelay: &duration.Duration{Seconds: seconds}})
	if err != nil {
		t.Fatal(err)
	}
	return said.Err()
}

func TestRetry_HintIsNoTimeToCome_PausesAsWithoutOne(t *testing.T) {
	for _, seconds := range []int64{0, -5} {
		f, calls := failing(hinting(t, seconds), hinting(t, seconds))
		client, slept := dial(t, f)

		_, err := client.Classify(limited(t), photo)

		if err != nil || *calls != 3 || len(slept.taken) != 2 || slept.taken[0] != 75*time.Millisecond || slept.taken[1] != 150*time.Millisecond {
			t.Errorf("%d s: %v, %d calls, %v", seconds, err, *calls, slept.taken)
		}
	}
}

func TestRetry_HintIsLongerThanTime_IsNotTriedAgain(t *testing.T) {
	f, calls := failing(hinting(t, math.MaxInt64))
	client, _ := dial(t, f)

	_, err := client.Classify(limited(t), photo)

	var fault *Error
	if !errors.Is(err, ErrBusy) || !errors.As(err, &fault) || fault.RetryAfter < 100*365*24*time.Hour || *calls != 1 {
		t.Errorf("%v, %d calls", err, *calls)
	}
}

func TestExplainMany_PartsOfASecondStream_AreNotMixedWithTheFirstOnes(t *testing.T) {
	rounds := 0
	client, _ := dial(t, &fake{stream: func(stream pb.ClassificationService_ExplainStreamServer) error {
		rounds++
		id := items(stream, 1)[0].GetId()
		part := explained(1, 1)
		if rounds == 2 {
			part = part[1:] // A map without its prediction.
		}
		for _, event := range part {
			_ = stream.Send(&pb.ClassificationServiceExplainStreamResponse{
				Id: id, Event: &pb.ClassificationServiceExplainStreamResponse_Part{Part: event},
			})
		}
		return status.Error(codes.Unavailable, "cut")
	}})
	var found []Result

	err := client.ExplainMany(limited(t), photos(1), func(result Result) error {
		found = append(found, result)
		return nil
	}, NoOverlay())

	if status.Code(err) != codes.DataLoss || rounds != 2 || len(found) != 1 || len(found[0].Explanation.Maps) != 1 {
		t.Errorf("%v, %d rounds, %+v", err, rounds, found)
	}
}

func TestExplainMany_EveryEnd_LeavesNoGoroutine(t *testing.T) {
	client, _ := dial(t, &fake{stream: answerAll})
	ctx := limited(t)
	stop := errors.New("enough")
	run := map[string]func() error{
		"to the end": func() error { return client.ExplainMany(ctx, photos(20), func(Result) error { return nil }) },
		"function": func() error {
			return client.ExplainMany(ctx, photos(200), func(Result) error { return stop }, InFlight(64))
		},
		"cancelled": func() error {
			ctx, cancel := context.WithCancel(ctx)
			return client.ExplainMany(ctx, photos(200), func(Result) error { cancel(); return nil })
		},
		"never filled": func() error {
			ctx, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
			defer cancel()
			return client.ExplainChannel(ctx, make(chan Photo), func(Result) error { return nil })
		},
		"out of range": func() error { return client.ExplainMany(ctx, photos(20), nil, InFlight(0)) },
	}
	_ = run["to the end"]() // The connection has goroutines, too.
	before := runtime.NumGoroutine()

	for name, end := range run {
		for i := 0; i < 5; i++ {
			_ = end()
		}
		deadline := time.Now().Add(5 * time.Second)
		for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
			runtime.Gosched()
		}
		if now := runtime.NumGoroutine(); now > before {
			t.Errorf("%s: %d goroutines became %d", name, before, now)
		}
	}
}

func TestClient_SharedByGoroutines_EachHasItsOwnAnswer(t *testing.T) {
	client, _ := dial(t, &fake{classify: func(_ context.Context, request *pb.ClassifyRequest) (*pb.ClassifyResponse, error) {
		label := string(request.GetImage().GetEncoded())
		return &pb.ClassifyResponse{Prediction: &pb.ClassificationPrediction{Classes: []*pb.ClassScore{{Label: label}}}}, nil
	}, stream: answerAll})
	ctx := limited(t)
	var workers sync.WaitGroup
	for worker := 0; worker < 8; worker++ {
		workers.Add(1)
		go func(name string) {
			defer workers.Done()
			for i := 0; i < 20; i++ {
				found, err := client.Classify(ctx, Encoded([]byte(name)))
				if err != nil || found.Classes[0].Label != name {
					t.Errorf("%q: %v, %v", name, found, err)
				}
			}
			if err := client.ExplainMany(ctx, photos(20), func(result Result) error { return result.Err }); err != nil {
				t.Error(err)
			}
		}(strings.Repeat("n", worker+1))
	}
	workers.Wait()
}
