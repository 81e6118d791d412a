using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Evidence;

/// <summary>A check to run.</summary>
/// <param name="Request">What is asked.</param>
/// <param name="ClassIndex">The class whose maps are compared.</param>
/// <param name="Width">Columns of the network's input.</param>
/// <param name="Height">Rows of it.</param>
/// <param name="Values">The input, [height, width, 3].</param>
internal sealed record SanityPlan(CheckedSanityRequest Request, int ClassIndex, int Width, int Height, float[] Values);
