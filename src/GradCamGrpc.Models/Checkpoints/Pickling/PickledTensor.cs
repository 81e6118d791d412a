namespace GradCamGrpc.Models.Checkpoints.Pickling;

/// <summary>A view of a storage as a pickle speaks of it, unchecked. All numbers count elements.</summary>
/// <param name="Storage">The storage.</param>
/// <param name="Offset">Where the view starts.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Strides">Its strides.</param>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Shape, long[] Strides);
