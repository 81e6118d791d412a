using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Evidence;

/// <summary>A check to run.</summary>
/// <param name="Request">What is asked.</param>
/// <param name="Score">The score whose maps are compared.</param>
/// <param name="Width">Columns of the network's input.</param>
/// <param name="Height">Rows of it.</param>
/// <param name="Values">The input, [height, width, 3].</param>
internal sealed record SanityPlan(CheckedSanityRequest Request, ChosenScore Score, int Width, int Height, float[] Values);
