package gradcam

import (
	"context"

	pb "github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam/v1"
)

// Models lists the server's models in brief: without layers, labels and metrics.
func (c *Client) Models(ctx context.Context) ([]*pb.Model, error) {
	var models []*pb.Model
	read := map[string]bool{}
	for token := ""; ; {
		if read[token] {
			return nil, broken("ModelService.ListModels", "the server's list of models leads back to a page that was read")
		}
		read[token] = true
		var page *pb.ListModelsResponse
		err := c.Call(ctx, "ModelService.ListModels", func(ctx context.Context) error {
			var err error
			page, err = pb.NewModelServiceClient(c.conn).ListModels(ctx, &pb.ListModelsRequest{PageToken: token})
			return err
		})
		if err != nil {
			return nil, err
		}
		models = append(models, page.GetModels()...)
		if token = page.GetNextPageToken(); token == "" {
			return models, nil
		}
	}
}

// Model describes a model in full: its layers, labels, heads and metrics. An empty name is the client's model, or the server's only one.
func (c *Client) Model(ctx context.Context, name string) (*pb.Model, error) {
	if name == "" {
		name = c.model
	}
	var answer *pb.GetModelResponse
	err := c.Call(ctx, "ModelService.GetModel", func(ctx context.Context) error {
		var err error
		answer, err = pb.NewModelServiceClient(c.conn).GetModel(ctx, &pb.GetModelRequest{Name: name})
		return err
	})
	if err == nil && answer.GetModel() == nil {
		err = broken("ModelService.GetModel", "the server described no model")
	}
	return answer.GetModel(), err
}
