using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Reloading;

/// <summary>What came of loading a folder.</summary>
internal abstract record LoadOutcome
{
    private LoadOutcome()
    {
    }

    /// <summary>Its model is served.</summary>
    /// <param name="Model">The model.</param>
    /// <param name="IsNew">Whether it was not before, as it is.</param>
    internal sealed record Served(ModelInstance Model, bool IsNew) : LoadOutcome;

    /// <summary>It cannot be loaded as it is. What was served before goes on.</summary>
    /// <param name="Reason">Why; it tells nothing of where the folder is.</param>
    internal sealed record Refused(string Reason) : LoadOutcome;

    /// <summary>It has to wait: of its model an earlier version still answers calls, and more than two are never kept.</summary>
    /// <param name="CallCount">Those calls.</param>
    internal sealed record Postponed(int CallCount) : LoadOutcome;
}
