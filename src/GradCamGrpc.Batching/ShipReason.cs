namespace GradCamGrpc.Batching;

/// <summary>Why a batch went out.</summary>
public enum ShipReason
{
    /// <summary>It was as large as it may be.</summary>
    Full,

    /// <summary>Its oldest item had waited long enough.</summary>
    Delay,

    /// <summary>Waiting on would have cost an item its deadline.</summary>
    Deadline,

    /// <summary>Nothing more was to come.</summary>
    Draining,
}
