using GradCamGrpc.Server.Comparison;

namespace GradCamGrpc.Server.Requests;

/// <summary>A request to change a photo so that a class is lost, checked.</summary>
/// <param name="Question">One map, of the class.</param>
/// <param name="AttackedClass">The class's index; null for the most probable one.</param>
/// <param name="Attack">How the photo is changed.</param>
internal sealed record CheckedPerturbRequest(CheckedExplainRequest Question, int? AttackedClass, Attack Attack);
