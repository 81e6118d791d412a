using GradCamGrpc.Server.Answering;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>A request to answer questions, checked.</summary>
/// <param name="Model">The model.</param>
/// <param name="Questions">The questions.</param>
/// <param name="TopK">How many answers are listed for each.</param>
internal sealed record CheckedAnswerRequest(ModelInstance Model, IReadOnlyList<Question> Questions, int TopK);
