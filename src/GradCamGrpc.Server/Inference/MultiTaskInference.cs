using GradCamGrpc.Server.Answering;
using GradCamGrpc.Server.Captioning;

namespace GradCamGrpc.Server.Inference;

/// <summary>Several things that are asked about one photo, on their way through a model together.</summary>
/// <param name="Classification">What is asked about its classes; null for nothing.</param>
/// <param name="Captioning">What is asked about a caption; null for nothing.</param>
/// <param name="Vqa">What is asked about answers; null for nothing.</param>
internal sealed record MultiTaskInference(ExplanationRequest? Classification, CaptioningRequest? Captioning, AnsweringRequest? Vqa);
