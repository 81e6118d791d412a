namespace GradCamGrpc.Models.Checkpoints.Pickling;

/// <summary>A storage as a pickle speaks of it: nothing is known yet of what the archive holds.</summary>
/// <param name="Type">Its element type.</param>
/// <param name="Key">Its name in the archive's folder of storages.</param>
/// <param name="Count">How many elements it is said to have, 0 or more.</param>
internal sealed record PickledStorage(ElementType Type, string Key, long Count);
