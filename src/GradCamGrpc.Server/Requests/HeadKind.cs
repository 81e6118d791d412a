using GradCamGrpc.Server.Heads;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>A kind of head that a model may have, and how errors speak of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Lack">What a model without one does not do, a clause.</param>
/// <param name="Subject">What it says.</param>
/// <param name="LayersOf">The layers that a model's head reads; null where the model has none.</param>
internal sealed record HeadKind(string Name, string Lack, string Subject, Func<ModelInstance, HeadLayers?> LayersOf)
{
    public static HeadKind Captioning { get; } = new("captioning", "it says nothing about photos", "a caption", model => model.Captioner?.Layers);

    public static HeadKind Answering { get; } = new("answering", "it answers no questions", "an answer", model => model.Answerer?.Layers);
}
