namespace GradCamGrpc.Server.Inference;

/// <summary>Something else than maps that is asked of the network about one photo.</summary>
internal interface IInspection
{
    /// <summary>Asks the network. On a thread of the model's workers, inside a dispose scope of its own; what it throws is that photo's fault alone.</summary>
    void Run(InspectedPhoto photo);
}
