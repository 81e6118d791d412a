namespace GradCamGrpc.Batching;

/// <summary>Why a batch went out.</summary>
public enum ShipReason
{
    /// <summary>It was as large as it may be.</summary>
    Full,

    /// <summary>Its oldest item had waited long enough.</summary>
    Delay,

    /// <summary>With a later start it might end after an item's deadline.</summary>
    Deadline,

    /// <summary>Nothing more was to come.</summary>
    Draining,
}
