namespace GradCamGrpc.Batching;

/// <summary>How a request stands to others that wait. Each level weighs four times what the one below it does; none waits for ever.</summary>
public enum Priority
{
    /// <summary>Work that nobody sits and waits for.</summary>
    Low,

    /// <summary>What holds where nothing is said.</summary>
    Normal,

    /// <summary>Work that somebody waits for.</summary>
    High,
}
