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
// Calls that found no server, or no room, are tried again within the deadline (see RetryPolicy).
//
// A Client may be used by several goroutines at once.
package gradcam
