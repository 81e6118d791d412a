// Package gradcam calls a GradCamGrpc server: it classifies photos, captions them, answers questions about them, and tells for each
// class, word and answer where the network saw it.
//
//	client, err := gradcam.Dial(ctx, "127.0.0.1:50051")
//	...
//	why, err := client.Explain(ctx, gradcam.File("cat.jpg"), gradcam.Label("tabby"), gradcam.Method(gradcam.GradCAM))
//	...
//	err = why.Maps[0].SaveOverlay("tabby.png")
//
// Every call takes a context, whose deadline the server is told. What goes wrong is an *Error, with the status, the fields at fault and
// the server's hint when to try again; errors.Is knows the sentinels of this package, context.Canceled and context.DeadlineExceeded.
// Only a photo that cannot be read gives its file's own error. Calls that found no server, or no room, or whose answer was cut, are tried
// again within the deadline (see RetryPolicy).
//
// Metadata goes with one call by its context: metadata.AppendToOutgoingContext(ctx, "x-tenant", "7"); with every call, by WithMetadata.
//
// A Client may be used by several goroutines at once.
package gradcam
